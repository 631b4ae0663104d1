"""What settings open and shut: for each the control, the way through page and API, and the proof.

A gate is one thing that a customer can do. Its steps are what page or API ask for from the first
panel to the change; where the setting is off each of them is refused, whatever is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.matrix import Call, MatrixTestCase, Step

Ways = tuple[tuple[Step, ...], tuple[Step, ...]]


@dataclass(frozen=True)
class Gate:
    """One thing that customers can do where `setting` is on.

    `control` is a panel of the page, or the page, and what is in it. `parameter` is what of a call
    is shut where the rest of it is not. `prepared` does what has to be there before.
    """

    name: str
    setting: str
    control: tuple[str, str]
    page: tuple[Step, ...]
    api: tuple[Step, ...]
    is_done: Callable[[MatrixTestCase], Any]
    action: str = ""
    parameter: str = ""
    prepared: Callable[[MatrixTestCase], None] = lambda case: None

    def calls(self, face: str) -> list[Call]:
        """Return what is refused where the setting is off."""
        steps = self.page if face == "page" else self.api
        calls = [step for step in steps if isinstance(step, Call)]
        shut = {self.parameter, "quote"}
        return [c for c in calls if not self.parameter or shut & set(c.body)]

    def wrong(self) -> Iterator[Any]:
        """Yield bodies, or what replaces a part of them, that nobody should send."""
        if self.parameter:
            for value in ("NOSUCH", " x ", "x" * 201, "%00", "{coupon}", "{business}"):
                yield {self.parameter: value}
            return
        yield {"quote": "x" * 9000, "price": [7], "quantity": "many", "coupon": {"a": 1}}
        yield {"customer": 7, "setup_intent": [], "method": "", "reason": "no such", "pay": "in_x"}
        yield {"comment": "x" * 501, "tax_ids": "none", "address": "nowhere", "key": ""}


def priced(action: str, at: str, opened: str, **body: Any) -> Ways:
    """Return the two ways of an action with a price: panel, preview, confirmation."""
    path, quote = action.replace("_", "-"), {"quote": "{quote}"}
    page = (
        Call(f"{at}/{opened}"),
        Call(f"{at}/preview-{path}", body),
        Call(f"{at}/{path}", quote),
    )
    api = (Call(f"{at}/preview", {"action": action, **body}), Call(f"{at}/{path}", quote))
    return page, api


def discounts(case: MatrixTestCase, id_: str) -> list[str]:
    """Return the coupons on a subscription at Stripe."""
    found = case.stripe[id_]["discounts"]
    return [case.stripe[each]["source"]["coupon"] for each in found]


def successors(case: MatrixTestCase) -> list[Any]:
    """Return the subscriptions that were started again."""
    return [s for s in case.stripe.all("subscription") if "sb_resubscribed_from" in s["metadata"]]


def price(case: MatrixTestCase) -> str:
    """Return the price of Ada's plan at Stripe."""
    return str(case.stripe[case.ada_sub]["items"]["data"][0]["price"]["id"])


def downgraded(case: MatrixTestCase) -> None:
    """Let a smaller plan be planned."""
    case.switch(schedules_downgrades=True)
    _page, api = priced("change_plan", SUB, "plans", price="{starter}")
    case.take("api", api)
    case.switch(schedules_downgrades=False)
    assert case.stripe[case.ada_sub]["schedule"]


def canceled(case: MatrixTestCase) -> None:
    """Let the subscription be set to end."""
    case.take("api", (Call(f"{SUB}/cancel"),))


def confirmed(case: MatrixTestCase) -> None:
    """Do as Stripe.js does with a new card."""
    given = {"payment_method": "pm_card_amex"}
    case.acme.shop.stripe.v1.setup_intents.confirm(case.names["intent"], given)


def default_brand(case: MatrixTestCase) -> str:
    """Return the brand of the card that Ada pays with."""
    id_ = case.stripe[case.ada]["invoice_settings"]["default_payment_method"]
    return str(case.stripe[id_]["card"]["brand"])


SUB, ENDED = "subscriptions/{sub}", "subscriptions/{ended}"
PLAN = priced("change_plan", SUB, "plans", price="{business}")
PLAN_CODE = priced("change_plan", SUB, "plans", price="{business}", coupon="WELCOME")
AGAIN = priced("resubscribe", ENDED, "ask-resubscribe")
AGAIN_CODE = priced("resubscribe", ENDED, "ask-resubscribe", coupon="WELCOME")
AGAIN_OTHER = priced("resubscribe", ENDED, "ask-resubscribe", price="{business}")
COUNT = priced("change_quantity", SUB, "quantity", quantity=7)
CODE = priced("apply_coupon", SUB, "coupon", coupon="WELCOME")
WHO = {"customer": "{ada}"}
SETUP = Call("payment-method/setup", WHO)
GATES = (
    Gate(
        "change plan",
        "can_change_plan",
        ("page", "/{sub}/plans"),
        PLAN[0],
        (Call(f"{SUB}/plans", method="get"), *PLAN[1]),
        lambda case: price(case) == case.names["business"],
        action="change_plan",
    ),
    Gate(
        "undo a planned change",
        "can_change_plan",
        ("page", "/undo-scheduled-change"),
        (Call(f"{SUB}/undo-scheduled-change"),),
        (Call(f"{SUB}/undo-scheduled-change"),),
        lambda case: case.stripe[case.ada_sub]["schedule"] is None,
        action="undo_scheduled_change",
        prepared=downgraded,
    ),
    Gate(
        "change quantity",
        "can_change_quantity",
        ("page", "/{sub}/quantity"),
        *COUNT,
        lambda case: case.stripe[case.ada_sub]["items"]["data"][0]["quantity"] == 7,
        action="change_quantity",
    ),
    Gate(
        "apply a code",
        "can_use_coupon",
        ("page", "/{sub}/coupon"),
        *CODE,
        lambda case: discounts(case, case.ada_sub) == [case.names["coupon"]],
        action="apply_coupon",
    ),
    Gate(
        "a code with a change of plan",
        "can_use_coupon",
        (f"{SUB}/plans", 'name="coupon"'),
        *PLAN_CODE,
        lambda case: discounts(case, case.ada_sub) == [case.names["coupon"]],
        parameter="coupon",
    ),
    Gate(
        "a code to come back with",
        "can_use_coupon_to_resubscribe",
        (f"{ENDED}/ask-resubscribe", 'name="coupon"'),
        *AGAIN_CODE,
        lambda case: (
            [discounts(case, s["id"]) for s in successors(case)] == [[case.names["coupon"]]]
        ),
        parameter="coupon",
    ),
    Gate(
        "cancel",
        "can_cancel",
        ("page", "/{sub}/ask-cancel"),
        (Call(f"{SUB}/ask-cancel"), Call(f"{SUB}/cancel", {"comment": "Bye"})),
        (Call(f"{SUB}/cancel", {"comment": "Bye"}),),
        lambda case: case.stripe[case.ada_sub]["cancel_at_period_end"],
        action="cancel",
    ),
    Gate(
        "undo a cancellation",
        "can_cancel",
        ("page", "/{sub}/undo-cancel"),
        (Call(f"{SUB}/undo-cancel"),),
        (Call(f"{SUB}/undo-cancel"),),
        lambda case: not case.stripe[case.ada_sub]["cancel_at_period_end"],
        action="undo_cancel",
        prepared=canceled,
    ),
    Gate(
        "come back",
        "can_resubscribe",
        ("page", "/{ended}/ask-resubscribe"),
        *AGAIN,
        lambda case: len(successors(case)) == 1,
        action="resubscribe",
    ),
    Gate(
        "come back to another plan",
        "can_change_plan_when_canceled",
        (f"{ENDED}/ask-resubscribe", "{business}"),
        *AGAIN_OTHER,
        lambda case: (
            [s["items"]["data"][0]["price"]["id"] for s in successors(case)]
            == [case.names["business"]]
        ),
        parameter="price",
    ),
    Gate(
        "save a card",
        "can_update_card",
        ("page", 'id="card-button-{ada}"'),
        (
            Call("card", WHO),
            Call("card/begin", WHO),
            confirmed,
            Call("card/save", {"setup_intent": "{intent}"}),
        ),
        (SETUP, confirmed, Call("payment-method", {"setup_intent": "{intent}"})),
        lambda case: default_brand(case) == "amex",
        action="update_card",
    ),
    Gate(
        "remove a card",
        "can_update_card",
        ("page", "/card/remove"),
        (Call("card/remove", {"method": "{spare}"}),),
        (Call("payment-method/{spare}", method="delete"),),
        lambda case: case.stripe[case.names["spare"]]["customer"] is None,
    ),
    Gate(
        "change billing details",
        "can_update_billing_details",
        ("page", 'id="billing-button-{ada}"'),
        (Call("billing", WHO), Call("billing/save", {**WHO, "name": "Ada L", "line1": "1 Way"})),
        (Call("customers/{ada}", {"name": "Ada L", "address": {"line1": "1 Way"}}, "patch"),),
        lambda case: case.stripe[case.ada]["name"] == "Ada L",
    ),
)
