"""How often things may be tried: by a customer, and by somebody who isn't one.

Of one subscription Stripe refuses all that comes too often, and for long. It makes 10 invoices a
minute and 20 a day for it, and takes 200 quantities an hour
(https://docs.stripe.com/rate-limits). Half of each is a customer's: one stretch of ours may lie
across two of Stripe's, and renewals and the merchant's own changes count there as well.

Cards and codes are counted since stolen ones are tried in forms like ours; hashes and tokens by
where they come from, so that nobody tries them one after another.
"""

from __future__ import annotations

from typing import TypeAlias

from django.conf import settings
from django.utils.crypto import salted_hmac

from accounts.limits import DAY, HOUR, MINUTE, counted_and_seen, hits, seconds_left
from portal.identity import Identity, subject_of
from portal.models import Portal
from portal.problems import Problem
from portal.visit import Visit

Limits: TypeAlias = tuple[tuple[int, int], ...]
"""How often at the most, and within how many seconds."""

INVOICES: Limits = ((5, MINUTE), (10, DAY))
QUANTITIES = ((100, HOUR),)
CARDS_OF_A_CUSTOMER = ((5, HOUR),)
CARDS_OF_AN_IDENTITY = ((20, DAY),)
UNKNOWN_CODES = ((10, HOUR),)
UNPROVEN_OF_AN_ADDRESS = ((100, 10 * MINUTE),)


def require_invoice(subscription_id: str) -> None:
    """Count an invoice that a change makes; raises Problem rate_limited for one too many."""
    _require(f"invoices:{subscription_id}", INVOICES)


def require_quantity(subscription_id: str) -> None:
    """Count another quantity; raises Problem rate_limited for one too many."""
    _require(f"quantities:{subscription_id}", QUANTITIES)


def require_card(visit: Visit, customer_id: str) -> None:
    """Count a card form; raises Problem rate_limited for one too many."""
    _require(f"cards:{visit.portal.pk}:{customer_id}", CARDS_OF_A_CUSTOMER)
    _require(_who("cards", visit.portal, visit.session.identity), CARDS_OF_AN_IDENTITY)


def require_code(visit: Visit) -> None:
    """Raise Problem rate_limited where too many codes were tried that aren't there."""
    _look(_who("codes", visit.portal, visit.session.identity), UNKNOWN_CODES)


def note_unknown_code(visit: Visit) -> None:
    """Count a code that isn't there."""
    _count(_who("codes", visit.portal, visit.session.identity), UNKNOWN_CODES)


def require_door(portal: Portal, address: str) -> None:
    """Count somebody at a portal's door; raises Problem rate_limited for one too many, and where
    too many came from this address who weren't who they said."""
    at_most = settings.SESSIONS_A_MINUTE["portal"]
    opened = [(f"sessions:{portal.pk}", MINUTE)] if at_most else []
    unproven = [(_from(address), seconds) for _most, seconds in UNPROVEN_OF_AN_ADDRESS if address]
    counted, seen = counted_and_seen(opened, unproven)
    _require_below(UNPROVEN_OF_AN_ADDRESS, seen)
    if any(often > at_most for often in counted):
        raise Problem("rate_limited", retry_after=seconds_left(MINUTE))


def require_session(portal: Portal, identity: Identity) -> None:
    """Count somebody whose identity is proven; raises Problem rate_limited for one too many."""
    at_most = settings.SESSIONS_A_MINUTE["identity"]
    if at_most and hits(_who("sessions", portal, identity), MINUTE) > at_most:
        raise Problem("rate_limited", retry_after=seconds_left(MINUTE))


def note_unproven(address: str) -> None:
    """Count somebody who wasn't who they said."""
    if address:
        _count(_from(address), UNPROVEN_OF_AN_ADDRESS)


def _who(what: str, portal: Portal, identity: Identity) -> str:
    return f"{what}:{portal.pk}:{_digest(subject_of(identity))}"


def _from(address: str) -> str:
    return f"unproven:{_digest(address)}"


def _digest(said: str) -> str:
    """Return what stands for an address or an identity, which can't be read off it."""
    return salted_hmac("portal.pace", said, algorithm="sha256").hexdigest()


def _require(what: str, limits: Limits) -> None:
    # A customer's actions are done one at a time, so what is looked at first holds.
    _look(what, limits)
    _count(what, limits)


def _look(what: str, limits: Limits) -> None:
    _counted, seen = counted_and_seen((), [(what, seconds) for _most, seconds in limits])
    _require_below(limits, seen)


def _require_below(limits: Limits, seen: list[int]) -> None:
    """Raise Problem rate_limited where what was seen reaches one of its limits."""
    pairs = zip(limits, seen, strict=False)
    full = [seconds for (at_most, seconds), often in pairs if often >= at_most]
    if full:
        raise Problem("rate_limited", retry_after=seconds_left(max(full)))


def _count(what: str, limits: Limits) -> None:
    counted_and_seen([(what, seconds) for _most, seconds in limits])
