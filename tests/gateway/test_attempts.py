"""An idempotency key after an answer that Stripe would only repeat."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache

from servicebot.gateway.client import Gateway
from servicebot.gateway.errors import UnavailableError
from servicebot.sandbox import doors
from servicebot.sandbox.faults import Kind, Weather
from servicebot.sandbox.world import Sandbox
from tests.world import Objects, Shop

KEY = "sk_test_acme"


@pytest.fixture
def world() -> Iterator[Sandbox]:
    cache.clear()
    with doors.use(Sandbox()) as sandbox:
        yield sandbox
    assert sandbox.findings == []


@pytest.fixture
def weather(world: Sandbox) -> Weather:
    return world.account(KEY).weather


@pytest.fixture
def subscription(world: Sandbox) -> str:
    shop = Shop("acme")
    shop.stock()
    return shop.subscribe(shop.customer("Ada"))


def describe(subscription: str) -> str:
    changed = Gateway(KEY, "https://api.stripe.com").update_subscription(
        subscription, {"description": "New"}, key="one"
    )
    return changed.id


def test_a_failure_of_stripes_is_not_repeated_for_a_day(
    world: Sandbox, weather: Weather, subscription: str
) -> None:
    weather.bring("500", method="POST")
    with pytest.raises(UnavailableError):
        describe(subscription)

    describe(subscription)

    assert Objects(world, KEY)[subscription]["description"] == "New"


@pytest.mark.parametrize("kind", ["lost", "timeout", "429"])
def test_an_unknown_outcome_keeps_its_key(
    world: Sandbox, weather: Weather, subscription: str, kind: Kind
) -> None:
    weather.bring(kind, times=2, method="POST")
    with pytest.raises(UnavailableError):
        describe(subscription)

    describe(subscription)

    event = Objects(world, KEY).all("event")[-1]
    assert event["type"] == "customer.subscription.updated"
    assert event["request"]["idempotency_key"] == "one"


def test_a_count_that_was_lost_costs_one_more_press_and_no_second_change(
    world: Sandbox, weather: Weather, subscription: str
) -> None:
    weather.bring("500", method="POST")
    with pytest.raises(UnavailableError):
        describe(subscription)
    describe(subscription)
    cache.clear()  # Redis was restarted

    with pytest.raises(UnavailableError):  # Stripe answers the first key as it did
        describe(subscription)
    describe(subscription)

    events = [event["request"] or {} for event in Objects(world, KEY).all("event")]
    keys = [said.get("idempotency_key") or "" for said in events]
    assert [key for key in keys if key.startswith("one")] == ["one-again-1"]
