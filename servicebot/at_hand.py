"""What a process has at hand, ready for use: what lies in Redis is unpickled each time.

Whoever puts something here names it by what it was made of, so that a change has another name:
one process can't tell another that something is out of date. Nobody may change what they get.
"""

from __future__ import annotations

import time
from threading import Lock
from typing import Any

ENTRIES_AT_MOST = 1000

_held: dict[str, tuple[float, Any]] = {}
_lock = Lock()


def get(name: str) -> Any:
    """Return what was put here by this name, None where nothing is or its time is over."""
    until, thing = _held.get(name, (0.0, None))
    return thing if time.time() < until else None


def put(name: str, thing: Any, until: float) -> None:
    """Keep something until then (Unix seconds); where there is too much, the oldest goes."""
    _held.pop(name, None)
    _held[name] = until, thing
    while len(_held) > ENTRIES_AT_MOST:
        with _lock:
            _held.pop(next(iter(_held)), None)


def clear() -> None:
    """Have nothing at hand any more."""
    _held.clear()
