"""Faults in what becomes of a subscription: payments, schedules, its end, dunning, renewals."""

from __future__ import annotations

from tests.sandbox.billing import test_collection as collection
from tests.sandbox.billing import test_ending as ending
from tests.sandbox.billing import test_invoices as invoices
from tests.sandbox.billing import test_lifecycle as lifecycle
from tests.sandbox.billing import test_pausing as pausing
from tests.sandbox.billing import test_pending_updates as pending_updates
from tests.sandbox.billing import test_schedules as schedules
from tests.sandbox.billing import test_starting as starting
from tests.sandbox.billing import test_taxed_changes as taxed_changes
from tests.sandbox.billing import test_tiers_and_use as tiers_and_use
from tests.sandbox.billing import test_updating as updating
from tests.sandbox.billing import test_worked_examples as worked_examples
from tests.sandbox.billing.planting import Fault

PAYMENTS = (
    Fault(
        "paying does not make active",
        "billing.standing",
        'elif subscription["status"] in REVIVED and subscription["latest_invoice"] '
        '== invoice["id"]:',
        'elif subscription["status"] in ENDED and subscription["latest_invoice"] == invoice["id"]:',
        (lifecycle.test_a_new_card_ends_dunning,),
    ),
    Fault(
        "a failed payment is unpaid at once",
        "billing.standing",
        'subscription["status"] = "past_due" if end in {None, "pause_at_first"} else end',
        'subscription["status"] = "unpaid" if end in {None, "pause_at_first"} else end',
        (
            pending_updates.test_a_failed_payment_leaves_the_change_and_past_due,
            ending.test_open_invoices_of_a_canceled_subscription_rest,
        ),
    ),
    Fault(
        "a failed first payment is past due",
        "billing.starting",
        'subscription["status"] = "incomplete"',
        'subscription["status"] = "past_due"',
        (starting.test_a_declined_card_leaves_it_incomplete,),
    ),
    Fault(
        "an unpaid start never expires",
        "billing.lifecycle",
        'at = subscription["created"] + INCOMPLETE_FOR',
        'at = subscription["created"] + 9 * INCOMPLETE_FOR',
        (starting.test_an_unpaid_first_invoice_expires_after_23_hours,),
    ),
    Fault(
        "error_if_incomplete keeps the change",
        "billing.updating",
        '    if behavior == "error_if_incomplete":\n'
        '        raise collection.refusal(intent, "subscription")',
        '    if behavior == "error_if_incomplete":\n        return',
        (pending_updates.test_error_if_incomplete_changes_nothing,),
    ),
)
PENDING_UPDATES = (
    Fault(
        "a pending update is applied unpaid",
        "billing.updating",
        '    if invoice["status"] == "paid":\n'
        "        commit(account, subscription, proposal, invoice)",
        "    if invoice:\n        commit(account, subscription, proposal, invoice)",
        (pending_updates.test_a_pending_update_waits_23_hours,),
    ),
    Fault(
        "a paid pending update changes nothing",
        "billing.standing",
        'subscription |= {**pending["change"], "pending_update": None}',
        'subscription |= {"pending_update": None}',
        (pending_updates.test_a_pending_update_is_applied_when_paid,),
    ),
    Fault(
        "a dropped pending update stays payable",
        "billing.standing",
        '    if invoice["status"] == "open":\n        invoicing.void(',
        '    if invoice["status"] == "void":\n        invoicing.void(',
        (pending_updates.test_a_pending_update_waits_23_hours,),
    ),
    Fault(
        "a pending update outlives its period",
        "billing.standing",
        "expires = min([now + PENDING_HOURS * 3600, *(end for end in ends if end > now)])",
        "expires = now + PENDING_HOURS * 3600",
        (pending_updates.test_a_pending_update_ends_with_its_period_at_the_latest,),
    ),
)
SCHEDULES = (
    Fault(
        "a phase changes nothing at its start",
        "billing.schedules",
        "subscription |= phase_change(account, subscription, phase, moment)",
        "subscription |= {}",
        (
            taxed_changes.test_a_phase_brings_its_own_rates_and_what_it_does_not_repeat_is_gone,
            schedules.test_a_downgrade_starts_with_the_next_period_and_lets_go_after_it,
        ),
    ),
    Fault(
        "a phase's interval keeps the old cycle",
        "billing.schedules",
        'if moves or phase["billing_cycle_anchor"] == "phase_start":',
        'if phase["billing_cycle_anchor"] == "phase_start":',
        (schedules.test_a_shorter_interval_starts_a_new_cycle_at_the_end,),
    ),
    Fault(
        "a schedule that ends with cancel lets go",
        "billing.schedules",
        'if schedule["end_behavior"] == "cancel":',
        'if schedule["end_behavior"] == "release":',
        (schedules.test_a_downgrade_starts_with_the_next_period_and_lets_go_after_it,),
    ),
    Fault(
        "released, a subscription keeps its schedule",
        "billing.schedules",
        '    subscription["schedule"] = None\n'
        '    account.emit("subscription_schedule.released", schedule)',
        '    account.emit("subscription_schedule.released", schedule)',
        (
            schedules.test_a_downgrade_starts_with_the_next_period_and_lets_go_after_it,
            pausing.test_no_pause_under_a_schedule_and_no_schedule_over_a_pause,
        ),
    ),
    Fault(
        "a preview ignores the next phase",
        "billing.schedules",
        "    phase = next_phase(schedule, moment) if schedule else None\n"
        "    if phase is None:\n"
        "        return subscription, running",
        "    phase = None\n    if phase is None:\n        return subscription, running",
        (
            taxed_changes.test_a_phase_brings_its_own_rates_and_what_it_does_not_repeat_is_gone,
            schedules.test_a_downgrade_starts_with_the_next_period_and_lets_go_after_it,
        ),
    ),
    Fault(
        "a phase has the wrong discounts",
        "billing.schedules",
        'return terms.discounts_for(account, subscription, given or "")',
        "return terms.discounts_for(account, subscription, None)",
        (schedules.test_discounts_that_the_next_phase_does_not_name_are_gone,),
    ),
)
ENDINGS = (
    Fault(
        "cancelling now keeps what waits",
        "billing.ending",
        "    if not invoices and not prorates:\n        _drop_waiting(account, subscription)",
        "    if invoices and prorates:\n        _drop_waiting(account, subscription)",
        (ending.test_cancelling_now_drops_what_waits,),
    ),
    Fault(
        "undoing a cancellation keeps its date",
        "billing.terms",
        "found = _end(subscription, period_end(subscription) if at_end else None, now)",
        "found = _end(subscription, period_end(subscription), now)",
        (ending.test_cancelling_at_the_periods_end_can_be_undone,),
    ),
    Fault(
        "an end with the period stays behind it",
        "billing.terms",
        '    if fields["cancel_at_period_end"]:\n        fields["cancel_at"] = period_end(fields)',
        '    if not fields["cancel_at_period_end"]:\n        fields["cancel_at"] = None',
        (ending.test_a_flagged_end_follows_the_period,),
    ),
    Fault(
        "an early end credits nothing",
        "billing.ending",
        "early = moment < terms.period_end(subscription)",
        "early = False",
        (ending.test_an_end_inside_a_period_gives_back_the_rest,),
    ),
    Fault(
        "an end is not dated",
        "billing.standing",
        '"ended_at": at or now,',
        '"ended_at": None,',
        (ending.test_the_end_of_the_period_ends_it,),
    ),
    Fault(
        "open invoices go on after the end",
        "billing.standing",
        'for invoice in invoicing.of_subscription(account, subscription["id"], "draft", "open"):',
        'for invoice in invoicing.of_subscription(account, subscription["id"], "void"):',
        (ending.test_open_invoices_of_a_canceled_subscription_rest,),
    ),
)
TRIALS = (
    Fault(
        "a trial warns when it ends",
        "billing.lifecycle",
        'at = max(end - TRIAL_WARNING, subscription["trial_start"])',
        "at = end - 1",
        (lifecycle.test_a_trial_warns_three_days_before_and_bills_an_hour_after,),
    ),
    Fault(
        "a trial without a card is paused instead of canceled",
        "billing.renewing",
        'if method is None and needs_method and without == "cancel":',
        'if method is None and needs_method and without == "pause":',
        (lifecycle.test_a_trial_without_a_card_ends_as_it_is_set,),
    ),
    Fault(
        "use in a trial is billed",
        "billing.renewing",
        "plan.lines = [line for line in plan.lines if not _used_in_trial(line.item, subscription)]",
        "plan.lines = list(plan.lines)",
        (tiers_and_use.test_use_in_a_trial_is_free,),
    ),
    Fault(
        "a trial costs",
        "billing.changes",
        "amount=0 if trial else self.amount(item),",
        "amount=self.amount(item),",
        (lifecycle.test_a_trial_without_a_card_ends_as_it_is_set,),
    ),
)
DUNNING = (
    Fault(
        "dunning skips a day of its list",
        "billing.collection",
        'left = dunning["retry_days"][tries - 1 : tries] if tries else []',
        'left = dunning["retry_days"][tries : tries + 1] if tries else []',
        (collection.test_a_test_clock_leads_through_dunning_to_its_end,),
    ),
    Fault(
        "dunning has no end",
        "billing.collection",
        'return None if left else str(dunning["end"])',
        "return None",
        (
            collection.test_a_test_clock_leads_through_dunning_to_its_end,
            lifecycle.test_dunning_ends_as_configured,
        ),
    ),
    Fault(
        "paying by hand counts as an attempt",
        "billing.collection",
        'invoice["attempt_count"] += 1 if counted else 0',
        'invoice["attempt_count"] += 1',
        (lifecycle.test_a_manual_payment_leaves_the_count,),
    ),
    Fault(
        "an unpaid subscription is charged again",
        "billing.renewing",
        'held = subscription["status"] == "unpaid" or behavior is not None',
        "held = behavior is not None",
        (lifecycle.test_an_unpaid_subscription_only_drafts,),
    ),
    Fault(
        "paused collection collects",
        "billing.renewing",
        'held = subscription["status"] == "unpaid" or behavior is not None',
        'held = subscription["status"] == "unpaid"',
        (collection.test_while_collection_is_paused_invoices_are_closed_at_once_or_kept,),
    ),
)
RENEWALS = (
    Fault(
        "a renewal leaves out what waits",
        "billing.renewing",
        'lines=[*pending.lines(account, customer, subscription["id"]), *plan.lines],',
        "lines=plan.lines,",
        (
            invoices.test_pending_items_come_with_the_next_renewal,
            worked_examples.test_25_on_june_1_after_moving_from_10_to_20_in_the_middle_of_may,
        ),
    ),
    Fault(
        "a renewal forgets what can be credited",
        "billing.renewing",
        "    invoicing.record_debits(account, invoice)\n    close =",
        "    close =",
        (updating.test_what_a_renewal_charged_can_be_credited,),
    ),
    Fault(
        "months end a day early",
        "billing.periods",
        "day = min(moment.day, calendar.monthrange(year, month)[1])",
        "day = min(moment.day, calendar.monthrange(year, month)[1] - 1)",
        (
            lifecycle.test_days_are_clipped_to_short_months_and_come_back,
            worked_examples.test_31_january_bills_on_28_february_31_march_and_30_april,
        ),
    ),
    Fault(
        "a renewal is charged at once",
        "billing.invoicing",
        'invoice["automatically_finalizes_at"] = bill.now + HOUR',
        'invoice["automatically_finalizes_at"] = bill.now',
        (
            collection.test_a_test_clock_leads_through_dunning_to_its_end,
            lifecycle.test_a_clock_renews_with_a_draft_that_is_paid_an_hour_later,
        ),
    ),
)
PAUSES = (
    Fault(
        "a pause goes on with its period",
        "billing.pausing",
        'ended = [{**item, "current_period_end": now} for item in kept]',
        "ended = list(kept)",
        (pausing.test_pausing_stops_the_period_and_says_why,),
    ),
    Fault(
        "an old invoice ends a pause",
        "billing.standing",
        '    return waits.get("invoice") if subscription["status"] == "paused" else None',
        '    return subscription["latest_invoice"] if subscription["status"] == "paused" else None',
        (pausing.test_credit_is_invoiced_at_once_where_asked,),
    ),
    Fault(
        "classic billing pauses",
        "billing.standing",
        'if subscription["billing_mode"]["type"] != "flexible":',
        'if subscription["billing_mode"]["type"] == "":',
        (pausing.test_what_can_not_be_paused,),
    ),
)
FAULTS = (*PAYMENTS, *PENDING_UPDATES, *SCHEDULES, *ENDINGS, *TRIALS, *DUNNING, *RENEWALS, *PAUSES)
