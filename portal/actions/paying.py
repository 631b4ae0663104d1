"""Paying what is owed. No setting hides it: what is owed can always be paid.

The invoice itself makes it happen once: Stripe takes no second payment for a paid one, so it is
given no key of ours, and "another card, press again" works. The click's key only tells whose
payment it was, where the answer was lost.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from portal import facts
from portal.actions.outcome import Confirmation
from portal.alone import one_at_a_time
from portal.noting import PAYMENT, State, note
from portal.once import Click
from portal.policy import Permission
from portal.problems import Problem
from portal.quotes import new_nonce
from portal.visit import Visit
from servicebot.gateway.billing_shapes import Invoice, Subscription
from servicebot.gateway.errors import AuthenticationRequiredError, CardDeclinedError
from servicebot.gateway.wire import together

NOTED = "pay_invoice"


@one_at_a_time
def pay_invoice(visit: Visit, invoice_id: str, key: str) -> Confirmation | None:
    """Charge an invoice to the card that Stripe has for it; a draft that is owed is finalized.

    Answers how to ask the customer's bank where it wants to be asked. Raises Problem
    action_blocked for an invoice with nothing to pay, or without a card to pay it with;
    CardDeclinedError where the card is declined. Anyone else's invoice is not found.
    """
    visit.require_permission(Permission.PAY)
    invoice = visit.invoice(invoice_id)
    click = Click(visit, NOTED, key, {"id": invoice_id})
    if invoice.status == "paid" and (click.was_done() or click.was_begun()):
        note(visit, NOTED, invoice_id, invoice.customer_id, after=_state(invoice), click=click)
        return None
    subscription = _subscription_of(visit, invoice)
    if not facts.is_owed(invoice, subscription):
        raise Problem("action_blocked", reason="nothing_to_pay")
    card_id = _card_for(visit, invoice, subscription)
    try:
        with click.under_way():
            paid = _charged(visit, invoice, card_id)
    except AuthenticationRequiredError as error:
        _note_begun(visit, invoice, error.request_id)
        return Confirmation(visit.invoice(invoice_id).client_secret, card_id)
    before, after = _state(invoice), _state(paid)
    note(visit, NOTED, invoice_id, invoice.customer_id, before=before, after=after, click=click)
    return None


def _charged(visit: Visit, invoice: Invoice, card_id: str) -> Invoice:
    if invoice.status == "draft":
        visit.gateway.finalize_invoice(invoice.id)
    return visit.gateway.pay_invoice(invoice.id, card_id)


def _note_begun(visit: Visit, invoice: Invoice, request_id: str) -> None:
    """Note that a payment waits for the customer's bank, once however often the bank is asked."""
    note(
        visit,
        NOTED,
        invoice.id,
        invoice.customer_id,
        before=_state(invoice),
        after={**_state(invoice), **PAYMENT},
        request_id=request_id,
        click=Click(visit, "note_payment", invoice.id, {}),
    )


def _state(invoice: Invoice) -> State:
    """Return what an entry says of an invoice; amounts are in minor units."""
    return {
        "status": invoice.status,
        "amount_remaining": invoice.amount_remaining,
        "currency": invoice.currency,
        "subscription": invoice.subscription_id,
    }


def owed(visit: Visit, customer_id: str) -> list[Invoice]:
    """Return what one of the visit's customers owes for what still runs, oldest first."""
    visit.customer(customer_id)
    gateway = visit.gateway
    page, subscriptions = together(
        [partial(gateway.invoices, customer_id), partial(gateway.subscriptions, customer_id)]
    )
    running = {s.id: s for s in subscriptions if not facts.has_ended(s)}
    found = [i for i in page.invoices if i.subscription_id in running]
    return [i for i in reversed(found) if facts.is_owed(i, running[i.subscription_id])]


@dataclass(frozen=True)
class Payments:
    """How paying several went: what was paid, then what to confirm, or that a card was declined."""

    paid_ids: tuple[str, ...] = ()
    confirmation: Confirmation | None = None
    waiting_id: str = ""  # the invoice that is to be confirmed
    is_declined: bool = False


def pay_all(visit: Visit, customer_id: str, invoice_ids: Iterable[str]) -> Payments:
    """Pay some of what a customer owes, until one has to be confirmed or is declined.

    What was paid meanwhile is left out. Raises Problem not_found for another customer's invoice.
    """
    paid: list[str] = []
    for id_ in invoice_ids:
        invoice = visit.invoice(id_)
        if invoice.customer_id != customer_id:
            raise Problem("not_found")
        if not facts.is_owed(invoice, _subscription_of(visit, invoice)):
            continue
        try:
            confirmation = pay_invoice(visit, id_, new_nonce())
        except CardDeclinedError:
            return Payments(tuple(paid), is_declined=True)
        if confirmation:
            return Payments(tuple(paid), confirmation, id_)
        paid.append(id_)
    return Payments(tuple(paid))


def _subscription_of(visit: Visit, invoice: Invoice) -> Subscription | None:
    return visit.gateway.subscription(invoice.subscription_id) if invoice.subscription_id else None


def _card_for(visit: Visit, invoice: Invoice, subscription: Subscription | None) -> str:
    """Return the subscription's own card, else the customer's default."""
    own = subscription.default_payment_method_id if subscription else ""
    card_id = own or visit.customer(invoice.customer_id).default_payment_method_id
    if not card_id:
        raise Problem("action_blocked", reason="card_missing")
    return card_id
