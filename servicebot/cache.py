"""The shared cache: Redis, and while that doesn't answer the memory of each process by itself.

Nothing that is kept here must be right for money: what must be is in the database. Limits go on to
be counted, by each process for itself.
"""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

from django.core.cache import cache
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from servicebot import at_hand
from servicebot.breaker import Breaker

logger = logging.getLogger(__name__)

SECONDS_WAITED = 0.5
SECONDS_LEFT_ALONE = 5
ENTRIES_AT_MOST = 10_000


def count(places: Mapping[str, int], looked_at: Iterable[str] = ()) -> tuple[list[int], list[int]]:
    """Count once more at places that last for so many seconds, and look at others, all at once.

    Returns how often it was at each, those that were only looked at apart.
    """
    counted: tuple[list[int], list[int]]
    counted = cache.count(places, list(looked_at))  # type: ignore[attr-defined] # both here have it
    return counted


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
        self.redis = CountingCache(server, {**params, "OPTIONS": options})
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
    count = _either("count")

    def clear(self) -> None:
        """Forget everything, what this process has at hand as well."""
        at_hand.clear()
        _either("clear")(self)

    def note_failure(self, error: RedisError) -> None:
        """Leave Redis alone for a while; an outage is logged once, and begins with nothing kept."""
        if self.breaker.failed():
            self.memory.clear()
            logger.error("Redis doesn't answer; each process goes on by itself: %s", error)

    def note_success(self) -> None:
        """Go on with Redis."""
        if self.breaker.succeeded():
            logger.warning("Redis answers again.")


class CountingClient(RedisCacheClient):
    """Django's client, kept: to make one anew for each command costs more than the command."""

    def __init__(self, servers: list[str], **options: Any) -> None:
        super().__init__(servers, **options)
        self._one: Redis = super().get_client(write=True)

    def get_client(self, key: Any = None, *, write: bool = False) -> Redis:
        """Return the one client; CACHE_URL names one server."""
        return self._one

    def count(self, places: Mapping[str, int], looked_at: list[str]) -> tuple[list[int], list[int]]:
        """Count, and look, in one way to Redis and back.

        No transaction: a place is counted at while it is young, so it doesn't end in between.
        """
        with self.get_client(write=True).pipeline(transaction=False) as steps:
            for key, seconds in places.items():
                steps.set(key, 0, ex=seconds, nx=True)
                steps.incr(key)
            for key in looked_at:
                steps.get(key)
            said = steps.execute()
        end = 2 * len(places)
        return said[1:end:2], [int(each or 0) for each in said[end:]]


class CountingCache(RedisCache):
    """Django's Redis cache, which counts in one step."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = CountingClient

    def count(self, places: Mapping[str, int], looked_at: list[str]) -> tuple[list[int], list[int]]:
        """Do what `count` says."""
        key = self.make_and_validate_key
        client: Any = self._cache
        named = {key(place): seconds for place, seconds in places.items()}
        counted: tuple[list[int], list[int]] = client.count(named, [*map(key, looked_at)])
        return counted


class Memory(LocMemCache):
    """A process's memory."""

    def clear(self) -> None:
        """Forget everything, what the process has at hand as well."""
        at_hand.clear()
        super().clear()

    def count(self, places: Mapping[str, int], looked_at: list[str]) -> tuple[list[int], list[int]]:
        """Do what `count` says."""
        counted = [self._counted(*place) for place in places.items()]
        return counted, [int(self.get(place, 0)) for place in looked_at]

    def _counted(self, key: str, seconds: int) -> int:
        while not self.add(key, 1, seconds):
            with suppress(ValueError):  # its time has just ended
                return int(self.incr(key))
        return 1
