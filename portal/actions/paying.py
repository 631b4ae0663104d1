"""Paying an open invoice. No setting hides it: what is owed can always be paid.

The invoice itself makes it happen once: Stripe takes no second payment for a paid one, so unlike
other actions this needs no key of ours, and "another card, press again" works.
"""

from __future__ import annotations

from portal.actions.outcome import Confirmation
from portal.problems import Problem
from portal.visit import Visit
from servicebot.gateway.billing_shapes import Invoice
from servicebot.gateway.errors import AuthenticationRequiredError


def pay_invoice(visit: Visit, invoice_id: str) -> Confirmation | None:
    """Charge an open invoice to the card that Stripe has for it.

    Answers how to ask the customer's bank where it wants to be asked. Raises Problem
    action_blocked for an invoice with nothing to pay, or without a card to pay it with;
    CardDeclinedError where the card is declined. Anyone else's invoice is not found.
    """
    invoice = visit.invoice(invoice_id)
    _require_payable(invoice)
    card_id = _card_for(visit, invoice)
    try:
        visit.gateway.pay_invoice(invoice_id, card_id)
    except AuthenticationRequiredError:
        return Confirmation(visit.invoice(invoice_id).client_secret, card_id)
    return None


def _require_payable(invoice: Invoice) -> None:
    if invoice.status != "open" or invoice.amount_remaining <= 0:
        raise Problem("action_blocked", reason="nothing_to_pay")


def _card_for(visit: Visit, invoice: Invoice) -> str:
    """Return the subscription's own card, else the customer's default."""
    own = ""
    if invoice.subscription_id:
        own = visit.gateway.subscription(invoice.subscription_id).default_payment_method_id
    card_id = own or visit.customer(invoice.customer_id).default_payment_method_id
    if not card_id:
        raise Problem("action_blocked", reason="card_missing")
    return card_id
