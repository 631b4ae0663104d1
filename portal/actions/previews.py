"""What a change costs: Stripe's own previews, put into the terms that a customer is asked in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils import timezone

from portal import quotes
from portal.actions.coupons import Code
from portal.policy import Action
from portal.problems import Problem
from portal.quotes import Quote
from portal.standing import Standing
from portal.visit import Visit
from servicebot.gateway.billing_shapes import Invoice, Line
from servicebot.gateway.shapes import Customer, Price


@dataclass(frozen=True)
class Preview:
    """What is due now and what follows. Amounts are Stripe's, in minor units of `currency`.

    `discount` is taken off the lines; of `tax`, `tax_included` is inside them already. `balance` is
    what the customer's balance adds to the total or, below 0, pays of it; `credit` goes there where
    the change pays back more than it costs.
    `starts_at` is set where the change waits for the next period; `ends_at` where the subscription
    is set to end all the same, and nothing follows.
    """

    quote: Quote
    customer: Customer
    price: Price
    code: Code | None
    lines: tuple[Line, ...]
    due_now: int
    credit: int
    balance: int
    discount: int
    tax: int
    tax_included: int
    currency: str
    next_amount: int | None
    next_at: datetime | None
    starts_at: datetime | None
    ends_at: datetime | None

    @property
    def tax_on_top(self) -> int:
        """What of the tax the lines don't have yet."""
        return self.tax - self.tax_included

    @property
    def path(self) -> str:
        """Where its quote is confirmed, under the subscription's address."""
        return Action(self.quote.action).path


def made(
    visit: Visit,
    standing: Standing,
    action: str,
    price: Price,
    now: Invoice | None,
    following: Invoice | None,
    *,
    quantity: int | None = None,
    code: Code | None = None,
    proration_date: int = 0,
    at_period_end: bool = False,
) -> Preview:
    """Put two previews of Stripe together; `now` is None where nothing is charged yet."""
    subscription = standing.subscription
    due_now = now.amount_due if now else 0
    quote = Quote(
        action=action,
        subscription_id=subscription.id,
        price_id=price.id,
        quantity=quantity,
        coupon=code.typed if code else "",
        at_period_end=at_period_end,
        proration_date=proration_date,
        due_now=due_now,
        currency=subscription.currency,
        fingerprint=quotes.fingerprint(subscription, *_terms(visit, code)),
        nonce=quotes.new_nonce(),
    )
    return Preview(
        quote=quote,
        customer=standing.customer,
        price=price,
        code=code,
        lines=now.lines if now else (),
        due_now=due_now,
        credit=max(0, -now.total) if now else 0,
        balance=due_now - max(0, now.total) if now else 0,
        discount=now.discount if now else 0,
        tax=now.tax if now else 0,
        tax_included=now.tax_included if now else 0,
        currency=subscription.currency,
        next_amount=due_after(now, following) if following else None,
        next_at=renewal_of(following) if following else None,
        starts_at=subscription.period_end if at_period_end else None,
        ends_at=None if subscription.status == "canceled" else subscription.cancel_at,
    )


def due_after(now: Invoice | None, following: Invoice) -> int:
    """Return what a previewed invoice comes to once the one before it is settled.

    Stripe previews each with the customer's balance of today, and the first may use or raise that
    (https://docs.stripe.com/billing/customer/balance: amount due is total plus balance).
    """
    if now is None:
        return following.amount_due
    left = now.starting_balance + now.total - now.amount_due
    if left == following.starting_balance:
        return following.amount_due
    return max(0, following.total + left)


def _terms(visit: Visit, code: Code | None) -> tuple[str, ...]:
    """Return what decides what isn't due now: whose portal this is, how it charges, what is off."""
    coupon_id = code.coupon.id if code else ""
    return visit.portal.public_id, visit.settings.proration_behavior, coupon_id


def renewal_of(invoice: Invoice) -> datetime | None:
    """Return when a previewed invoice comes.

    A licence is billed for the period that starts then, use for the one that ends then.
    """
    lines = [line for line in invoice.lines if not line.is_proration]
    starts = [line.period_start for line in lines if line.period_start > timezone.now()]
    return min(starts or [line.period_end for line in lines], default=None)


def first_period_end(invoice: Invoice) -> datetime | None:
    """Return when the period that an invoice pays for ends."""
    ends = [line.period_end for line in invoice.lines if not line.is_proration]
    return min(ends, default=None)


def from_new_period(preview: Preview, now: Invoice) -> Preview:
    """Return a preview of what starts a new period: what was to come then comes with its end."""
    end = first_period_end(now)
    return replace(
        preview,
        next_at=None if preview.ends_at else end,
        ends_at=end if preview.ends_at else None,
    )


def require_same(quote: Quote, preview: Preview) -> None:
    """Raise Problem preview_stale, carrying the new preview, unless it is what was quoted."""
    now = preview.quote
    told = (quote.fingerprint, quote.due_now, quote.at_period_end)
    if told != (now.fingerprint, now.due_now, now.at_period_end):
        raise Problem("preview_stale", preview=preview)


def params(**given: Any) -> dict[str, Any]:
    """Return Stripe's parameters without those that are empty."""
    return {name: value for name, value in given.items() if value not in (None, "", (), [])}
