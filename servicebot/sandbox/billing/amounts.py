"""What a price costs for a quantity, in whole minor units of its currency."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

from servicebot.sandbox.billing import currencies

Price = dict[str, Any]
Tier = dict[str, Any]


def rounded(amount: Fraction, step: int = 1) -> int:
    """Return the nearest multiple of a step, halves away from zero: credits mirror debits."""
    whole = int(abs(amount) / step + Fraction(1, 2)) * step
    return whole if amount >= 0 else -whole


def share(amount: int, part: int, whole: int, step: int = 1) -> int:
    """Return `part` of `whole` of an amount, rounded; nothing of nothing."""
    return rounded(Fraction(amount * part, whole), step) if whole else 0


def is_metered(price: Price) -> bool:
    """Tell whether a price is billed for use, after the period."""
    return bool(price["recurring"]) and price["recurring"]["usage_type"] == "metered"


def price_amount(price: Price, quantity: int) -> int:
    """Return what so many cost for one whole period."""
    exact = exact_amount(price, units_of(price, quantity))
    return rounded(exact, currencies.step(price["currency"]))


def units_of(price: Price, quantity: int) -> int:
    """Return how many units are billed, after the price's packages."""
    transform = price.get("transform_quantity")
    if not transform:
        return quantity
    packages, rest = divmod(quantity, int(transform["divide_by"]))
    return packages + (1 if rest and transform["round"] == "up" else 0)


def exact_amount(price: Price, units: int) -> Fraction:
    """Return the amount before rounding."""
    if price["billing_scheme"] != "tiered":
        return _decimal(price, "unit_amount") * units
    if price["tiers_mode"] == "volume":
        return _tier_amount(_volume_tier(price["tiers"], units), units)
    return sum((_tier_amount(tier, count) for tier, count in graduated(price, units)), Fraction(0))


def graduated(price: Price, units: int) -> Iterator[tuple[Tier, int]]:
    """Yield each tier that is reached with the units inside it; the first is always reached."""
    below = 0
    for tier in price["tiers"]:
        top = units if tier["up_to"] is None else min(units, tier["up_to"])
        yield tier, top - below
        below = top
        if below >= units:
            return


def _volume_tier(tiers: list[Tier], units: int) -> Tier:
    return next((t for t in tiers if t["up_to"] is None or units <= t["up_to"]), tiers[-1])


def _tier_amount(tier: Tier, units: int) -> Fraction:
    return _decimal(tier, "flat_amount") + _decimal(tier, "unit_amount") * units


def _decimal(source: dict[str, Any], key: str) -> Fraction:
    exact = source.get(f"{key}_decimal")
    return Fraction(Decimal(str(exact))) if exact is not None else Fraction(source.get(key) or 0)
