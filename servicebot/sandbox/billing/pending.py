"""Invoice items that wait for the next invoice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicebot.sandbox.billing import catalogue, ledger
from servicebot.sandbox.billing.lines import Line, pricing
from servicebot.sandbox.billing.proration import Debit
from servicebot.sandbox.wire import clone

if TYPE_CHECKING:
    from servicebot.sandbox.world import Account

Object = dict[str, Any]


def invoice_item(account: Account, customer: str, currency: str, line: Line) -> Object:
    """Return the invoice item behind a line."""
    owner = account.tables["customer"][customer]
    details = {"subscription": line.subscription, "subscription_item": line.item}
    parent = {"subscription_details": details, "type": "subscription_details"}
    return {
        "id": account.new_id("ii_"),
        "object": "invoiceitem",
        "amount": line.amount,
        "currency": currency,
        "customer": customer,
        "customer_account": None,
        "date": account.now(owner),
        "description": line.description,
        "discountable": line.discountable,
        "discounts": list(line.discounts),
        "frozen_fields": [],
        "invoice": None,
        "invoicing_rules": [],
        "livemode": account.livemode,
        "metadata": dict(line.metadata),
        "net_amount": line.amount,
        "parent": parent if line.subscription else None,
        "period": {"end": line.period[1], "start": line.period[0]},
        "pricing": pricing(line.price),
        "proration": line.proration,
        "proration_details": _proration_details(line),
        "quantity": line.quantity or 1,
        "quantity_decimal": str(line.quantity or 1),
        "tax_rates": [clone(account.tables["tax_rate"][id_]) for id_ in line.tax_rates or ()],
        "test_clock": owner["test_clock"],
    }


def _proration_details(line: Line) -> Object | None:
    if not line.proration:
        return None
    credited = line.credits and {
        "invoice_item": None,
        "invoice_line_item_details": line.credits,
        "type": "invoice_line_items",
    }
    return {
        "credited_items": credited,
        "discount_amounts": [{"amount": 0, "discount": id_} for id_ in line.discounts],
    }


def add(account: Account, customer: str, currency: str, found: list[Line]) -> None:
    """Let lines wait for the next invoice."""
    for line in found:
        item = account.add(
            invoice_item(account, customer, currency, line), emit="invoiceitem.created"
        )
        if line.tax_rates == ():
            account.hidden.setdefault(item["id"], {})["untaxed"] = True
        if line.is_debit and line.item:
            ledger.record(
                account,
                line.item,
                Debit(
                    line.amount,
                    *line.period,
                    invoice_item=item["id"],
                    discounts=line.discounts,
                    tax_rates=line.tax_rates,
                ),
            )


def waiting(account: Account, customer: str, subscription: str | None) -> list[Object]:
    """Return a customer's unbilled invoice items: a subscription's own, and those of none."""
    return [
        item
        for item in account.tables.get("invoiceitem", {}).values()
        if item["customer"] == customer
        and item["invoice"] is None
        and subscription_of(item) in (None, subscription)
    ]


def all_lines(account: Account, customer: str) -> list[Line]:
    """Return everything that waits for a customer, whatever it belongs to, as lines."""
    found = account.tables.get("invoiceitem", {}).values()
    waits = [item for item in found if item["customer"] == customer and item["invoice"] is None]
    return [as_line(account, item) for item in waits]


def subscription_of(item: Object) -> str | None:
    """Return the subscription that an invoice item belongs to."""
    details = (item["parent"] or {}).get("subscription_details")
    return details["subscription"] if details else None


def as_line(account: Account, item: Object) -> Line:
    """Return an invoice item as the line that it becomes."""
    details = (item["parent"] or {}).get("subscription_details") or {}
    found = item["pricing"] and item["pricing"]["price_details"]["price"]
    prorated = item["proration_details"] or {}
    credited = prorated.get("credited_items") or {}
    return Line(
        amount=item["amount"],
        description=item["description"] or "",
        period=(item["period"]["start"], item["period"]["end"]),
        price=catalogue.full_price(account, found, item["currency"]) if found else None,
        quantity=item["quantity"],
        item=details.get("subscription_item"),
        subscription=details.get("subscription"),
        proration=item["proration"],
        credits=credited.get("invoice_line_item_details"),
        discounts=tuple(item["discounts"]),
        discountable=item["discountable"],
        invoice_item=item["id"],
        tax_rates=_tax_rates(account, item),
        metadata=dict(item["metadata"]),
    )


def _tax_rates(account: Account, item: Object) -> tuple[str, ...] | None:
    """Return an item's own rates; only of a credit for what was untaxed it is known to be none."""
    if account.hidden.get(item["id"], {}).get("untaxed"):
        return ()
    return tuple(rate["id"] for rate in item["tax_rates"]) or None


def lines(account: Account, customer: str, subscription: str | None) -> list[Line]:
    """Return what waits, as lines."""
    return [as_line(account, item) for item in waiting(account, customer, subscription)]
