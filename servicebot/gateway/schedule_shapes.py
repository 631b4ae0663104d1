"""Subscription schedules: what a subscription will be, phase by phase.

Stripe takes phases as a whole: what isn't repeated changes at the switch. So a phase keeps what
Stripe said of it, and `repeated` says it again in the parameters that Stripe takes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from servicebot.gateway.shapes import Json, id_of, known

AS_THEY_ARE = (
    *("application_fee_percent", "billing_cycle_anchor", "billing_thresholds"),
    *("collection_method", "description", "metadata", "proration_behavior"),
)


@dataclass(frozen=True)
class Phase:
    """One phase; `raw` is Stripe's own object."""

    starts_at: datetime
    ends_at: datetime
    price_ids: tuple[str, ...]
    raw: Json

    @classmethod
    def from_stripe(cls, raw: Json) -> Phase:
        return cls(
            starts_at=known(raw["start_date"]),
            ends_at=known(raw["end_date"]),
            price_ids=tuple(id_of(item["price"]) for item in raw["items"]),
            raw=raw,
        )

    def repeated(self) -> dict[str, Any]:
        """Return every field that is set, in Stripe's parameters."""
        raw = self.raw
        ids = {name: id_of(raw.get(name)) for name in ("default_payment_method", "on_behalf_of")}
        return _set(
            **{name: raw.get(name) for name in AS_THEY_ARE},
            **ids,
            start_date=raw["start_date"],
            end_date=raw["end_date"],
            trial_end=raw.get("trial_end"),
            items=[_item(item) for item in raw["items"]],
            add_invoice_items=[_invoice_item(item) for item in raw.get("add_invoice_items") or ()],
            default_tax_rates=[id_of(rate) for rate in raw.get("default_tax_rates") or ()],
            discounts=_discounts(raw),
            automatic_tax=_automatic_tax(raw.get("automatic_tax")),
            invoice_settings=_invoice_settings(raw.get("invoice_settings")),
            transfer_data=_transfer(raw.get("transfer_data")),
        )


@dataclass(frozen=True)
class Schedule:
    """A subscription's schedule; Stripe's `phases`, oldest first."""

    id: str
    status: str
    end_behavior: str
    default_payment_method_id: str
    metadata: Mapping[str, str]
    current_start: datetime | None
    phases: tuple[Phase, ...]

    @classmethod
    def from_stripe(cls, raw: Json) -> Schedule:
        current = raw.get("current_phase")
        return cls(
            id=raw["id"],
            status=raw["status"],
            end_behavior=raw["end_behavior"],
            default_payment_method_id=id_of(raw["default_settings"].get("default_payment_method")),
            metadata=dict(raw.get("metadata") or {}),
            current_start=current and known(current["start_date"]),
            phases=tuple(Phase.from_stripe(phase) for phase in raw["phases"]),
        )

    @property
    def coming(self) -> tuple[Phase, ...]:
        """The phases that have not begun."""
        start = self.current_start
        return tuple(p for p in self.phases if start is None or p.starts_at > start)


def _set(**given: Any) -> dict[str, Any]:
    """Return what is set: Stripe writes null, or nothing, for what isn't."""
    return {name: value for name, value in given.items() if value not in (None, "", [], {})}


def _item(raw: Json) -> dict[str, Any]:
    return _set(
        price=id_of(raw["price"]),
        quantity=raw.get("quantity"),
        metadata=raw.get("metadata"),
        billing_thresholds=raw.get("billing_thresholds"),
        tax_rates=[id_of(rate) for rate in raw.get("tax_rates") or ()],
        discounts=_discounts(raw),
    )


def _invoice_item(raw: Json) -> dict[str, Any]:
    return _set(
        price=id_of(raw["price"]),
        quantity=raw.get("quantity"),
        tax_rates=[id_of(rate) for rate in raw.get("tax_rates") or ()],
        discounts=_discounts(raw),
    )


def _discounts(raw: Json) -> list[dict[str, str]]:
    """Return discounts as they go back: an existing one by its id, else what makes it."""
    found = []
    for each in raw.get("discounts") or ():
        names = ("discount", "promotion_code", "coupon")
        found.append(next({name: id_of(each[name])} for name in names if each.get(name)))
    return found


def _automatic_tax(raw: Json | None) -> dict[str, Any]:
    return _set(enabled=raw["enabled"], liability=raw.get("liability")) if raw else {}


def _invoice_settings(raw: Json | None) -> dict[str, Any]:
    if not raw:
        return {}
    account_tax_ids = [id_of(each) for each in raw.get("account_tax_ids") or ()]
    names = ("days_until_due", "issuer", "description", "footer", "custom_fields")
    return _set(account_tax_ids=account_tax_ids, **{name: raw.get(name) for name in names})


def _transfer(raw: Json | None) -> dict[str, Any]:
    if not raw:
        return {}
    return _set(destination=id_of(raw["destination"]), amount_percent=raw.get("amount_percent"))
