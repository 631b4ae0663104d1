"""Products and prices: read whole, made once, and grouped by their metadata."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from servicebot.gateway import errors
from servicebot.gateway.client import Gateway
from servicebot.gateway.shapes import Price, Step
from servicebot.sandbox.world import Sandbox
from tests.world import Objects, Shop

STEPS = [
    {"up_to": 10, "unit_amount": 500, "flat_amount": 1000},
    {"up_to": "inf", "unit_amount_decimal": "0.4"},
]


def price_made(shop: Shop, gateway: Gateway, **params: Any) -> Price:
    """Add a price at Stripe and return it as it is read back."""
    whole = {"product": shop.products["Team"], "currency": "usd", **params}
    made = shop.stripe.v1.prices.create({"recurring": {"interval": "month"}, **whole}).id
    return next(price for price in gateway.prices() if price.id == made)


def test_a_tiered_price_comes_with_its_steps(shop: Shop, gateway: Gateway) -> None:
    price = price_made(shop, gateway, billing_scheme="tiered", tiers_mode="graduated", tiers=STEPS)

    assert (price.is_tiered, price.is_volume, price.unit_amount) == (True, False, None)
    assert price.steps == (
        Step(10, Decimal(500), Decimal(1000)),
        Step(None, Decimal("0.4"), Decimal(0)),
    )


def test_a_price_by_volume_says_so(shop: Shop, gateway: Gateway) -> None:
    assert price_made(
        shop, gateway, billing_scheme="tiered", tiers_mode="volume", tiers=STEPS
    ).is_volume


def test_a_price_in_several_currencies_has_its_amount_in_each(shop: Shop, gateway: Gateway) -> None:
    price = price_made(
        shop, gateway, unit_amount=4900, currency_options={"jpy": {"unit_amount": 7200}}
    )

    yen = price.in_currency("jpy")

    assert price.in_currency("usd") == price
    assert yen is not None
    assert (yen.currency, yen.unit_amount, yen.id) == ("jpy", 7200, price.id)
    assert price.in_currency("eur") is None


def test_a_price_says_how_many_units_it_is_for(shop: Shop, gateway: Gateway) -> None:
    package = {"divide_by": 10, "round": "down"}

    assert price_made(shop, gateway, unit_amount=1, transform_quantity=package).package_size == 10
    assert price_made(shop, gateway, unit_amount=2).package_size == 1


def test_a_price_no_longer_sold_is_read_as_whole(shop: Shop, gateway: Gateway) -> None:
    yen = {"jpy": {"unit_amount": 7200}}
    price = price_made(shop, gateway, unit_amount=4900, currency_options=yen)
    shop.stripe.v1.prices.update(price.id, {"active": False})

    read = gateway.price(price.id)

    assert (read.is_active, read.others) == (False, price.others)
    assert read.id not in {each.id for each in gateway.prices()}


def test_a_price_says_its_trial(shop: Shop, gateway: Gateway) -> None:
    recurring = {"interval": "month", "trial_period_days": 14}

    assert price_made(shop, gateway, unit_amount=1, recurring=recurring).trial_days == 14
    assert price_made(shop, gateway, unit_amount=2).trial_days == 0


def test_metadata_is_merged_and_an_empty_text_takes_away(
    world: Sandbox, shop: Shop, gateway: Gateway
) -> None:
    team = shop.products["Team"]

    product = gateway.set_product_metadata(team, {"sb_tier": "", "sb_order": "2"})

    assert product.metadata == {"sb_service": "Notes", "sb_order": "2"}
    assert Objects(world, shop.api_key)[team]["metadata"] == product.metadata


def test_metadata_of_a_product_that_is_not_there(world: Sandbox, gateway: Gateway) -> None:
    with pytest.raises(errors.NotFoundError):
        gateway.set_product_metadata("prod_gone", {"sb_tier": "Team"})


def test_the_same_key_makes_one_product_with_one_price(world: Sandbox, gateway: Gateway) -> None:
    for _click in range(2):
        product = gateway.create_product({"name": "Notes"}, key="product")
        params = {"product": product.id, "currency": "usd", "unit_amount": 900}
        price = gateway.create_price({**params, "recurring": {"interval": "month"}}, key="price")

    assert (price.product_id, price.unit_amount) == (product.id, 900)
    assert [found.id for found in gateway.products()] == [product.id]
    assert [found.id for found in gateway.prices()] == [price.id]
