"""Invoices: made of lines, numbered, opened, paid, voided."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from servicebot.sandbox.billing import (
    amounts,
    catalogue,
    discounts,
    ledger,
    payments,
    pending,
    shapes,
)
from servicebot.sandbox.billing.discounts import Cut
from servicebot.sandbox.billing.lines import Line
from servicebot.sandbox.billing.periods import HOUR, Period, days
from servicebot.sandbox.billing.proration import Debit
from servicebot.sandbox.errors import StripeFault
from servicebot.sandbox.pages import whole
from servicebot.sandbox.wire import clone

if TYPE_CHECKING:
    from servicebot.sandbox.world import Account

Object = dict[str, Any]


@dataclass(frozen=True)
class Bill:
    """What an invoice is to be made of."""

    customer: Object
    currency: str
    lines: list[Line]
    now: int
    period: Period
    reason: str
    subscription: Object | None = None
    running: list[Object] = field(default_factory=list)
    proration_date: int | None = None
    more: Object = field(default_factory=dict)


def compose(account: Account, bill: Bill, id_: str | None = None) -> Object:
    """Return the draft that the lines make; nothing is stored."""
    invoice = shapes.blank_invoice(account, bill.customer, bill.now)
    invoice |= {
        "id": id_ or account.new_id("in_"),
        "billing_reason": bill.reason,
        "currency": bill.currency,
        "discounts": [each["id"] for each in bill.running],
        "period_start": bill.period[0],
        "period_end": bill.period[1],
        **_from_subscription(bill),
        **bill.more,
    }
    cuts = _cuts(account, bill)
    rows = [
        shapes.line_item(account, invoice, line, cut)
        for line, cut in zip(bill.lines, cuts, strict=True)
    ]
    invoice["lines"] = whole(rows, f"/v1/invoices/{invoice['id']}/lines")
    return add_up(invoice)


def _from_subscription(bill: Bill) -> Object:
    subscription = bill.subscription
    if subscription is None:
        return {}
    details = {
        "metadata": dict(subscription["metadata"]),
        "subscription": subscription["id"],
    }
    if bill.proration_date is not None:
        details["subscription_proration_date"] = bill.proration_date
    return {
        "collection_method": subscription["collection_method"],
        "default_payment_method": subscription["default_payment_method"],
        "description": subscription["description"],
        "parent": {
            "quote_details": None,
            "subscription_details": details,
            "type": "subscription_details",
        },
    }


def _cuts(account: Account, bill: Bill) -> list[list[Cut]]:
    """Return what the discounts take off each line; prorations are net of them already."""
    wanted = [line for line in bill.lines if line.discountable]
    parts = [(line.amount, line.product) for line in wanted]
    found = catalogue.reductions(account, bill.running, bill.currency, bill.now)
    spread = iter(discounts.spread(parts, found))
    return [
        next(spread) if line.discountable else [(each, 0) for each in line.discounts]
        for line in bill.lines
    ]


def add_up(invoice: Object) -> Object:
    """Set the sums of a draft from its lines and from the customer's credit balance."""
    rows = invoice["lines"]["data"]
    taken: dict[str, int] = dict.fromkeys(invoice["discounts"], 0)
    for row in rows:
        for cut in row["discount_amounts"]:
            taken[cut["discount"]] = taken.get(cut["discount"], 0) + cut["amount"]
    subtotal = sum(row["amount"] for row in rows)
    total = subtotal - sum(taken.values())
    due = amounts.chargeable(total + invoice["starting_balance"], invoice["currency"])
    return invoice | {
        "subtotal": subtotal,
        "subtotal_excluding_tax": subtotal,
        "total": total,
        "total_excluding_tax": total,
        "total_discount_amounts": [{"amount": n, "discount": d} for d, n in taken.items()],
        "total_pretax_credit_amounts": [
            {"amount": n, "discount": d, "type": "discount"} for d, n in taken.items()
        ],
        "amount_due": due,
        "amount_remaining": due,
    }


def store(account: Account, invoice: Object, bill: Bill, *, waits: bool = False) -> Object:
    """Keep a composed invoice: its items are billed and its charges may be credited later."""
    if waits:
        invoice["automatically_finalizes_at"] = bill.now + HOUR
        invoice["next_payment_attempt"] = _first_attempt(invoice, bill.now)
    rows = invoice["lines"]["data"]
    account.hidden.setdefault(invoice["id"], {})["debits"] = [
        row["id"]
        for line, row in zip(bill.lines, rows, strict=True)
        if line.is_debit and line.invoice_item is None
    ]
    account.add(invoice, emit="invoice.created")
    for line, row in zip(bill.lines, rows, strict=True):
        _attach(account, invoice, line, row)
    return invoice


def _first_attempt(invoice: Object, now: int) -> int | None:
    return now + HOUR if invoice["collection_method"] == "charge_automatically" else None


def _attach(account: Account, invoice: Object, line: Line, row: Object) -> None:
    """Tie a line's invoice item to the invoice, making one for a new proration or one-time item."""
    if line.invoice_item is None and (line.proration or line.item is None):
        item = pending.invoice_item(account, invoice["customer"], invoice["currency"], line)
        account.add(item, emit="invoiceitem.created")
        shapes.set_invoice_item(row, item["id"])
    id_ = shapes.invoice_item_of(row)
    if id_ and id_ in account.tables.get("invoiceitem", {}):
        account.tables["invoiceitem"][id_]["invoice"] = invoice["id"]
    if line.invoice_item and line.item:
        ledger.invoiced(account, line.item, line.invoice_item, invoice["id"], row["id"])


def record_debits(account: Account, invoice: Object) -> None:
    """Remember what an invoice charges for items, so that it can be credited later."""
    charges = account.hidden.get(invoice["id"], {}).get("debits", [])
    for row in invoice["lines"]["data"]:
        item = shapes.item_of(row)
        if row["id"] in charges and item:
            ledger.record(account, item, _debit(invoice, row))


def _debit(invoice: Object, row: Object) -> Debit:
    return Debit(
        net=row["amount"] - sum(cut["amount"] for cut in row["discount_amounts"]),
        start=row["period"]["start"],
        end=row["period"]["end"],
        invoice=invoice["id"],
        line=row["id"],
        discounts=tuple(cut["discount"] for cut in row["discount_amounts"]),
    )


def use_up(account: Account, subscription: Object, invoice: Object) -> None:
    """Take coupons that are good for one invoice off the subscription that has had it."""
    spent = {each["discount"] for each in invoice["total_discount_amounts"] if each["amount"] > 0}
    for id_ in [each for each in subscription["discounts"] if each in spent]:
        discount = account.get("discount", id_)
        if catalogue.coupon_of(account, discount)["duration"] == "once":
            subscription["discounts"] = [d for d in subscription["discounts"] if d != id_]


def finalize(account: Account, invoice: Object, now: int) -> Object:
    """Give a draft its number and open it; the customer's balance is settled with it."""
    before = clone(invoice)
    customer = account.get("customer", invoice["customer"], param="customer")
    invoice["starting_balance"] = customer["balance"]
    invoice |= add_up(invoice)
    invoice |= {
        "number": _next_number(account, customer),
        "customer_tax_ids": [
            {"type": each["type"], "value": each["value"]}
            for each in account.find("tax_id", customer=customer["id"])
        ],
        "status": "open",
        "automatically_finalizes_at": None,
        "effective_at": now,
        "ending_balance": _settle_balance(account, customer, invoice),
        "due_date": due_date(account, invoice, now),
        **shapes.links(account, invoice),
    }
    invoice["status_transitions"]["finalized_at"] = now
    account.changed(invoice, before, emit="invoice.updated")
    account.emit("invoice.finalized", invoice)
    return invoice


def due_date(account: Account, invoice: Object, now: int) -> int | None:
    """Return when a sent invoice is to be paid; charged ones have no such day."""
    if invoice["collection_method"] != "send_invoice":
        return None
    if invoice["due_date"] is not None:
        return int(invoice["due_date"])
    return now + days(account.hidden.get(invoice["id"], {}).get("days_until_due") or 30)


def _next_number(account: Account, customer: Object) -> str:
    sequence = int(customer.get("next_invoice_sequence") or 1)
    customer["next_invoice_sequence"] = sequence + 1
    return f"{customer['invoice_prefix']}-{sequence:04d}"


def _settle_balance(account: Account, customer: Object, invoice: Object) -> int:
    """Leave on the customer's balance what is not paid now: credit, or too small an amount."""
    before = clone(customer)
    customer["balance"] = balance_after(invoice)
    account.changed(customer, before, emit="customer.updated")
    return int(customer["balance"])


def balance_after(invoice: Object) -> int:
    """Return the customer's balance once an invoice is settled with it."""
    return int(invoice["starting_balance"] + invoice["total"] - invoice["amount_due"])


def paid(account: Account, invoice: Object, now: int, *, amount: int | None = None) -> None:
    """Mark an invoice paid and tell of it."""
    before = clone(invoice)
    received = invoice["amount_due"] if amount is None else amount
    invoice |= {
        "status": "paid",
        "amount_paid": received,
        "amount_remaining": 0,
        "attempted": True,
        "auto_advance": False,
        "next_payment_attempt": None,
    }
    invoice["status_transitions"]["paid_at"] = now
    account.changed(invoice, before, emit="invoice.updated")
    account.emit("invoice.paid", invoice)
    account.emit("invoice.payment_succeeded", invoice)


def void(account: Account, invoice: Object, now: int) -> None:
    """Make an open invoice as if it had never been: credit that it used comes back."""
    payments.give_up(account, invoice)
    _return_balance(account, invoice)
    _close(account, invoice, "void", "voided_at", now)
    account.emit("invoice.voided", invoice)


def _return_balance(account: Account, invoice: Object) -> None:
    customer = account.tables["customer"].get(invoice["customer"])
    if customer is None:
        return
    before = clone(customer)
    customer["balance"] += invoice["starting_balance"] - balance_after(invoice)
    account.changed(customer, before, emit="customer.updated")


def write_off(account: Account, invoice: Object, now: int) -> None:
    """Give up on an open invoice."""
    _close(account, invoice, "uncollectible", "marked_uncollectible_at", now)
    account.emit("invoice.marked_uncollectible", invoice)


def _close(account: Account, invoice: Object, status: str, moment: str, now: int) -> None:
    before = clone(invoice)
    invoice |= {"status": status, "auto_advance": False, "next_payment_attempt": None}
    invoice["status_transitions"][moment] = now
    account.changed(invoice, before, emit="invoice.updated")


def stop(account: Account, invoice: Object) -> None:
    """Leave an unpaid invoice as it stands: nothing happens to it by itself any more."""
    before = clone(invoice)
    invoice |= {"auto_advance": False, "next_payment_attempt": None}
    invoice["automatically_finalizes_at"] = None
    account.changed(invoice, before, emit="invoice.updated")


def subscription_of(invoice: Object) -> str | None:
    """Return the id of the subscription that an invoice is for."""
    details = (invoice["parent"] or {}).get("subscription_details")
    return details["subscription"] if details else None


def of_subscription(account: Account, subscription: str, *states: str) -> list[Object]:
    """Return a subscription's invoices, oldest first; only those in the states if any are named."""
    return [
        invoice
        for invoice in account.tables.get("invoice", {}).values()
        if subscription_of(invoice) == subscription and (not states or invoice["status"] in states)
    ]


def none_upcoming() -> StripeFault:
    """Say that nothing is coming to be billed."""
    return StripeFault(
        404,
        "invalid_request_error",
        "invoice_upcoming_none",
        message="No upcoming invoices for customer.",
    )
