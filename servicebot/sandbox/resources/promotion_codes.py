"""Promotion codes: what customers type to get a coupon."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicebot.sandbox.errors import invalid
from servicebot.sandbox.fields import need, take, take_metadata
from servicebot.sandbox.pages import PAGING, page
from servicebot.sandbox.resources.coupons import refresh
from servicebot.sandbox.routing import Request, operation
from servicebot.sandbox.wire import clone, random_text

if TYPE_CHECKING:
    from servicebot.sandbox.world import Account, Object

TERMS = ("customer", "expires_at", "max_redemptions")


@operation(
    "POST",
    "/v1/promotion_codes",
    honours={*TERMS, "active", "code", "metadata", "promotion", "restrictions"},
)
def create(request: Request) -> Object:
    account, params = request.account, request.params
    id_ = need(need(params, "promotion"), "coupon")
    if not refresh(account, account.get("coupon", id_, param="promotion[coupon]"))["valid"]:
        raise invalid("This coupon is no longer valid.", "promotion[coupon]", "coupon_expired")
    if params.get("customer"):
        account.get("customer", params["customer"], param="customer")
    code: Object = {
        "id": account.new_id("promo_"),
        "object": "promotion_code",
        "active": params.get("active", True),
        "code": params.get("code") or random_text(8).upper(),
        "created": account.now(),
        "customer": None,
        "customer_account": None,
        "expires_at": None,
        "livemode": account.livemode,
        "max_redemptions": None,
        "metadata": {},
        "promotion": {"coupon": id_, "type": "coupon"},
        "restrictions": _restrictions(params.get("restrictions", {})),
        "times_redeemed": 0,
    }
    _check_free(account, code)
    take(code, params, TERMS)
    take_metadata(code, params)
    hidden = params.get("restrictions", {}).get("currency_options", {})
    account.hidden[code["id"]] = {"currency_options": hidden}
    return account.add(code, emit="promotion_code.created")


@operation("GET", "/v1/promotion_codes/{promotion_code}")
def retrieve(request: Request) -> Object:
    return request.account.get("promotion_code", request.path["promotion_code"])


@operation("POST", "/v1/promotion_codes/{promotion_code}", honours={"active", "metadata"})
def update(request: Request) -> Object:
    account, params = request.account, request.params
    code = account.get("promotion_code", request.path["promotion_code"])
    before = clone(code)
    if params.get("active") and not code["active"]:
        _check_free(account, {**code, "active": True})
    take(code, params, ("active",))
    take_metadata(code, params)
    account.changed(code, before, emit="promotion_code.updated")
    return code


@operation(
    "GET",
    "/v1/promotion_codes",
    honours={*PAGING, "active", "code", "coupon", "created", "customer"},
)
def list_(request: Request) -> Object:
    params = request.params
    asked = {name: params[name] for name in ("active", "customer") if name in params}
    rows = request.account.find("promotion_code", **asked)
    if "code" in params:
        rows = [row for row in rows if _same(row["code"], params["code"])]
    if "coupon" in params:
        rows = [row for row in rows if row["promotion"]["coupon"] == params["coupon"]]
    return page(request, rows)


def _restrictions(given: dict[str, Any]) -> Object:
    if "minimum_amount" in given:
        need(given, "minimum_amount_currency")
    return {
        "first_time_transaction": given.get("first_time_transaction", False),
        "minimum_amount": given.get("minimum_amount"),
        "minimum_amount_currency": given.get("minimum_amount_currency"),
    }


def _same(one: str, other: str) -> bool:
    """Tell whether two codes are the same; their case does not matter."""
    return one.casefold() == other.casefold()


def _check_free(account: Account, code: Object) -> None:
    """Raise where another active code reads the same, for everybody or the same customer."""
    taken = [
        other
        for other in account.find("promotion_code", active=True)
        if _same(other["code"], code["code"]) and other["id"] != code["id"]
    ]
    if taken and code["active"]:
        message = "An active promotion code with `code: {}` already exists."
        raise invalid(message.format(code["code"]), "code")
