"""Customers' tax ids."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from servicebot.sandbox.errors import invalid, missing
from servicebot.sandbox.expand import included
from servicebot.sandbox.fields import need
from servicebot.sandbox.pages import PAGING, page, whole
from servicebot.sandbox.routing import Request, operation
from servicebot.sandbox.wire import clone

if TYPE_CHECKING:
    from servicebot.sandbox.world import Account, Object

KIND = "tax_id"
# What the values of the best known types look like, by Stripe's examples at
# https://docs.stripe.com/billing/customer/tax-ids; others are taken as they are.
LOOKS = {
    "au_abn": r"\d{11}",
    "ch_vat": r"CHE-?\d{3}\.?\d{3}\.?\d{3} ?(MWST|TVA|IVA)",
    "eu_vat": r"[A-Z]{2}[A-Z0-9+*.]{2,12}",
    "gb_vat": r"(GB)?(\d{9}|\d{12}|GD\d{3}|HA\d{3})",
    "us_ein": r"\d{2}-?\d{7}",
}
AT = "/v1/customers/{customer}/tax_ids"


@operation("POST", AT, honours={"type", "value"})
def create(request: Request) -> Object:
    account, params = request.account, request.params
    customer = account.get("customer", request.path["customer"])
    kind, value = need(params, "type"), need(params, "value")
    if not re.fullmatch(LOOKS.get(kind, r".{1,60}"), value):
        raise invalid(f"Invalid value for {kind}.", "value", "tax_id_invalid")
    return account.add(_tax_id(account, customer, kind, value), emit="customer.tax_id.created")


@operation("GET", AT, honours=PAGING)
def list_(request: Request) -> Object:
    customer = request.account.get("customer", request.path["customer"])
    return page(request, request.account.find(KIND, customer=customer["id"]))


@operation("GET", AT + "/{id}")
def retrieve(request: Request) -> Object:
    return _theirs(request)


@operation("DELETE", AT + "/{id}")
def delete(request: Request) -> Object:
    return request.account.remove(_theirs(request), emit="customer.tax_id.deleted")


@included("customer", "tax_ids")
def of_customer(account: Account, customer: Object) -> Object:
    rows = [clone(row) for row in account.find(KIND, customer=customer["id"])]
    return whole(rows[::-1], f"/v1/customers/{customer['id']}/tax_ids")


def _theirs(request: Request) -> Object:
    found = request.account.get(KIND, request.path["id"])
    if found["customer"] != request.path["customer"]:
        raise missing(KIND, found["id"])
    return found


def _tax_id(account: Account, customer: Object, kind: str, value: str) -> Object:
    country = value[:2] if kind == "eu_vat" else kind[:2].upper()
    return {
        "id": account.new_id("txi_"),
        "object": KIND,
        "country": country,
        "created": account.now(customer),
        "customer": customer["id"],
        "customer_account": None,
        "livemode": account.livemode,
        "owner": {"customer": customer["id"], "customer_account": None, "type": "customer"},
        "type": kind,
        "value": value,
        "verification": {
            "status": "pending" if kind in {"eu_vat", "gb_vat"} else "unavailable",
            "verified_address": None,
            "verified_name": None,
        },
    }
