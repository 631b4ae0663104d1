"""A customer at a portal: does each action as a program of theirs would, and asks the page too."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from portal.models import Portal
from portal.policy import Action
from portal.quotes import Quote

DONE = "done"
Json = dict[str, Any]


@dataclass(frozen=True)
class Wish:
    """What a customer asks for, where an action has a choice."""

    price: str = ""
    quantity: int | None = None
    coupon: str = ""
    reason: str = ""
    comment: str = ""
    card: str = "pm_card_mastercard"


@dataclass
class Answer:
    """What came of an action: DONE, or the code that says why not. `preview` is what was told."""

    code: str
    status: int
    body: Json = field(default_factory=dict)
    preview: Json = field(default_factory=dict)

    @classmethod
    def of(cls, response: Any, preview: Json | None = None) -> Answer:
        """Read a response of the API."""
        body = response.json()
        code = DONE if response.status_code == 200 else body.get("reason") or body["code"]
        return cls(code, response.status_code, body, preview or {})


class Visitor:
    """Someone with a session; `stripe` is the merchant's client, for what browsers do at Stripe."""

    def __init__(self, portal: Portal, stripe: Any, token: str) -> None:
        self.portal, self.stripe = portal, stripe
        self.client = Client()
        self.headers = {"Authorization": f"Bearer {token}"}

    def api(self, method: str, path: str, **body: Any) -> Any:
        """Call the portal API."""
        call, url = getattr(self.client, method), f"/api/v1/portal{path}"
        if method == "get":
            return call(url, body, headers=self.headers)
        return call(url, body, content_type="application/json", headers=self.headers)

    def page(self, path: str, **data: Any) -> Any:
        """Post to the portal's page."""
        url = f"/portal/{self.portal.public_id}/{path}"
        return self.client.post(url, data, headers=self.headers)

    def verdicts(self, subscription_id: str) -> dict[str, str]:
        """Return what the API says of each action: DONE where it is allowed, else the reason."""
        customers = self.api("get", "").json()["customers"]
        shown = (s for c in customers for s in c["subscriptions"] if s["id"] == subscription_id)
        return {
            name: DONE if verdict["allowed"] else verdict["reason"]
            for name, verdict in next(shown)["actions"].items()
        }

    def do(self, action: Action, subscription: Json, wish: Wish) -> Answer:
        """Do one action on one subscription of Stripe's."""
        return DOES[action](self, subscription, wish)

    def quoted(self, action: Action, subscription: Json, **asked: Any) -> Answer:
        """Preview, confirm the quote, and answer the bank where it asks."""
        at = f"/subscriptions/{subscription['id']}"
        preview = self.api("post", f"{at}/preview", action=action.value, **asked)
        if preview.status_code != 200:
            return Answer.of(preview)
        confirmed = self.api("post", f"{at}/{action.path}", quote=preview.json()["quote"])
        answer = Answer.of(confirmed, preview.json())
        waiting = answer.body.get("requires_action")
        if waiting:
            intent = waiting["client_secret"].partition("_secret_")[0]
            method = {"payment_method": waiting["payment_method"]}
            self.stripe.v1.payment_intents.confirm(intent, method)
        return answer

    def save_card(self, customer_id: str, card: str) -> Answer:
        """Enter a card in Stripe's form and have it used."""
        begun = self.api("post", "/payment-method/setup", customer=customer_id)
        if begun.status_code != 200:
            return Answer.of(begun)
        intent = begun.json()["setup_intent"]
        self.stripe.v1.setup_intents.confirm(intent, {"payment_method": card})
        return Answer.of(self.api("post", "/payment-method", setup_intent=intent))


def _change_plan(visitor: Visitor, subscription: Json, wish: Wish) -> Answer:
    listed = visitor.api("get", f"/subscriptions/{subscription['id']}/plans")
    if listed.status_code == 200:
        assert wish.price in {plan["price"]["id"] for plan in listed.json()} | {""}
    elif subscription["status"] != "canceled":  # of which is listed what can be come back to
        return Answer.of(listed)
    return visitor.quoted(Action.CHANGE_PLAN, subscription, price=wish.price or "price_x")


def _change_quantity(visitor: Visitor, subscription: Json, wish: Wish) -> Answer:
    return visitor.quoted(Action.CHANGE_QUANTITY, subscription, quantity=wish.quantity)


def _apply_coupon(visitor: Visitor, subscription: Json, wish: Wish) -> Answer:
    return visitor.quoted(Action.APPLY_COUPON, subscription, coupon=wish.coupon)


def _resume(visitor: Visitor, subscription: Json, wish: Wish) -> Answer:
    return visitor.quoted(Action.RESUME, subscription)


def _resubscribe(visitor: Visitor, subscription: Json, wish: Wish) -> Answer:
    return visitor.quoted(Action.RESUBSCRIBE, subscription, price=wish.price)


def _cancel(visitor: Visitor, subscription: Json, wish: Wish) -> Answer:
    said = {"reason": wish.reason, "comment": wish.comment}
    return Answer.of(visitor.api("post", f"/subscriptions/{subscription['id']}/cancel", **said))


def _repeatable(action: Action) -> Callable[[Visitor, Json, Wish], Answer]:
    def does(visitor: Visitor, subscription: Json, wish: Wish) -> Answer:
        return Answer.of(visitor.api("post", f"/subscriptions/{subscription['id']}/{action.path}"))

    return does


def _update_card(visitor: Visitor, subscription: Json, wish: Wish) -> Answer:
    return visitor.save_card(subscription["customer"], wish.card)


DOES: dict[Action, Callable[[Visitor, Json, Wish], Answer]] = {
    Action.CHANGE_PLAN: _change_plan,
    Action.UNDO_SCHEDULED_CHANGE: _repeatable(Action.UNDO_SCHEDULED_CHANGE),
    Action.CHANGE_QUANTITY: _change_quantity,
    Action.APPLY_COUPON: _apply_coupon,
    Action.CANCEL: _cancel,
    Action.UNDO_CANCEL: _repeatable(Action.UNDO_CANCEL),
    Action.RESUME: _resume,
    Action.RESUBSCRIBE: _resubscribe,
    Action.UPDATE_CARD: _update_card,
}
QUOTED = frozenset(
    {
        *(Action.CHANGE_PLAN, Action.CHANGE_QUANTITY, Action.APPLY_COUPON),
        *(Action.RESUME, Action.RESUBSCRIBE),
    }
)
"""The actions that take a quote."""


def earlier_quote(action: Action, subscription: Json) -> str:
    """Return a quote made for an action before its subscription came to be as it is."""
    item = subscription["items"]["data"][0]
    quote = Quote(
        action=action.value,
        subscription_id=subscription["id"],
        price_id=item["price"]["id"],
        quantity=item.get("quantity"),
        coupon="",
        at_period_end=False,
        proration_date=0,
        due_now=0,
        currency=subscription["currency"],
        fingerprint="of another state",
        nonce="earlier",
    )
    return quote.token()
