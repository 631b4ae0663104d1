"""Collecting what invoices ask for, and letting the subscription follow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicebot.sandbox.billing import invoicing, payments, standing
from servicebot.sandbox.billing.periods import days
from servicebot.sandbox.errors import StripeFault, invalid
from servicebot.sandbox.resources import payment_intents
from servicebot.sandbox.wire import clone

if TYPE_CHECKING:
    from servicebot.sandbox.world import Account

Object = dict[str, Any]
NO_METHOD = (
    "This customer has no attached payment source or default payment method. Please consider "
    "adding a default payment method. For more information, visit "
    "https://stripe.com/docs/billing/subscriptions/payment-methods-setting"
    "#payment-method-priority."
)
NEEDS_ACTION = (
    "This payment requires additional user action before it can be completed successfully. "
    "Payment can be completed using the PaymentIntent associated with the {what}. For more "
    "details see: https://stripe.com/docs/billing/subscriptions/overview#requires-action"
)


def method_for(account: Account, customer: Object, subscription: Object | None) -> str | None:
    """Return the payment method that is charged, in Stripe's order of preference."""
    own = subscription or {}
    settings = customer["invoice_settings"]
    found = (
        own.get("default_payment_method")
        or own.get("default_source")
        or settings["default_payment_method"]
        or customer["default_source"]
    )
    return str(found) if found else None


def invoice_method(account: Account, invoice: Object) -> str | None:
    """Return the payment method that an invoice is charged to."""
    customer = account.tables["customer"].get(invoice["customer"])
    if customer is None:
        return None
    subscription = account.tables.get("subscription", {}).get(
        invoicing.subscription_of(invoice) or ""
    )
    return invoice["default_payment_method"] or method_for(account, customer, subscription)


def open_intent(account: Account, invoice: Object) -> Object:
    """Make the payment intent of an invoice that waits for its payer."""
    intent = payment_intents.new_intent(
        account,
        customer=invoice["customer"],
        amount=invoice["amount_remaining"],
        currency=invoice["currency"],
        payment_method=invoice_method(account, invoice),
        invoice=invoice["id"],
    )
    payments.tie(account, invoice, intent)
    return intent


def attempt(
    account: Account,
    invoice: Object,
    *,
    off_session: bool,
    payment_method: str | None = None,
    counted: bool = True,
) -> Object:
    """Charge an open invoice; invoice and subscription follow whatever comes of it."""
    method = payment_method or invoice_method(account, invoice)
    intent = payments.intent_of(account, invoice) or open_intent(account, invoice)
    payment_intents.charge_again(account, intent, payment_method=method, off_session=off_session)
    before = clone(invoice)
    invoice["attempted"] = True
    invoice["attempt_count"] += 1 if counted else 0
    account.changed(invoice, before, emit="invoice.updated")
    _follow(account, invoice, intent)
    return intent


def intent_settled(account: Account, intent: Object) -> None:
    """Follow an intent that was confirmed or refused in the browser."""
    id_ = account.hidden.get(intent["id"], {}).get("invoice")
    invoice = account.tables.get("invoice", {}).get(id_ or "")
    if invoice is None:
        return
    if invoice["status"] in {"open", "uncollectible"}:
        _follow(account, invoice, intent)


def _follow(account: Account, invoice: Object, intent: Object) -> None:
    if intent["status"] == "succeeded":
        _mark_payment_paid(account, invoice, intent)
        settle(account, invoice)
        return
    error = intent.get("last_payment_error") or {}
    authentication = error.get("code") == "authentication_required"
    if intent["status"] == "requires_action" or authentication:
        account.emit("invoice.payment_action_required", invoice)
    if intent["status"] != "requires_action":
        account.emit("invoice.payment_failed", invoice)
        standing.after_refusal(account, invoice)


def _mark_payment_paid(account: Account, invoice: Object, intent: Object) -> None:
    now = account.now(invoice)
    _save_default(account, invoice, intent)
    for row in payments.still_open(account, invoice):
        row |= {"status": "paid", "amount_paid": intent["amount"]}
        row["status_transitions"]["paid_at"] = now
        account.emit("invoice_payment.paid", row)["created"] = now


def _save_default(account: Account, invoice: Object, intent: Object) -> None:
    """Make the card that paid the subscription's own, where the subscription says so."""
    subscription = standing.subscription_of(account, invoice)
    if subscription is None:
        return
    saves = subscription["payment_settings"]["save_default_payment_method"]
    if saves == "on_subscription":
        before = clone(subscription)
        subscription["default_payment_method"] = intent["payment_method"]
        account.changed(subscription, before, emit="customer.subscription.updated")


def settle(account: Account, invoice: Object, *, amount: int | None = None) -> None:
    """Mark an invoice paid and let its subscription follow."""
    invoicing.paid(account, invoice, account.now(invoice), amount=amount)
    standing.after_payment(account, invoice)


def collect_automatically(account: Account, invoice: Object) -> None:
    """Charge an open invoice when its time has come, as dunning does, and plan what is next."""
    if invoice["amount_due"] == 0:
        settle(account, invoice)
        return
    if invoice["collection_method"] == "send_invoice":
        open_intent(account, invoice)
        return
    attempt(account, invoice, off_session=True)
    if invoice["status"] == "open":
        plan_retry(account, invoice)


def plan_retry(account: Account, invoice: Object) -> None:
    """Set the next automatic attempt after a failed one; after the last, dunning ends.

    The account's config says how: {"dunning": {"retry_days": [3, 5], "end": "pause"}}, and with
    "first": "pause" a renewal pauses its subscription after the first attempt already.
    """
    dunning = {"retry_days": [3, 5, 7], "end": "cancel", **account.config.get("dunning", {})}
    tries = invoice["attempt_count"]
    now = account.now(invoice)
    before = clone(invoice)
    left = dunning["retry_days"][tries - 1 : tries] if tries else []
    invoice["next_payment_attempt"] = now + days(left[0]) if left else None
    account.changed(invoice, before, emit="invoice.updated")
    standing.after_failure(account, invoice, end=_consequence(invoice, dunning, left))


def _consequence(invoice: Object, dunning: Object, left: list[int]) -> str | None:
    is_first = invoice["attempt_count"] == 1 and invoice["billing_reason"] == "subscription_cycle"
    if is_first and dunning.get("first") == "pause":
        return "pause_at_first"
    return None if left else str(dunning["end"])


def needs_action(intent: Object, what: str) -> StripeFault:
    """Return Stripe's refusal of a call whose payment waits for the customer's bank."""
    return StripeFault(
        402,
        "card_error",
        f"{what}_payment_intent_requires_action",
        message=NEEDS_ACTION.format(what=what),
        payment_intent=intent,
    )


def declined(intent: Object) -> StripeFault:
    """Return Stripe's refusal of a call whose card was declined."""
    error = intent["last_payment_error"] or {}
    names = ("decline_code", "advice_code", "payment_method")
    extra = {name: error[name] for name in names if error.get(name) is not None}
    return StripeFault(
        402,
        "card_error",
        error.get("code", "card_declined"),
        message=error.get("message", "Your card was declined."),
        payment_intent=intent,
        **extra,
    )


def no_method() -> StripeFault:
    """Return Stripe's refusal to charge a customer without a payment method."""
    return invalid(NO_METHOD, code="resource_missing")


def refusal(intent: Object, what: str) -> StripeFault:
    """Return the refusal of a call whose payment did not succeed."""
    if intent["status"] == "requires_action":
        return needs_action(intent, what)
    return declined(intent)
