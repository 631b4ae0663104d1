"""Invoices and their lines as Stripe writes them: every key, with Stripe's value for none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicebot.sandbox.billing import taxes
from servicebot.sandbox.billing.discounts import Cut
from servicebot.sandbox.billing.lines import Line, pricing
from servicebot.sandbox.wire import clone

if TYPE_CHECKING:
    from servicebot.sandbox.world import Account

Object = dict[str, Any]
NOT_SET = (
    *("account_tax_ids", "amount_paid_off_stripe", "application", "automatically_finalizes_at"),
    *("custom_fields", "customer_account", "default_payment_method", "default_source"),
    *("description", "due_date", "effective_at", "ending_balance", "footer", "from_invoice"),
    *("hosted_invoice_url", "invoice_pdf", "last_finalization_error", "latest_revision"),
    *("next_payment_attempt", "number", "on_behalf_of", "parent", "receipt_number", "rendering"),
    *("shipping_cost", "shipping_details", "statement_descriptor", "status_details"),
    "threshold_reason",
)
NOTHING = (
    *("amount_due", "amount_overpaid", "amount_paid", "amount_remaining", "amount_shipping"),
    *("attempt_count", "post_payment_credit_notes_amount", "pre_payment_credit_notes_amount"),
    *("subtotal", "subtotal_excluding_tax", "total", "total_excluding_tax"),
)
USUAL: Object = {
    "account_country": "US",
    "attempted": False,
    "auto_advance": True,
    "automatic_tax": {
        "disabled_reason": None,
        "enabled": False,
        "liability": None,
        "provider": None,
        "status": None,
    },
    "billing_reason": "manual",
    "collection_method": "charge_automatically",
    "customer_tax_ids": [],
    "default_tax_rates": [],
    "discounts": [],
    "issuer": {"type": "self"},
    "lines": {},
    "metadata": {},
    "payment_settings": {
        "default_mandate": None,
        "payment_method_options": None,
        "payment_method_types": None,
    },
    "status": "draft",
    "status_transitions": {
        "finalized_at": None,
        "marked_uncollectible_at": None,
        "paid_at": None,
        "voided_at": None,
    },
    "total_discount_amounts": [],
    "total_pretax_credit_amounts": [],
    "total_taxes": [],
}


def blank_invoice(account: Account, customer: Object, now: int) -> Object:
    """Return a draft without lines for a customer."""
    return {
        "id": "",
        "object": "invoice",
        **dict.fromkeys(NOT_SET),
        **dict.fromkeys(NOTHING, 0),
        **_of_customer(customer),
        **clone(USUAL),
        "account_name": account.config.get("name", "Sandbox"),
        "created": now,
        "livemode": account.livemode,
        "period_end": now,
        "period_start": now,
        "webhooks_delivered_at": now,
    }


def _of_customer(customer: Object) -> Object:
    """Return what an invoice copies from its customer."""
    return {
        "currency": customer["currency"] or "usd",
        "customer": customer["id"],
        "customer_address": customer["address"],
        "customer_email": customer["email"],
        "customer_name": customer["name"],
        "customer_phone": customer["phone"],
        "customer_shipping": customer["shipping"],
        "customer_tax_exempt": customer["tax_exempt"],
        "starting_balance": customer["balance"],
        "test_clock": customer["test_clock"],
    }


def links(account: Account, invoice: Object) -> Object:
    """Return where a finalized invoice can be looked at, paid and printed."""
    host = account.sandbox.public_url or "https://invoice.stripe.com"
    page = f"{host}/invoice/{account.id}/{invoice['id']}"
    return {"hosted_invoice_url": page, "invoice_pdf": f"{page}/pdf"}


def line_item(account: Account, invoice: Object, line: Line, cuts: list[Cut]) -> Object:
    """Return a line as it stands on an invoice."""
    return {
        "id": account.new_id("il_"),
        "object": "line_item",
        "amount": line.amount,
        "currency": invoice["currency"],
        "description": line.description,
        "discount_amounts": [{"amount": amount, "discount": id_} for id_, amount in cuts],
        "discountable": line.discountable,
        "discounts": [] if line.discountable else list(line.discounts),
        "invoice": invoice["id"],
        "livemode": account.livemode,
        "metadata": dict(line.metadata),
        "parent": _parent(line),
        "period": {"end": line.period[1], "start": line.period[0]},
        "pretax_credit_amounts": [
            {"amount": amount, "discount": id_, "type": "discount"} for id_, amount in cuts
        ],
        "pricing": pricing(line.price),
        "quantity": line.quantity,
        "quantity_decimal": None if line.quantity is None else str(line.quantity),
        "subscription": line.subscription,
        "subtotal": line.amount,
        "taxes": [taxes.blank(rate) for rate in _rates(invoice, line)],
    }


def _rates(invoice: Object, line: Line) -> tuple[str, ...]:
    """Return the tax rates of a line: its own, none if it says so, else those of its invoice."""
    if line.tax_rates is not None:
        return line.tax_rates
    return tuple(rate["id"] for rate in invoice["default_tax_rates"])


def _parent(line: Line) -> Object:
    details: Object = {
        "invoice_item": line.invoice_item,
        "proration": line.proration,
        "proration_details": {"credited_items": line.credits},
        "subscription": line.subscription,
    }
    by_item = line.item is not None
    kind = "subscription_item_details" if by_item else "invoice_item_details"
    if by_item:
        details["subscription_item"] = line.item
    return {
        "invoice_item_details": None if by_item else details,
        "subscription_item_details": details if by_item else None,
        "type": kind,
    }


def _details(row: Object) -> Object:
    details: Object = row["parent"][row["parent"]["type"]]
    return details


def invoice_item_of(row: Object) -> str | None:
    """Return the invoice item that a line was made from."""
    found: str | None = _details(row)["invoice_item"]
    return found


def set_invoice_item(row: Object, id_: str) -> None:
    """Name the invoice item that a line was made from."""
    _details(row)["invoice_item"] = id_


def item_of(row: Object) -> str | None:
    """Return the subscription item that a line bills."""
    found: str | None = _details(row).get("subscription_item")
    return found
