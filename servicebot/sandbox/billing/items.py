"""Subscription items: as Stripe shows them, and what a call asks to become of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from servicebot.sandbox.billing import amounts, catalogue, taxes
from servicebot.sandbox.billing.periods import Period
from servicebot.sandbox.errors import invalid

if TYPE_CHECKING:
    from servicebot.sandbox.world import Account

Object = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """One item before and after a call; None where it is not there."""

    before: Object | None
    after: Object | None

    @property
    def is_billed(self) -> bool:
        """Tell whether price or quantity differ."""
        if self.before is None or self.after is None:
            return True
        return _terms(self.before) != _terms(self.after)

    @property
    def moves_interval(self) -> bool:
        """Tell whether the item is billed in another rhythm afterwards."""
        if self.before is None or self.after is None:
            return False
        return rhythm(self.before) != rhythm(self.after)

    @property
    def is_metered_throughout(self) -> bool:
        """Tell whether the item is billed for use before and after."""
        both = [item for item in (self.before, self.after) if item]
        return len(both) == 2 and all(is_metered(item) for item in both)

    @property
    def stops_metering(self) -> bool:
        """Tell whether the item was billed for use and is no more."""
        was = self.before is not None and is_metered(self.before)
        return was and not self.is_metered_throughout


def _terms(item: Object) -> tuple[str, int]:
    return item["price"]["id"], quantity_of(item)


def rhythm(item: Object) -> tuple[str, int]:
    """Return interval and count."""
    recurring = item["price"]["recurring"]
    return recurring["interval"], recurring["interval_count"]


def quantity_of(item: Object) -> int:
    """Return the quantity; metered items have none and count one."""
    return int(item.get("quantity", 1))


def tax_rates_of(item: Object) -> tuple[str, ...] | None:
    """Return the ids of an item's own tax rates, None where those of the invoice are for it."""
    return tuple(rate["id"] for rate in item["tax_rates"]) or None


def period_of(item: Object) -> Period:
    """Return the period that an item is in."""
    return item["current_period_start"], item["current_period_end"]


def is_metered(item: Object) -> bool:
    """Tell whether an item is billed for use."""
    return amounts.is_metered(item["price"])


def new_item(account: Account, subscription: str, price: Object, given: Object, now: int) -> Object:
    """Return a new item; its period is set by whoever places it."""
    item: Object = {
        "id": account.new_id("si_"),
        "object": "subscription_item",
        "billed_until": None,
        "billing_thresholds": None,
        "created": now,
        "current_period_end": now,
        "current_period_start": now,
        "current_trial": None,
        "discounts": [],
        "metadata": dict(given.get("metadata") or {}),
        "subscription": subscription,
        "tax_rates": given["tax_rates"],
    }
    return priced(account, item, price, given.get("quantity", 1))


def priced(account: Account, item: Object, price: Object, quantity: int) -> Object:
    """Return an item with a price and a quantity; metered prices take none."""
    placed = {
        **item,
        "plan": catalogue.plan_of(price),
        "price": catalogue.shown_price(account, price["id"]),
        "quantity": quantity,
    }
    if amounts.is_metered(price):
        del placed["quantity"]
    return placed


def placed(item: Object, period: Period) -> Object:
    """Return an item moved to a period."""
    return {**item, "current_period_start": period[0], "current_period_end": period[1]}


def changes(account: Account, subscription: Object, given: list[Object], now: int) -> list[Change]:
    """Return what becomes of every item, kept ones included."""
    found = {item["id"]: Change(item, item) for item in subscription["items"]["data"]}
    for position, asked in enumerate(given):
        change = _asked(account, subscription, asked, f"items[{position}]", now)
        key = (change.before or change.after or {})["id"]
        found[key] = change
    if not any(change.after for change in found.values()):
        raise invalid("A subscription must have at least one active plan.", "items")
    return list(found.values())


def _asked(account: Account, subscription: Object, asked: Object, param: str, now: int) -> Change:
    if "id" not in asked:
        return Change(None, _added(account, subscription, asked, param, now))
    current = {item["id"]: item for item in subscription["items"]["data"]}
    before = current.get(asked["id"])
    if before is None:
        message = f"No such subscription item: '{asked['id']}'"
        raise invalid(message, f"{param}[id]", "resource_missing")
    if asked.get("deleted"):
        return Change(before, None)
    return Change(before, _edited(account, subscription, before, asked, param))


def _added(account: Account, subscription: Object, asked: Object, param: str, now: int) -> Object:
    if "price" not in asked:
        raise invalid(f"Missing required param: {param}[price].", f"{param}[price]")
    price = catalogue.sellable_price(
        account, asked["price"], subscription["currency"], f"{param}[price]"
    )
    _check_quantity(price, asked, param)
    rates = taxes.rates_for(account, asked.get("tax_rates"), f"{param}[tax_rates]")
    return new_item(account, subscription["id"], price, {**asked, "tax_rates": rates}, now)


def _edited(
    account: Account, subscription: Object, before: Object, asked: Object, param: str
) -> Object:
    """Apply what is asked; a new price resets the quantity to one unless it is sent."""
    price_id = asked.get("price", before["price"]["id"])
    moved = price_id != before["price"]["id"]
    if moved:
        catalogue.sellable_price(account, price_id, subscription["currency"], f"{param}[price]")
    price = catalogue.full_price(account, price_id)
    _check_quantity(price, asked, param)
    quantity = asked.get("quantity", 1 if moved else quantity_of(before))
    after = priced(account, before, price, quantity)
    after["metadata"] = merged(before["metadata"], asked.get("metadata"))
    if "tax_rates" in asked:
        after["tax_rates"] = taxes.rates_for(account, asked["tax_rates"], f"{param}[tax_rates]")
    return after


def _check_quantity(price: Object, asked: Object, param: str) -> None:
    if "quantity" not in asked:
        return
    if amounts.is_metered(price):
        message = (
            f"You cannot set the quantity on price `{price['id']}`: it has "
            "`usage_type` set to metered."
        )
        raise invalid(message, f"{param}[quantity]")
    if asked["quantity"] < 0:
        message = "This value must be greater than or equal to 0."
        raise invalid(message, f"{param}[quantity]", "parameter_invalid_integer")


def merged(kept: Object | None, given: Any) -> Object:
    """Return metadata after a call: an empty string clears it, an empty value a key."""
    if given is None:
        return dict(kept or {})
    if given == "":
        return {}
    both = {**(kept or {}), **given}
    return {name: str(value) for name, value in both.items() if value not in ("", None)}
