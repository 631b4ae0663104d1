"""The phases of schedules, as calls write them and as Stripe shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicebot.sandbox.billing import automatic_tax, catalogue, items, taxes, terms
from servicebot.sandbox.billing.periods import boundary
from servicebot.sandbox.errors import invalid
from servicebot.sandbox.wire import clone

if TYPE_CHECKING:
    from servicebot.sandbox.world import Account

Object = dict[str, Any]
KEPT = ("collection_method", "default_payment_method", "description")


def schedule_of(account: Account, subscription: Object) -> Object:
    """Return a schedule whose only phase is the period that a subscription is in."""
    phase = _current(subscription)
    return {
        "id": account.new_id("sub_sched_"),
        "object": "subscription_schedule",
        "application": None,
        "billing_mode": dict(subscription["billing_mode"]),
        "canceled_at": None,
        "completed_at": None,
        "created": account.now(subscription),
        "current_phase": dates(phase),
        "customer": subscription["customer"],
        "customer_account": None,
        "default_settings": _default_settings(subscription),
        "end_behavior": "cancel" if subscription["cancel_at"] else "release",
        "livemode": account.livemode,
        "metadata": {},
        "pause_schedules": [],
        "phases": [phase],
        "released_at": None,
        "released_subscription": None,
        "status": "active",
        "subscription": subscription["id"],
        "test_clock": subscription["test_clock"],
    }


def dates(phase: Object) -> Object:
    """Return when a phase starts and ends."""
    return {"end_date": phase["end_date"], "start_date": phase["start_date"]}


def _default_settings(subscription: Object) -> Object:
    return {
        "application_fee_percent": None,
        "automatic_tax": clone(subscription["automatic_tax"]),
        "billing_cycle_anchor": "automatic",
        "billing_thresholds": None,
        "collection_method": subscription["collection_method"],
        "default_payment_method": subscription["default_payment_method"],
        "description": subscription["description"],
        "invoice_settings": {
            **_invoice_settings(subscription["days_until_due"]),
            "issuer": {"type": "self"},
        },
        "on_behalf_of": None,
        "transfer_data": None,
    }


def _invoice_settings(days_until_due: int | None) -> Object:
    return {
        "account_tax_ids": None,
        "custom_fields": None,
        "days_until_due": days_until_due,
        "description": None,
        "footer": None,
        "issuer": None,
    }


def _blank(currency: Any) -> Object:
    return {
        "add_invoice_items": [],
        "application_fee_percent": None,
        "automatic_tax": None,
        "billing_cycle_anchor": None,
        "billing_thresholds": None,
        "collection_method": None,
        "currency": currency,
        "default_payment_method": None,
        "default_tax_rates": [],
        "description": None,
        "discounts": [],
        "end_date": 0,
        "invoice_settings": None,
        "items": [],
        "metadata": {},
        "on_behalf_of": None,
        "proration_behavior": "create_prorations",
        "start_date": 0,
        "transfer_data": None,
        "trial": None,
        "trial_end": None,
    }


def _current(subscription: Object) -> Object:
    rows = subscription["items"]["data"]
    due_days = subscription["days_until_due"]
    return {
        **_blank(subscription["currency"]),
        **{name: subscription[name] for name in KEPT},
        "automatic_tax": _automatic_tax(subscription),
        "default_tax_rates": clone(subscription["default_tax_rates"]),
        "discounts": [_discount({"discount": id_}) for id_ in subscription["discounts"]],
        "end_date": terms.period_end(subscription),
        "invoice_settings": _invoice_settings(due_days) if due_days else None,
        "items": [
            _item(row["price"], row.get("quantity"), row["metadata"], row["tax_rates"])
            for row in rows
        ],
        "start_date": min(row["current_period_start"] for row in rows),
        "trial_end": subscription["trial_end"] if subscription["status"] == "trialing" else None,
    }


def _automatic_tax(subscription: Object) -> Object | None:
    """Return what the phase says; where it is off, the default settings speak for it."""
    shown: Object = subscription["automatic_tax"]
    return clone(shown) if shown["enabled"] else None


def _item(price: Object, quantity: int | None, metadata: Object, tax_rates: list[Object]) -> Object:
    found: Object = {
        "billing_thresholds": None,
        "discounts": [],
        "metadata": dict(metadata),
        "plan": price["id"],
        "price": price["id"],
        "tax_rates": clone(tax_rates),
    }
    return found if quantity is None else {**found, "quantity": quantity}


def _discount(given: Object) -> Object:
    return {"coupon": None, "discount": None, "promotion_code": None, **given}


def planned(
    account: Account, schedule: Object, subscription: Object, given: list[Object]
) -> list[Object]:
    """Return the phases that a call asks for, each beginning where the one before ends."""
    current = schedule["current_phase"]
    start = current["start_date"]
    found = []
    for position, asked in enumerate(given):
        phase = _phase(account, subscription, asked, start, f"phases[{position}]")
        found.append(phase)
        start = phase["end_date"]
    if not found:
        raise invalid("A schedule needs at least one phase.", "phases")
    if all(phase["end_date"] <= account.now(subscription) for phase in found):
        raise invalid("The last phase must end in the future.", "phases")
    return found


def _phase(account: Account, subscription: Object, asked: Object, start: int, param: str) -> Object:
    if asked.get("start_date", start) not in (start, "now"):
        message = "The start date of a phase must be the end date of the one before it."
        raise invalid(message, f"{param}[start_date]")
    rows = [
        _asked_item(account, subscription, row, f"{param}[items][{position}]")
        for position, row in enumerate(asked["items"])
    ]
    due_days = (asked.get("invoice_settings") or {}).get("days_until_due")
    return {
        **_blank(asked.get("currency") or subscription["currency"]),
        **{name: asked[name] or None for name in KEPT if name in asked},
        "automatic_tax": _asked_tax(account, asked, param),
        "billing_cycle_anchor": asked.get("billing_cycle_anchor"),
        "default_tax_rates": taxes.rates_for(
            account, asked.get("default_tax_rates"), f"{param}[default_tax_rates]"
        ),
        "discounts": [_discount(each) for each in asked.get("discounts") or []],
        "end_date": _end_date(account, subscription, asked, start, param),
        "invoice_settings": _invoice_settings(due_days) if due_days else None,
        "items": rows,
        "metadata": dict(asked.get("metadata") or {}),
        "proration_behavior": asked.get("proration_behavior", "create_prorations"),
        "start_date": start,
        "trial_end": asked.get("trial_end"),
    }


def _asked_tax(account: Account, asked: Object, param: str) -> Object | None:
    if "automatic_tax" not in asked:
        return None
    param = f"{param}[automatic_tax][enabled]"
    return automatic_tax.setting(account, asked["automatic_tax"], param)


def _asked_item(account: Account, subscription: Object, row: Object, param: str) -> Object:
    if "price" not in row:
        raise invalid(f"Missing required param: {param}[price].", f"{param}[price]")
    price = catalogue.sellable_price(
        account, row["price"], subscription["currency"], f"{param}[price]"
    )
    metered = items.is_metered({"price": price})
    quantity = None if metered else row.get("quantity", 1)
    rates = taxes.rates_for(account, row.get("tax_rates"), f"{param}[tax_rates]")
    return _item(price, quantity, row.get("metadata") or {}, rates)


def _end_date(account: Account, subscription: Object, asked: Object, start: int, param: str) -> int:
    """Return when a phase ends; one that doesn't say lasts one billing period."""
    end = asked.get("end_date")
    if end == "now":
        return account.now(subscription)
    if end is not None:
        if end <= start:
            raise invalid("The end date of a phase must be after its start.", f"{param}[end_date]")
        return int(end)
    price = account.tables["price"][asked["items"][0]["price"]]
    duration = asked.get("duration") or price["recurring"]
    return boundary(start, duration["interval"], duration.get("interval_count", 1), 1)
