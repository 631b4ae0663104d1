"""The policy over its whole space: total, and as the rules below say, written down once more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice, product

from portal.models import PortalSettings
from portal.policy import (
    MERCHANT_REASONS,
    SETTING_OF,
    Action,
    Ending,
    Facts,
    Offer,
    Reason,
    setting_verdict,
    verdict,
    verdicts,
)

STATUSES = (
    "active",
    "canceled",
    "incomplete",
    "incomplete_expired",
    "past_due",
    "paused",
    "trialing",
    "unpaid",
)
GONE = {"canceled", "incomplete_expired"}
BOTH = (False, True)

# When a reason is true of a subscription, whatever is asked for.
HOLDS: dict[Reason, Callable[[Facts], bool]] = {
    Reason.ENDED: lambda f: f.status in GONE,
    Reason.NOT_ENDED: lambda f: f.status != "canceled",
    Reason.NEVER_STARTED: lambda f: f.status == "incomplete_expired",
    Reason.ALREADY_ENDING: lambda f: f.ending is not Ending.NONE,
    Reason.NOT_ENDING: lambda f: f.ending is Ending.NONE,
    Reason.ENDS_BY_AGREEMENT: lambda f: f.ending is Ending.BY_AGREEMENT,
    Reason.SCHEDULE_ATTACHED: lambda f: f.has_schedule,
    Reason.UPDATE_PENDING: lambda f: f.has_pending_update,
    Reason.PAYMENT_OPEN: lambda f: f.status in {"past_due", "unpaid"},
    Reason.FIRST_PAYMENT_OPEN: lambda f: f.status == "incomplete",
    Reason.PAUSED: lambda f: f.is_collection_paused or f.status == "paused",
    Reason.NOT_A_PLAN: lambda f: f.offer is Offer.NOT_A_PLAN,
    Reason.SEVERAL_PLANS: lambda f: f.offer is Offer.SEVERAL_PLANS,
    Reason.NO_OTHER_PLAN: lambda f: f.offer is Offer.NO_OTHER_PLAN,
    Reason.PRICE_NOT_SOLD: lambda f: not f.is_sold,
    Reason.CARD_MISSING: lambda f: f.is_charged_automatically and not f.has_card,
    Reason.ALREADY_RESUBSCRIBED: lambda f: f.is_resubscribed,
    Reason.PAID_BY_INVOICE: lambda f: not f.is_charged_automatically,
}
# What stands in the way of each action, what is heard first standing first.
IN_THE_WAY = {
    Action.CHANGE_PLAN: "ended first_payment_open schedule_attached update_pending payment_open"
    " paused not_a_plan several_plans no_other_plan",
    Action.CANCEL: "ended schedule_attached update_pending already_ending",
    Action.UNDO_CANCEL: "ended not_ending ends_by_agreement schedule_attached update_pending",
    Action.RESUBSCRIBE: "never_started not_ended already_resubscribed price_not_sold card_missing",
    Action.UPDATE_CARD: "ended paid_by_invoice",
}
AT_ONCE = "ended schedule_attached"


def every_facts() -> Iterator[Facts]:
    """Return every combination of facts."""
    for row in product(STATUSES, Ending, BOTH, BOTH, BOTH, BOTH, BOTH, Offer, BOTH, BOTH):
        yield Facts(*row)


def settings(**given: bool) -> PortalSettings:
    """Return settings with every action on."""
    on = dict.fromkeys(SETTING_OF.values(), True)
    return PortalSettings(mode="test", **{**on, **given})


def expected(chosen: PortalSettings, facts: Facts, action: Action) -> Reason | None:
    """Return what the tables say; the setting aside."""
    picks = chosen.can_change_plan and chosen.can_change_plan_when_canceled
    replaces_price = picks and facts.offer is Offer.OTHER_PLANS
    at_once = action is Action.CANCEL and chosen.cancels_immediately
    for name in (AT_ONCE if at_once else IN_THE_WAY[action]).split():
        reason = Reason(name)
        if HOLDS[reason](facts) and not (reason is Reason.PRICE_NOT_SOLD and replaces_price):
            return reason
    return None


def test_every_cell_is_as_the_tables_say(
    record_property: Callable[[str, object], None],
) -> None:
    names = ("cancels_immediately", "can_change_plan_when_canceled")
    cells = 0
    for values in product(BOTH, repeat=len(names)):
        chosen = settings(**dict(zip(names, values, strict=True)))
        for facts in every_facts():
            for action, found in verdicts(chosen, facts).items():
                assert found.reason is expected(chosen, facts, action), (action, facts, values)
                cells += 1

    record_property("policy cells by table", cells)
    assert cells == 4 * 12_288 * len(Action)


def test_one_setting_off_hides_its_own_actions_alone() -> None:
    good = [Facts("active"), Facts("active", ending=Ending.PERIOD_END), Facts("canceled")]
    for name in set(SETTING_OF.values()):
        everything, without = settings(), settings(**{name: False})
        for facts, action in product(good, Action):
            before, now = (verdict(s, facts, action) for s in (everything, without))

            hidden = SETTING_OF[action] == name
            assert (now.reason is Reason.SETTING_OFF) is hidden
            assert hidden or now == before
            assert setting_verdict(without, action).allowed is not hidden


def test_no_other_setting_has_a_say() -> None:
    known = {*SETTING_OF.values(), "cancels_immediately", "can_change_plan_when_canceled"}
    other = [
        name
        for name, field in PortalSettings.declared().items()
        if name not in known and field.get_internal_type() == "BooleanField"
    ]
    sample = list(islice(every_facts(), 0, None, 97))
    everything = settings()
    flipped = settings(**{name: not getattr(everything, name) for name in other})

    assert len(other) >= 15
    for facts in sample:
        assert verdicts(flipped, facts) == verdicts(everything, facts)


def test_judging_changes_nothing() -> None:
    chosen, facts = settings(), Facts("active")
    before = dict(chosen.__dict__)

    first, second = verdicts(chosen, facts), verdicts(chosen, facts)

    assert first == second
    assert before == chosen.__dict__


def test_every_cell_has_a_verdict(record_property: Callable[[str, object], None]) -> None:
    everything = settings()
    cells = Counter(
        (action, verdict(everything, facts, action).reason)
        for facts in every_facts()
        for action in Action
    )

    record_property("policy cells", cells.total())
    assert cells.total() == 8 * 3 * 2**5 * 4 * 2**2 * len(Action)
    reached = {reason for _action, reason in cells if reason}
    assert reached == set(Reason) - {Reason.SETTING_OFF}
    assert {action for action, reason in cells if reason is None} == set(Action)


def test_a_setting_that_is_off_comes_before_all_else() -> None:
    off = settings(**dict.fromkeys(SETTING_OF.values(), False))

    for facts in every_facts():
        for action, found in verdicts(off, facts).items():
            assert (found.reason, found.setting) == (Reason.SETTING_OFF, SETTING_OF[action])


def test_a_plan_changes_only_where_nothing_is_open_planned_or_over() -> None:
    everything = settings()
    for facts in every_facts():
        allowed = (
            facts.status in {"active", "trialing"}
            and not facts.has_schedule
            and not facts.has_pending_update
            and not facts.is_collection_paused
            and facts.offer is Offer.OTHER_PLANS
        )

        assert verdict(everything, facts, Action.CHANGE_PLAN).allowed is allowed, facts


def test_what_runs_can_be_canceled_once() -> None:
    for at_once in BOTH:
        chosen = settings(cancels_immediately=at_once)
        for facts in every_facts():
            runs = facts.status not in GONE and not facts.has_schedule
            free = not facts.has_pending_update and facts.ending is Ending.NONE

            allowed = verdict(chosen, facts, Action.CANCEL).allowed
            assert allowed is (runs and (at_once or free)), facts


def test_only_the_end_that_the_portal_sets_can_be_undone() -> None:
    everything = settings()
    for facts in every_facts():
        allowed = (
            facts.status not in GONE
            and facts.ending is Ending.PERIOD_END
            and not facts.has_schedule
            and not facts.has_pending_update
        )

        assert verdict(everything, facts, Action.UNDO_CANCEL).allowed is allowed, facts


def test_only_a_canceled_one_starts_again_and_only_once() -> None:
    for picks in BOTH:
        chosen = settings(can_change_plan_when_canceled=picks)
        for facts in every_facts():
            sold = facts.is_sold or (picks and facts.offer is Offer.OTHER_PLANS)
            allowed = (
                facts.status == "canceled"
                and not facts.is_resubscribed
                and sold
                and (facts.has_card or not facts.is_charged_automatically)
            )

            assert verdict(chosen, facts, Action.RESUBSCRIBE).allowed is allowed, facts


def test_a_card_is_for_what_runs_and_is_charged() -> None:
    everything = settings()
    for facts in every_facts():
        allowed = facts.status not in GONE and facts.is_charged_automatically

        assert verdict(everything, facts, Action.UPDATE_CARD).allowed is allowed, facts


def test_every_reason_is_explained_to_the_merchant() -> None:
    assert set(MERCHANT_REASONS) == set(Reason)
