"""The policy against Stripe, for every shape that a subscription can have: what it allows goes
through over the API, and what it blocks Stripe refuses, unless it is a caution of ours.

TABLE is the whole of it, written down: a change of what is possible has to change it too.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator

import pytest
from django.core.cache import cache

from portal.policy import Action, Reason
from servicebot.sandbox import doors
from servicebot.sandbox.world import Sandbox
from tests.portal.shapes import done
from tests.portal.shapes.building import SHAPES
from tests.portal.shapes.directly import CAUTION, REFUSED, require_reason
from tests.portal.shapes.scene import CODE, Scene
from tests.portal.shapes.visitor import DONE, QUOTED, Answer, Json, Visitor, Wish, earlier_quote
from tests.portal.shapes.watching import Watched

Record = Callable[[str, object], None]

ORDER = tuple(Action)
CELLS = "cells of shapes and actions"
# What becomes of every action, in the order of Action, and with which shapes.
TABLE = (
    (
        "active yearly trialing trialing_without_card empty_schedule several_items "
        "several_items_with_use discounted archived archived_extra another_currency free "
        "free_without_card card_of_its_own classic classic_several_items",
        "done nothing_scheduled not_counted done done not_ending not_paused not_ended done",
    ),
    (
        "past_due unpaid unpaid_with_draft",
        "payment_open nothing_scheduled payment_open done done not_ending not_paused not_ended "
        "done",
    ),
    (
        "incomplete incomplete_asking_the_bank",
        "first_payment_open nothing_scheduled first_payment_open first_payment_open done "
        "not_ending not_paused not_ended done",
    ),
    (
        "incomplete_and_ending",
        "first_payment_open nothing_scheduled first_payment_open first_payment_open done done "
        "not_paused not_ended done",
    ),
    (
        "incomplete_expired",
        "ended ended ended ended ended ended ended never_started ended",
    ),
    (
        "paused",
        "paused nothing_scheduled paused paused done not_ending card_missing not_ended done",
    ),
    (
        "paused_with_card paused_after_failed_payments",
        "paused nothing_scheduled paused paused done not_ending done not_ended done",
    ),
    (
        "paused_by_invoice",
        "paused nothing_scheduled paused paused done not_ending not_resumable not_ended "
        "paid_by_invoice",
    ),
    (
        "paused_by_merchant",
        "paused nothing_scheduled paused paused done not_ending paused_by_seller not_ended done",
    ),
    (
        "canceled canceled_with_card_of_its_own canceled_by_invoice canceled_several_items "
        "canceled_metered canceled_outside_services canceled_two_plans canceled_archived "
        "canceled_classic canceled_once_in_another_currency",
        "ended ended ended ended ended ended ended done ended",
    ),
    (
        "canceled_without_card",
        "ended ended ended ended ended ended ended card_missing ended",
    ),
    (
        "canceled_archived_extra",
        "ended ended ended ended ended ended ended price_not_sold ended",
    ),
    (
        "canceled_and_started_again",
        "ended ended ended ended ended ended ended already_resubscribed ended",
    ),
    (
        "canceled_in_another_currency",
        "ended ended ended ended ended ended ended other_currency ended",
    ),
    (
        "ends_at_period_end trial_that_ends",
        "done nothing_scheduled not_counted already_ending already_ending done not_paused "
        "not_ended done",
    ),
    (
        "ends_by_agreement ends_by_agreement_in_this_period",
        "done nothing_scheduled not_counted done already_ending ends_by_agreement not_paused "
        "not_ended done",
    ),
    (
        "past_due_and_ending",
        "payment_open nothing_scheduled payment_open already_ending already_ending done "
        "not_paused not_ended done",
    ),
    (
        "planned_here planned_here_then_archived",
        "change_scheduled done change_scheduled change_scheduled done not_ending not_paused "
        "not_ended done",
    ),
    (
        "planned_by_merchant",
        "schedule_attached schedule_attached schedule_attached schedule_attached "
        "schedule_attached not_ending not_paused not_ended done",
    ),
    (
        "ends_by_schedule ending_with_empty_schedule",
        "schedule_attached schedule_attached schedule_attached schedule_attached "
        "schedule_attached ends_by_agreement not_paused not_ended done",
    ),
    (
        "pending_update",
        "update_pending nothing_scheduled update_pending update_pending update_pending "
        "not_ending not_paused not_ended done",
    ),
    (
        "ending_with_pending_update",
        "update_pending nothing_scheduled update_pending update_pending update_pending "
        "update_pending not_paused not_ended done",
    ),
    (
        "collection_kept_as_draft collection_uncollectible collection_void",
        "paused nothing_scheduled paused done done not_ending paused_by_seller not_ended done",
    ),
    (
        "two_plans",
        "several_plans nothing_scheduled not_counted done done not_ending not_paused not_ended "
        "done",
    ),
    (
        "metered outside_services unit_not_enabled",
        "not_a_plan nothing_scheduled not_counted done done not_ending not_paused not_ended done",
    ),
    (
        "by_invoice trial_by_invoice",
        "done nothing_scheduled not_counted done done not_ending not_paused not_ended "
        "paid_by_invoice",
    ),
    (
        "twenty_discounts",
        "done nothing_scheduled not_counted discounts_full done not_ending not_paused not_ended "
        "done",
    ),
    (
        "counted counted_in_trial classic_counted",
        "not_a_plan nothing_scheduled done done done not_ending not_paused not_ended done",
    ),
    (
        "counted_by_invoice",
        "not_a_plan nothing_scheduled done done done not_ending not_paused not_ended "
        "paid_by_invoice",
    ),
    (
        "counted_beside_a_plan",
        "done nothing_scheduled done done done not_ending not_paused not_ended done",
    ),
    (
        "counted_twice",
        "not_a_plan nothing_scheduled several_counted done done not_ending not_paused not_ended "
        "done",
    ),
    (
        "only_price_of_its_currency",
        "no_other_plan nothing_scheduled not_counted done done not_ending not_paused not_ended "
        "done",
    ),
)
EXPECTED = {
    shape: dict(zip(ORDER, becomes.split(), strict=True))
    for shapes, becomes in TABLE
    for shape in shapes.split()
}
HIDDEN = {"incomplete_expired"}
"""What is on no page, and so has no verdicts to be read."""


@pytest.fixture
def scene(db: None) -> Iterator[Scene]:
    cache.clear()
    with doors.use(Sandbox()) as sandbox:
        yield Scene(sandbox)
    assert sandbox.findings == []
    assert sandbox.refused == []


class Try:
    """A shape with its customer at the portal, and what Stripe had before."""

    def __init__(self, scene: Scene, shape: str, **settings: bool) -> None:
        self.scene = scene
        made = SHAPES[shape](scene)
        scene.stripe.subscriptions.retrieve(made["id"])  # its prices as they are by now
        self.subscription: Json = copy.deepcopy(made)
        scene.switch(**settings)
        self.visitor: Visitor = scene.visitor()
        self.watched = Watched(scene.account)

    def act(self, action: Action, *, cheapest: bool = False) -> Answer:
        """Do an action as the customer would."""
        return self.visitor.do(action, self.subscription, self._wish(action, cheapest=cheapest))

    def require_done(self, action: Action, *, cheapest: bool = False) -> Answer:
        """Do an action, look at Stripe whether it was done, and put all back."""
        wish = self._wish(action, cheapest=cheapest)
        answer = self.visitor.do(action, self.subscription, wish)
        assert (answer.code, answer.status) == (DONE, 200), answer.body
        changes = self.watched.changes()
        done.check(action, done.Done(self.watched, self.subscription, wish, answer, changes))
        self.watched.put_back()
        return answer

    def require_blocked(self, action: Action, code: str) -> None:
        """Ask for an action, by an earlier quote too, and find it blocked and nothing changed."""
        answers = [self.act(action)]
        if action in QUOTED:
            path = f"/subscriptions/{self.subscription['id']}/{action.path}"
            quote = earlier_quote(action, self.subscription)
            answers.append(Answer.of(self.visitor.api("post", path, quote=quote)))
        for answer in answers:
            assert (answer.code, answer.status) == (code, 409), answer.body
        assert not self.watched.changes()

    def _wish(self, action: Action, *, cheapest: bool) -> Wish:
        price = self._price(cheapest=cheapest) if action is Action.CHANGE_PLAN else ""
        if action is Action.RESUBSCRIBE and self._is_archived():
            price = self.scene.shop.prices["Starter month"]
        counted = max(i.get("quantity", 0) for i in self.subscription["items"]["data"])
        return Wish(price, counted + 1, CODE, "unused", "Bye")

    def _price(self, *, cheapest: bool) -> str:
        """Return the dearest price that is offered, or the cheapest."""
        listed = self.visitor.api("get", f"/subscriptions/{self.subscription['id']}/plans")
        if listed.status_code != 200:
            return ""
        offered = [plan["price"] for plan in listed.json() if not plan["current"]]
        if not offered:
            return ""
        pick = min if cheapest else max
        return str(pick(offered, key=lambda price: price["unit_amount"])["id"])

    def _is_archived(self) -> bool:
        return not all(
            self.scene.raw(item["price"]["id"])["active"]
            for item in self.subscription["items"]["data"]
        )


def test_every_shape_has_its_row() -> None:
    assert set(EXPECTED) == set(SHAPES)
    assert sum(len(shapes.split()) for shapes, _becomes in TABLE) == len(SHAPES)


def test_every_blocked_cell_says_whose_no_it_is() -> None:
    blocked = {
        (action, Reason(code))
        for row in EXPECTED.values()
        for action, code in row.items()
        if code != DONE
    }

    assert blocked == set(CAUTION) | set(REFUSED)
    assert not set(CAUTION) & set(REFUSED)
    # Not sold is said of shapes here; what the settings shut is in the settings' own tests.
    assert {reason for _action, reason in blocked} == set(Reason) - {
        Reason.SETTING_OFF,
        Reason.NOT_PERMITTED,
    }


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_allowed_goes_through_and_what_is_blocked_has_its_reason(
    shape: str, scene: Scene, record_property: Record
) -> None:
    tried = Try(scene, shape)
    if shape not in HIDDEN:
        assert tried.visitor.verdicts(tried.subscription["id"]) == EXPECTED[shape]
    for action, code in EXPECTED[shape].items():
        if (shape, action) in NEEDS_CARD:
            continue
        if code == DONE:
            tried.require_done(action)
            continue
        if action is not Action.UPDATE_CARD:  # a card is its customer's: no call names what it pays
            tried.require_blocked(action, code)
        require_reason(scene, action, code, tried.subscription)
        tried.watched.put_back()
    record_property(CELLS, len(EXPECTED[shape]))


NEEDS_CARD = {("free_without_card", Action.CHANGE_PLAN)}
"""What is possible, and costs something for which there is no card yet."""


def test_what_is_charged_at_once_asks_for_a_card_first(scene: Scene) -> None:
    tried = Try(scene, "free_without_card")

    answer = tried.act(Action.CHANGE_PLAN)
    assert (answer.code, answer.status) == (Reason.CARD_MISSING, 409)
    assert not tried.watched.changes()
    tried.visitor.save_card(scene.customer, "pm_card_visa")
    tried.watched = Watched(scene.account)

    tried.require_done(Action.CHANGE_PLAN)


# Downgrades wait for the next period with these shapes, and those end before it. With all others
# they start at once: in a trial nothing is paid yet, and an archived price no schedule can say.
WAITS = (
    "active yearly several_items several_items_with_use by_invoice discounted twenty_discounts "
    "counted_beside_a_plan card_of_its_own classic classic_several_items empty_schedule"
)
ENDS = "ends_at_period_end ends_by_agreement ends_by_agreement_in_this_period"
DOWN = [shape for shape, row in EXPECTED.items() if row[Action.CHANGE_PLAN] == DONE]


@pytest.mark.parametrize("shape", sorted(set(DOWN) - {"free", "free_without_card"}))
def test_a_downgrade_waits_where_it_can(shape: str, scene: Scene, record_property: Record) -> None:
    tried = Try(scene, shape, schedules_downgrades=True)

    if shape in ENDS.split():
        assert tried.act(Action.CHANGE_PLAN, cheapest=True).code == Reason.ALREADY_ENDING
        assert not tried.watched.changes()
    else:
        told = tried.require_done(Action.CHANGE_PLAN, cheapest=True).preview
        assert bool(told["starts_at"]) is (shape in WAITS.split())
    record_property(CELLS, 1)


@pytest.mark.parametrize("shape", SHAPES)
def test_at_once_what_is_set_to_end_or_waits_for_a_payment_ends_too(
    shape: str, scene: Scene, record_property: Record
) -> None:
    tried = Try(scene, shape, cancels_immediately=True)
    code = EXPECTED[shape][Action.CANCEL]

    if code in {DONE, Reason.ALREADY_ENDING, Reason.UPDATE_PENDING}:
        tried.require_done(Action.CANCEL)
    else:
        tried.require_blocked(Action.CANCEL, code)
    record_property(CELLS, 1)


def test_without_another_plan_an_archived_price_keeps_its_customer_out(scene: Scene) -> None:
    tried = Try(scene, "canceled_archived", can_change_plan_when_canceled=False)

    tried.require_blocked(Action.RESUBSCRIBE, Reason.PRICE_NOT_SOLD)
