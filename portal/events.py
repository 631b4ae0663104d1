"""What the page around is told: events, with Stripe's objects reduced to what docs/events.md names.

The host page isn't ours: no metadata, no e-mail, no payment details, nothing that a customer typed.
Nothing of it is in an answer where `handles_response` is off.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from portal.catalogue import Catalogue
from portal.facts import RESUBSCRIBED_FROM, planned_of
from portal.models import PortalSettings
from portal.page import PageView, SubscriptionView
from portal.policy import Action, Planned
from portal.showing import time
from servicebot.gateway.billing_shapes import Invoice, Subscription
from servicebot.gateway.shapes import Item

Json = dict[str, Any]
Happening = Callable[[PageView, Catalogue], Iterable["Happened"]]
"""What has happened, told by the page as it is then."""


class Event(StrEnum):
    """Everything that a page can hear; those with `pre_` it can stop."""

    PRE_LOAD = "pre_load"
    POST_LOAD = "post_load"
    SELECT_PLAN = "select_plan"
    PRE_CHANGE_PLAN = "pre_change_plan"
    CHANGE_PLAN = "change_plan"
    PRE_RESUBSCRIBE = "pre_resubscribe"
    RESUBSCRIBE = "resubscribe"
    CREATE_SUBSCRIPTION = "create_subscription"
    PRE_CANCEL = "pre_cancel"
    CANCEL = "cancel"
    UNDO_CANCEL = "undo_cancel"
    RESUME = "resume"
    PRE_UPDATE_CARD = "pre_update_card"
    UPDATE_CARD = "update_card"
    UPDATE_BILLING_DETAILS = "update_billing_details"
    CHANGE_QUANTITY = "change_quantity"
    APPLY_COUPON = "apply_coupon"
    PAY_INVOICE = "pay_invoice"
    BUTTON_CLICK = "button_click"
    ERROR = "error"


FOLLOWING: Mapping[Action, tuple[Event, ...]] = {
    Action.CHANGE_PLAN: (Event.CHANGE_PLAN,),
    Action.UNDO_SCHEDULED_CHANGE: (Event.CHANGE_PLAN,),
    Action.CHANGE_QUANTITY: (Event.CHANGE_QUANTITY,),
    Action.APPLY_COUPON: (Event.APPLY_COUPON,),
    Action.CANCEL: (Event.CANCEL,),
    Action.UNDO_CANCEL: (Event.UNDO_CANCEL,),
    Action.RESUME: (Event.RESUME,),
    Action.RESUBSCRIBE: (Event.RESUBSCRIBE, Event.CREATE_SUBSCRIPTION),
}
"""What is told when an action is done."""


@dataclass(frozen=True)
class Happened:
    """One event as it is told: `response` is an object reduced, `extras` small values beside it."""

    event: Event
    response: Json | None = None
    extras: Json = field(default_factory=dict)

    def as_json(self) -> Json:
        """Return what the page's script is given."""
        return {"event": self.event.value, "response": self.response, "extras": self.extras}


def of_subscription(subscription: Subscription, catalogue: Catalogue) -> Json:
    """Reduce a subscription."""
    return {
        "id": subscription.id,
        "object": "subscription",
        "status": subscription.status,
        "customer": subscription.customer_id,
        "items": [_item(item, catalogue) for item in subscription.items],
        "trial_end": time(subscription.trial_end),
        "cancel_at": time(subscription.cancel_at),
        "cancel_at_period_end": subscription.cancels_at_period_end,
        "canceled_at": time(subscription.canceled_at),
        "ended_at": time(subscription.ended_at),
    }


def _item(item: Item, catalogue: Catalogue) -> Json:
    service = catalogue.service_of(item.price.product_id)
    return {
        "id": item.id,
        "price": {
            "id": item.price.id,
            "currency": item.price.currency,
            "unit_amount": item.price.unit_amount,
            "interval": item.price.interval,
            "interval_count": item.price.interval_count,
        },
        "quantity": item.quantity,
        "service": service.name if service else "",
        "tier": catalogue.tier_name(item.price.product_id),
        "current_period_start": time(item.period_start),
        "current_period_end": time(item.period_end),
    }


def of_invoice(invoice: Invoice) -> Json:
    """Reduce an invoice; amounts are in minor units of `currency`."""
    return {
        "id": invoice.id,
        "object": "invoice",
        "status": invoice.status,
        "customer": invoice.customer_id,
        "subscription": invoice.subscription_id or None,
        "currency": invoice.currency,
        "total": invoice.total,
        "amount_due": invoice.amount_due,
        "amount_paid": invoice.amount_paid,
        "amount_remaining": invoice.amount_remaining,
    }


def of_customer(customer_id: str) -> Json:
    """Reduce a customer to who it is; the merchant knows the rest."""
    return {"id": customer_id, "object": "customer"}


def of_card(customer_id: str) -> Json:
    """Reduce a payment method to whose it is."""
    return {"object": "payment_method", "customer": customer_id}


def after(
    action: Action, subscription: Subscription, catalogue: Catalogue, **extras: Any
) -> tuple[Happened, ...]:
    """Return what is told when an action on a subscription is done."""
    response = of_subscription(subscription, catalogue)
    if action in {Action.CHANGE_PLAN, Action.UNDO_SCHEDULED_CHANGE}:
        is_to_come = planned_of(subscription.schedule) is Planned.OURS
        extras |= {"scheduled": is_to_come, "undone": action is Action.UNDO_SCHEDULED_CHANGE}
    if action is Action.RESUBSCRIBE:
        extras["from"] = subscription.metadata.get(RESUBSCRIBED_FROM, "")
    return tuple(Happened(event, response, extras) for event in FOLLOWING[action])


def after_payment(
    page: PageView, invoice_ids: Iterable[str], read: Callable[[str], Invoice]
) -> tuple[Happened, ...]:
    """Return what is told when invoices are paid; `read` gives one that the page doesn't list."""
    listed = {each.id: each for customer in page.customers for each in customer.invoices}
    paid = (listed.get(id_) or read(id_) for id_ in invoice_ids)
    return tuple(Happened(Event.PAY_INVOICE, of_invoice(invoice)) for invoice in paid)


def after_card(customer_id: str, *, removed: bool = False) -> Happened:
    """Return what is told when a card is saved, or removed."""
    return Happened(Event.UPDATE_CARD, of_card(customer_id), {"removed": removed})


def after_details(customer_id: str) -> Happened:
    """Return what is told when billing details are changed."""
    return Happened(Event.UPDATE_BILLING_DETAILS, of_customer(customer_id))


def loaded(page: PageView, catalogue: Catalogue) -> Happened:
    """Return what is told when the page is there."""
    data = [of_subscription(view.subscription, catalogue) for view in _views(page)]
    return Happened(Event.POST_LOAD, {"object": "list", "data": data})


def recall(
    done: Iterable[str], page: PageView, catalogue: Catalogue, read: Callable[[str], Invoice]
) -> tuple[Happened, ...]:
    """Return what is told of things that were done before the customer's bank was asked, or by it.

    Each is an action, `pay_invoice` or `update_card`, a colon, and the id of its subscription,
    invoice or customer, as the page was given it with the question. What isn't the visit's is
    left out.
    """
    found: list[Happened] = []
    for action, _, id_ in (each.partition(":") for each in done):
        if action == Event.PAY_INVOICE:
            found += (each for each in after_payment(page, [id_], read) if _is_paid(each))
        elif action == Event.UPDATE_CARD:
            found += [after_card(id_) for view in page.customers if view.customer.id == id_]
        elif action in FOLLOWING:
            theirs = (v.subscription for v in _views(page) if v.subscription.id == id_)
            made = (each for each in theirs if not _waits(Action(action), each))
            found += (each for sub in made for each in after(Action(action), sub, catalogue))
    return tuple(found)


def _is_paid(happened: Happened) -> bool:
    return bool(happened.response and happened.response["status"] == "paid")


def _waits(action: Action, subscription: Subscription) -> bool:
    """Whether what was begun isn't made until its payment is."""
    if action is Action.RESUME:
        return subscription.status == "paused"
    return subscription.status == "incomplete" or subscription.pending_update is not None


def carried(
    settings: PortalSettings,
    page: PageView,
    catalogue: Callable[[], Catalogue],
    happened: Happening | None,
) -> dict[str, Any]:
    """Return what the page's template carries for the page around: nothing where that is off."""
    if not settings.handles_response:
        return {}
    found = told(happened(page, catalogue())) if happened else ""
    return {"objects": objects(page, catalogue()), "happened": found}


def first(page: PageView, catalogue: Catalogue) -> list[Happened]:
    """Return what is told of the first page of a session."""
    return [loaded(page, catalogue)]


def objects(page: PageView, catalogue: Catalogue) -> dict[str, str]:
    """Return each subscription reduced, as the text of an attribute, by its id."""
    return {
        view.subscription.id: json.dumps(
            of_subscription(view.subscription, catalogue), separators=(",", ":")
        )
        for view in _views(page)
    }


def _views(page: PageView) -> Iterator[SubscriptionView]:
    return (view for customer in page.customers for view in customer.subscriptions)


def told(happened: Iterable[Happened]) -> str:
    """Return events as the text of an attribute, which the template escapes; empty for none."""
    found = [each.as_json() for each in happened]
    return json.dumps(found, separators=(",", ":")) if found else ""
