"""Leaving alone for a while what doesn't answer, and trying again by itself."""

from __future__ import annotations

import time
from threading import Lock


class Breaker:
    """Whether something is worth asking.

    After so many failures in a row it is out; then one caller is let through every so many seconds,
    and the first success ends it.
    """

    def __init__(self, failures: int, seconds: float) -> None:
        self._failures = failures
        self._seconds = seconds
        self._in_a_row = 0
        self._again_at = 0.0
        self._lock = Lock()

    @property
    def is_out(self) -> bool:
        """Whether it failed too often lately."""
        return self._in_a_row >= self._failures

    @property
    def seconds_left(self) -> int:
        """How many whole seconds from now somebody is let through again, one at least."""
        return max(1, round(self._again_at - time.monotonic()))

    def lets_through(self) -> bool:
        """Whether to ask now; in an outage the one who may tells how it went."""
        if not self.is_out:
            return True
        with self._lock:
            now = time.monotonic()
            is_due = now >= self._again_at
            if is_due:
                self._again_at = now + self._seconds
            return is_due

    def failed(self) -> bool:
        """Count a failure; True where an outage begins with it."""
        with self._lock:
            self._in_a_row += 1
            self._again_at = time.monotonic() + self._seconds
            return self._in_a_row == self._failures

    def succeeded(self) -> bool:
        """Forget all failures; True where an outage ends with it."""
        if not self._in_a_row:
            return False
        with self._lock:
            was_out, self._in_a_row = self.is_out, 0
            return was_out
