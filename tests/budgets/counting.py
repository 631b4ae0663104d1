"""What one request costs, which no clock is needed for: calls of Stripe's, queries, the cache."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any, NamedTuple

from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext, override_settings

from servicebot.cache import Memory
from servicebot.sandbox.world import Sandbox

CACHES = {"default": {"BACKEND": "tests.budgets.counting.CountedCache", "LOCATION": "budgets"}}
counted_cache = override_settings(CACHES=CACHES)


class Cost(NamedTuple):
    """What a request asks of others; `cache` is how often it goes to the cache, reads and writes.

    A list of several keys is one time, as it is on the way to Redis.
    """

    stripe: int
    queries: int
    cache: int


class CountedCache(Memory):
    """The local memory, counting how often it is gone to, as Redis would be."""

    trips: Counter[str] = Counter()
    _lock_of_trips = threading.Lock()
    _inside = threading.local()


def _counted(name: str) -> Callable[..., Any]:
    plain = getattr(Memory, name)

    def trip(self: CountedCache, *args: Any, **kwargs: Any) -> Any:
        # One method calls another here that is no way of its own with Redis.
        is_outer = not getattr(self._inside, "on", False)
        if not is_outer:
            return plain(self, *args, **kwargs)
        with self._lock_of_trips:
            self.trips[name] += 1
        self._inside.on = True
        try:
            return plain(self, *args, **kwargs)
        finally:
            self._inside.on = False

    return trip


for _name in ("get", "get_many", "set", "set_many", "add", "incr", "count", "touch", "delete"):
    setattr(CountedCache, _name, _counted(_name))


def cost_of(sandbox: Sandbox, act: Callable[[], Any]) -> tuple[Any, Cost]:
    """Do something that must be answered well; return the answer and what it cost."""
    calls, trips = len(sandbox.calls), CountedCache.trips.total()
    with CaptureQueriesContext(connection) as captured:
        answer = act()
    assert answer.status_code in (200, 201), (answer.status_code, answer.content)
    spent = len(sandbox.calls) - calls, len(captured), CountedCache.trips.total() - trips
    return answer, Cost(*spent)


def wasting(respond: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A middleware that asks database and cache once more than is needed."""

    def answer(request: Any) -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        cache.get("nothing")
        return respond(request)

    return answer
