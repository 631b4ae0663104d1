"""Which attempt under an idempotency key this is.

For a day Stripe answers a key that it knows as it did the first time, also with a decline or with a
failure of its own (https://docs.stripe.com/api/idempotent_requests). After such an answer, whoever
tries again has looked at how things are and needs another key; an unknown outcome keeps it.

The count may be lost with the cache: Stripe then repeats its failure once more, and the try after
that goes on with the key that came next.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

import stripe
from django.core.cache import cache

SECONDS_KEPT = 24 * 60 * 60
DECLINED = 402
FAILED = 500


@contextmanager
def attempt(key: str) -> Iterator[dict[str, str]]:
    """Give the options of a call under a key, and note where Stripe's answer ends the attempt."""
    place = f"attempts:{hashlib.sha256(key.encode()).hexdigest()}"
    over = cache.get(place, 0) if key else 0
    try:
        yield {"idempotency_key": f"{key}-again-{over}" if over else key} if key else {}
    except stripe.StripeError as error:
        if key and _is_over(error):
            cache.set(place, over + 1, SECONDS_KEPT)
        raise


def _is_over(error: stripe.StripeError) -> bool:
    """Whether Stripe keeps to its answer under this key.

    It does also where it knows the key from something else: an attempt whose count was lost.
    """
    status = error.http_status or 0
    is_kept = status == DECLINED or status >= FAILED
    return is_kept or isinstance(error, stripe.IdempotencyError)
