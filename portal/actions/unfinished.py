"""Subscriptions that wait for their first payment, and that nobody wants any more.

Canceling one alone leaves its invoice open, in another tab perhaps before the customer's bank. So
that nobody pays for what is over, the invoice is voided first. A payment that came before wins:
Stripe then refuses to void it. That it never was paid for is noted, so that what Stripe calls it
afterwards, canceled or expired, makes no difference.
"""

from __future__ import annotations

from contextlib import suppress

from portal.facts import GIVEN_UP
from portal.visit import Visit
from servicebot.gateway.billing_shapes import Subscription
from servicebot.gateway.errors import NotFoundError


def forbid_payment(visit: Visit, attempt: Subscription) -> None:
    """See to it that the first payment never comes."""
    visit.gateway.void_invoice(attempt.latest_invoice_id)
    noted = {"metadata": {GIVEN_UP: "true"}}
    visit.gateway.update_subscription(attempt.id, noted, key="")


def give_up(visit: Visit, attempt: Subscription) -> None:
    """End an attempt for good."""
    forbid_payment(visit, attempt)
    with suppress(NotFoundError):
        visit.gateway.cancel_now(attempt.id, {}, key="")
