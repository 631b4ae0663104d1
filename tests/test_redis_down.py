"""Without Redis the product goes on: slower, and never without limits."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.cache import cache
from django.test import override_settings

from accounts.limits import HOUR, counted_and_seen, hits, is_within, so_far
from servicebot import cache as steady
from servicebot.breaker import Breaker
from tests.base import ServicebotTestCase
from tests.fake_redis import fake_redis
from tests.serving import free_ports


def at(port: int) -> dict[str, Any]:
    """Return the setting for a Redis at a port."""
    url = f"redis://127.0.0.1:{port}/0?protocol=2"
    return {"default": {"BACKEND": "servicebot.cache.SteadyCache", "LOCATION": url}}


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A port where nothing answers yet, and a cache that looks there every tenth of a second."""
    monkeypatch.setattr(steady, "SECONDS_LEFT_ALONE", 0.1)
    steady.breaker_of.cache_clear()
    found = free_ports(1)
    with override_settings(CACHES=at(found)):
        yield found
    steady.breaker_of.cache_clear()


def test_without_redis_a_process_remembers_by_itself(port: int) -> None:
    cache.set("a", 1, 60)
    cache.set_many({"b": 2, "c": 3}, 60)

    assert cache.get_many(["a", "b", "c", "d"]) == {"a": 1, "b": 2, "c": 3}
    assert cache.add("a", 2, 60) is False
    assert cache.touch("a", 60) is True
    cache.delete_many(["b"])
    assert (cache.delete("a"), "b" in cache, "c" in cache) == (True, False, True)


def test_limits_go_on_to_be_counted(port: int) -> None:
    assert [is_within("tries", 2, HOUR) for _ in range(3)] == [True, True, False]
    assert so_far("tries", HOUR) == 3


def test_an_outage_is_logged_once_and_so_is_its_end(
    port: int, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(20):
        cache.get("a")
    with fake_redis(port):
        time.sleep(0.11)
        for _ in range(20):
            cache.get("a")

    told = [(record.levelname, record.getMessage()[:19]) for record in caplog.records]
    assert told == [("ERROR", "Redis doesn't answe"), ("WARNING", "Redis answers again")]


def test_in_an_outage_nobody_waits_but_who_looks(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steady, "SECONDS_LEFT_ALONE", 60)
    with fake_redis(port) as redis:
        redis.is_silent = True
        for _ in range(50):
            cache.get("a")

    assert len(redis.commands) == 2  # once more at once, and then not for a minute


def test_when_redis_is_back_it_is_used_by_itself(port: int) -> None:
    cache.set("a", "alone", 60)
    with fake_redis(port) as redis:
        time.sleep(0.11)
        cache.set("a", "together", 60)

        assert cache.get("a") == "together"
        assert any(key.endswith(b":a") for key in redis.values)
    assert cache.get("a") is None  # a new outage begins with nothing kept


def test_a_count_goes_on_where_redis_was_emptied_or_left(port: int) -> None:
    with fake_redis(port) as redis:
        assert [hits("tries", HOUR), hits("tries", HOUR)] == [1, 2]
        redis.values.clear()
        assert hits("tries", HOUR) == 1
    assert [hits("tries", HOUR), hits("tries", HOUR)] == [1, 2]


def test_some_are_counted_and_others_seen_in_one_step(port: int) -> None:
    with fake_redis(port) as redis:
        hits("b", HOUR)
        redis.commands.clear()

        assert counted_and_seen([("a", HOUR), ("b", HOUR)], [("b", HOUR), ("c", HOUR)]) == (
            [1, 2],
            [2, 0],
        )
        assert redis.commands == ["SET", "INCRBY", "SET", "INCRBY", "GET", "GET"]
    assert counted_and_seen([("a", HOUR)], [("b", HOUR)]) == ([1], [0])


def test_who_counts_at_the_same_time_is_counted_each() -> None:
    memory = steady.Memory("counting", {})
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _each: memory.count({"a": 60}, []), range(200)))

    assert memory.count({"a": 60}, ["a", "b"]) == ([201], [201, 0])


def test_a_breaker_lets_one_through_when_it_is_time() -> None:
    breaker = Breaker(failures=2, seconds=0.05)
    assert [breaker.failed(), breaker.lets_through()] == [False, True]
    assert [breaker.failed(), breaker.is_out, breaker.lets_through()] == [True, True, False]
    assert breaker.seconds_left == 1
    time.sleep(0.06)

    with ThreadPoolExecutor(8) as pool:
        through = list(pool.map(lambda _each: breaker.lets_through(), range(8)))

    assert through.count(True) == 1
    assert [breaker.failed(), breaker.is_out] == [False, True]
    assert [breaker.succeeded(), breaker.succeeded()] == [True, False]
    assert breaker.lets_through() is True


class PortalTests(ServicebotTestCase):
    """The whole portal with a Redis that isn't there."""

    def setUp(self) -> None:
        steady.breaker_of.cache_clear()
        self.addCleanup(steady.breaker_of.cache_clear)
        self.enterContext(self.settings(CACHES=at(free_ports(1))))
        super().setUp()
        self.switch(can_cancel=True)

    def test_customers_are_let_in_see_and_act(self) -> None:
        given = {"email": "ada@example.com", "hash": self.hash("ada@example.com")}
        let_in = self.client.post(
            f"/portal/{self.portal.public_id}/session",
            given,
            headers={"Sec-Fetch-Site": "same-origin"},
        )
        path = f"/subscriptions/{self.ada_sub}/cancel"
        answers = [self.api("post", path, idempotency_key="one") for _ in range(2)]

        assert [each.status_code for each in (let_in, *answers)] == [200, 200, 200]
        assert answers[0].json() == answers[1].json()

    def test_readyz_says_so_and_that_it_can_serve(self) -> None:
        response = self.client.get("/readyz")

        assert (response.status_code, response.content) == (200, b"ok, without Redis")
