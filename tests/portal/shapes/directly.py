"""Why what is blocked is blocked: Stripe refuses it, asked directly, or it is our own caution."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import stripe

from portal.policy import Action, Reason
from tests.portal.shapes.scene import CODE, Scene
from tests.portal.shapes.visitor import Json

A, R = Action, Reason
CAUTION: dict[tuple[Action, Reason], str] = {
    (A.CHANGE_PLAN, R.FIRST_PAYMENT_OPEN): "the first invoice is for the old plan",
    (A.CHANGE_PLAN, R.SCHEDULE_ATTACHED): "the merchant's next phase would take it back",
    (A.CHANGE_PLAN, R.CHANGE_SCHEDULED): "what follows can't be previewed beside what is planned",
    (A.CHANGE_PLAN, R.UPDATE_PENDING): "a second change would drop the one that waits",
    (A.CHANGE_PLAN, R.PAYMENT_OPEN): "what is owed would stay so, and more come to it",
    (A.CHANGE_PLAN, R.PAUSED): "the difference would never be collected",
    (A.CHANGE_PLAN, R.NOT_A_PLAN): "no service offers anything in its place",
    (A.CHANGE_PLAN, R.SEVERAL_PLANS): "which of its plans is meant can't be told",
    (A.CHANGE_PLAN, R.NO_OTHER_PLAN): "its service has nothing else in its currency",
    (A.CHANGE_QUANTITY, R.FIRST_PAYMENT_OPEN): "the first invoice is for the old quantity",
    (A.CHANGE_QUANTITY, R.SCHEDULE_ATTACHED): "the merchant's next phase would take it back",
    (A.CHANGE_QUANTITY, R.CHANGE_SCHEDULED): "what is planned has the old quantity",
    (A.CHANGE_QUANTITY, R.UPDATE_PENDING): "a second change would drop the one that waits",
    (A.CHANGE_QUANTITY, R.PAYMENT_OPEN): "what is owed would stay so, and more come to it",
    (A.CHANGE_QUANTITY, R.PAUSED): "the difference would never be collected",
    (A.CHANGE_QUANTITY, R.NOT_COUNTED): "the merchant hasn't enabled it",
    (A.CHANGE_QUANTITY, R.SEVERAL_COUNTED): "which of its quantities is meant can't be told",
    (A.APPLY_COUPON, R.FIRST_PAYMENT_OPEN): "the first invoice is made, and it takes off nothing",
    (A.APPLY_COUPON, R.SCHEDULE_ATTACHED): "the merchant's next phase would drop it",
    (A.APPLY_COUPON, R.CHANGE_SCHEDULED): "what is planned has the old discounts",
    (A.APPLY_COUPON, R.UPDATE_PENDING): "the change that waits may bring discounts of its own",
    (A.APPLY_COUPON, R.PAUSED): "nothing is to come that it can be previewed on",
    (A.APPLY_COUPON, R.ALREADY_ENDING): "nothing is billed any more that it could lower",
    (A.CANCEL, R.ALREADY_ENDING): "it has happened",
    (A.CANCEL, R.UPDATE_PENDING): "other changes wait for the one that waits",
    (A.UNDO_CANCEL, R.NOT_ENDING): "there is nothing to undo",
    (A.UNDO_CANCEL, R.ENDS_BY_AGREEMENT): "the end is the merchant's",
    (A.UNDO_CANCEL, R.UPDATE_PENDING): "other changes wait for the one that waits",
    (A.UNDO_SCHEDULED_CHANGE, R.ENDED): "there is nothing to undo",
    (A.UNDO_SCHEDULED_CHANGE, R.NOTHING_SCHEDULED): "there is nothing to undo",
    (A.UNDO_SCHEDULED_CHANGE, R.SCHEDULE_ATTACHED): "what is planned is the merchant's",
    (A.RESUME, R.PAUSED_BY_SELLER): "the pause is the merchant's",
    (A.RESUBSCRIBE, R.NOT_ENDED): "it would be a second one",
    (A.RESUBSCRIBE, R.NEVER_STARTED): "there is nothing to bring back",
    (A.RESUBSCRIBE, R.ALREADY_RESUBSCRIBED): "it would be a second one",
    (A.RESUBSCRIBE, R.CARD_MISSING): "its first payment is confirmed with a card that is there",
    (A.UPDATE_CARD, R.ENDED): "nothing is charged any more",
    (A.UPDATE_CARD, R.PAID_BY_INVOICE): "nothing is charged by itself",
}
"""Where Stripe might do it, and why the portal doesn't offer it."""
CHANGED_NO_MORE = "can only update its cancellation_details and metadata"
REFUSED: dict[tuple[Action, Reason], str] = {
    (A.CHANGE_PLAN, R.ENDED): CHANGED_NO_MORE,
    (A.CHANGE_QUANTITY, R.ENDED): CHANGED_NO_MORE,
    (A.APPLY_COUPON, R.ENDED): CHANGED_NO_MORE,
    (A.APPLY_COUPON, R.DISCOUNTS_FULL): "at most 20 discounts",
    (A.CANCEL, R.ENDED): "No such subscription",
    (A.CANCEL, R.SCHEDULE_ATTACHED): "managed by the subscription schedule",
    (A.UNDO_CANCEL, R.ENDED): CHANGED_NO_MORE,
    (A.RESUME, R.ENDED): "only resume a subscription that is paused",
    (A.RESUME, R.NOT_PAUSED): "only resume a subscription that is paused",
    (A.RESUME, R.NOT_RESUMABLE): "only resume subscriptions that are charged automatically",
    (A.RESUME, R.CARD_MISSING): "no attached payment source or default payment method",
    (A.RESUBSCRIBE, R.PRICE_NOT_SOLD): "The price specified is inactive",
    (A.RESUBSCRIBE, R.OTHER_CURRENCY): "cannot combine currencies on a single customer",
}
"""Where Stripe says no by itself, and what it says then."""


def require_reason(scene: Scene, action: Action, code: str, subscription: Json) -> None:
    """Assert that a blocked action is one that Stripe refuses, unless it is a caution of ours."""
    place = action, Reason(code)
    if place in CAUTION:
        return
    with pytest.raises(stripe.StripeError, match=REFUSED[place]):
        DIRECTLY[action](scene, subscription)


def _items(subscription: Json) -> list[Json]:
    return [
        {"price": item["price"]["id"]}
        | ({"quantity": item["quantity"]} if "quantity" in item else {})
        for item in subscription["items"]["data"]
    ]


def _change_plan(scene: Scene, subscription: Json) -> None:
    (item, *_others) = subscription["items"]["data"]
    moved = {"id": item["id"], "price": scene.shop.prices["Business month"]}
    scene.stripe.subscriptions.update(subscription["id"], {"items": [moved]})


def _change_quantity(scene: Scene, subscription: Json) -> None:
    (item, *_others) = subscription["items"]["data"]
    more = {"id": item["id"], "quantity": 9}
    scene.stripe.subscriptions.update(subscription["id"], {"items": [more]})


def _apply_coupon(scene: Scene, subscription: Json) -> None:
    code = scene.stripe.promotion_codes.list({"code": CODE}).data[0].id
    kept = [{"discount": id_} for id_ in subscription["discounts"]]
    discounts = [*kept, {"promotion_code": code}]
    scene.stripe.subscriptions.update(subscription["id"], {"discounts": discounts})


def _cancel(scene: Scene, subscription: Json) -> None:
    if subscription["schedule"]:
        scene.stripe.subscriptions.update(subscription["id"], {"cancel_at_period_end": True})
    scene.stripe.subscriptions.cancel(subscription["id"])


def _undo_cancel(scene: Scene, subscription: Json) -> None:
    scene.stripe.subscriptions.update(subscription["id"], {"cancel_at_period_end": False})


def _resume(scene: Scene, subscription: Json) -> None:
    scene.stripe.subscriptions.resume(subscription["id"])


def _resubscribe(scene: Scene, subscription: Json) -> None:
    again = {"customer": subscription["customer"], "items": _items(subscription)}
    scene.stripe.subscriptions.create(again)


DIRECTLY: dict[Action, Callable[[Scene, Json], None]] = {
    A.CHANGE_PLAN: _change_plan,
    A.CHANGE_QUANTITY: _change_quantity,
    A.APPLY_COUPON: _apply_coupon,
    A.CANCEL: _cancel,
    A.UNDO_CANCEL: _undo_cancel,
    A.RESUME: _resume,
    A.RESUBSCRIBE: _resubscribe,
}
