"""The ledger: what happened at Stripe's stand-in, change by change, and to whom.

Read from the events and writes that it kept, so it knows nothing of what the product says.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

Json = dict[str, Any]
T = TypeVar("T")
SCHEDULED_CHANGE = "sb_scheduled_change"
RESUBSCRIBED_FROM = "sb_resubscribed_from"
GIVEN_UP = "sb_given_up"


@dataclass(frozen=True)
class Effect:
    """One change at Stripe: what, of which object, and the particulars that a customer was told."""

    at: float
    what: str
    subject: str
    detail: Json = field(default_factory=dict)


@dataclass
class Ledger:
    """Every customer's changes in order, and what their subscriptions looked like when."""

    effects: dict[str, list[Effect]]
    states: dict[str, list[tuple[float, Json]]]
    cards: dict[str, list[tuple[float, frozenset[str]]]]
    struck: list[Json] = field(default_factory=list)
    refused: list[Json] = field(default_factory=list)
    webhooks: dict[str, int] = field(default_factory=dict)

    def within(self, customer: str, began: float, until: float) -> list[Effect]:
        """Return a customer's changes in a stretch of time."""
        return [each for each in self.effects.get(customer, []) if began <= each.at < until]

    def state(self, subscription: str, at: float) -> Json | None:
        """Return what a subscription looked like at a moment."""
        return _last(self.states.get(subscription, []), at)

    def cards_of(self, customer: str, at: float) -> frozenset[str]:
        """Return what a customer could pay with at a moment."""
        return _last(self.cards.get(customer, []), at) or frozenset()


def _last(dated: list[tuple[float, T]], at: float) -> T | None:
    before = [each for when, each in dated if when <= at]
    return before[-1] if before else None


def read(path: Path) -> Ledger:
    """Return the ledger that the sandbox has written."""
    told = json.loads(path.read_text())
    times = {write["request_id"]: write["ended"] for write in told["writes"]}
    beside = (told["struck"], told["refused"], told["webhooks"])
    found = Ledger(defaultdict(list), defaultdict(list), defaultdict(list), *beside)
    for tables in told["accounts"].values():
        _take(found, tables, times)
    return found


def _take(found: Ledger, tables: Json, times: dict[str, float]) -> None:
    invoices = _invoices_of(tables)
    at = 0.0
    for event in tables.get("event", {}).values():
        at = times.get(event["request"]["id"], at)
        obj = event["data"]["object"]
        before = event["data"].get("previous_attributes", {})
        customer = obj["id"] if obj["object"] == "customer" else obj.get("customer")
        customer = customer or before.get("customer")  # a card that is removed has nobody
        kind = event["type"]
        if kind.startswith("customer.subscription."):
            found.states[obj["id"]].append((at, _state(obj)))
        if obj["object"] == "payment_method":
            had = found.cards_of(customer, at)
            has = had | {obj["id"]} if obj["customer"] else had - {obj["id"]}
            found.cards[customer].append((at, has))
        if customer:
            effects = READERS.get(kind, _nothing)(obj, before, invoices)
            found.effects[customer] += [Effect(at, *each) for each in effects]


def _invoices_of(tables: Json) -> dict[str, str]:
    """Return which invoice each payment intent was for."""
    rows = tables.get("invoice_payment", {}).values()
    return {row["payment"].get("payment_intent") or "": row["invoice"] for row in rows}


def _state(subscription: Json) -> Json:
    return {
        "status": subscription["status"],
        "cancel_at_period_end": subscription["cancel_at_period_end"],
        "items": _items(subscription["items"]["data"]),
    }


def _items(rows: list[Json]) -> list[list[Any]]:
    return [[row["price"]["id"], row.get("quantity")] for row in rows]


Found = Iterator[tuple[str, str, Json]]


def _nothing(obj: Json, before: Json, invoices: dict[str, str]) -> Found:
    yield from ()


def _updated(obj: Json, before: Json, _invoices: dict[str, str]) -> Found:
    id_ = obj["id"]
    if "cancel_at_period_end" in before:
        yield "ends" if obj["cancel_at_period_end"] else "kept", id_, {}
    items = _items(obj["items"]["data"])
    if "items" in before and _items(before["items"]["data"]) != items:
        yield "moved", id_, {"price": items[0][0], "quantity": items[0][1]}
    if obj["status"] == "paused" and "billing_cycle_anchor" in before:
        yield "resuming", id_, {}
    if obj["pending_update"] and "pending_update" in before:
        rows = obj["pending_update"].get("subscription_items") or []
        wanted = [[row["price"]["id"], row.get("quantity")] for row in rows]
        if wanted:
            yield "pending", id_, {"price": wanted[0][0], "quantity": wanted[0][1]}
    if "discounts" in before and len(obj["discounts"]) > len(before["discounts"] or []):
        yield "discounted", id_, {}


def _created(obj: Json, _before: Json, _invoices: dict[str, str]) -> Found:
    origin = obj["metadata"].get(RESUBSCRIBED_FROM)
    if origin:
        yield "begun", origin, {"id": obj["id"], "price": _items(obj["items"]["data"])[0][0]}


def _resumed(obj: Json, _before: Json, _invoices: dict[str, str]) -> Found:
    yield "resumed", obj["id"], {}


def _deleted(obj: Json, _before: Json, _invoices: dict[str, str]) -> Found:
    yield "given up" if GIVEN_UP in obj["metadata"] else "ended", obj["id"], {}


def _planned(obj: Json, before: Json, _invoices: dict[str, str]) -> Found:
    if "phases" in before and SCHEDULED_CHANGE in obj["metadata"]:
        price = obj["metadata"][SCHEDULED_CHANGE]
        if len(obj["phases"]) > len(before["phases"]):
            yield "planned", obj["subscription"], {"price": price}


def _released(obj: Json, _before: Json, _invoices: dict[str, str]) -> Found:
    yield "released", obj["released_subscription"], {"planned": SCHEDULED_CHANGE in obj["metadata"]}


def _customer(obj: Json, before: Json, _invoices: dict[str, str]) -> Found:
    if "invoice_settings" in before:
        card = obj["invoice_settings"]["default_payment_method"]
        yield "card" if card else "cardless", obj["id"], {"card": card}
    if "name" in before:
        yield "details", obj["id"], {"name": obj["name"]}


def _removed(obj: Json, _before: Json, _invoices: dict[str, str]) -> Found:
    yield "removed", obj["id"], {}


def _charged(obj: Json, _before: Json, invoices: dict[str, str]) -> Found:
    invoice = invoices.get(obj["id"], "")
    yield "charged", invoice, {"amount": obj["amount_received"]}


READERS = {
    "customer.subscription.updated": _updated,
    "customer.subscription.created": _created,
    "customer.subscription.deleted": _deleted,
    "customer.subscription.resumed": _resumed,
    "subscription_schedule.updated": _planned,
    "subscription_schedule.released": _released,
    "customer.updated": _customer,
    "payment_method.detached": _removed,
    "payment_intent.succeeded": _charged,
}
