"""How often something happened lately, counted by fixed stretches of time in the shared cache."""

from __future__ import annotations

import time
from collections.abc import Iterable

from servicebot.cache import count

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def hits(what: str, seconds: int) -> int:
    """Count once more, and return how often it was in this stretch of so many seconds."""
    return counted_and_seen(((what, seconds),))[0][0]


def counted_and_seen(
    counted: Iterable[tuple[str, int]], seen: Iterable[tuple[str, int]] = ()
) -> tuple[list[int], list[int]]:
    """Count some once more and only look at others, in one step; return how often each was.

    Each is what happened, and how many seconds its stretch of time has.
    """
    # They outlive their stretch, so that they are there to be counted.
    lasting = {_place(what, seconds): 2 * seconds for what, seconds in counted}
    return count(lasting, [_place(what, seconds) for what, seconds in seen])


def so_far(what: str, seconds: int) -> int:
    """Return how often it was in this stretch, without counting."""
    return counted_and_seen((), ((what, seconds),))[1][0]


def is_within(what: str, at_most: int, seconds: int) -> bool:
    """Count once more, and say whether that is still allowed in this stretch."""
    return hits(what, seconds) <= at_most


def seconds_left(seconds: int) -> int:
    """Return how long this stretch of so many seconds still lasts, one second at least."""
    return max(1, seconds - int(time.time()) % seconds)


def _place(what: str, seconds: int) -> str:
    return f"hits:{what}:{int(time.time()) // seconds}"
