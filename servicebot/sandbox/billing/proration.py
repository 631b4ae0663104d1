"""Prorations: credit for time not used, and charge for the time that remains, to the second."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from servicebot.sandbox.billing.amounts import share
from servicebot.sandbox.billing.periods import Period

Object = dict[str, Any]


@dataclass(frozen=True)
class Debit:
    """What was charged for an item over a period, net of discounts, and what it was taxed with."""

    net: int
    start: int
    end: int
    invoice: str | None = None
    line: str | None = None
    invoice_item: str | None = None
    discounts: tuple[str, ...] = ()
    tax_rates: tuple[str, ...] | None = None

    def unused(self, moment: int, step: int = 1) -> int:
        """Return what was paid for the time after a moment."""
        return share(self.net, self.end - max(moment, self.start), self.end - self.start, step)

    @property
    def origin(self) -> Object | None:
        """Return what a credit line says of the debit it takes back."""
        if not self.invoice:
            return None
        return {"invoice": self.invoice, "invoice_line_items": [self.line]}


def still_open(debits: Sequence[Debit], moment: int) -> list[Debit]:
    """Return the debits that reach past a moment."""
    return [debit for debit in debits if debit.end > moment and debit.net > 0]


def remaining(amount: int, period: Period, moment: int, step: int = 1) -> int:
    """Return the part of a whole period's amount that falls after a moment."""
    start, end = period
    return share(amount, end - max(moment, start), end - start, step)
