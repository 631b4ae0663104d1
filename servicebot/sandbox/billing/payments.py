"""The payments of invoices: which intent pays which invoice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicebot.sandbox.resources import payment_intents

if TYPE_CHECKING:
    from servicebot.sandbox.world import Account

Object = dict[str, Any]


def of_invoice(account: Account, invoice: Object) -> list[Object]:
    """Return an invoice's payments, oldest first."""
    ids = account.hidden.get(invoice["id"], {}).get("payments", [])
    return [account.tables["invoice_payment"][id_] for id_ in ids]


def still_open(account: Account, invoice: Object) -> list[Object]:
    """Return an invoice's payments that have not come to an end."""
    return [row for row in of_invoice(account, invoice) if row["status"] == "open"]


def intent_of(account: Account, invoice: Object) -> Object | None:
    """Return the payment intent that an invoice is paid with at present."""
    rows = of_invoice(account, invoice)
    if not rows:
        return None
    intent: Object = account.tables["payment_intent"][rows[-1]["payment"]["payment_intent"]]
    return intent


def tie(account: Account, invoice: Object, intent: Object) -> None:
    """Let an intent pay an invoice."""
    row = account.add(
        {
            "id": account.new_id("inpay_"),
            "object": "invoice_payment",
            "amount_paid": None,
            "amount_requested": invoice["amount_remaining"],
            "created": account.now(invoice),
            "currency": invoice["currency"],
            "invoice": invoice["id"],
            "is_default": True,
            "livemode": account.livemode,
            "payment": {"payment_intent": intent["id"], "type": "payment_intent"},
            "status": "open",
            "status_transitions": {"canceled_at": None, "paid_at": None},
        }
    )
    account.hidden.setdefault(invoice["id"], {}).setdefault("payments", []).append(row["id"])


def give_up(account: Account, invoice: Object) -> None:
    """Call off the payment of an invoice, so that nobody pays it in the browser any more."""
    for row in still_open(account, invoice):
        row["status"] = "canceled"
        row["status_transitions"]["canceled_at"] = account.now(invoice)
        intent = account.tables["payment_intent"][row["payment"]["payment_intent"]]
        if intent["status"] in payment_intents.OPEN:
            payment_intents.call_off(account, intent, "void_invoice")
