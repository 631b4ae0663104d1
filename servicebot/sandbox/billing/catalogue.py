"""What billing reads of the catalogue: prices, products, coupons and metered use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicebot.sandbox.billing.discounts import Reduction, reduction
from servicebot.sandbox.billing.periods import Period, period_at
from servicebot.sandbox.errors import invalid

if TYPE_CHECKING:
    from servicebot.sandbox.world import Account

Object = dict[str, Any]
EXPANDED_ONLY = frozenset({"tiers", "currency_options"})


def full_price(account: Account, id_: str, currency: str | None = None) -> Object:
    """Return a price with its tiers, in the currency asked for."""
    price = {**account.tables["price"][id_], **account.hidden.get(id_, {})}
    if currency in (None, price["currency"]):
        return price
    options = (price.get("currency_options") or {}).get(currency) or {}
    return {**price, **options, "currency": currency}


def shown_price(account: Account, id_: str) -> Object:
    """Return a price as it stands inside other objects."""
    price = account.tables["price"][id_]
    return {name: value for name, value in price.items() if name not in EXPANDED_ONLY}


def sellable_price(account: Account, id_: str, currency: str | None, param: str) -> Object:
    """Return a recurring price that can be subscribed to in a currency, else Stripe's refusal."""
    price = {**account.get("price", id_, param=param), **account.hidden.get(id_, {})}
    if not price["active"]:
        message = "The price specified is inactive. This field only accepts active prices."
        raise invalid(message, param)
    if price["type"] != "recurring":
        message = (
            "The price specified is set to `type=one_time` but this field only accepts "
            "prices with `type=recurring`."
        )
        raise invalid(message, param)
    _check_currency(price, currency, param)
    return price


def _check_currency(price: Object, currency: str | None, param: str) -> None:
    offered = {price["currency"], *(price.get("currency_options") or {})}
    if currency is None or currency in offered:
        return
    message = (
        f"The price specified only supports `{price['currency']}`. "
        f"This doesn't match the expected currency: `{currency}`."
    )
    raise invalid(message, param)


def plan_of(price: Object) -> Object:
    """Return the legacy plan object that Stripe still shows beside a price."""
    recurring = price["recurring"]
    amount = price.get("unit_amount_decimal")
    return {
        "id": price["id"],
        "object": "plan",
        "active": price["active"],
        "amount": price["unit_amount"],
        "amount_decimal": None if amount is None else str(amount),
        "billing_scheme": price["billing_scheme"],
        "created": price["created"],
        "currency": price["currency"],
        "interval": recurring["interval"],
        "interval_count": recurring["interval_count"],
        "livemode": price["livemode"],
        "metadata": price["metadata"],
        "meter": recurring.get("meter"),
        "nickname": price["nickname"],
        "product": price["product"],
        "tiers_mode": price.get("tiers_mode"),
        "transform_usage": price.get("transform_quantity"),
        "trial_period_days": recurring.get("trial_period_days"),
        "usage_type": recurring["usage_type"],
    }


def product_name(account: Account, price: Object) -> str:
    """Return the name of what a price sells."""
    return str(account.tables["product"][price["product"]]["name"])


def price_period(price: Object, anchor: int, moment: int) -> Period:
    """Return the billing period of a price around a moment."""
    recurring = price["recurring"]
    return period_at(anchor, recurring["interval"], recurring["interval_count"], moment)


def coupon_of(account: Account, discount: Object) -> Object:
    """Return the coupon behind a discount, even one deleted since."""
    id_ = discount["source"]["coupon"]
    kept = account.hidden.get(discount["id"], {}).get("coupon")
    coupon: Object = account.tables.get("coupon", {}).get(id_) or kept or {}
    return {**coupon, **account.hidden.get(id_, {})}


def reductions(
    account: Account, discounts: list[Object], currency: str, now: int
) -> list[Reduction]:
    """Return what the discounts that still run do to amounts of a currency."""
    running = [each for each in discounts if each["end"] is None or each["end"] > now]
    found = [reduction(each, coupon_of(account, each), currency) for each in running]
    return [each for each in found if each is not None]
