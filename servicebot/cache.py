"""The shared cache: Redis, and while that doesn't answer the memory of each process by itself.

Nothing that is kept here must be right for money: what must be is in the database. Limits go on to
be counted, by each process for itself.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import Any

from django.core.cache import cache
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from servicebot.breaker import Breaker

logger = logging.getLogger(__name__)

SECONDS_WAITED = 0.5
SECONDS_LEFT_ALONE = 5
ENTRIES_AT_MOST = 10_000


def count(place: str, seconds: int) -> int:
    """Count once more at a place that lasts for so long; return how often it was."""
    cache.add(place, 0, seconds)
    try:
        return int(cache.incr(place))
    except ValueError:  # Redis came back, or was emptied, between the two
        cache.set(place, 1, seconds)
        return 1


@functools.cache
def breaker_of(server: str) -> Breaker:
    """Return the process's one memory of whether a Redis answers; caches are one a thread."""
    return Breaker(failures=1, seconds=SECONDS_LEFT_ALONE)


def _either(name: str) -> Callable[..., Any]:
    """Return an operation that Redis does, or this process's memory while Redis doesn't answer."""

    def operate(self: SteadyCache, *given: Any, **named: Any) -> Any:
        if self.breaker.lets_through():
            try:
                done = getattr(self.redis, name)(*given, **named)
            except RedisError as error:
                self.note_failure(error)
            else:
                self.note_success()
                return done
        return getattr(self.memory, name)(*given, **named)

    return operate


class SteadyCache(BaseCache):
    """Django's Redis cache, which an outage of Redis makes smaller and never breaks."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        options = {
            "socket_timeout": SECONDS_WAITED,
            "socket_connect_timeout": SECONDS_WAITED,
            # Once more at once: a connection that was kept open may have been closed over there.
            "retry": Retry(NoBackoff(), 1),
            **params.get("OPTIONS", {}),
        }
        self.redis = RedisCache(server, {**params, "OPTIONS": options})
        few = {"MAX_ENTRIES": ENTRIES_AT_MOST}
        self.memory = Memory(f"beside {server}", {**params, "OPTIONS": few})
        self.breaker = breaker_of(str(server))

    add = _either("add")
    get = _either("get")
    set = _either("set")
    touch = _either("touch")
    delete = _either("delete")
    get_many = _either("get_many")
    set_many = _either("set_many")
    delete_many = _either("delete_many")
    has_key = _either("has_key")
    incr = _either("incr")
    clear = _either("clear")

    def note_failure(self, error: RedisError) -> None:
        """Leave Redis alone for a while; an outage is logged once, and begins with nothing kept."""
        if self.breaker.failed():
            self.memory.clear()
            logger.error("Redis doesn't answer; each process goes on by itself: %s", error)

    def note_success(self) -> None:
        """Go on with Redis."""
        if self.breaker.succeeded():
            logger.warning("Redis answers again.")


class Memory(LocMemCache):
    """A process's memory, which counts what was begun to be counted in Redis as well."""

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        """Add to a number; one that isn't there is none."""
        self.add(key, 0, version=version)
        counted: int = super().incr(key, delta, version=version)
        return counted
