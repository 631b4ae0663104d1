"""Promotion codes and coupons, with all that limits them."""

from __future__ import annotations

import pytest

from servicebot.gateway.client import Gateway
from servicebot.gateway.errors import NotFoundError
from tests.world import Shop


def test_a_code_is_found_however_it_is_typed(shop: Shop, gateway: Gateway) -> None:
    ada = shop.customer("Ada")
    off = {"amount_off": 500, "currency": "usd", "duration": "once"}
    coupon = shop.stripe.v1.coupons.create(
        {**off, "applies_to": {"products": [shop.products["Team"]]}}
    )
    limits = {"first_time_transaction": True, "minimum_amount": 100}
    made = shop.stripe.v1.promotion_codes.create(
        {
            "promotion": {"type": "coupon", "coupon": coupon.id},
            "code": "Welcome",
            "customer": ada,
            "restrictions": {**limits, "minimum_amount_currency": "usd"},
        }
    )

    (found,) = gateway.promotion_codes("wELCOME")

    assert (found.id, found.is_active, found.customer_id) == (made.id, True, ada)
    assert (found.is_for_first_payment, found.minimum_amount) == (True, 100)
    assert found.coupon.currencies == {"usd"}
    assert found.coupon.product_ids == frozenset([shop.products["Team"]])
    assert found.coupon.is_valid


def test_a_code_that_nobody_made_is_not_there(shop: Shop, gateway: Gateway) -> None:
    assert gateway.promotion_codes("NOSUCHCODE") == []


def test_a_coupon_is_found_by_its_id(shop: Shop, gateway: Gateway) -> None:
    coupon = shop.stripe.v1.coupons.create({"percent_off": 20, "duration": "forever"})

    found = gateway.coupon(coupon.id)

    assert (found.currencies, found.product_ids) == (frozenset(), None)
    with pytest.raises(NotFoundError):
        gateway.coupon("nobody")
