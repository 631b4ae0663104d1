"""Customers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicebot.sandbox.billing import ending, standing
from servicebot.sandbox.errors import StripeFault, invalid
from servicebot.sandbox.expand import included
from servicebot.sandbox.fields import address, cleared, pick, take, take_metadata
from servicebot.sandbox.pages import PAGING, page, whole
from servicebot.sandbox.resources import payment_methods
from servicebot.sandbox.routing import Request, operation
from servicebot.sandbox.wire import clone, random_text

if TYPE_CHECKING:
    from servicebot.sandbox.world import Account, Object

PLAIN = ("balance", "business_name", "description", "email", "individual_name", "name", "phone")
OTHERS = ("invoice_prefix", "next_invoice_sequence", "preferred_locales", "tax_exempt")
HONOURED = {
    *PLAIN,
    *OTHERS,
    "address",
    "shipping",
    "metadata",
    "invoice_settings.custom_fields",
    "invoice_settings.default_payment_method",
    "invoice_settings.footer",
    "validate",
}
INVOICE_SETTINGS = ("custom_fields", "default_payment_method", "footer", "rendering_options")


@operation("POST", "/v1/customers", honours={*HONOURED, "payment_method", "test_clock"})
def create(request: Request) -> Object:
    account, params = request.account, request.params
    _check_email(params)
    clock = params.get("test_clock")
    if clock:
        account.get("test_helpers.test_clock", clock, param="test_clock")
    customer = _blank(account, clock)
    _take(account, customer, {k: v for k, v in params.items() if k != "invoice_settings"})
    method = params.get("payment_method")
    found = payment_methods.resolved(account, method, "payment_method") if method else None
    if found:
        payment_methods.check_attachable(account, found)
    account.add(customer, emit="customer.created")
    if found:
        payment_methods.attach_to(account, found, customer["id"])
    _take_invoice_settings(account, customer, params, attached=found)
    return customer


@operation("GET", "/v1/customers/{customer}")
def retrieve(request: Request) -> Object:
    id_ = request.path["customer"]
    if request.account.hidden.get(id_, {}).get("deleted"):
        return {"id": id_, "object": "customer", "deleted": True}
    return request.account.get("customer", id_)


@operation("POST", "/v1/customers/{customer}", honours={*HONOURED, "default_source"})
def update(request: Request) -> Object:
    account = request.account
    customer = account.get("customer", request.path["customer"])
    _check_email(request.params)
    before = clone(customer)
    _take_invoice_settings(account, customer, request.params)
    _take(account, customer, request.params)
    account.changed(customer, before, emit="customer.updated")
    return customer


@operation("DELETE", "/v1/customers/{customer}")
def delete(request: Request) -> Object:
    account = request.account
    customer = account.get("customer", request.path["customer"])
    return remove(account, customer)


@operation("GET", "/v1/customers", honours={*PAGING, "created", "email", "test_clock"})
def list_(request: Request) -> Object:
    params = request.params
    rows = request.account.find("customer", test_clock=params.get("test_clock"))
    if "email" in params:
        rows = [row for row in rows if row["email"] == params["email"]]
    return page(request, rows)


@included("customer", "subscriptions")
def subscriptions(account: Account, customer: Object) -> Object:
    rows = account.find("subscription", customer=customer["id"])
    going = [clone(row) for row in rows if row["status"] not in standing.ENDED]
    return whole(going[::-1], f"/v1/customers/{customer['id']}/subscriptions")


@included("customer", "sources")
def sources(account: Account, customer: Object) -> Object:
    return whole([], f"/v1/customers/{customer['id']}/sources")


def remove(account: Account, customer: Object) -> Object:
    """Delete a customer with their subscriptions' future and their payment methods."""
    for subscription in account.find("subscription", customer=customer["id"]):
        if subscription["status"] not in standing.ENDED:
            ending.cancel_now(account, subscription, {})
    for method in account.find("payment_method", customer=customer["id"]):
        payment_methods.detach_from_customer(account, method)
    for tax_id in account.find("tax_id", customer=customer["id"]):
        account.remove(tax_id, emit="customer.tax_id.deleted")
    account.hidden[customer["id"]] = {"deleted": True}
    return account.remove(customer, emit="customer.deleted")


def _blank(account: Account, clock: str | None) -> Object:
    customer: Object = {
        "id": account.new_id("cus_"),
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": account.now({"test_clock": clock}),
        "currency": None,
        "default_source": None,
        "delinquent": False,
        "description": None,
        "discount": None,
        "email": None,
        "invoice_prefix": random_text(8).upper(),
        "invoice_settings": pick(None, INVOICE_SETTINGS),
        "livemode": account.livemode,
        "metadata": {},
        "name": None,
        "next_invoice_sequence": 1,
        "phone": None,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": clock,
    }
    return customer


def _take(account: Account, customer: Object, params: dict[str, Any]) -> None:
    take(customer, params, (*PLAIN, *OTHERS))
    take_metadata(customer, params)
    if "address" in params:
        customer["address"] = address(params["address"])
    if "shipping" in params:
        shipping = cleared(params["shipping"])
        customer["shipping"] = shipping and {
            **pick(shipping, ("name", "phone")),
            "address": address(shipping.get("address")),
        }
    if params.get("default_source"):
        raise StripeFault(
            400,
            "invalid_request_error",
            "resource_missing",
            "default_source",
            f"No such source: '{params['default_source']}'",
        )


def _take_invoice_settings(
    account: Account, customer: Object, params: dict[str, Any], attached: Object | None = None
) -> None:
    given = params.get("invoice_settings") or {}
    method = given.get("default_payment_method")
    if method:
        param = "invoice_settings[default_payment_method]"
        found = attached or account.get("payment_method", method, param=param)
        payment_methods.check_owner(found, customer["id"], param)
        given = {**given, "default_payment_method": found["id"]}
    take(customer["invoice_settings"], given, INVOICE_SETTINGS)


def _check_email(params: dict[str, Any]) -> None:
    email = params.get("email") or ""
    if email and "@" not in email:
        raise invalid(f"Invalid email address: {email}", "email", "email_invalid")
