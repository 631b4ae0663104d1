"""Automatic tax, simply: a rate for each country that the account collects in.

The account's config says it all: {"tax": {"rates": {"DE": 19}, "behavior": "exclusive"}}. Prices
that don't say whether tax is inside follow `behavior`; without it, as at Stripe, their currency
does (https://docs.stripe.com/tax/products-prices-tax-codes-tax-behavior).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicebot.sandbox.errors import invalid
from servicebot.sandbox.resources import tax_rates
from servicebot.sandbox.wire import clone

if TYPE_CHECKING:
    from servicebot.sandbox.world import Account

Object = dict[str, Any]
ON_TOP = frozenset({"usd", "cad"})
OFF: Object = {"disabled_reason": None, "enabled": False, "liability": None}
ON: Object = {"disabled_reason": None, "enabled": True, "liability": {"type": "self"}}
NOT_SET_UP = (
    "You must have a valid head office address to enable automatic tax calculation. Visit "
    "https://dashboard.stripe.com/settings/tax to update it."
)
NOWHERE = (
    "The customer's location isn't recognized. Set a valid customer address in order to "
    "automatically calculate tax."
)


def setting(account: Account, given: Object, param: str = "automatic_tax[enabled]") -> Object:
    """Return automatic tax as a subscription or a phase shows it when a call turns it on or off."""
    if given["enabled"] and "tax" not in account.config:
        raise invalid(NOT_SET_UP, param)
    return dict(ON if given["enabled"] else OFF)


def check(customer: Object, params: Object) -> None:
    """Raise where a call turns it on for somebody who lives nowhere; a preview only says so."""
    asked = (params.get("automatic_tax") or {}).get("enabled")
    if asked and country_of(customer) is None:
        raise invalid(NOWHERE, "automatic_tax[enabled]", "customer_tax_location_invalid")


def check_alone(subscription: Object) -> None:
    """Raise where tax rates are set beside it."""
    rates = [subscription["default_tax_rates"]]
    rates += [item["tax_rates"] for item in subscription["items"]["data"]]
    if subscription["automatic_tax"]["enabled"] and any(rates):
        message = "You cannot set tax rates when automatic tax is enabled."
        raise invalid(message, "automatic_tax[enabled]")


def country_of(customer: Object) -> str | None:
    """Return the country that a customer is taxed in: where things are sent, else billed to."""
    shipping = (customer["shipping"] or {}).get("address") or {}
    billing = customer["address"] or {}
    found: str | None = shipping.get("country") or billing.get("country")
    return found


def on_invoice(subscription: Object) -> Object:
    """Return automatic tax as the draft of a subscription's invoice shows it."""
    shown = clone(subscription["automatic_tax"])
    return {**shown, "disabled_reason": None, "provider": None, "status": None}


def name_rates(account: Account, customer: Object, invoice: Object) -> None:
    """Name in every line of a draft the rate of the customer's country, if tax is automatic."""
    shown = invoice["automatic_tax"]
    if not shown["enabled"]:
        return
    country = country_of(customer)
    status = "complete" if country else "requires_location_inputs"
    shown |= {"provider": "stripe", "status": status}
    for row in invoice["lines"]["data"]:
        rates = [_rate_of(account, country, row)] if country else []
        row["taxes"] = [{"tax_rate_details": {"tax_rate": id_}} for id_ in rates]


def _rate_of(account: Account, country: str, row: Object) -> str:
    """Return the id of the tax rate for a line; Stripe makes one when it first needs it."""
    percentage = account.config["tax"].get("rates", {}).get(country)
    why = "not_collecting" if percentage is None else "standard_rated"
    about = {"inclusive": _is_inclusive(account, row), "percentage": percentage or 0}
    for rate in account.find("tax_rate", country=country, **about):
        if reason(account, rate["id"]) == why:
            return str(rate["id"])
    fresh = tax_rates.blank(account, {**about, "active": False, "display_name": "Tax"})
    fresh["country"] = country
    account.hidden[fresh["id"]] = {"reason": why}
    return str(account.add(fresh)["id"])


def _is_inclusive(account: Account, row: Object) -> bool:
    details = (row["pricing"] or {}).get("price_details") or {}
    price = account.tables["price"].get(details.get("price", ""), {})
    said = price.get("tax_behavior", "unspecified")
    if said == "unspecified":
        said = account.config["tax"].get("behavior", "inferred_by_currency")
    if said == "inferred_by_currency":
        return row["currency"] not in ON_TOP
    return bool(said == "inclusive")


def reason(account: Account, rate: str) -> str:
    """Return why a line is taxed as it is; of rates set by hand Stripe doesn't know."""
    return str(account.hidden.get(rate, {}).get("reason", "not_available"))


def give_up(account: Account, customer: Object, invoice: Object) -> bool:
    """Turn it off for an invoice that is to be finalized for somebody who lives nowhere.

    Tells whether it did (https://docs.stripe.com/tax/customer-locations).
    """
    if not invoice["automatic_tax"]["enabled"] or country_of(customer):
        return False
    why = {"disabled_reason": "finalization_requires_location_inputs"}
    invoice["automatic_tax"] = {**OFF, **why, "provider": None, "status": None}
    return True
