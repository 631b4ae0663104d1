"""Billing meters and the use that they count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from servicebot.sandbox.errors import invalid
from servicebot.sandbox.fields import need
from servicebot.sandbox.pages import PAGING, page
from servicebot.sandbox.routing import Request, operation

if TYPE_CHECKING:
    from servicebot.sandbox.world import Account, Object

KIND = "billing.meter"
SUPPORTED_FORMULAS = {"count", "last", "sum"}


@operation(
    "POST",
    "/v1/billing/meters",
    honours={
        "customer_mapping",
        "default_aggregation",
        "display_name",
        "event_name",
        "value_settings",
    },
)
def create(request: Request) -> Object:
    account, params = request.account, request.params
    if account.find(KIND, event_name=params["event_name"], status="active"):
        message = "There is already an active meter with this event name."
        raise invalid(message, "event_name")
    if params["default_aggregation"]["formula"] not in SUPPORTED_FORMULAS:
        message = "The sandbox does not support this formula."
        raise invalid(message, "default_aggregation[formula]", "sandbox_unsupported")
    customer = {"event_payload_key": "stripe_customer_id", "type": "by_id"}
    return account.add(
        {
            "id": account.new_id("mtr_"),
            "object": KIND,
            "created": account.now(),
            "customer_mapping": params.get("customer_mapping", customer),
            "default_aggregation": params["default_aggregation"],
            "display_name": params["display_name"],
            "event_name": params["event_name"],
            "event_time_window": None,
            "livemode": account.livemode,
            "status": "active",
            "status_transitions": {"deactivated_at": None},
            "updated": account.now(),
            "value_settings": params.get("value_settings", {"event_payload_key": "value"}),
        },
        emit="billing.meter.created",
    )


@operation("GET", "/v1/billing/meters/{id}")
def retrieve(request: Request) -> Object:
    return request.account.get(KIND, request.path["id"])


@operation("GET", "/v1/billing/meters", honours={*PAGING, "status"})
def list_(request: Request) -> Object:
    asked = {"status": request.params["status"]} if "status" in request.params else {}
    return page(request, request.account.find(KIND, **asked))


@operation(
    "POST",
    "/v1/billing/meter_events",
    honours={"event_name", "identifier", "payload", "timestamp"},
)
def report(request: Request) -> Object:
    """Count use; Stripe does so a little later, the sandbox at once."""
    account, params = request.account, request.params
    meter = _meter_of(account, params["event_name"])
    customer = need(params["payload"], meter["customer_mapping"]["event_payload_key"])
    owner = account.get("customer", customer, param="payload")
    identifier = params.get("identifier") or account.new_id("")
    if identifier in account.tables.get("billing.meter_event", {}):
        message = f"An event already exists with identifier {identifier}."
        raise invalid(message, "identifier", "duplicate_meter_event")
    event = {
        "object": "billing.meter_event",
        "created": account.now(owner),
        "event_name": params["event_name"],
        "identifier": identifier,
        "livemode": account.livemode,
        "payload": params["payload"],
        "timestamp": params.get("timestamp", account.now(owner)),
    }
    account.tables.setdefault("billing.meter_event", {})[identifier] = event
    return event


def _meter_of(account: Account, event_name: str) -> Object:
    meters = account.find(KIND, event_name=event_name, status="active")
    if not meters:
        message = f"No active meter found for event name {event_name}."
        raise invalid(message, "event_name", "no_meter")
    return meters[0]
