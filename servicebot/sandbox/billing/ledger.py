"""What was charged for each item and not yet credited, and what was used of metered prices."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from servicebot.sandbox.billing.periods import Period
from servicebot.sandbox.billing.proration import Debit

if TYPE_CHECKING:
    from servicebot.sandbox.world import Account

Object = dict[str, Any]


@dataclass(frozen=True)
class Segment:
    """A stretch of a period in which a metered item had another price."""

    price: str
    start: int
    end: int


@dataclass
class Carried:
    """What a change leaves in the ledger: items credited, use billed, metered prices replaced."""

    credited: list[str] = field(default_factory=list)
    used: list[str] = field(default_factory=list)
    switched: list[tuple[str, Segment]] = field(default_factory=list)


def debits(account: Account, item: str) -> list[Debit]:
    """Return what was charged for an item, oldest first."""
    kept = account.hidden.get(item, {}).get("debits", [])
    return [_debit(each) for each in kept]


def _debit(kept: Object) -> Debit:
    rates = kept["tax_rates"]
    tax_rates = None if rates is None else tuple(rates)
    return Debit(**{**kept, "discounts": tuple(kept["discounts"]), "tax_rates": tax_rates})


def record(account: Account, item: str, debit: Debit) -> None:
    """Add a charge to what may be credited later; what has run out is forgotten."""
    kept = [each for each in debits(account, item) if each.end > debit.start]
    _store(account, item, [*kept, debit])


def forget(account: Account, item: str) -> None:
    """Drop an item's charges, because they have been credited."""
    _store(account, item, [])


def invoiced(account: Account, item: str, invoice_item: str, invoice: str, line: str) -> None:
    """Note the invoice on which a pending charge was billed."""
    found = [
        replace(each, invoice=invoice, line=line) if each.invoice_item == invoice_item else each
        for each in debits(account, item)
    ]
    _store(account, item, found)


def _store(account: Account, item: str, found: list[Debit]) -> None:
    account.hidden.setdefault(item, {})["debits"] = [asdict(each) for each in found]


def segments(account: Account, item: str) -> list[Segment]:
    """Return the earlier prices of a metered item in its period, each with when it was in force."""
    return [Segment(**each) for each in account.hidden.get(item, {}).get("segments", [])]


def carry_out(account: Account, carried: Carried) -> None:
    """Forget what a change has credited and billed, and note the prices that it has replaced."""
    for item in carried.credited:
        forget(account, item)
    for item in carried.used:
        account.hidden.setdefault(item, {})["segments"] = []
    for item, segment in carried.switched:
        kept = account.hidden.setdefault(item, {}).setdefault("segments", [])
        kept.append(asdict(segment))


def usage(account: Account, customer: str, price: Object, period: Period) -> int:
    """Return how much of a metered price a customer used in a period."""
    meter = account.tables.get("billing.meter", {}).get(price["recurring"].get("meter") or "")
    if meter is None:
        return 0
    mapping = meter["customer_mapping"]["event_payload_key"]
    key = meter["value_settings"]["event_payload_key"]
    found = [
        event
        for event in account.tables.get("billing.meter_event", {}).values()
        if event["event_name"] == meter["event_name"]
        and event["payload"].get(mapping) == customer
        and period[0] <= event["timestamp"] < period[1]
    ]
    formula = meter["default_aggregation"]["formula"]
    if formula == "count":
        return len(found)
    if formula == "last":
        found = sorted(found, key=lambda event: int(event["timestamp"]))[-1:]
    return sum(int(event["payload"].get(key, 0)) for event in found)
