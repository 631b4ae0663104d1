"""Tiered and metered prices when a subscription changes: previewed and billed alike."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.billing.conftest import (
    HALF,
    HOUR,
    Shop,
    amounts,
    begun,
    item_of,
    period_end,
    refusal,
)
from tests.sandbox.billing.published import metered, use

TIERS = [{"up_to": 5, "unit_amount": 700}, {"up_to": "inf", "unit_amount": 600}]
AT_ONCE = {"proration_behavior": "always_invoice"}


def tiered(shop: Shop, mode: str, **more: Any) -> str:
    return shop.price(None, billing_scheme="tiered", tiers_mode=mode, tiers=TIERS, **more)


def changed(shop: Shop, subscription: Any, **change: Any) -> list[int]:
    """Change a subscription at half time; return what is billed now, as it was previewed."""
    shop.pass_time(HALF)
    preview = shop.preview(subscription, **change)
    shop.stripe.subscriptions.update(subscription.id, change)
    invoice = shop.latest(subscription)
    assert amounts(preview) == amounts(invoice)
    return amounts(invoice)


def renewed(shop: Shop, subscription: Any) -> list[int]:
    """Return what the next renewal bills, as it is previewed now."""
    preview = shop.preview(subscription)
    shop.pass_time(period_end(shop.again(subscription)) + HOUR)
    invoice = shop.latest(subscription)
    assert amounts(preview) == amounts(invoice)
    return amounts(invoice)


@pytest.mark.parametrize(
    ("mode", "lines"), [("volume", [-1750, 3000]), ("graduated", [-1750, 3250])]
)
def test_more_of_a_tiered_price_is_prorated_from_whole_to_whole(
    shop: Shop, mode: str, lines: list[int]
) -> None:
    subscription = shop.subscribe(shop.customer(), tiered(shop, mode), quantity=5)

    now = changed(shop, subscription, items=shop.change(subscription, quantity=10), **AT_ONCE)

    assert now == lines


def test_from_a_tiered_price_to_a_flat_one_and_back(shop: Shop) -> None:
    prices = [tiered(shop, "graduated"), shop.price(4000)]
    subscription = shop.subscribe(shop.customer(), prices[0], quantity=10)
    there = shop.change(subscription, price=prices[1], quantity=1)
    back = shop.change(subscription, price=prices[0], quantity=10)

    first = changed(shop, subscription, items=there, **AT_ONCE)
    second = changed(shop, subscription, items=back, **AT_ONCE)

    assert (first, second) == ([-3250, 2000], [-2000, 3250])


def test_a_graduated_flat_fee_is_prorated_with_the_rest(shop: Shop) -> None:
    tiers = [
        {"up_to": 5, "unit_amount": 100, "flat_amount": 1000},
        {"up_to": "inf", "unit_amount": 50, "flat_amount": 400},
    ]
    price = shop.price(None, billing_scheme="tiered", tiers_mode="graduated", tiers=tiers)
    subscription = shop.subscribe(shop.customer(), price, quantity=5)

    now = changed(shop, subscription, items=shop.change(subscription, quantity=6), **AT_ONCE)

    assert now == [-750, 975]


def test_use_is_billed_by_its_tiers_after_the_period(shop: Shop) -> None:
    price = metered(shop, amount=None, billing_scheme="tiered", tiers_mode="graduated", tiers=TIERS)
    subscription = shop.subscribe(shop.customer(), price)
    use(shop, subscription, 7)

    assert renewed(shop, subscription) == [5 * 700 + 2 * 600]


def test_a_metered_item_that_is_added_costs_nothing_yet(shop: Shop) -> None:
    subscription = begun(shop)
    change = {"items": [{"price": metered(shop, amount=10)}], **AT_ONCE}

    shop.stripe.subscriptions.update(subscription.id, change)

    assert shop.again(subscription).latest_invoice == subscription.latest_invoice
    use(shop, subscription, 30)
    assert renewed(shop, subscription) == [300, 1000]


def test_a_dearer_metered_price_charges_nothing_for_the_change(shop: Shop) -> None:
    subscription = shop.subscribe(shop.customer(), metered(shop, amount=10))
    shop.pass_time(HALF)
    use(shop, subscription, 30)
    change = {"items": shop.change(subscription, price=metered(shop, amount=20)), **AT_ONCE}

    shop.stripe.subscriptions.update(subscription.id, change)

    assert shop.again(subscription).latest_invoice == subscription.latest_invoice


@pytest.mark.parametrize(("mode", "lines"), [("classic", [500]), ("flexible", [300, 500])])
def test_from_use_to_a_licence(shop: Shop, mode: str, lines: list[int]) -> None:
    """Flexible billing bills what was used till then; classic forgets it."""
    subscription = shop.subscribe(
        shop.customer(), metered(shop, amount=10), billing_mode={"type": mode}
    )
    use(shop, subscription, 30)
    items = shop.change(subscription, price=shop.price(1000), quantity=1)

    assert changed(shop, subscription, items=items, **AT_ONCE) == lines


def test_from_a_licence_to_use(shop: Shop) -> None:
    subscription = shop.subscribe(shop.customer(), shop.price(1000))
    items = shop.change(subscription, price=metered(shop, amount=10))

    now = changed(shop, subscription, items=items, **AT_ONCE)

    assert now == [-500]
    assert "quantity" not in item_of(shop.again(subscription))
    use(shop, subscription, 30)
    assert renewed(shop, subscription) == [300]


def test_a_new_cycle_bills_use_up_to_it(shop: Shop) -> None:
    subscription = shop.subscribe(shop.customer(), metered(shop, amount=10))
    use(shop, subscription, 30)

    now = changed(shop, subscription, billing_cycle_anchor={"type": "now"}, **AT_ONCE)

    assert now == [300]
    assert renewed(shop, subscription) == [0]


def test_a_quantity_beside_use_is_refused(shop: Shop) -> None:
    subscription = shop.subscribe(shop.customer(), metered(shop, amount=10))

    error = refusal(lambda: shop.preview(subscription, items=shop.change(subscription, quantity=2)))

    assert error.param == "items[0][quantity]"


def test_use_in_a_trial_is_free(shop: Shop) -> None:
    subscription = shop.subscribe(shop.customer(), metered(shop, amount=10), trial_period_days=15)
    use(shop, subscription, 30)

    shop.pass_time(HALF + HOUR)

    assert shop.again(subscription).status == "active"
    assert shop.invoices(subscription) == []
