"""How often something happened lately, counted by fixed stretches of time in the shared cache."""

from __future__ import annotations

import time

from django.core.cache import cache

from servicebot.cache import count

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def hits(what: str, seconds: int) -> int:
    """Count once more, and return how often it was in this stretch of so many seconds."""
    # It outlives its stretch, so that it is there to be counted.
    return count(_place(what, seconds), 2 * seconds)


def so_far(what: str, seconds: int) -> int:
    """Return how often it was in this stretch, without counting."""
    return int(cache.get(_place(what, seconds), 0))


def is_within(what: str, at_most: int, seconds: int) -> bool:
    """Count once more, and say whether that is still allowed in this stretch."""
    return hits(what, seconds) <= at_most


def seconds_left(seconds: int) -> int:
    """Return how long this stretch of so many seconds still lasts, one second at least."""
    return max(1, seconds - int(time.time()) % seconds)


def _place(what: str, seconds: int) -> str:
    return f"hits:{what}:{int(time.time()) // seconds}"
