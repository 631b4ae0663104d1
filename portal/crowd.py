"""How many requests of one portal a process answers at the same time.

Each waits for its merchant's Stripe in a thread. Where that Stripe is slow and many customers come
at once, they would take every thread, and other merchants' customers would wait behind them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from django.conf import settings

from portal.problems import Problem

SECONDS_UNTIL_AGAIN = 1  # portal.js waits as long, and opens the portal by itself then

_there: Counter[str] = Counter()
_lock = Lock()


@contextmanager
def place(portal_id: str) -> Iterator[None]:
    """Have one of a portal's places; raises Problem servicebot_unavailable where all are taken.

    Nothing was done then, and nothing was asked of anybody.
    """
    if not _enter(portal_id):
        raise Problem("servicebot_unavailable", retry_after=SECONDS_UNTIL_AGAIN)
    try:
        yield
    finally:
        _leave(portal_id)


def _enter(portal_id: str) -> bool:
    with _lock:
        is_full = 0 < settings.PORTAL_REQUESTS_AT_ONCE <= _there[portal_id]
        _there[portal_id] += not is_full
        return not is_full


def _leave(portal_id: str) -> None:
    with _lock:
        _there[portal_id] -= 1
        if not _there[portal_id]:
            del _there[portal_id]
