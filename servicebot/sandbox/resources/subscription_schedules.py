"""Subscription schedules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicebot.sandbox.billing import automatic_tax, ending, phases, schedules, starting
from servicebot.sandbox.errors import StripeFault, invalid
from servicebot.sandbox.fields import need, take, take_metadata
from servicebot.sandbox.pages import PAGING, page
from servicebot.sandbox.routing import Request, operation
from servicebot.sandbox.wire import clone

if TYPE_CHECKING:
    from servicebot.sandbox.world import Account, Object

KIND = "subscription_schedule"
PHASE = {
    f"phases[].{name}"
    for name in (
        "automatic_tax.enabled",
        "automatic_tax.liability.type",
        "billing_cycle_anchor",
        "collection_method",
        "currency",
        "default_payment_method",
        "default_tax_rates",
        "description",
        "discounts[].coupon",
        "discounts[].discount",
        "discounts[].promotion_code",
        "duration",
        "end_date",
        "invoice_settings.days_until_due",
        "items[].metadata",
        "items[].price",
        "items[].quantity",
        "items[].tax_rates",
        "metadata",
        "proration_behavior",
        "start_date",
        "trial_end",
    )
}


SETTINGS = {
    "default_settings.automatic_tax.enabled",
    "default_settings.automatic_tax.liability.type",
    "default_settings.collection_method",
    "default_settings.default_payment_method",
    "default_settings.description",
    "default_settings.invoice_settings.days_until_due",
}


OF_SUBSCRIPTION = (
    *("automatic_tax", "collection_method", "default_payment_method", "default_tax_rates"),
    *("description", "discounts", "items", "metadata", "trial_end"),
)


@operation(
    "POST",
    "/v1/subscription_schedules",
    honours={
        *PHASE,
        *SETTINGS,
        "billing_mode.type",
        "customer",
        "end_behavior",
        "from_subscription",
        "metadata",
        "start_date",
    },
)
def create(request: Request) -> Object:
    account, params = request.account, request.params
    if "from_subscription" in params:
        subscription = _free(account, params)
    else:
        subscription = _started(account, params)
    schedule = phases.schedule_of(account, subscription)
    schedule["end_behavior"] = params.get("end_behavior", schedule["end_behavior"])
    take_metadata(schedule, params)
    _take_settings(account, schedule, params)
    if "phases" in params:
        schedule["phases"] = phases.planned(account, schedule, subscription, params["phases"])
        schedule["current_phase"] = phases.dates(schedule["phases"][0])
    account.add(schedule, emit="subscription_schedule.created")
    _attach(account, schedule, subscription)
    return schedule


def _free(account: Account, params: dict[str, Any]) -> Object:
    """Return the subscription that a schedule is to be made from; nothing else may be set."""
    if set(params) & {"phases", "end_behavior", "customer"}:
        message = "You cannot set `phases`, `end_behavior` or `customer` with `from_subscription`."
        raise invalid(message, "from_subscription")
    id_ = params["from_subscription"]
    subscription = account.get("subscription", id_, param="from_subscription")
    if subscription["schedule"]:
        message = (
            "You cannot migrate a subscription that is already attached to a schedule: "
            f"`{subscription['schedule']}`."
        )
        raise invalid(message, "from_subscription")
    if subscription["status"] in schedules.CANNOT_BE_SCHEDULED:
        message = f"You cannot migrate a subscription that is {subscription['status']}."
        raise invalid(message, "from_subscription")
    return subscription


def _started(account: Account, params: dict[str, Any]) -> Object:
    """Start the subscription of a schedule that begins now."""
    customer = account.get("customer", need(params, "customer"), param="customer")
    first = need(params, "phases")[0]
    start = params.get("start_date", "now")
    if start != "now" and start > account.now(customer):
        message = "The sandbox does not support start_date in the future."
        raise invalid(message, "start_date", "sandbox_unsupported")
    wanted = {"customer": customer["id"], "off_session": True}
    wanted |= {name: first[name] for name in OF_SUBSCRIPTION if name in first}
    if "invoice_settings" in first:
        wanted["days_until_due"] = first["invoice_settings"].get("days_until_due")
    return starting.create(account, wanted)


def _take_settings(account: Account, schedule: Object, params: dict[str, Any]) -> None:
    """Take what phases without settings of their own fall back to."""
    given = dict(params.get("default_settings") or {})
    settings = schedule["default_settings"]
    if "automatic_tax" in given:
        tax = given.pop("automatic_tax")
        param = "default_settings[automatic_tax][enabled]"
        settings["automatic_tax"] = automatic_tax.setting(account, tax, param)
    if "invoice_settings" in given:
        settings["invoice_settings"] |= given.pop("invoice_settings")
    take(settings, given, ("collection_method", "default_payment_method", "description"))


def _attach(account: Account, schedule: Object, subscription: Object) -> None:
    before = clone(subscription)
    subscription["schedule"] = schedule["id"]
    ends = schedule["end_behavior"] == "cancel"
    subscription["cancel_at"] = schedule["phases"][-1]["end_date"] if ends else None
    subscription["cancel_at_period_end"] = False
    account.changed(subscription, before, emit="customer.subscription.updated")


@operation("GET", "/v1/subscription_schedules/{schedule}")
def retrieve(request: Request) -> Object:
    return request.account.get(KIND, request.path["schedule"])


@operation(
    "POST",
    "/v1/subscription_schedules/{schedule}",
    honours={*PHASE, *SETTINGS, "end_behavior", "metadata", "proration_behavior"},
)
def update(request: Request) -> Object:
    account, params = request.account, request.params
    schedule = _active(account, request.path["schedule"])
    subscription = account.get("subscription", schedule["subscription"])
    before = clone(schedule)
    if "phases" in params:
        schedule["phases"] = phases.planned(account, schedule, subscription, params["phases"])
    schedule["end_behavior"] = params.get("end_behavior", schedule["end_behavior"])
    take_metadata(schedule, params)
    _take_settings(account, schedule, params)
    account.changed(schedule, before, emit="subscription_schedule.updated")
    _attach(account, schedule, subscription)
    if "phases" in params:
        proration = params.get("proration_behavior", "create_prorations")
        schedules.enter_current(account, schedule, proration)
    return schedule


def _active(account: Account, id_: str) -> Object:
    schedule = account.get(KIND, id_)
    if schedule["status"] != "active":
        message = (
            "You cannot change a subscription schedule that is currently in the "
            f"`{schedule['status']}` status."
        )
        raise StripeFault(400, "invalid_request_error", message=message)
    return schedule


@operation("POST", "/v1/subscription_schedules/{schedule}/release")
def release(request: Request) -> Object:
    schedule = _active(request.account, request.path["schedule"])
    schedules.release(request.account, schedule)
    return schedule


@operation(
    "POST", "/v1/subscription_schedules/{schedule}/cancel", honours={"invoice_now", "prorate"}
)
def cancel(request: Request) -> Object:
    """End a schedule and its subscription now; both are on unless the call says otherwise."""
    account = request.account
    schedule = _active(account, request.path["schedule"])
    subscription = account.get("subscription", schedule["subscription"])
    asked = {"invoice_now": True, "prorate": True, **request.params}
    ending.cancel_now(account, subscription, asked)
    return schedule


@operation(
    "GET",
    "/v1/subscription_schedules",
    honours={*PAGING, "created", "customer", "scheduled"},
)
def list_(request: Request) -> Object:
    params = request.params
    asked = {"customer": params["customer"]} if "customer" in params else {"test_clock": None}
    rows = request.account.find(KIND, **asked)
    if params.get("scheduled"):
        rows = [row for row in rows if row["status"] == "not_started"]
    return page(request, rows)
