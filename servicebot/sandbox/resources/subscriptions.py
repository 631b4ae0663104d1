"""Subscriptions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicebot.sandbox import routing
from servicebot.sandbox.billing import (
    catalogue,
    ending,
    lifecycle,
    pausing,
    resuming,
    starting,
    updating,
)
from servicebot.sandbox.billing.standing import ENDED
from servicebot.sandbox.fields import need
from servicebot.sandbox.pages import PAGING, page
from servicebot.sandbox.routing import Request, operation

if TYPE_CHECKING:
    from servicebot.sandbox.world import Account, Object

KIND = "subscription"
ITEM = {"items[].price", "items[].quantity", "items[].metadata", "items[].tax_rates"}
SETTINGS = {
    "payment_settings.save_default_payment_method",
    "payment_settings.payment_method_types",
    "trial_settings.end_behavior.missing_payment_method",
}
COMMON = {
    *ITEM,
    *SETTINGS,
    "automatic_tax.enabled",
    "automatic_tax.liability.type",
    "cancel_at",
    "cancel_at_period_end",
    "collection_method",
    "days_until_due",
    "default_payment_method",
    "default_tax_rates",
    "description",
    "discounts",
    "metadata",
    "off_session",
    "payment_behavior",
    "proration_behavior",
    "trial_end",
}
HIDDEN_UNLESS_NAMED = {"canceled", "incomplete_expired"}


@operation(
    "POST",
    "/v1/subscriptions",
    honours={
        *COMMON,
        "add_invoice_items[].price",
        "add_invoice_items[].quantity",
        "add_invoice_items[].tax_rates",
        "billing_cycle_anchor",
        "billing_mode.type",
        "currency",
        "customer",
        "trial_period_days",
    },
)
def create(request: Request) -> Object:
    need(request.params, "customer")
    return starting.create(request.account, request.params)


@operation("GET", "/v1/subscriptions/{subscription_exposed_id}")
def retrieve(request: Request) -> Object:
    account = request.account
    return _fresh(account, account.get(KIND, request.path["subscription_exposed_id"]))


@operation(
    "POST",
    "/v1/subscriptions/{subscription_exposed_id}",
    honours={
        *COMMON,
        "billing_cycle_anchor",
        "cancellation_details.comment",
        "cancellation_details.feedback",
        "items[].deleted",
        "items[].id",
        "pause_collection",
        "proration_date",
    },
)
def update(request: Request) -> Object:
    subscription = request.account.get(KIND, request.path["subscription_exposed_id"])
    given = {name: value for name, value in request.params.items() if name != "expand"}
    return _fresh(request.account, updating.update(request.account, subscription, given))


@operation(
    "DELETE",
    "/v1/subscriptions/{subscription_exposed_id}",
    honours={
        "cancellation_details.comment",
        "cancellation_details.feedback",
        "invoice_now",
        "prorate",
    },
)
def cancel(request: Request) -> Object:
    subscription = request.account.get(KIND, request.path["subscription_exposed_id"])
    return ending.cancel_now(request.account, subscription, request.params)


@operation(
    "POST",
    "/v1/subscriptions/{subscription}/pause",
    honours={"bill_for", "invoicing_behavior", "type"},
)
def pause(request: Request) -> Object:
    subscription = request.account.get(KIND, request.path["subscription"])
    return pausing.pause(request.account, subscription, request.params)


@operation(
    "POST",
    "/v1/subscriptions/{subscription}/resume",
    honours={"billing_cycle_anchor", "payment_behavior", "proration_behavior", "proration_date"},
)
def resume(request: Request) -> Object:
    subscription = request.account.get(KIND, request.path["subscription"])
    return resuming.resume(request.account, subscription, request.params)


@operation(
    "GET",
    "/v1/subscriptions",
    honours={
        *PAGING,
        "collection_method",
        "created",
        "customer",
        "price",
        "status",
        "test_clock",
    },
)
def list_(request: Request) -> Object:
    rows = _visible(request.account, request.params)
    if "price" in request.params:
        rows = [row for row in rows if request.params["price"] in _prices(row)]
    found = [row for row in rows if _fits(row, request.params.get("status"))]
    return page(request, [_fresh(request.account, row) for row in found])


def _fresh(account: Account, subscription: Object) -> Object:
    """Return a subscription whose items show their prices as they are by now."""
    for item in subscription["items"]["data"]:
        item["price"] = catalogue.shown_price(account, item["price"]["id"])
        item["plan"] = catalogue.plan_of(item["price"])
    return subscription


def _visible(account: Account, params: dict[str, Any]) -> list[Object]:
    """Return the rows asked for; those on a clock only where clock or customer are named."""
    asked = {
        name: params[name]
        for name in ("collection_method", "customer", "test_clock")
        if name in params
    }
    if not {"customer", "test_clock"} & set(params):
        asked["test_clock"] = None
    return account.find(KIND, **asked)


def _prices(subscription: Object) -> set[str]:
    return {item["price"]["id"] for item in subscription["items"]["data"]}


def _fits(subscription: Object, status: str | None) -> bool:
    """Tell whether a row has a status; without one, what is canceled is left out."""
    if status == "all":
        return True
    if status == "ended":
        return subscription["status"] in ENDED
    if status is None:
        return subscription["status"] not in HIDDEN_UNLESS_NAMED
    return bool(subscription["status"] == status)


routing.catch_ups.append(lifecycle.advance)
