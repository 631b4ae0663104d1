"""What an action answers."""

from __future__ import annotations

from dataclasses import dataclass

from portal.visit import Visit
from servicebot.gateway.billing_shapes import Subscription
from servicebot.gateway.shapes import PaymentMethod


@dataclass(frozen=True)
class Confirmation:
    """A payment that waits for the customer's bank: what Stripe.js needs to ask it."""

    client_secret: str
    payment_method_id: str


@dataclass(frozen=True)
class Outcome:
    """A subscription as it is now, and what the customer still has to confirm."""

    subscription: Subscription
    confirmation: Confirmation | None = None


def waiting(visit: Visit, subscription: Subscription, card: PaymentMethod | None) -> Outcome:
    """Answer a subscription that waits for a payment, and how to confirm it with a card."""
    return Outcome(subscription, confirmation_of(visit, subscription, card.id if card else ""))


def confirmation_of(visit: Visit, subscription: Subscription, card_id: str) -> Confirmation | None:
    """Return how to confirm the newest invoice's payment, None where nothing is open."""
    invoice = visit.invoice(subscription.latest_invoice_id)
    if invoice.status != "open" or not invoice.client_secret:
        return None
    return Confirmation(invoice.client_secret, card_id)
