"""Somebody of the demo at the portal, and how each action is asked for and judged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.test import Client

from demo import catalogue
from demo.fill import Found
from portal import texts
from portal.blocked import MERCHANT_TEXTS
from portal.identity import hash_of
from portal.models import Portal
from portal.policy import Action
from tests.demo.at_stripe import DemoAccount, Row


class Customer:
    """One of the demo's people, identified as the portal wants it."""

    def __init__(self, portal: Portal, stripe: DemoAccount, key: str) -> None:
        self.portal, self.stripe, self.key = portal, stripe, key
        self.found: Found = stripe.people[key]
        self.id = self.found.customer_id
        self.client = Client()
        secret, field = portal.active_secrets()[0].value, portal.settings.identify_by
        value = self.found.email if field == "email" else self.id
        body = {"portal_id": portal.public_id, field: value, "hash": hash_of(secret, value)}
        answer = self.client.post("/api/v1/portal/session", body, content_type="application/json")
        self.headers = {"Authorization": f"Bearer {answer.json()['token']}"}

    def call(self, method: str, path: str, **body: Any) -> Any:
        call = getattr(self.client, method)
        if method == "get":
            return call(f"/api/v1/portal{path}", body, headers=self.headers)
        return call(
            f"/api/v1/portal{path}", body, content_type="application/json", headers=self.headers
        )

    def page(self, path: str, **data: Any) -> Any:
        return self.client.post(
            f"/portal/{self.portal.public_id}/{path}", data, headers=self.headers
        )

    def shown(self, subscription: str) -> Row:
        """Return a subscription as the API shows it."""
        customers = self.call("get", "").json()["customers"]
        return next(s for c in customers for s in c["subscriptions"] if s["id"] == subscription)

    def done(self, method: str, path: str, **body: Any) -> Row:
        """Make a call that goes through; return its answer."""
        answer = self.call(method, path, **body)
        assert answer.status_code == 200, (self.key, path, answer.content)
        found: Row = answer.json()
        return found

    def quoted(self, subscription: str, action: str, **asked: Any) -> tuple[Row, Row]:
        """Preview an action and do it as quoted; return both answers."""
        shown = self.done("post", f"/subscriptions/{subscription}/preview", action=action, **asked)
        path = f"/subscriptions/{subscription}/{action.replace('_', '-')}"
        return shown, self.done("post", path, quote=shown["quote"])


# Doing each action, and looking at Stripe whether it was done.


def another_price(who: Customer, subscription: str) -> str:
    """Return a price to move to, the dearest there is."""
    answer = who.call("get", f"/subscriptions/{subscription}/plans")
    rows = [row for row in answer.json() if not row["current"]]
    return str(max(rows, key=lambda row: row["price"]["unit_amount"] or 0)["price"]["id"])


def change_plan(who: Customer, id_: str) -> None:
    before = who.stripe.was(id_)
    price = another_price(who, id_)

    shown, _answer = who.quoted(id_, "change_plan", price=price)

    now, was = who.stripe[id_], before["items"]["data"]
    if shown["starts_at"]:
        schedule = who.stripe[now["schedule"]]
        assert schedule["metadata"]["sb_scheduled_change"] == price
        assert price in {item["price"] for item in schedule["phases"][1]["items"]}
        assert [i["price"]["id"] for i in now["items"]["data"]] == [i["price"]["id"] for i in was]
        return
    found = {item["id"]: item for item in now["items"]["data"]}
    assert [each["id"] for each in was] == list(found)
    assert price in {item["price"]["id"] for item in found.values()}
    assert [i.get("quantity") for i in found.values()] == [i.get("quantity") for i in was]
    assert now["discounts"] == before["discounts"]
    assert (now["status"], now["trial_end"]) == (before["status"], before["trial_end"])
    require_charged(who, id_, shown)


def change_quantity(who: Customer, id_: str) -> None:
    (item,) = who.stripe.was(id_)["items"]["data"]

    shown, _answer = who.quoted(id_, "change_quantity", quantity=item["quantity"] + 3)

    (now,) = who.stripe[id_]["items"]["data"]
    assert (now["quantity"], now["price"]) == (item["quantity"] + 3, item["price"])
    require_charged(who, id_, shown)


def apply_coupon(who: Customer, id_: str) -> None:
    before = who.stripe.was(id_)["discounts"]
    coupon = who.stripe.api.coupons.create({"percent_off": 15, "duration": "forever"})
    promotion = {"type": "coupon", "coupon": coupon.id}
    who.stripe.api.promotion_codes.create({"promotion": promotion, "code": "SECOND15"})

    who.quoted(id_, "apply_coupon", coupon="second15")

    *kept, new = who.stripe[id_]["discounts"]
    assert kept == before
    assert who.stripe[new]["source"]["coupon"] == coupon.id


def cancel(who: Customer, id_: str) -> None:
    before = who.stripe.was(id_)

    who.done("post", f"/subscriptions/{id_}/cancel", reason="unused", comment="Bye")

    now = who.stripe[id_]
    noted = {"cancellation_reason": "unused", "cancellation_comment": "Bye"}
    assert now["metadata"].items() >= noted.items()
    assert now["cancellation_details"]["feedback"] == "unused"
    has_nothing_paid = before["status"] in {"incomplete", "paused"}
    if who.portal.settings.cancels_immediately or has_nothing_paid:
        assert now["status"] in {"canceled", "incomplete_expired"}
    else:
        assert (now["status"], now["cancel_at_period_end"]) == (before["status"], True)


def undo_cancel(who: Customer, id_: str) -> None:
    who.done("post", f"/subscriptions/{id_}/undo-cancel")

    now = who.stripe[id_]
    assert (now["cancel_at_period_end"], now["cancel_at"]) == (False, None)
    assert "cancellation_reason" not in now["metadata"]


def resume(who: Customer, id_: str) -> None:
    shown, _answer = who.quoted(id_, "resume")

    assert who.stripe[id_]["status"] == "active"
    require_charged(who, id_, shown)


def resubscribe(who: Customer, id_: str) -> None:
    old = who.stripe.was(id_)
    is_sold = all(item["price"]["active"] for item in old["items"]["data"])
    price = "" if is_sold else team_price(who)

    shown, answer = who.quoted(id_, "resubscribe", price=price)

    new = who.stripe[answer["subscription"]["id"]]
    assert new["metadata"]["sb_resubscribed_from"] == id_
    assert who.stripe[id_] == old
    wanted = price or old["items"]["data"][0]["price"]["id"]
    assert [item["price"]["id"] for item in new["items"]["data"]] == [wanted]
    assert who.stripe[new["latest_invoice"]]["amount_due"] == shown["due_now"] > 0
    assert answer["requires_action"]["client_secret"]


def team_price(who: Customer) -> str:
    prices = who.stripe.account.tables["price"].values()
    return str(next(p["id"] for p in prices if p["lookup_key"] == "team_usd_month"))


def update_card(who: Customer, id_: str) -> None:
    intent = who.done("post", "/payment-method/setup", customer=who.id)["setup_intent"]
    who.stripe.api.setup_intents.confirm(intent, {"payment_method": "pm_card_mastercard"})

    who.done("post", "/payment-method", setup_intent=intent)

    card = who.stripe[who.id]["invoice_settings"]["default_payment_method"]
    assert who.stripe[card]["card"]["brand"] == "mastercard"
    assert who.stripe[card]["customer"] == who.id
    own = [s["default_payment_method"] for s in who.stripe.of("subscription", who.id)]
    assert set(own) <= {None, card}


def undo_scheduled_change(who: Customer, id_: str) -> None:
    raise AssertionError("nobody in the demo has a change of ours planned")


DOING: dict[Action, Callable[[Customer, str], None]] = {
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


def require_charged(who: Customer, id_: str, shown: Row) -> None:
    """Fail unless what was charged at once is what was shown."""
    latest = who.stripe[id_]["latest_invoice"]
    is_new = latest != who.stripe.was(id_)["latest_invoice"]
    charged = who.stripe[latest]["amount_due"] if is_new else 0
    assert charged == shown["due_now"], who.key


# How a blocked action is asked for: in the API, and with the button of a page that is out of date.
ASKING: dict[Action, tuple[str, Row]] = {
    Action.CHANGE_PLAN: ("preview", {"action": "change_plan", "price": "price_x"}),
    Action.CHANGE_QUANTITY: ("preview", {"action": "change_quantity", "quantity": 2}),
    Action.APPLY_COUPON: ("preview", {"action": "apply_coupon", "coupon": catalogue.CODE}),
    Action.RESUME: ("preview", {"action": "resume"}),
    Action.RESUBSCRIBE: ("preview", {"action": "resubscribe"}),
    Action.CANCEL: ("cancel", {}),
    Action.UNDO_CANCEL: ("undo-cancel", {}),
    Action.UNDO_SCHEDULED_CHANGE: ("undo-scheduled-change", {}),
}


def require_blocked(who: Customer, id_: str, action: Action, reason: str) -> None:
    """Ask for what isn't possible: the same code and words everywhere, and nothing changes."""
    english = texts.catalogue(texts.DEFAULT)
    words, merchants = english(f"blocked.{reason}"), MERCHANT_TEXTS[reason]
    assert words.endswith(".")
    assert merchants.endswith(".")
    assert words != merchants
    if action not in ASKING:
        return  # a card is its customer's; of a subscription it is only said that it needs none
    name, body = ASKING[action]
    answer = who.call("post", f"/subscriptions/{id_}/{name}", **body)
    code = "update_pending" if reason == "update_pending" else "action_blocked"
    told = answer.json()
    assert (answer.status_code, told["code"], told["reason"]) == (409, code, reason), told
    before = f"preview-{action.path}" if name == "preview" else name
    given = {k: v for k, v in body.items() if k != "action"}
    page = who.page(f"subscriptions/{id_}/{before}", **given)
    assert page.status_code == 409
    assert words in page.content.decode().replace("&#x27;", "'"), page.content
    assert who.stripe.changed() == []
