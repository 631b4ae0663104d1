"""What a process has at hand, ready for use: what lies in Redis is unpickled each time.

Whoever puts something here names it by what it was made of, or keeps that beside it to compare, so
that a change isn't overlooked: one process can't tell another that something is out of date.
Nobody may change what they get.
"""

from __future__ import annotations

import time
from threading import Lock
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Hand(Generic[T]):
    """Things of one kind by name, so many at most: the one that was put here first goes first."""

    def __init__(self, at_most: int) -> None:
        self._at_most = at_most
        self._held: dict[str, tuple[float, T]] = {}
        self._lock = Lock()
        _hands.append(self)

    def get(self, name: str) -> T | None:
        """Return what was put here by this name, None where nothing is or its time is over."""
        found = self._held.get(name)
        return found[1] if found and time.time() < found[0] else None

    def put(self, name: str, thing: T, until: float) -> None:
        """Keep something until then (Unix seconds), or as long as there is room."""
        now = time.time()
        with self._lock:
            self._held.pop(name, None)
            self._held[name] = until, thing
            while self._is_to_go(now):
                self._held.pop(next(iter(self._held)))

    def _is_to_go(self, now: float) -> bool:
        """Whether the first has to go."""
        first = next(iter(self._held.values()), None)
        return first is not None and (len(self._held) > self._at_most or first[0] <= now)

    def clear(self) -> None:
        """Have nothing at hand any more."""
        with self._lock:
            self._held.clear()


_hands: list[Hand[Any]] = []


def clear() -> None:
    """Have nothing at hand any more, of whatever kind."""
    for hand in _hands:
        hand.clear()
