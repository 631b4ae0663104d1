"""Quotes: what a customer was told a change costs, signed, so that nothing else is charged."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import asdict, dataclass, replace

from django.core import signing

from portal.problems import Problem
from servicebot.gateway.billing_shapes import Subscription

SALT = "portal.quote"
GOOD_FOR = 10 * 60


@dataclass(frozen=True)
class Quote:
    """An action with all its parameters, and what it costs now, in minor units.

    `coupon` is what the customer typed. `proration_date` is Stripe's, in seconds, 0 where the
    action has none. `fingerprint` is that of the subscription and of the portal's terms, `nonce`
    makes each quote one of its own.
    """

    action: str
    subscription_id: str
    price_id: str
    quantity: int | None
    coupon: str
    at_period_end: bool
    proration_date: int
    due_now: int
    currency: str
    fingerprint: str
    nonce: str

    def token(self) -> str:
        """Return the signed quote."""
        return signing.dumps(asdict(self), salt=SALT, compress=True)


def new_nonce() -> str:
    """Return what sets one quote apart from the next."""
    return secrets.token_urlsafe(12)


def read(token: str, action: str, subscription_id: str) -> Quote:
    """Return the quote of a token, an old one without its fingerprint so that it fits nothing.

    Raises Problem invalid where it was not made here, or for another action or subscription.
    """
    try:
        quote = Quote(**signing.loads(token, salt=SALT))
    except (signing.BadSignature, TypeError) as error:
        raise Problem("invalid", errors={"quote": ["not a quote of this portal"]}) from error
    if (quote.action, quote.subscription_id) != (action, subscription_id):
        raise Problem("invalid", errors={"quote": ["made for something else"]})
    try:
        signing.loads(token, salt=SALT, max_age=GOOD_FOR)
    except signing.SignatureExpired:
        return replace(quote, fingerprint="")
    return quote


def fingerprint(subscription: Subscription, *terms: str) -> str:
    """Return a digest of all that a price may depend on; `terms` are those of the portal."""
    facts = [
        terms,
        subscription.id,
        subscription.status,
        [
            [i.id, i.price.id, i.quantity, i.period_start.timestamp(), i.period_end.timestamp()]
            for i in subscription.items
        ],
        [discount.id for discount in subscription.discounts],
        subscription.cancel_at and subscription.cancel_at.timestamp(),
        subscription.cancels_at_period_end,
        subscription.trial_end and subscription.trial_end.timestamp(),
        # A schedule with nothing to come changes nothing.
        [
            p.starts_at.timestamp()
            for p in (subscription.schedule.coming if subscription.schedule else ())
        ],
        subscription.pending_update is not None,
        subscription.latest_invoice_id,
        subscription.collection_method,
    ]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:32]
