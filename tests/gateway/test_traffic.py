"""An account is asked within its budget, and Stripe is left alone while it doesn't answer."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from django.core.cache import cache
from django.test import override_settings

from servicebot.gateway import traffic
from servicebot.gateway.client import Gateway
from servicebot.gateway.errors import BusyError, NotFoundError, UnavailableError
from servicebot.sandbox.faults import Weather
from servicebot.sandbox.world import Sandbox
from tests.world import Shop

OTHER = Gateway("sk_test_globex", "https://api.stripe.com")


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Stripe is asked again after a second."""
    cache.clear()
    monkeypatch.setattr(traffic, "SECONDS_LEFT_ALONE", 1)
    yield
    cache.clear()


@pytest.fixture
def weather(world: Sandbox) -> Weather:
    return world.account("sk_test_acme").weather


def ask(gateway: Gateway, times: int = 1) -> list[str]:
    """Ask for a customer that isn't there; return what came of it."""
    told = []
    for _time in range(times):
        try:
            gateway.customer("cus_none")
        except (NotFoundError, UnavailableError) as error:
            told.append(type(error).__name__)
    return told


def test_an_account_that_fails_is_left_alone_and_tried_again(
    world: Sandbox, weather: Weather, gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    weather.bring("500", times=99)
    assert ask(gateway, 10) == ["UnavailableError"] * 10
    world.calls.clear()

    assert ask(gateway, 5) == ["UnavailableError"] * 5
    with pytest.raises(UnavailableError) as caught:
        gateway.update_customer("cus_none", {"name": "Ada"})

    assert world.calls == []
    assert caught.value.retry_after == 1
    time.sleep(1.01)
    assert ask(gateway, 3) == ["UnavailableError"] * 3
    assert len(world.calls) == 1  # one has tried
    weather.clear()
    time.sleep(1.01)
    assert ask(gateway, 3) == ["NotFoundError"] * 3
    told = [record.getMessage() for record in caplog.records if record.name == traffic.__name__]
    assert [words.split(" for ")[0] for words in told] == [
        "Stripe doesn't answer",
        "Stripe answers again",
    ]
    assert "sk_test" not in "".join(told)


def test_another_account_is_asked_meanwhile(
    world: Sandbox, weather: Weather, gateway: Gateway
) -> None:
    weather.bring("500", times=99)
    ask(gateway, 12)

    assert ask(OTHER) == ["NotFoundError"]


def test_a_stripe_that_answers_nobody_is_left_alone_for_all(
    world: Sandbox, weather: Weather
) -> None:
    for number in range(3):
        key = f"sk_test_{number}"
        world.account(key).weather.bring("500", times=99)
        ask(Gateway(key, "https://api.stripe.com"), 10)
    world.calls.clear()

    assert ask(OTHER) == ["UnavailableError"]
    assert world.calls == []


def test_what_stripe_answers_is_an_answer(world: Sandbox, weather: Weather) -> None:
    shop = Shop("acme")
    ada = shop.customer("Ada", card="")
    gateway = Gateway(shop.api_key, "https://api.stripe.com")
    for _time in range(4):
        weather.bring("500", times=4)
        assert ask(gateway, 4) == ["UnavailableError"] * 4
        assert gateway.customer(ada).name == "Ada"


def test_what_is_throttled_is_sent_once_more(
    world: Sandbox, weather: Weather, gateway: Gateway
) -> None:
    ada = Shop("acme").customer("Ada", card="")
    weather.bring("429")
    assert gateway.customer(ada).name == "Ada"
    weather.bring("429")

    assert gateway.update_customer(ada, {"name": "Ada L."}).name == "Ada L."


@pytest.fixture
def budget() -> Iterator[None]:
    with override_settings(STRIPE_REQUESTS_A_SECOND={"live": 6, "test": 3}):
        yield


@pytest.mark.usefixtures("budget")
def test_reads_wait_for_the_next_second(world: Sandbox, gateway: Gateway) -> None:
    ada = Shop("acme").customer("Ada", card="")
    began = int(time.time())

    with ThreadPoolExecutor(5) as pool:
        names = [customer.name for customer in pool.map(gateway.customer, [ada] * 5)]

    assert names == ["Ada"] * 5
    assert int(time.time()) > began


@pytest.mark.usefixtures("budget")
def test_a_budget_that_stays_spent_is_said_and_writes_go_through(
    world: Sandbox, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = Shop("acme").customer("Ada", card="")
    monkeypatch.setattr(traffic, "SECONDS_WAITED", 0)
    with time_machine.travel(1_800_000_000.95, tick=False):
        assert [gateway.customer(ada).name for _ in range(3)] == ["Ada"] * 3
        live = Gateway("rk_live_acme", "https://api.stripe.com")

        with pytest.raises(BusyError):
            gateway.customer(ada)
        assert gateway.update_customer(ada, {"name": "A"}).name == "A"
        assert ask(live, 6) == ["NotFoundError"] * 6
        assert ask(live) == ["BusyError"]
