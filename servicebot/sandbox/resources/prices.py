"""Prices: flat, tiered, metered, in one currency or several."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from servicebot.sandbox.billing import currencies
from servicebot.sandbox.errors import invalid
from servicebot.sandbox.expand import included
from servicebot.sandbox.fields import need, pick, take, take_metadata
from servicebot.sandbox.pages import PAGING, page
from servicebot.sandbox.routing import Request, operation
from servicebot.sandbox.wire import clone

if TYPE_CHECKING:
    from servicebot.sandbox.world import Account, Object

CREATING = {
    "active",
    "billing_scheme",
    "currency",
    "currency_options",
    "lookup_key",
    "metadata",
    "nickname",
    "product",
    "recurring.interval",
    "recurring.interval_count",
    "recurring.meter",
    "recurring.trial_period_days",
    "recurring.usage_type",
    "tax_behavior",
    "tiers",
    "tiers_mode",
    "transfer_lookup_key",
    "transform_quantity",
    "unit_amount",
    "unit_amount_decimal",
}
PLAIN = ("active", "nickname", "tax_behavior")
AMOUNTS = ("flat_amount", "unit_amount")


@operation("POST", "/v1/prices", honours=CREATING)
def create(request: Request) -> Object:
    return made(request.account, request.params)


@operation("GET", "/v1/prices/{price}")
def retrieve(request: Request) -> Object:
    return request.account.get("price", request.path["price"])


@operation(
    "POST",
    "/v1/prices/{price}",
    honours={*PLAIN, "currency_options", "lookup_key", "metadata", "transfer_lookup_key"},
)
def update(request: Request) -> Object:
    account, params = request.account, request.params
    price = account.get("price", request.path["price"])
    before = clone(price)
    _take_lookup_key(account, price, params)
    take(price, params, PLAIN)
    take_metadata(price, params)
    if "currency_options" in params:
        kept = account.hidden[price["id"]]["currency_options"]
        kept.update(_currency_options(params["currency_options"] or {}))
    account.changed(price, before, emit="price.updated")
    return price


@operation(
    "GET",
    "/v1/prices",
    honours={
        *PAGING,
        "active",
        "created",
        "currency",
        "lookup_keys",
        "product",
        "recurring",
        "type",
    },
)
def list_(request: Request) -> Object:
    params = request.params
    names = {"active", "currency", "product", "type"} & set(params)
    rows = request.account.find("price", **{name: params[name] for name in names})
    if "lookup_keys" in params:
        rows = [row for row in rows if row["lookup_key"] in params["lookup_keys"]]
    wanted = params.get("recurring", {})
    return page(request, [row for row in rows if _recurs_like(row, wanted)])


@included("price", "tiers")
def tiers(account: Account, price: Object) -> Any:
    return clone(account.hidden[price["id"]].get("tiers"))


@included("price", "currency_options")
def currency_options(account: Account, price: Object) -> Any:
    own = {name: price[name] for name in ("tax_behavior", "unit_amount", "unit_amount_decimal")}
    others = account.hidden[price["id"]].get("currency_options") or {}
    return {price["currency"]: {"custom_unit_amount": None, **own}, **clone(others)}


def made(account: Account, params: dict[str, Any]) -> Object:
    """Return a new, stored price."""
    product = need(params, "product")
    account.get("product", product, param="product")
    price = _blank(account, params)
    _take_lookup_key(account, price, params)
    account.hidden[price["id"]] = {
        "tiers": [_tier(tier) for tier in params["tiers"]] if "tiers" in params else None,
        "currency_options": _currency_options(params.get("currency_options", {})),
    }
    return account.add(price, emit="price.created")


def _blank(account: Account, params: dict[str, Any]) -> Object:
    scheme = params.get("billing_scheme", "tiered" if "tiers" in params else "per_unit")
    _check_scheme(scheme, params)
    recurring = _recurring(account, params.get("recurring"))
    price: Object = {
        "id": account.new_id("price_"),
        "object": "price",
        "active": params.get("active", True),
        "billing_scheme": scheme,
        "created": account.now(),
        "currency": need(params, "currency").lower(),
        "custom_unit_amount": None,
        "livemode": account.livemode,
        "lookup_key": None,
        "metadata": {},
        "nickname": params.get("nickname"),
        "product": params["product"],
        "recurring": recurring,
        "tax_behavior": params.get("tax_behavior", "unspecified"),
        "tiers_mode": params.get("tiers_mode"),
        "transform_quantity": params.get("transform_quantity"),
        "type": "recurring" if recurring else "one_time",
        "unit_amount": None,
        "unit_amount_decimal": None,
    }
    price.update(_amounts(params, ("unit_amount",)))
    currencies.check(price["unit_amount"], price["currency"], "unit_amount")
    take_metadata(price, params)
    return price


def _check_scheme(scheme: str, params: dict[str, Any]) -> None:
    if scheme == "tiered":
        if "tiers" not in params or "tiers_mode" not in params:
            message = "You must specify `tiers` and `tiers_mode` when `billing_scheme=tiered`."
            raise invalid(message, "tiers")
        if need(params["tiers"][-1], "up_to") != "inf":
            raise invalid("The last tier must have `up_to` set to `inf`.", "tiers")
    elif not {"unit_amount", "unit_amount_decimal"} & set(params):
        message = "One of `unit_amount` or `unit_amount_decimal` is required."
        raise invalid(message, "unit_amount", "parameter_missing")


def _recurring(account: Account, given: dict[str, Any] | None) -> Object | None:
    if given is None:
        return None
    meter = given.get("meter")
    if meter:
        account.get("billing.meter", meter, param="recurring[meter]")
    elif given.get("usage_type") == "metered":
        message = "Metered prices must be backed by a meter."
        raise invalid(message, "recurring[meter]", "parameter_missing")
    return {
        "interval": need(given, "interval"),
        "interval_count": given.get("interval_count", 1),
        "meter": meter,
        "trial_period_days": given.get("trial_period_days"),
        "usage_type": given.get("usage_type", "licensed"),
    }


def _amounts(given: dict[str, Any], names: tuple[str, ...]) -> Object:
    """Return each amount as an integer, None when it is a fraction, and as decimal text."""
    found: Object = {}
    for name in names:
        exact = given.get(f"{name}_decimal", given.get(name))
        if exact is None:
            found |= {name: None, f"{name}_decimal": None}
            continue
        number = Decimal(str(exact))
        found[name] = int(number) if number == number.to_integral_value() else None
        found[f"{name}_decimal"] = f"{number.normalize():f}"
    return found


def _tier(given: dict[str, Any]) -> Object:
    up_to = need(given, "up_to")
    return {**_amounts(given, AMOUNTS), "up_to": None if up_to == "inf" else up_to}


def _currency_options(given: dict[str, Any]) -> Object:
    for currency, option in given.items():
        param = f"currency_options[{currency}][unit_amount]"
        currencies.check(option.get("unit_amount"), currency, param)
    return {
        currency: {
            **pick(option, ("custom_unit_amount",)),
            "tax_behavior": option.get("tax_behavior", "unspecified"),
            **_amounts(option, ("unit_amount",)),
            **({"tiers": [_tier(tier) for tier in option["tiers"]]} if "tiers" in option else {}),
        }
        for currency, option in given.items()
    }


def _take_lookup_key(account: Account, price: Object, params: dict[str, Any]) -> None:
    key = params.get("lookup_key")
    if key is None:
        return
    for other in account.find("price", lookup_key=key):
        if other is not price and not params.get("transfer_lookup_key"):
            message = f"A price (`{other['id']}`) already uses that lookup key."
            raise invalid(message, "lookup_key", "resource_already_exists")
        other["lookup_key"] = None
    price["lookup_key"] = key or None


def _recurs_like(price: Object, wanted: dict[str, Any]) -> bool:
    recurring = price["recurring"] or {}
    return all(recurring.get(name) == value for name, value in wanted.items())
