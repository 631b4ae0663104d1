"""How often something happened lately, counted by fixed stretches of time in the shared cache."""

from __future__ import annotations

import time

from django.core.cache import cache

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def hits(what: str, seconds: int) -> int:
    """Count once more, and return how often it was in this stretch of so many seconds."""
    place = _place(what, seconds)
    cache.add(place, 0, 2 * seconds)  # it outlives its stretch, so that it is there to be counted
    try:
        return int(cache.incr(place))
    except ValueError:  # Redis came back, or was emptied, between the two
        cache.set(place, 1, 2 * seconds)
        return 1


def so_far(what: str, seconds: int) -> int:
    """Return how often it was in this stretch, without counting."""
    return int(cache.get(_place(what, seconds), 0))


def is_within(what: str, at_most: int, seconds: int) -> bool:
    """Count once more, and say whether that is still allowed in this stretch."""
    return hits(what, seconds) <= at_most


def _place(what: str, seconds: int) -> str:
    return f"hits:{what}:{int(time.time()) // seconds}"
