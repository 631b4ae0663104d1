"""Coupons, and the discounts made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicebot.sandbox.billing import currencies
from servicebot.sandbox.billing.periods import boundary
from servicebot.sandbox.errors import StripeFault, invalid
from servicebot.sandbox.expand import included
from servicebot.sandbox.fields import need, take, take_metadata
from servicebot.sandbox.pages import PAGING, page
from servicebot.sandbox.routing import Request, operation
from servicebot.sandbox.wire import clone, random_text

if TYPE_CHECKING:
    from servicebot.sandbox.world import Account, Object

TERMS = ("amount_off", "duration_in_months", "max_redemptions", "name", "percent_off", "redeem_by")
CREATING = {
    *TERMS,
    "applies_to",
    "currency",
    "currency_options",
    "duration",
    "id",
    "metadata",
}
APART: tuple[str, ...] = ("applies_to", "currency_options")
MAX_PERCENT = 100


@operation("POST", "/v1/coupons", honours=CREATING)
def create(request: Request) -> Object:
    account, params = request.account, request.params
    _check(params)
    coupon: Object = {
        "id": params.get("id") or random_text(8),
        "object": "coupon",
        **dict.fromkeys(TERMS),
        "created": account.now(),
        "currency": params["currency"].lower() if "amount_off" in params else None,
        "duration": params.get("duration", "once"),
        "livemode": account.livemode,
        "metadata": {},
        "times_redeemed": 0,
        "valid": True,
    }
    if coupon["id"] in account.tables.get("coupon", {}):
        raise invalid("Coupon already exists.", "id", "resource_already_exists")
    take(coupon, params, TERMS)
    take_metadata(coupon, params)
    for product in params.get("applies_to", {}).get("products", []):
        account.get("product", product, param="applies_to[products]")
    hidden: Object = {name: params[name] for name in APART if name in params}
    account.hidden[coupon["id"]] = hidden
    refresh(account, coupon)
    return account.add(coupon, emit="coupon.created")


@operation("GET", "/v1/coupons/{coupon}")
def retrieve(request: Request) -> Object:
    return refresh(request.account, request.account.get("coupon", request.path["coupon"]))


@operation("POST", "/v1/coupons/{coupon}", honours={"name", "metadata", "currency_options"})
def update(request: Request) -> Object:
    account, params = request.account, request.params
    coupon = account.get("coupon", request.path["coupon"])
    before = clone(coupon)
    take(coupon, params, ("name",))
    take_metadata(coupon, params)
    _check_options(params)
    if "currency_options" in params:
        hidden = account.hidden[coupon["id"]]
        hidden["currency_options"] = {
            **hidden.get("currency_options", {}),
            **params["currency_options"],
        }
    account.changed(coupon, before, emit="coupon.updated")
    return refresh(account, coupon)


@operation("DELETE", "/v1/coupons/{coupon}")
def delete(request: Request) -> Object:
    """Delete a coupon; the discounts made of it go on, with a copy of their own."""
    account = request.account
    coupon = account.get("coupon", request.path["coupon"])
    copy = {**clone(coupon), "valid": False}
    for discount in account.find("discount"):
        if discount["source"]["coupon"] == coupon["id"]:
            account.hidden.setdefault(discount["id"], {})["coupon"] = copy
    for code in account.find("promotion_code"):
        if code["promotion"]["coupon"] == coupon["id"]:
            code["active"] = False
    return account.remove(coupon, emit="coupon.deleted")


@operation("GET", "/v1/coupons", honours={*PAGING, "created"})
def list_(request: Request) -> Object:
    rows = [refresh(request.account, coupon) for coupon in request.account.find("coupon")]
    return page(request, rows)


@included("coupon", "applies_to")
def applies_to(account: Account, coupon: Object) -> Any:
    return clone(account.hidden[coupon["id"]].get("applies_to"))


@included("coupon", "currency_options")
def currency_options(account: Account, coupon: Object) -> Any:
    options = clone(account.hidden[coupon["id"]].get("currency_options", {}))
    own = {coupon["currency"]: {"amount_off": coupon["amount_off"]}} if coupon["currency"] else {}
    return {**own, **options}


def refresh(account: Account, coupon: Object, now: int | None = None) -> Object:
    """Return the coupon with `valid` as it is by now."""
    now = account.now() if now is None else now
    used_up = coupon["max_redemptions"] and coupon["times_redeemed"] >= coupon["max_redemptions"]
    over = coupon["redeem_by"] is not None and coupon["redeem_by"] <= now
    coupon["valid"] = not used_up and not over
    return coupon


def discount_for(
    account: Account,
    given: dict[str, Any],
    *,
    customer: str,
    subscription: str | None = None,
    now: int,
    amount: int | None = None,
    currency: str | None = None,
) -> Object:
    """Return the discount for one entry of `discounts`: the existing one, or a new one.

    A new one is neither stored nor counted until `redeem` is called, so that previews leave no
    trace. A promotion code with a minimum needs the amount that it is to be used on.
    """
    if given.get("discount"):
        return account.get("discount", given["discount"], param="discounts[0][discount]")
    code = None
    if given.get("promotion_code"):
        code = account.get(
            "promotion_code", given["promotion_code"], param="discounts[0][promotion_code]"
        )
        _check_code(account, code, customer, now, amount, currency)
    id_ = code["promotion"]["coupon"] if code else given.get("coupon")
    coupon = account.get("coupon", id_ or "", param="discounts[0][coupon]")
    if not refresh(account, coupon, now)["valid"]:
        message = f"Coupon expired: {coupon['id']}"
        raise StripeFault(
            400, "invalid_request_error", "coupon_expired", "discounts[0][coupon]", message
        )
    return {
        "id": account.new_id("di_"),
        "object": "discount",
        "checkout_session": None,
        "customer": customer,
        "customer_account": None,
        "end": _end(coupon, now),
        "invoice": None,
        "invoice_item": None,
        "promotion_code": code["id"] if code else None,
        "source": {"coupon": coupon["id"], "type": "coupon"},
        "start": now,
        "subscription": subscription,
        "subscription_item": None,
    }


def redeem(account: Account, discount: Object) -> Object:
    """Store a new discount, count it, and tell of it; an existing one is left as it is."""
    if discount["id"] in account.tables.get("discount", {}):
        return discount
    counted = [account.tables["coupon"][discount["source"]["coupon"]]]
    if discount["promotion_code"]:
        counted.append(account.tables["promotion_code"][discount["promotion_code"]])
    for each in counted:
        each["times_redeemed"] += 1
    for code in counted[1:]:
        if code["max_redemptions"] and code["times_redeemed"] >= code["max_redemptions"]:
            code["active"] = False
    refresh(account, counted[0])
    return account.add(discount, emit="customer.discount.created")


def _end(coupon: Object, start: int) -> int | None:
    if coupon["duration"] != "repeating":
        return None
    return boundary(start, "month", 1, coupon["duration_in_months"])


def _check(params: dict[str, Any]) -> None:
    if ("percent_off" in params) == ("amount_off" in params):
        message = "You must pass either `percent_off` or `amount_off`, but not both."
        raise invalid(message, "percent_off")
    if "amount_off" in params:
        currencies.check(params["amount_off"], need(params, "currency").lower(), "amount_off")
    _check_options(params)
    if not 0 < params.get("percent_off", 1) <= MAX_PERCENT:
        message = "Invalid percent_off: must be greater than 0 and at most 100."
        raise invalid(message, "percent_off")
    if params.get("duration") == "repeating":
        need(params, "duration_in_months")


def _check_options(params: dict[str, Any]) -> None:
    for currency, option in (params.get("currency_options") or {}).items():
        param = f"currency_options[{currency}][amount_off]"
        currencies.check(option["amount_off"], currency, param)


def _check_code(
    account: Account,
    code: Object,
    customer: str,
    now: int,
    amount: int | None,
    currency: str | None,
) -> None:
    """Raise where a promotion code is not for this customer, this moment or this amount."""
    over = code["expires_at"] is not None and code["expires_at"] <= now
    if not code["active"] or over:
        raise _refused("This promotion code is expired or inactive.")
    if code["customer"] not in {None, customer}:
        raise _refused("This promotion code cannot be redeemed by the customer.")
    limits = code["restrictions"]
    if limits["first_time_transaction"] and _has_paid(account, customer):
        raise _refused(
            "This promotion code cannot be redeemed because the associated customer has prior "
            "transactions."
        )
    options = account.hidden[code["id"]]["currency_options"]
    least = _minimum({**limits, "currency_options": options}, currency)
    if least is not None and (amount is None or amount < least):
        raise _refused(
            "This promotion code cannot be redeemed because the minimum amount is not met."
        )


def _minimum(limits: Object, currency: str | None) -> int | None:
    """Return the least amount in a currency; one without a rule of its own is out of reach."""
    if limits["minimum_amount"] is None:
        return None
    if currency in (None, limits["minimum_amount_currency"]):
        return int(limits["minimum_amount"])
    option = limits["currency_options"].get(currency)
    return int(option["minimum_amount"]) if option else 1 << 62


def _has_paid(account: Account, customer: str) -> bool:
    paid = account.find("invoice", customer=customer, status="paid")
    intents = account.find("payment_intent", customer=customer, status="succeeded")
    return bool(intents) or any(invoice["amount_paid"] > 0 for invoice in paid)


def _refused(message: str) -> StripeFault:
    return invalid(message, "discounts[0][promotion_code]", "promotion_code_invalid")
