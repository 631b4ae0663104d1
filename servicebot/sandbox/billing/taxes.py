"""Taxes on the lines of an invoice: each on what discounts leave of it, each rate rounded once.

What rounding leaves over goes to the later line, so that the lines of an invoice add up to it
(https://docs.stripe.com/billing/taxes/tax-rates).
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
FREE = frozenset({*EXEMPT.values(), "not_collecting"})
AT_MOST = 5


@dataclass
class Tally:
    """Taxes as they add up, by rate: the sum is rounded, and each share is what it grew by."""

    step: int = 1
    exact: dict[str, Fraction] = field(default_factory=dict)

    def grow(self, rate: str, owed: Fraction) -> int:
        """Add to a rate's sum and return by how many whole units it has grown."""
        before = self.exact.get(rate, Fraction(0))
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
    if len({rate["inclusive"] for rate in found}) > 1:
        message = "The sandbox does not support inclusive and exclusive tax rates at once."
        raise invalid(message, param, "sandbox_unsupported")
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
    automatic_tax.name_rates(account, customer, invoice)
    tally = Tally(currencies.step(invoice["currency"]))
    for row in invoice["lines"]["data"]:
        net = row["amount"] - sum(cut["amount"] for cut in row["discount_amounts"])
        rates = _rates(account, row)
        why = EXEMPT.get(customer["tax_exempt"])
        row["taxes"] = [_tax(account, rate, net, rates, why, tally) for rate in rates]


def _rates(account: Account, row: Object) -> list[Object]:
    named = [tax["tax_rate_details"]["tax_rate"] for tax in row["taxes"]]
    return [account.tables["tax_rate"][id_] for id_ in named]


def _tax(
    account: Account, rate: Object, net: int, rates: list[Object], why: str | None, tally: Tally
) -> Object:
    reason = why or automatic_tax.reason(account, rate["id"])
    owed = Fraction(0) if reason in FREE else _share(rate, net, rates)
    amount = tally.grow(rate["id"], owed)
    return {
        **blank(rate["id"]),
        "amount": amount,
        "tax_behavior": "inclusive" if rate["inclusive"] else "exclusive",
        "taxability_reason": reason,
        "taxable_amount": net - amount if rate["inclusive"] else net,
    }


def _share(rate: Object, net: int, rates: list[Object]) -> Fraction:
    """Return the exact tax; of an inclusive price it is the part that all its rates leave."""
    percent = _part(rate)
    if not rate["inclusive"]:
        return net * percent
    return net / sum(map(_part, rates), Fraction(1)) * percent


def _part(rate: Object) -> Fraction:
    return Fraction(str(rate["percentage"])) / 100


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


def amount(taxes: Iterable[Object], behavior: str) -> int:
    """Return the sum of the taxes that come on top, or that are inside."""
    return sum(int(tax["amount"]) for tax in taxes if tax["tax_behavior"] == behavior)


def inside(account: Account, invoice: Object) -> int:
    """Return the tax inside the lines' amounts as they are before discounts."""
    tally = Tally(currencies.step(invoice["currency"]))
    return sum(
        tally.grow(rate["id"], _share(rate, row["amount"], _rates(account, row)))
        for row in invoice["lines"]["data"]
        for rate, tax in zip(_rates(account, row), row["taxes"], strict=True)
        if rate["inclusive"] and tax["taxability_reason"] not in FREE
    )
