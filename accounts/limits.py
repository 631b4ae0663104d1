"""How often something may be done, counted in the cache that all processes share."""

from __future__ import annotations

import time

from django.core.cache import cache

HOUR = 60 * 60
DAY = 24 * HOUR


def is_within(what: str, at_most: int, seconds: int) -> bool:
    """Count one more of it, and say whether that is still allowed in this stretch of time."""
    key = f"limit:{what}:{int(time.time()) // seconds}"
    cache.add(key, 0, 2 * seconds)  # longer than it counts, so that it can't end in between
    return cache.incr(key) <= at_most
