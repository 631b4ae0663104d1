"""From what is planned to a click that fits how things are: which subscription, for how much."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

from tests.chaos.buyers import code
from tests.chaos.history import Json, Send
from tests.chaos.plan import KINDS, Act

if TYPE_CHECKING:
    from tests.chaos.driver import Customer

OWED = ("open", "draft")
QUANTITIES = 5


@dataclass(frozen=True)
class Aim:
    """A click that can be made, and what it is to bring about."""

    kind: str
    path: str
    body: Json
    wants: Json = field(default_factory=dict)
    method: str = "POST"


@dataclass(frozen=True)
class Sight:
    """What a customer looks at before a click."""

    customer: Customer
    act: Act
    seen: Json  # the one customer of GET /portal

    @property
    def subscriptions(self) -> list[Json]:
        found: list[Json] = self.seen["subscriptions"]
        return found

    def for_kind(self, kind: str) -> list[Json]:
        """Return the subscriptions that offer this, or all for somebody stubborn."""
        offered = [s for s in self.subscriptions if s["actions"][kind]["allowed"]]
        return offered or (self.subscriptions if self.act.is_stubborn else [])

    def one_for(self, kind: str) -> Json | None:
        """Return one of them."""
        found = self.for_kind(kind)
        return found[self.act.number % len(found)] if found else None


def aim(customer: Customer, act: Act) -> Aim | Send:
    """Return the click for what is planned, else for another kind that is possible.

    Where the customer can't even look at what it costs, the answer that says so.
    """
    read = customer.ask("GET", "")
    if not read.is_done:
        return read
    sight = Sight(customer, act, read.body["customers"][0])
    others = sorted(set(KINDS) - {act.kind})
    Random(act.number).shuffle(others)
    for kind in (act.kind, *others):
        found = AIMS[kind](sight)
        if found is not None:
            return found
    return read  # unreachable while details can be changed


def _cancel(sight: Sight) -> Aim | None:
    one = sight.one_for("cancel")
    if one is None:
        return None
    body = {"reason": "unused", "comment": f"number {sight.act.number}"}
    return Aim("cancel", f"/subscriptions/{one['id']}/cancel", body, {"subscription": one["id"]})


def _plainly(kind: str) -> Callable[[Sight], Aim | None]:
    def found(sight: Sight) -> Aim | None:
        one = sight.one_for(kind)
        if one is None:
            return None
        path = f"/subscriptions/{one['id']}/{kind.replace('_', '-')}"
        return Aim(kind, path, {}, {"subscription": one["id"]})

    return found


def _quoted(sight: Sight, kind: str, one: Json, **asked: object) -> Aim | Send:
    """Look at what it costs, and take the quote."""
    path = f"/subscriptions/{one['id']}"
    answer = sight.customer.ask("POST", f"{path}/preview", json={"action": kind, **asked})
    if not answer.is_done:
        return answer
    told = answer.body
    wants = {
        "subscription": one["id"],
        "price": told["price"],
        "quantity": told["quantity"],
        "due": told["due_now"],
        "waits": told["starts_at"] is not None,
    }
    return Aim(kind, f"{path}/{kind.replace('_', '-')}", {"quote": told["quote"]}, wants)


def _change_plan(sight: Sight) -> Aim | Send | None:
    one = sight.one_for("change_plan")
    if one is None:
        return None
    plans = sight.customer.ask("GET", f"/subscriptions/{one['id']}/plans")
    if not plans.is_done:
        return plans
    others = [p["price"]["id"] for p in plans.body["list"] if p["offered"] and not p["current"]]
    return _quoted(sight, "change_plan", one, price=others[sight.act.number % len(others)])


def _change_quantity(sight: Sight) -> Aim | Send | None:
    one = sight.one_for("change_quantity")
    if one is None:
        return None
    wanted = 1 + sight.act.number % QUANTITIES
    wanted += wanted == one["items"][0]["quantity"]
    return _quoted(sight, "change_quantity", one, quantity=wanted)


def _apply_coupon(sight: Sight) -> Aim | Send | None:
    one = sight.one_for("apply_coupon")
    if one is None:
        return None
    return _quoted(sight, "apply_coupon", one, coupon=code(sight.act.number))


def _resubscribe(sight: Sight) -> Aim | Send | None:
    one = sight.one_for("resubscribe")
    if one is None:
        return None
    coupon = code(sight.act.number) if sight.act.number % 4 == 0 else ""
    return _quoted(sight, "resubscribe", one, coupon=coupon)


def _pay(sight: Sight) -> Aim | None:
    invoices = sight.customer.ask("GET", "/invoices")
    listed = invoices.body["invoices"] if invoices.is_done else []
    owed = [i for i in listed if i["status"] in OWED and i["amount_remaining"]]
    found = owed or (listed if sight.act.is_stubborn else [])
    if not found:
        return None
    one = found[sight.act.number % len(found)]
    wants = {"invoice": one["id"], "due": one["amount_remaining"]}
    return Aim("pay", f"/invoices/{one['id']}/pay", {}, wants)


def _card(sight: Sight) -> Aim | Send:
    """Enter a card as Stripe.js does; it is saved by the click."""
    customer = sight.customer
    asked = {"json": {"customer": customer.buyer.id}, "key": customer.new_key()}
    begun = customer.ask("POST", "/payment-method/setup", is_limited=True, **asked)
    if not begun.is_done:
        return begun
    secret, intent = begun.body["client_secret"], begun.body["setup_intent"]
    given = {
        "client_secret": secret,
        "payment_method_data[type]": "card",
        "payment_method_data[card][token]": sight.act.card.replace("pm_card_", "tok_"),
    }
    made = customer.stripe(f"/v1/setup_intents/{intent}/confirm", given)
    settled = customer.answered_bank(made, secret)
    wants = {"card": settled.get("payment_method", "")}
    return Aim("card", "/payment-method", {"setup_intent": intent}, wants)


def _resume(sight: Sight) -> Aim | Send | None:
    one = sight.one_for("resume")
    return _quoted(sight, "resume", one) if one else None


def _remove_card(sight: Sight) -> Aim | None:
    """Take a card that nothing seems to be paid with, or any where somebody is stubborn."""
    cards = [method["id"] for method in sight.seen["payment_methods"]]
    named = [s["payment_method"]["id"] for s in sight.subscriptions if s["payment_method"]]
    spare = set(cards) - {*named, sight.seen["default_payment_method"]}
    found = [card for card in cards if card in spare or sight.act.is_stubborn]
    if not found:
        return None
    one = found[sight.act.number % len(found)]
    return Aim("remove_card", f"/payment-method/{one}", {}, {"card": one}, "DELETE")


def _details(sight: Sight) -> Aim:
    name = f"Somebody {sight.act.number}"
    path = f"/customers/{sight.customer.buyer.id}"
    return Aim("details", path, {"name": name}, {"name": name}, "PATCH")


AIMS: dict[str, Callable[[Sight], Aim | Send | None]] = {
    "change_plan": _change_plan,
    "cancel": _cancel,
    "undo_cancel": _plainly("undo_cancel"),
    "change_quantity": _change_quantity,
    "resubscribe": _resubscribe,
    "card": _card,
    "pay": _pay,
    "apply_coupon": _apply_coupon,
    "undo_scheduled_change": _plainly("undo_scheduled_change"),
    "details": _details,
    "resume": _resume,
    "remove_card": _remove_card,
}
