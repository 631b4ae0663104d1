"""How often one subscription may be changed: Stripe refuses all that comes too often, and for long.

It makes 10 invoices a minute and 20 a day for a subscription, and takes 200 quantities an hour
(https://docs.stripe.com/rate-limits). Half of each is a customer's: one stretch of ours may lie
across two of Stripe's, and renewals and the merchant's own changes count there as well.
"""

from __future__ import annotations

from accounts.limits import DAY, HOUR, MINUTE, hits, seconds_left, so_far
from portal.problems import Problem

INVOICES = ((5, MINUTE), (10, DAY))
QUANTITIES = ((100, HOUR),)


def require_invoice(subscription_id: str) -> None:
    """Count an invoice that a change makes; raises Problem rate_limited for one too many."""
    _require(f"invoices:{subscription_id}", INVOICES)


def require_quantity(subscription_id: str) -> None:
    """Count another quantity; raises Problem rate_limited for one too many."""
    _require(f"quantities:{subscription_id}", QUANTITIES)


def _require(what: str, limits: tuple[tuple[int, int], ...]) -> None:
    # A customer's actions are done one at a time, so what is looked at first holds.
    full = [seconds for at_most, seconds in limits if so_far(what, seconds) >= at_most]
    if full:
        raise Problem("rate_limited", retry_after=seconds_left(max(full)))
    for _at_most, seconds in limits:
        hits(what, seconds)
