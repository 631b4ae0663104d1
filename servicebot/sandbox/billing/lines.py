"""Lines of an invoice before they have a place on one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from servicebot.sandbox.billing import amounts, currencies
from servicebot.sandbox.billing.periods import Period, day_name

Object = dict[str, Any]
SYMBOLS = {"usd": "$", "eur": "€", "gbp": "£", "jpy": "¥", "aud": "A$", "cad": "CA$"}
TIMES = "\N{MULTIPLICATION SIGN}"


@dataclass(frozen=True)
class Line:
    """An amount for something over a period; a proration is already net of discounts.

    Without tax rates of its own it is taxed with those of its invoice.
    """

    amount: int
    description: str
    period: Period
    price: Object | None = None
    quantity: int | None = None
    item: str | None = None
    subscription: str | None = None
    proration: bool = False
    credits: Object | None = None
    discounts: tuple[str, ...] = ()
    discountable: bool = True
    invoice_item: str | None = None
    tax_rates: tuple[str, ...] | None = None
    metadata: dict[str, str] = field(default_factory=dict)

    @property
    def product(self) -> str | None:
        """Return what is sold, where the line has a price."""
        return self.price["product"] if self.price else None

    @property
    def is_debit(self) -> bool:
        """Tell whether unused time of it could be credited later."""
        metered = self.price is not None and amounts.is_metered(self.price)
        return self.item is not None and not metered and self.amount > 0


def money(amount: int, currency: str) -> str:
    """Return an amount as Stripe prints it in descriptions."""
    places = currencies.places(currency)
    number = f"{amount / 10**places:,.{places}f}"
    symbol = SYMBOLS.get(currency)
    return f"{symbol}{number}" if symbol else f"{number} {currency.upper()}"


def rhythm(price: Object) -> str:
    """Return how often a price is billed, in words: month, 3 months."""
    recurring = price["recurring"]
    count = recurring["interval_count"]
    return recurring["interval"] if count == 1 else f"{count} {recurring['interval']}s"


def period_description(price: Object, quantity: int, product: str) -> str:
    """Return the words for a whole period: 1 x Basic (at $10.00 / month)."""
    unit = price.get("unit_amount")
    if unit is None:
        return f"{quantity} {TIMES} {product}"
    return f"{quantity} {TIMES} {product} (at {money(unit, price['currency'])} / {rhythm(price)})"


def proration_description(kind: str, quantity: int, product: str, moment: int) -> str:
    """Return the words for part of a period: Unused time on 2 x Basic after 22 Nov 2026."""
    what = product if quantity == 1 else f"{quantity} {TIMES} {product}"
    return f"{kind} time on {what} after {day_name(moment)}"


def pricing(price: Object | None) -> Object | None:
    """Return what a line tells of its price."""
    if price is None:
        return None
    return {
        "price_details": {"price": price["id"], "product": price["product"]},
        "type": "price_details",
        "unit_amount_decimal": decimal_text(price),
    }


def decimal_text(price: Object) -> str | None:
    """Return the price of a unit as the decimal string on the wire, None for tiers."""
    if price.get("unit_amount_decimal") is not None:
        return str(price["unit_amount_decimal"])
    return None if price.get("unit_amount") is None else str(price["unit_amount"])
