"""How often something happened lately; counted in the cache, by fixed stretches of time."""

from __future__ import annotations

import time

from django.core.cache import cache


def hits(name: str, seconds: int) -> int:
    """Count once more, and return how often it was in this stretch of so many seconds."""
    place = _place(name, seconds)
    cache.add(place, 0, 2 * seconds)  # it outlives its stretch, so that it is there to be counted
    return int(cache.incr(place))


def so_far(name: str, seconds: int) -> int:
    """Return how often it was in this stretch, without counting."""
    return int(cache.get(_place(name, seconds), 0))


def _place(name: str, seconds: int) -> str:
    return f"hits:{name}:{int(time.time() // seconds)}"
