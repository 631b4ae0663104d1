"""How much Stripe is asked for an account, and that it is left alone while it doesn't answer."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

import stripe
from django.conf import settings

from servicebot.breaker import Breaker
from servicebot.cache import count
from servicebot.gateway.errors import BusyError, UnavailableError

logger = logging.getLogger(__name__)

STRIPE = "Stripe"  # as a whole
FAILURES_OF_AN_ACCOUNT, FAILURES_OF_STRIPE = 10, 30  # in a row; one page is six reads
SECONDS_LEFT_ALONE = 5
SECONDS_WAITED = 2
FAILED = 500


@lru_cache(maxsize=10_000)
def breaker_of(account: str) -> Breaker:
    """Return what this process knows of whether Stripe answers for an account, or at all."""
    failures = FAILURES_OF_STRIPE if account == STRIPE else FAILURES_OF_AN_ACCOUNT
    return Breaker(failures, SECONDS_LEFT_ALONE)


def account_of(api_key: str) -> str:
    """Return what an account is called here: its key stands nowhere else."""
    return hashlib.sha256(api_key.encode()).hexdigest()[:16]


@contextmanager
def asking(api_key: str, *, reads: bool) -> Iterator[None]:
    """Ask Stripe something, where that is worth trying and within the account's budget.

    Raises UnavailableError at once while Stripe doesn't answer, BusyError for a read when the
    budget of this second and the next ones is spent. Writes aren't held back: each comes after
    reads that were, and half of several is worse than one too many.
    """
    account = account_of(api_key)
    breakers = [breaker_of(STRIPE), breaker_of(account)]
    for breaker in breakers:
        if not breaker.lets_through():
            again = breaker.seconds_left
            raise UnavailableError("Stripe hasn't answered lately.", retry_after=again)
    _spend(account, "live" if "_live_" in api_key else "test", waits=reads)
    try:
        yield
    except stripe.StripeError as error:
        _note(breakers, account, is_answered=not _is_outage(error))
        raise
    _note(breakers, account, is_answered=True)


def _is_outage(error: stripe.StripeError) -> bool:
    return isinstance(error, stripe.APIConnectionError) or (error.http_status or 0) >= FAILED


def _note(breakers: list[Breaker], account: str, *, is_answered: bool) -> None:
    """Tell both breakers, and the log where that begins or ends an outage."""
    for breaker, whom in zip(breakers, ("anybody", account), strict=True):
        if is_answered and breaker.succeeded():
            logger.warning("Stripe answers again for %s.", whom)
        if not is_answered and breaker.failed():
            logger.error("Stripe doesn't answer for %s, and is left alone for a moment.", whom)


def _spend(account: str, mode: str, *, waits: bool) -> None:
    """Count one request of an account; what may wait does, while its second is full."""
    at_most = settings.STRIPE_REQUESTS_A_SECOND[mode]
    if not at_most:
        return
    for _second in range(SECONDS_WAITED + 1):
        now = time.time()
        (asked,), _seen = count({f"stripe:{account}:{int(now)}": 2})
        if asked <= at_most or not waits:
            return
        time.sleep(1 - now % 1)
    raise BusyError("This account's requests to Stripe are used up.", retry_after=SECONDS_WAITED)
