"""Taxes on the lines of an invoice: each on what discounts leave of it.

A rate is rounded once an invoice, and what rounding leaves over goes to the later line; an account
may have each line rounded instead: its config's "tax_rounding" is then "line_item". All of it is
in https://docs.stripe.com/billing/taxes/tax-rates.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from servicebot.sandbox.billing import automatic_tax, currencies
from servicebot.sandbox.billing.amounts import rounded
from servicebot.sandbox.errors import invalid
from servicebot.sandbox.wire import clone

if TYPE_CHECKING:
    from servicebot.sandbox.world import Account

Object = dict[str, Any]
EXEMPT = {"exempt": "customer_exempt", "reverse": "reverse_charge"}
AT_MOST = 10


@dataclass
class Tally:
    """Taxes as they add up, by rate: the sum is rounded, and each share is what it grew by."""

    step: int
    by_line: bool = False
    exact: dict[str, Fraction] = field(default_factory=dict)

    @classmethod
    def of(cls, account: Account, invoice: Object) -> Tally:
        """Return an empty one that rounds as the account has it; automatic tax does it one way."""
        by_line = account.config.get("tax_rounding") == "line_item"
        automatic = invoice["automatic_tax"]["enabled"]
        return cls(currencies.step(invoice["currency"]), by_line and not automatic)

    def grow(self, rate: str, owed: Fraction) -> int:
        """Add to a rate's sum and return by how many whole units it has grown."""
        before = Fraction(0) if self.by_line else self.exact.get(rate, Fraction(0))
        self.exact[rate] = before + owed
        return rounded(before + owed, self.step) - rounded(before, self.step)


def rates_for(account: Account, given: Any, param: str) -> list[Object]:
    """Return the tax rates that a call names; an empty value clears them."""
    found = [clone(account.get("tax_rate", id_, param=param)) for id_ in given or []]
    for rate in found:
        if not rate["active"]:
            raise invalid(f"The tax rate {rate['id']} is archived.", param)
    if len(found) > AT_MOST:
        raise invalid(f"At most {AT_MOST} tax rates may be applied.", param)
    return found


def blank(rate: str) -> Object:
    """Return a tax of a line, not worked out yet."""
    return {
        "amount": 0,
        "tax_behavior": "exclusive",
        "tax_rate_details": {"tax_rate": rate},
        "taxability_reason": "not_available",
        "taxable_amount": 0,
        "type": "tax_rate_details",
    }


def work_out(account: Account, customer: Object, invoice: Object) -> None:
    """Write the taxes of every line of a draft, each of the rates that the line names already."""
    invoice["customer_tax_exempt"] = customer["tax_exempt"]
    automatic_tax.name_rates(account, customer, invoice)
    tally = Tally.of(account, invoice)
    for row in invoice["lines"]["data"]:
        net = row["amount"] - sum(cut["amount"] for cut in row["discount_amounts"])
        found = _whole(account, invoice, row, net, tally)
        base = net - _within(found)
        row["taxes"] = [_tax(account, invoice, rate, tax, base) for rate, tax in found]


def _whole(
    account: Account, invoice: Object, row: Object, amount_: int, tally: Tally
) -> list[tuple[Object, int]]:
    """Return what each rate of a line makes of an amount, whether it is owed or not.

    Automatic tax leaves the price of who is exempt as it is; rates set by hand are taken out of it.
    """
    rates = _rates(account, row)
    exempt = invoice["customer_tax_exempt"] in EXEMPT
    if invoice["automatic_tax"]["enabled"] and exempt:
        return [(rate, 0) for rate in rates]
    return [(rate, tally.grow(rate["id"], _share(rate, amount_, rates))) for rate in rates]


def _within(found: list[tuple[Object, int]]) -> int:
    return sum(tax for rate, tax in found if rate["inclusive"])


def _rates(account: Account, row: Object) -> list[Object]:
    named = [tax["tax_rate_details"]["tax_rate"] for tax in row["taxes"]]
    return [account.tables["tax_rate"][id_] for id_ in named]


def _share(rate: Object, net: int, rates: list[Object]) -> Fraction:
    """Return the exact tax: of what is left without the taxes that are inside."""
    inside = sum((_part(each) for each in rates if each["inclusive"]), Fraction(1))
    return net / inside * _part(rate)


def _part(rate: Object) -> Fraction:
    return Fraction(str(rate["percentage"])) / 100


def _tax(account: Account, invoice: Object, rate: Object, owed: int, base: int) -> Object:
    why = EXEMPT.get(invoice["customer_tax_exempt"])
    return {
        **blank(rate["id"]),
        "amount": 0 if why else owed,
        "tax_behavior": "inclusive" if rate["inclusive"] else "exclusive",
        "taxability_reason": why or automatic_tax.reason(account, rate["id"]),
        "taxable_amount": base,
    }


def totals(rows: Iterable[Object]) -> list[Object]:
    """Return the taxes of an invoice, a row a rate."""
    found: dict[str, Object] = {}
    for tax in (tax for row in rows for tax in row["taxes"]):
        rate = tax["tax_rate_details"]["tax_rate"]
        before = found.get(rate)
        if before is None:
            found[rate] = clone(tax)
            continue
        for name in ("amount", "taxable_amount"):
            before[name] += tax[name]
    return list(found.values())


def inside(account: Account, invoice: Object, *, discounted: bool) -> int:
    """Return the tax inside the lines' amounts, owed or not, after or before discounts."""
    tally = Tally.of(account, invoice)
    found = 0
    for row in invoice["lines"]["data"]:
        cut = sum(cut["amount"] for cut in row["discount_amounts"]) if discounted else 0
        found += _within(_whole(account, invoice, row, row["amount"] - cut, tally))
    return found
