"""Our shapes as the API's JSON, as serializers.py describes it: nothing but what is named here."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from portal.actions.outcome import Confirmation, Outcome
from portal.actions.plans import Offered
from portal.actions.previews import Preview, renewal_of
from portal.facts import planned_of
from portal.models import PortalSettings
from portal.page import CustomerView, InvoiceList, PageView, SubscriptionView
from portal.policy import Planned, Verdict
from portal.visit import Visit
from servicebot.gateway.billing_shapes import Invoice, Line, Subscription
from servicebot.gateway.schedule_shapes import Schedule
from servicebot.gateway.shapes import Coupon, Customer, Discount, Item, PaymentMethod, Price, Step

Json = dict[str, Any]
# Who else embeds the portal, what else is sold, and where texts are, is no customer's business.
KEPT_INSIDE = {"allowed_origins", "services", "custom_texts", "custom_resource_url"}


def time(moment: datetime | None) -> str | None:
    """Return a time in ISO 8601, UTC."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


def portal_json(visit: Visit, page: PageView) -> Json:
    """Show a visit."""
    settings = visit.settings
    declared = [name for name in PortalSettings.declared() if name not in KEPT_INSIDE]
    shown = {name: getattr(settings, name) for name in declared}
    # The picture has an address of its own; it isn't sent with every reading.
    shown["look"] = {name: value for name, value in settings.look.items() if name != "logo"}
    return {
        "settings": shown,
        "language": visit.texts.language,
        "unsecured": page.is_unsecured,
        "as_of": time(page.as_of),
        "customers": [customer_json(view) for view in page.customers],
    }


def customer_json(view: CustomerView) -> Json:
    """Show a customer."""
    return {
        **details_json(view.customer),
        "subscriptions": [subscription_json(s) for s in view.subscriptions],
        "payment_methods": [method_json(method) for method in view.payment_methods],
        "default_payment_method": view.default_method.id if view.default_method else None,
        "upcoming_invoice": upcoming_json(view.upcoming) if view.upcoming else None,
    }


def details_json(customer: Customer) -> Json:
    """Show whom invoices are made out to."""
    return {
        "id": customer.id,
        "name": customer.name,
        "email": customer.email,
        "phone": customer.phone,
        "address": asdict(customer.address),
        "tax_ids": [{"type": t.type, "value": t.value} for t in customer.tax_ids],
    }


def subscription_json(view: SubscriptionView) -> Json:
    """Show a subscription with its verdicts."""
    card = view.standing.card
    return {
        **state_json(view.subscription),
        "service": view.service,
        "tier": view.tier,
        "payment_method": method_json(card) if card else None,
        "actions": {action.value: verdict_json(v) for action, v in view.verdicts.items()},
    }


def state_json(subscription: Subscription) -> Json:
    """Show a subscription's state."""
    pending = subscription.pending_update
    return {
        "id": subscription.id,
        "customer": subscription.customer_id,
        "status": subscription.status,
        "currency": subscription.currency,
        "items": [item_json(item) for item in subscription.items],
        "discounts": [discount_json(discount) for discount in subscription.discounts],
        "cancel_at_period_end": subscription.cancels_at_period_end,
        "cancel_at": time(subscription.cancel_at),
        "canceled_at": time(subscription.canceled_at),
        "ended_at": time(subscription.ended_at),
        "trial_end": time(subscription.trial_end),
        "collection_method": subscription.collection_method,
        "pending_update_expires_at": time(pending.expires_at) if pending else None,
        "scheduled_change": scheduled_json(subscription.schedule),
    }


def scheduled_json(schedule: Schedule | None) -> Json | None:
    """Show the change of ours that starts with the next period."""
    if schedule is None or planned_of(schedule) is not Planned.OURS:
        return None
    coming = schedule.coming[0]
    return {"prices": list(coming.price_ids), "starts_at": time(coming.starts_at)}


def verdict_json(verdict: Verdict) -> Json:
    """Show whether an action may be done."""
    if verdict.reason is None:
        return {"allowed": True}
    named = {"setting": verdict.setting} if verdict.setting else {}
    return {"allowed": False, "reason": verdict.reason.value, **named}


def item_json(item: Item) -> Json:
    """Show one line of a subscription."""
    return {
        "id": item.id,
        "price": price_json(item.price),
        "quantity": item.quantity,
        "current_period_start": time(item.period_start),
        "current_period_end": time(item.period_end),
    }


def price_json(price: Price) -> Json:
    """Show a price."""
    exact = price.unit_amount_decimal
    return {
        "id": price.id,
        "product": price.product_id,
        "currency": price.currency,
        "unit_amount": price.unit_amount,
        "unit_amount_decimal": None if exact is None else str(exact),
        "package_size": price.package_size,
        "interval": price.interval,
        "interval_count": price.interval_count,
        "metered": price.is_metered,
        "trial_period_days": price.trial_days or None,
        "tiers_mode": ("volume" if price.is_volume else "graduated") if price.is_tiered else None,
        "tiers": [step_json(step) for step in price.steps],
    }


def step_json(step: Step) -> Json:
    """Show one step of a tiered price."""
    return {
        "up_to": step.up_to,
        "unit_amount_decimal": str(step.unit_amount),
        "flat_amount_decimal": str(step.flat_amount),
    }


def discount_json(discount: Discount) -> Json:
    """Show a discount."""
    return {
        "id": discount.id,
        **_off(discount.coupon),
        "ends_at": time(discount.ends_at),
    }


def coupon_json(coupon: Coupon) -> Json:
    """Show what a code takes off."""
    return {**_off(coupon), "duration": coupon.duration}


def _off(coupon: Coupon) -> Json:
    return {
        "name": coupon.name,
        "percent_off": None if coupon.percent_off is None else str(coupon.percent_off),
        "amount_off": coupon.amount_off,
        "currency": coupon.currency,
    }


def method_json(method: PaymentMethod) -> Json:
    """Show a payment method."""
    return {
        "id": method.id,
        "type": method.type,
        "brand": method.brand,
        "last4": method.last4,
        "exp_month": method.exp_month,
        "exp_year": method.exp_year,
    }


def invoices_json(found: InvoiceList) -> Json:
    """Show some invoices."""
    return {
        "invoices": [invoice_json(invoice) for invoice in found.invoices],
        "cursor": found.older_after or None,
    }


def invoice_json(invoice: Invoice) -> Json:
    """Show an invoice."""
    return {
        "id": invoice.id,
        "customer": invoice.customer_id,
        "subscription": invoice.subscription_id or None,
        "number": invoice.number,
        "status": invoice.status,
        "currency": invoice.currency,
        "total": invoice.total,
        "amount_due": invoice.amount_due,
        "amount_remaining": invoice.amount_remaining,
        "created_at": time(invoice.created_at),
        "due_at": time(invoice.due_at),
        "invoice_pdf": invoice.pdf_url,
        "hosted_invoice_url": invoice.hosted_url,
    }


def upcoming_json(invoice: Invoice) -> Json:
    """Show the next invoice that is coming."""
    return {
        "subscription": invoice.subscription_id or None,
        "currency": invoice.currency,
        "amount_due": invoice.amount_due,
        "date": time(renewal_of(invoice)),
        "lines": [line_json(line) for line in invoice.lines],
    }


def line_json(line: Line) -> Json:
    """Show a line of an invoice or preview."""
    return {
        "description": line.description,
        "amount": line.amount,
        "proration": line.is_proration,
    }


def plan_json(offered: Offered) -> Json:
    """Show one price that a subscription may move to."""
    return {
        "tier": offered.tier.name,
        "features": list(offered.tier.product.features),
        "featured": offered.tier.is_featured,
        "current": offered.is_current,
        "offered": offered.is_offered,
        "price": price_json(offered.price),
    }


def preview_json(preview: Preview) -> Json:
    """Show what an action costs, with the quote that confirms it."""
    quote = preview.quote
    return {
        "action": quote.action,
        "price": quote.price_id,
        "quantity": quote.quantity,
        "coupon": coupon_json(preview.code.coupon) if preview.code else None,
        "currency": preview.currency,
        "due_now": preview.due_now,
        "credit": preview.credit,
        "balance": preview.balance,
        "discount": preview.discount,
        "tax": preview.tax,
        "tax_included": preview.tax_included,
        "lines": [line_json(line) for line in preview.lines],
        "next_amount": preview.next_amount,
        "next_at": time(preview.next_at),
        "starts_at": time(preview.starts_at),
        "ends_at": time(preview.ends_at),
        "quote": quote.token(),
    }


def outcome_json(outcome: Outcome) -> Json:
    """Show the new state, and what the customer must still confirm."""
    return {
        "subscription": state_json(outcome.subscription),
        "requires_action": confirmation_json(outcome.confirmation),
    }


def payment_json(invoice: Invoice, confirmation: Confirmation | None) -> Json:
    """Show an invoice after its payment."""
    return {
        "invoice": invoice_json(invoice),
        "requires_action": confirmation_json(confirmation),
    }


def confirmation_json(waiting: Confirmation | None) -> Json | None:
    """Show what Stripe.js must ask the customer's bank."""
    if waiting is None:
        return None
    return {
        "client_secret": waiting.client_secret,
        "payment_method": waiting.payment_method_id,
    }
