"""The policy over its whole space: total, and as the rules below say, written down once more.

Each action is judged for every combination of the facts that its rules name, and a Facts that tells
of every look at it proves that they look at no others.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterator
from enum import EnumType
from functools import cache
from itertools import product
from typing import Any, get_type_hints

from portal.models import PortalSettings
from portal.policy import (
    CHECKS,
    HIDDEN_BY,
    SETTING_OF,
    Action,
    Counting,
    Ending,
    Facts,
    Offer,
    Pause,
    Planned,
    Reason,
    ends_at_once,
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
    Reason.SCHEDULE_ATTACHED: lambda f: f.planned is Planned.MERCHANTS,
    Reason.CHANGE_SCHEDULED: lambda f: f.planned is Planned.OURS,
    Reason.NOTHING_SCHEDULED: lambda f: f.planned is Planned.NONE,
    Reason.UPDATE_PENDING: lambda f: f.has_pending_update,
    Reason.PAYMENT_OPEN: lambda f: f.status in {"past_due", "unpaid"},
    Reason.FIRST_PAYMENT_OPEN: lambda f: f.status == "incomplete",
    Reason.PAUSED: lambda f: f.pause is Pause.COLLECTION or f.status == "paused",
    Reason.NOT_PAUSED: lambda f: f.status != "paused",
    Reason.PAUSED_BY_SELLER: lambda f: (
        f.pause is Pause.COLLECTION or (f.status, f.pause) == ("paused", Pause.BY_SELLER)
    ),
    Reason.NOT_RESUMABLE: lambda f: not f.is_charged_automatically,
    Reason.NOT_A_PLAN: lambda f: f.offer is Offer.NOT_A_PLAN,
    Reason.SEVERAL_PLANS: lambda f: f.offer is Offer.SEVERAL_PLANS,
    Reason.NO_OTHER_PLAN: lambda f: f.offer is Offer.NO_OTHER_PLAN,
    Reason.PRICE_NOT_SOLD: lambda f: not f.is_sold,
    Reason.NOT_COUNTED: lambda f: f.counting is Counting.NONE,
    Reason.SEVERAL_COUNTED: lambda f: f.counting is Counting.SEVERAL,
    Reason.DISCOUNTS_FULL: lambda f: f.has_all_discounts,
    Reason.OTHER_CURRENCY: lambda f: f.is_other_currency,
    Reason.CARD_MISSING: lambda f: f.is_charged_automatically and not f.has_card,
    Reason.ALREADY_RESUBSCRIBED: lambda f: f.is_resubscribed,
    Reason.PAID_BY_INVOICE: lambda f: not f.is_charged_automatically,
}
CHARGING = "ended first_payment_open schedule_attached change_scheduled update_pending payment_open"
# What stands in the way of each action, what is heard first standing first.
IN_THE_WAY = {
    Action.CHANGE_PLAN: f"{CHARGING} paused not_a_plan several_plans no_other_plan",
    Action.UNDO_SCHEDULED_CHANGE: "ended schedule_attached nothing_scheduled",
    Action.CHANGE_QUANTITY: f"{CHARGING} paused not_counted several_counted",
    Action.APPLY_COUPON: "ended first_payment_open schedule_attached change_scheduled"
    " update_pending paused already_ending discounts_full",
    Action.CANCEL: "ended schedule_attached update_pending already_ending",
    Action.UNDO_CANCEL: "ended not_ending ends_by_agreement schedule_attached update_pending",
    Action.RESUME: "ended paused_by_seller not_paused not_resumable card_missing",
    Action.RESUBSCRIBE: "never_started not_ended already_resubscribed price_not_sold"
    " other_currency card_missing",
    Action.UPDATE_CARD: "ended paid_by_invoice",
}
AT_ONCE = "ended schedule_attached"
# Where an action sees more, or less, in a reason than the table above says.
OTHERWISE: dict[tuple[Action, Reason], Callable[[Facts], bool]] = {
    (Action.APPLY_COUPON, Reason.PAUSED): lambda f: f.status == "paused",
    (Action.APPLY_COUPON, Reason.ALREADY_ENDING): lambda f: f.ending is Ending.PERIOD_END,
    (Action.UNDO_CANCEL, Reason.SCHEDULE_ATTACHED): lambda f: f.planned is not Planned.NONE,
}
# The facts that each action's rules look at.
LOOKS_AT = {
    Action.CHANGE_PLAN: "status planned has_pending_update pause offer",
    Action.UNDO_SCHEDULED_CHANGE: "status planned",
    Action.CHANGE_QUANTITY: "status planned has_pending_update pause counting",
    Action.APPLY_COUPON: "status planned has_pending_update ending has_all_discounts",
    Action.CANCEL: "status planned has_pending_update ending pause",
    Action.UNDO_CANCEL: "status planned has_pending_update ending",
    Action.RESUME: "status pause is_charged_automatically has_card",
    Action.RESUBSCRIBE: "status is_resubscribed is_sold are_extras_sold offer is_other_currency"
    " is_charged_automatically has_card",
    Action.UPDATE_CARD: "status is_charged_automatically",
}


class Watched(Facts):
    """Facts that tell which of them were looked at."""

    def __getattribute__(self, name: str) -> Any:
        if name in NAMES:
            object.__getattribute__(self, "__dict__").setdefault("looks", set()).add(name)
        return object.__getattribute__(self, name)


NAMES = frozenset(field.name for field in dataclasses.fields(Facts))


@cache
def values(name: str) -> tuple[Any, ...]:
    """Return everything that a fact can be."""
    kind = get_type_hints(Facts)[name]
    if isinstance(kind, EnumType):
        return tuple(kind)
    return STATUSES if name == "status" else BOTH


@cache
def every_facts(action: Action) -> tuple[Watched, ...]:
    """Return every combination of the facts that an action looks at."""
    names = LOOKS_AT[action].split()
    rows = product(*(values(name) for name in names))
    return tuple(Watched(**dict(zip(names, row, strict=True))) for row in rows)


def cells() -> Iterator[tuple[Action, Facts]]:
    """Return every action with every combination of what it looks at."""
    for action in Action:
        for facts in every_facts(action):
            yield action, facts


def settings(**given: bool) -> PortalSettings:
    """Return settings with every action on."""
    on = dict.fromkeys(SETTING_OF.values(), True)
    return PortalSettings(mode="test", **{**on, **given})


def holds(action: Action, reason: Reason, facts: Facts) -> bool:
    """Tell whether a reason is true, as the action sees it."""
    return OTHERWISE.get((action, reason), HOLDS[reason])(facts)


def has_nothing_paid(facts: Facts) -> bool:
    """Tell whether there is no paid period that could run out."""
    return facts.status == "incomplete" or (facts.status, facts.pause) in {
        ("paused", Pause.NO_CARD),
        ("paused", Pause.PAYMENT_FAILED),
    }


def expected(chosen: PortalSettings, facts: Facts, action: Action) -> Reason | None:
    """Return what the tables say; the setting aside."""
    picks = chosen.can_change_plan and chosen.can_change_plan_when_canceled
    replaces_price = picks and facts.offer is Offer.OTHER_PLANS and facts.are_extras_sold
    at_once = action is Action.CANCEL and (chosen.cancels_immediately or has_nothing_paid(facts))
    for name in (AT_ONCE if at_once else IN_THE_WAY[action]).split():
        reason = Reason(name)
        if holds(action, reason, facts) and not (
            reason is Reason.PRICE_NOT_SOLD and replaces_price
        ):
            return reason
    return None


def test_every_cell_is_as_the_tables_say(
    record_property: Callable[[str, object], None],
) -> None:
    names = ("cancels_immediately", "can_change_plan_when_canceled")
    count = 0
    for row in product(BOTH, repeat=len(names)):
        chosen = settings(**dict(zip(names, row, strict=True)))
        for action, facts in cells():
            found = verdict(chosen, facts, action)
            assert found.reason is expected(chosen, facts, action), (action, facts, row)
            count += 1

    record_property("cells of the policy, by its tables", count)
    assert count == 4 * sum(len(every_facts(action)) for action in Action)


def test_an_action_looks_at_the_facts_that_it_names_and_no_others() -> None:
    for action in Action:
        seen: set[str] = set()
        for cancels, picks in product(BOTH, BOTH):
            chosen = settings(cancels_immediately=cancels, can_change_plan_when_canceled=picks)
            for facts in every_facts(action):
                facts.__dict__["looks"] = set()
                CHECKS[action](chosen, facts)
                seen |= facts.__dict__["looks"]

        assert seen == set(LOOKS_AT[action].split()), action


def test_every_fact_has_a_say_somewhere() -> None:
    assert set().union(*(names.split() for names in LOOKS_AT.values())) == NAMES


def test_one_setting_off_hides_its_own_actions_alone() -> None:
    good = [Facts("active"), Facts("active", ending=Ending.PERIOD_END), Facts("canceled")]
    for name in set(SETTING_OF.values()):
        everything, without = settings(), settings(**{name: False})
        for facts, action in product(good, Action):
            before, now = (verdict(s, facts, action) for s in (everything, without))

            hidden = SETTING_OF.get(action) == name
            assert (now.reason is Reason.SETTING_OFF) is hidden
            assert hidden or now == before
            assert setting_verdict(without, action).allowed is not hidden


def test_no_other_setting_has_a_say() -> None:
    known = {*SETTING_OF.values(), *HIDDEN_BY.values()}
    known |= {"cancels_immediately", "can_change_plan_when_canceled"}
    other = [
        name
        for name, field in PortalSettings.declared().items()
        if name not in known and field.get_internal_type() == "BooleanField"
    ]
    everything = settings()
    flipped = settings(**{name: not getattr(everything, name) for name in other})

    assert len(other) >= 12
    for action, facts in cells():
        assert verdict(flipped, facts, action) == verdict(everything, facts, action)


def test_judging_changes_nothing() -> None:
    chosen, facts = settings(), Facts("active")
    before = dict(chosen.__dict__)

    first, second = verdicts(chosen, facts), verdicts(chosen, facts)

    assert first == second
    assert before == chosen.__dict__
    assert list(first) == list(Action)


def test_every_cell_has_a_verdict(record_property: Callable[[str, object], None]) -> None:
    everything = settings()
    count = Counter((each, verdict(everything, facts, each).reason) for each, facts in cells())

    record_property("cells of the policy", count.total())
    assert count.total() > 3_000
    shut = {Reason.SETTING_OFF, Reason.NOT_PERMITTED}
    assert {reason for _, reason in count if reason} == set(Reason) - shut
    assert {action for action, reason in count if reason is None} == set(Action)


def test_a_setting_that_is_off_comes_before_all_else() -> None:
    off = settings(**dict.fromkeys(SETTING_OF.values(), False))

    for action, facts in cells():
        if action in SETTING_OF:
            found = verdict(off, facts, action)
            assert (found.reason, found.setting) == (Reason.SETTING_OFF, SETTING_OF[action])


def test_what_is_hidden_cannot_be_started_again() -> None:
    hiding = "shows_only_active_subscriptions"
    everything, without = settings(), settings(**{hiding: True})

    for action, facts in cells():
        now = verdict(without, facts, action)
        if action is Action.RESUBSCRIBE:
            assert (now.reason, now.setting) == (Reason.SETTING_OFF, hiding)
        else:
            assert now == verdict(everything, facts, action)


def test_no_setting_keeps_what_was_bought_from_going_on() -> None:
    assert set(Action) - set(SETTING_OF) == {Action.RESUME}


def free(facts: Facts) -> bool:
    """Tell whether nothing is open, planned or over, so that a change can be charged."""
    return (
        facts.status in {"active", "trialing"}
        and facts.planned is Planned.NONE
        and not facts.has_pending_update
        and facts.pause is not Pause.COLLECTION
    )


def test_what_is_charged_changes_only_where_nothing_is_open_planned_or_over() -> None:
    everything = settings()
    for facts in every_facts(Action.CHANGE_PLAN):
        allowed = free(facts) and facts.offer is Offer.OTHER_PLANS
        assert verdict(everything, facts, Action.CHANGE_PLAN).allowed is allowed, facts
    for facts in every_facts(Action.CHANGE_QUANTITY):
        allowed = free(facts) and facts.counting is Counting.ONE
        assert verdict(everything, facts, Action.CHANGE_QUANTITY).allowed is allowed, facts


def test_a_code_is_taken_where_an_invoice_is_still_to_come() -> None:
    everything = settings()
    for facts in every_facts(Action.APPLY_COUPON):
        allowed = (
            facts.status in {"active", "trialing", "past_due", "unpaid"}
            and facts.planned is Planned.NONE
            and not facts.has_pending_update
            and facts.ending is not Ending.PERIOD_END
            and not facts.has_all_discounts
        )

        assert verdict(everything, facts, Action.APPLY_COUPON).allowed is allowed, facts


def test_what_runs_can_be_canceled_once() -> None:
    for at_once in BOTH:
        chosen = settings(cancels_immediately=at_once)
        for facts in every_facts(Action.CANCEL):
            runs = facts.status not in GONE and facts.planned is not Planned.MERCHANTS
            is_free = not facts.has_pending_update and facts.ending is Ending.NONE
            ends_now = at_once or has_nothing_paid(facts)

            allowed = verdict(chosen, facts, Action.CANCEL).allowed
            assert allowed is (runs and (ends_now or is_free)), facts
            assert ends_at_once(chosen, facts) is ends_now


def test_only_the_end_that_the_portal_sets_can_be_undone() -> None:
    everything = settings()
    for facts in every_facts(Action.UNDO_CANCEL):
        allowed = (
            facts.status not in GONE
            and facts.ending is Ending.PERIOD_END
            and facts.planned is Planned.NONE
            and not facts.has_pending_update
        )

        assert verdict(everything, facts, Action.UNDO_CANCEL).allowed is allowed, facts


def test_only_what_was_planned_here_can_be_undone() -> None:
    everything = settings()
    for facts in every_facts(Action.UNDO_SCHEDULED_CHANGE):
        allowed = facts.status not in GONE and facts.planned is Planned.OURS

        assert verdict(everything, facts, Action.UNDO_SCHEDULED_CHANGE).allowed is allowed, facts


def test_only_what_stripe_paused_and_can_charge_goes_on() -> None:
    everything = settings()
    for facts in every_facts(Action.RESUME):
        allowed = (
            facts.status == "paused"
            and facts.pause not in {Pause.BY_SELLER, Pause.COLLECTION}
            and facts.is_charged_automatically
            and facts.has_card
        )

        assert verdict(everything, facts, Action.RESUME).allowed is allowed, facts


def test_only_a_canceled_one_starts_again_and_only_once() -> None:
    for picks in BOTH:
        chosen = settings(can_change_plan_when_canceled=picks)
        for facts in every_facts(Action.RESUBSCRIBE):
            mends = picks and facts.offer is Offer.OTHER_PLANS and facts.are_extras_sold
            sold = facts.is_sold or mends
            allowed = (
                facts.status == "canceled"
                and not facts.is_resubscribed
                and not facts.is_other_currency
                and sold
                and (facts.has_card or not facts.is_charged_automatically)
            )

            assert verdict(chosen, facts, Action.RESUBSCRIBE).allowed is allowed, facts


def test_a_card_is_for_what_runs_and_is_charged() -> None:
    everything = settings()
    for facts in every_facts(Action.UPDATE_CARD):
        allowed = facts.status not in GONE and facts.is_charged_automatically

        assert verdict(everything, facts, Action.UPDATE_CARD).allowed is allowed, facts
