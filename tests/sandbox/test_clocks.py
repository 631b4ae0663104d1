from __future__ import annotations

from typing import Any

import pytest
import stripe

from servicebot.sandbox.world import Account
from tests.sandbox.conftest import START, Clock, key_client

DAY = 86_400


@pytest.fixture
def frozen(client: Any) -> Any:
    return client.test_helpers.test_clocks.create({"frozen_time": START, "name": "Autumn"})


def test_a_clock_is_made_listed_and_retrieved(client: Any, frozen: Any) -> None:
    clocks = client.test_helpers.test_clocks

    assert (frozen.status, frozen.frozen_time, frozen.name) == ("ready", START, "Autumn")
    assert [row.id for row in clocks.list().data] == [frozen.id]
    assert clocks.retrieve(frozen.id).deletes_after == START + 30 * DAY


def test_time_moves_for_those_on_the_clock_alone(client: Any, frozen: Any) -> None:
    moved = client.test_helpers.test_clocks.advance(frozen.id, {"frozen_time": START + DAY})

    assert moved.status == "advancing"
    assert client.test_helpers.test_clocks.retrieve(frozen.id).frozen_time == START + DAY
    assert client.test_helpers.test_clocks.retrieve(frozen.id).status == "ready"
    assert client.customers.create({"test_clock": frozen.id}).created == START + DAY
    assert client.customers.create({}).created == START


def test_a_clock_does_not_go_back(near: Any) -> None:
    clocks = near.test_helpers.test_clocks
    clock = clocks.create({"frozen_time": START})

    with pytest.raises(stripe.InvalidRequestError, match="after its current"):
        clocks.advance(clock.id, {"frozen_time": START})


def subscriber(near: Any, clock: str) -> Any:
    product = near.products.create({"name": "Basic"})
    price = near.prices.create(
        {
            "currency": "usd",
            "unit_amount": 500,
            "product": product.id,
            "recurring": {"interval": "month"},
        }
    )
    ada = near.customers.create({"test_clock": clock, "payment_method": "pm_card_visa"})
    method = near.payment_methods.list({"customer": ada.id}).data[0].id
    subscription = near.subscriptions.create(
        {"customer": ada.id, "items": [{"price": price.id}], "default_payment_method": method}
    )
    return ada, subscription


def test_a_clock_moves_two_intervals_at_most(near: Any) -> None:
    clocks = near.test_helpers.test_clocks
    clock = clocks.create({"frozen_time": START})
    subscriber(near, clock.id)

    with pytest.raises(stripe.InvalidRequestError, match="two intervals"):
        clocks.advance(clock.id, {"frozen_time": START + 62 * DAY})
    clocks.advance(clock.id, {"frozen_time": START + 61 * DAY})


def test_deleting_a_clock_takes_its_customers_along(near: Any, account: Account) -> None:
    clocks = near.test_helpers.test_clocks
    clock = clocks.create({"frozen_time": START})
    ada, _ = subscriber(near, clock.id)

    clocks.delete(clock.id)

    assert near.customers.retrieve(ada.id).deleted is True
    assert account.find("subscription") == []
    assert clocks.list().data == []


def test_deleting_a_customer_cancels_the_subscriptions(near: Any) -> None:
    clock = near.test_helpers.test_clocks.create({"frozen_time": START})
    ada, subscription = subscriber(near, clock.id)

    near.customers.delete(ada.id)

    assert near.subscriptions.retrieve(subscription.id).status == "canceled"


def test_live_mode_has_no_test_clocks(sandbox: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="test mode"):
        key_client(sandbox, "sk_live_acme").test_helpers.test_clocks.create({"frozen_time": START})


def test_real_time_moves_the_rest(near: Any, account: Account, clock: Clock) -> None:
    clock.now += 100

    assert near.customers.create({}).created == START + 100
    assert account.now() == START + 100
