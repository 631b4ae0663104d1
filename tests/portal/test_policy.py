"""The policy over its whole space: total, and as the rules below say, written down once more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from itertools import product

from portal.models import PortalSettings
from portal.policy import (
    MERCHANT_REASONS,
    SETTING_OF,
    Action,
    Ending,
    Facts,
    Offer,
    Reason,
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


def every_facts() -> Iterator[Facts]:
    """Return every combination of facts."""
    for row in product(STATUSES, Ending, BOTH, BOTH, BOTH, BOTH, BOTH, Offer, BOTH, BOTH):
        yield Facts(*row)


def settings(**given: bool) -> PortalSettings:
    """Return settings with every action on."""
    on = dict.fromkeys(SETTING_OF.values(), True)
    return PortalSettings(mode="test", **{**on, **given})


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
