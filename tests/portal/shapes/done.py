"""What stands at Stripe after each action: all that it changed, to the field, and nothing more."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from portal.policy import Action
from tests.portal.shapes.visitor import Answer, Json, Wish
from tests.portal.shapes.watching import Changes, Watched

INVOICED = {"invoice", "payment_intent", "invoice_payment", "invoiceitem"}
ENDED = {"cancellation_details", "ended_at", "metadata", "status"}
ENDING = {"cancel_at", "cancel_at_period_end", "canceled_at", "cancellation_details"}
NOTED = {"cancellation_reason", "cancellation_comment"}


@dataclass(frozen=True)
class Done:
    """An action that went through, on a subscription that `was` so."""

    stripe: Watched
    was: Json
    wish: Wish
    answer: Answer
    changes: Changes

    @property
    def now(self) -> Json:
        """The subscription as it is."""
        return self.stripe.now(self.was["id"])

    @property
    def names(self) -> frozenset[str]:
        """Which of the subscription's fields differ."""
        return self.changes.of(self.was["id"])

    @property
    def preview(self) -> Json:
        """What the customer was told before."""
        return self.answer.preview

    @property
    def is_charged(self) -> bool:
        """Whether a card pays for it."""
        return bool(self.was["collection_method"] == "charge_automatically")


def check(action: Action, done: Done) -> None:
    """Assert that an action did what it is for, at its customer and nowhere else."""
    assert done.changes.owners == {done.was["customer"]}, done.changes
    CHECKS[action](done)


def items_of(subscription: Json) -> list[tuple[str, int | None]]:
    """Return price and quantity of each item."""
    return [(i["price"]["id"], i.get("quantity")) for i in subscription["items"]["data"]]


def change_plan(done: Done) -> None:
    if done.preview["starts_at"]:
        _planned(done)
        return
    moved = [item for item in done.now["items"]["data"] if item not in done.was["items"]["data"]]
    wanted = _with_price(done)
    assert items_of(done.now) == wanted
    assert done.preview["price"] in {item["price"]["id"] for item in moved}
    _check_fields(done, {"items"}, {"billing_cycle_anchor", "cancel_at"} if _resets(done) else ())
    _check_charged(done)
    _check_balance(done)


def _with_price(done: Done) -> list[tuple[str, int | None]]:
    """Return the items that there were, the plan among them replaced and its quantity kept."""
    answered = done.answer.body["subscription"]["items"]
    by_id = {item["id"]: item for item in done.was["items"]["data"]}
    moved = [i["id"] for i in answered if i["price"]["id"] != by_id[i["id"]]["price"]["id"]]
    assert len(moved) == 1
    return [
        (done.preview["price"] if i["id"] == moved[0] else i["price"]["id"], i.get("quantity"))
        for i in done.was["items"]["data"]
    ]


def _resets(done: Done) -> bool:
    """Tell whether a period begins: with another interval, where no trial runs."""
    ends = [{i["current_period_end"] for i in s["items"]["data"]} for s in (done.was, done.now)]
    return ends[0] != ends[1]


def _planned(done: Done) -> None:
    schedule = done.stripe.now(done.now["schedule"])
    now, then = schedule["phases"]
    prices = [item["price"] for item in then["items"]]
    ends = {item["current_period_end"] for item in done.was["items"]["data"]}
    assert done.names == (frozenset() if done.was["schedule"] else {"schedule"})
    assert schedule["metadata"] == {"sb_scheduled_change": done.preview["price"]}
    assert schedule["end_behavior"] == "release"
    assert [i["price"] for i in now["items"]] == [price for price, _ in items_of(done.was)]
    assert done.preview["price"] in prices
    assert then["start_date"] in ends
    assert [i.get("quantity") for i in then["items"]] == [q for _, q in items_of(done.was)]
    assert set(done.changes.made) <= {"subscription_schedule"}


def change_quantity(done: Done) -> None:
    counted = done.preview["quantity"]
    (moved,) = set(items_of(done.now)) - set(items_of(done.was))
    assert moved[1] == counted
    assert moved[0] in {price for price, _ in items_of(done.was)}
    _check_fields(done, {"items"})
    _check_charged(done)


def apply_coupon(done: Done) -> None:
    (discount,) = done.changes.made["discount"]
    code = done.stripe.now(discount["promotion_code"])
    assert code["code"] == done.wish.coupon
    assert done.now["discounts"] == [*done.was["discounts"], discount["id"]]
    _check_fields(done, {"discounts"})
    assert set(done.changes.made) == {"discount"}


def cancel(done: Done) -> None:
    now, details = done.now, done.now["cancellation_details"]
    told = {"cancellation_reason": done.wish.reason, "cancellation_comment": done.wish.comment}
    assert {name: now["metadata"].get(name, "") for name in NOTED} == told
    assert (details["feedback"], details["comment"]) == (done.wish.reason, done.wish.comment)
    if done.was["status"] == "incomplete":
        # Its first payment can't come any more, in no other tab either.
        assert now["status"] == "incomplete_expired"
        assert done.stripe.now(now["latest_invoice"])["status"] == "void"
        return
    assert details["reason"] == "cancellation_requested"
    if now["status"] == "canceled":
        _ended(done)
        return
    ends = min(item["current_period_end"] for item in done.was["items"]["data"])
    assert (now["cancel_at_period_end"], now["cancel_at"]) == (True, ends)
    assert ends > done.stripe.time_of(now), "what is paid for runs out"
    assert done.names - {"schedule"} == ENDING | {"metadata"}
    assert not done.changes.made


def _ended(done: Done) -> None:
    """Nothing is refunded, and nothing billed but what was used."""
    more = {"canceled_at", "latest_invoice", "pending_update", "schedule", "status_details"}
    assert ENDED <= done.names <= ENDED | more
    assert set(done.changes.made) <= INVOICED
    assert all(invoice["amount_due"] >= 0 for invoice in done.changes.invoices)
    assert not any("balance" in names for names in done.changes.fields.values())


def undo_cancel(done: Done) -> None:
    now, details = done.now, done.now["cancellation_details"]
    assert now["cancel_at_period_end"] is False
    assert (now["cancel_at"], now["canceled_at"]) == (None, None)
    assert not NOTED & set(now["metadata"])
    assert (details["feedback"], details["comment"], details["reason"]) == (None, None, None)
    assert ENDING <= done.names <= ENDING | {"metadata"}
    assert not done.changes.made


def undo_scheduled_change(done: Done) -> None:
    schedule = done.stripe.now(done.was["schedule"])
    assert done.now["schedule"] is None
    assert (schedule["status"], schedule["released_subscription"]) == ("released", done.was["id"])
    assert done.names == {"schedule"}
    assert not done.changes.made


def resume(done: Done) -> None:
    assert done.now["status"] == "active"
    assert items_of(done.now) == items_of(done.was)
    assert {"status", "status_details"} <= done.names
    assert done.names <= {"status", "status_details", *BEGUN}
    _check_charged(done)


BEGUN = {"items", "billing_cycle_anchor", "latest_invoice", "discounts"}


def resubscribe(done: Done) -> None:
    (made,) = done.changes.made["subscription"]
    old = {price for price, _ in items_of(done.was)}
    kept = ("collection_method", "days_until_due", "default_payment_method", "default_tax_rates")
    assert not done.names, "the old one stays as it is"
    assert made["metadata"] == {"sb_resubscribed_from": done.was["id"]}
    assert made["status"] == "active"
    assert (made["discounts"], made["trial_end"]) == ([], None)
    assert {name: made[name] for name in kept} == {name: done.was[name] for name in kept}
    assert [q for _, q in items_of(made)] == [q for _, q in items_of(done.was)]
    picked = {done.wish.price} if done.wish.price else set()
    assert picked <= {price for price, _ in items_of(made)} <= old | picked
    _check_charged(done)


def update_card(done: Done) -> None:
    (card,) = done.changes.made["payment_method"]
    customer = done.stripe.now(done.was["customer"])
    assert customer["invoice_settings"]["default_payment_method"] == card["id"]
    assert done.changes.of(customer["id"]) == {"invoice_settings"}
    own = done.was["default_payment_method"]
    assert done.now["default_payment_method"] == (card["id"] if own else None)
    assert done.names == ({"default_payment_method"} if own else set())
    assert set(done.changes.made) == {"payment_method", "setup_intent"}


def _check_fields(done: Done, always: set[str], sometimes: Collection[str] = ()) -> None:
    """Assert which of the subscription's fields differ, with its newest invoice if it has one.

    A schedule with nothing to come is let go of first.
    """
    freed = {"schedule"} if done.was["schedule"] else set()
    found = done.names - ({"latest_invoice"} if done.changes.invoices else set())
    assert always | freed <= found <= always | freed | set(sometimes), done.names
    assert done.now["status"] == done.was["status"]


def _check_charged(done: Done) -> None:
    """Assert that what was charged is what the customer was told, and that it is paid for."""
    due = done.preview["due_now"]
    invoices = done.changes.invoices
    assert sum(invoice["amount_due"] for invoice in invoices) == due
    for invoice in invoices:
        by_card = done.is_charged or invoice["amount_due"] == 0
        assert invoice["status"] == ("paid" if by_card else "open")
    assert set(done.changes.made) <= INVOICED | {"discount", "subscription"}


def _check_balance(done: Done) -> None:
    """Assert that what a change pays back is kept for the customer."""
    customer = done.was["customer"]
    kept = done.stripe.was(customer)["balance"] - done.stripe.now(customer)["balance"]
    assert kept == done.preview["credit"] or done.preview["due_now"]


CHECKS: dict[Action, Callable[[Done], None]] = {
    Action.CHANGE_PLAN: change_plan,
    Action.UNDO_SCHEDULED_CHANGE: undo_scheduled_change,
    Action.CHANGE_QUANTITY: change_quantity,
    Action.APPLY_COUPON: apply_coupon,
    Action.CANCEL: cancel,
    Action.UNDO_CANCEL: undo_cancel,
    Action.RESUME: resume,
    Action.RESUBSCRIBE: resubscribe,
    Action.UPDATE_CARD: update_card,
}
