"""Amounts that Stripe has published, each with its source: the sandbox is judged by them.

Where a page says "halfway", the change is made at exactly half of the period. Pages are quoted by
their figures only; the addresses are where Stripe serves or served them.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.billing.conftest import HOUR, Shop, amounts, period_end
from tests.sandbox.billing.published import at, billed_after, halfway, metered, update, use

PRORATIONS = "https://docs.stripe.com/billing/subscriptions/prorations"
TIERS = "https://docs.stripe.com/subscriptions/pricing-models/tiered-pricing"
TRANSFORM = "https://stripe.com/docs/billing/subscriptions/quantity-transformation"
FONTS = [
    {"up_to": 5, "unit_amount": 700},
    {"up_to": 10, "unit_amount": 650},
    {"up_to": "inf", "unit_amount": 600},
]
FLAT = [
    {"up_to": 5, "unit_amount": 500, "flat_amount": 1000},
    {"up_to": 10, "unit_amount": 400, "flat_amount": 2000},
    {"up_to": 15, "unit_amount": 300, "flat_amount": 3000},
    {"up_to": 20, "unit_amount": 200, "flat_amount": 4000},
    {"up_to": "inf", "unit_amount": 100, "flat_amount": 5000},
]


def test_an_upgrade_halfway_from_10_to_20_costs_5_more(shop: Shop) -> None:
    """Source: PRORATIONS, "How prorations work": -5 for unused time, 10 for the rest."""
    subscription = shop.subscribe(shop.customer(), shop.price(1000))
    shop.pass_time(halfway(subscription))

    update(shop, subscription, shop.price(2000), proration_behavior="always_invoice")

    invoice = shop.latest(subscription)
    assert (amounts(invoice), invoice.total) == ([-500, 1000], 500)


def test_the_previewed_change_to_32_52_with_445540_seconds_left(shop: Shop) -> None:
    """Source: PRORATIONS, "Preview a proration": -1.66, 5.41 and 36.27 with the next period."""
    shop.clock.now = at(2026, 1, 1)
    subscription = shop.subscribe(shop.customer(), shop.price(1000))
    moment = period_end(subscription) - 445_540

    preview = shop.preview(
        subscription,
        items=shop.change(subscription, price=shop.price(3252)),
        proration_date=moment,
    )

    assert amounts(preview) == [-166, 541, 3252]
    assert (preview.total, preview.amount_due, preview.amount_remaining) == (3627, 3627, 3627)


@pytest.mark.parametrize(("mode", "total"), [("classic", -334), ("flexible", 0)])
def test_after_a_free_upgrade_only_classic_credits_what_was_never_paid(
    shop: Shop, mode: str, total: int
) -> None:
    """Source: PRORATIONS, "Calculation logic with no prorations": -3.34 classic, 0 flexible."""
    shop.clock.now = at(2026, 4, 1)
    ten, twenty = shop.price(1000), shop.price(2000)
    subscription = shop.subscribe(shop.customer(), ten, billing_mode={"type": mode})
    shop.pass_time(at(2026, 4, 11))
    update(shop, subscription, twenty, proration_behavior="none")
    assert shop.latest(subscription).id == subscription.latest_invoice
    shop.pass_time(at(2026, 4, 21))

    update(shop, subscription, ten, proration_behavior="always_invoice")

    invoice = shop.latest(subscription)
    assert invoice.total == total
    assert amounts(invoice) == ([-667, 333] if mode == "classic" else [-333, 333])


def with_coupon(shop: Shop, mode: str) -> Any:
    """Return a subscription to 10 and 20 with 5 off."""
    shop.clock.now = at(2026, 2, 1)
    coupon = shop.stripe.coupons.create({"amount_off": 500, "currency": "usd"})
    ten, twenty = shop.price(1000, name="Ten"), shop.price(2000, name="Twenty")
    return shop.stripe.subscriptions.create(
        {
            "customer": shop.customer(),
            "items": [{"price": ten}, {"price": twenty}],
            "discounts": [{"coupon": coupon.id}],
            "billing_mode": {"type": mode},
        }
    )


def test_5_off_is_spread_over_10_and_20_as_1_66_and_3_34(shop: Shop) -> None:
    """Source: PRORATIONS, "Calculation logic for coupons applied to multiple items"."""
    subscription = with_coupon(shop, "flexible")

    invoice = shop.latest(subscription)

    cuts = [line.discount_amounts[0].amount for line in invoice.lines.data]
    assert (amounts(invoice), cuts, invoice.total) == ([1000, 2000], [166, 334], 2500)


@pytest.mark.parametrize(("mode", "total"), [("classic", -250), ("flexible", -417)])
def test_dropping_the_10_item_halfway_credits_it_net_of_its_discount(
    shop: Shop, mode: str, total: int
) -> None:
    """Source: PRORATIONS, same section: -2.50 classic, -4.17 flexible."""
    subscription = with_coupon(shop, mode)
    shop.pass_time(halfway(subscription))

    shop.stripe.subscriptions.update(
        subscription.id,
        {
            "items": shop.change(subscription, deleted=True),
            "proration_behavior": "always_invoice",
        },
    )

    assert shop.latest(subscription).total == total


@pytest.mark.parametrize(
    ("quantity", "total"), [(1, 700), (5, 3500), (6, 3900), (20, 12_000), (25, 15_000)]
)
def test_volume_tiers_of_fonts(shop: Shop, quantity: int, total: int) -> None:
    """Source: TIERS, "Volume-based pricing"."""
    price = shop.price(None, tiers_mode="volume", billing_scheme="tiered", tiers=FONTS)

    subscription = shop.subscribe(shop.customer(), price, quantity=quantity)

    assert shop.latest(subscription).total == total


@pytest.mark.parametrize(
    ("used", "total"), [(1, 700), (5, 3500), (6, 4150), (20, 12_750), (25, 15_750)]
)
def test_graduated_tiers_of_fonts(shop: Shop, used: int, total: int) -> None:
    """Source: TIERS, "Graduated pricing", as metered use."""
    price = metered(shop, amount=None, tiers_mode="graduated", billing_scheme="tiered", tiers=FONTS)
    subscription = shop.subscribe(shop.customer(), price)

    use(shop, subscription, used)

    assert billed_after(shop, subscription) == [total]


@pytest.mark.parametrize(
    ("mode", "quantity", "total"),
    [("volume", 12, 6600), ("graduated", 12, 11_100), ("volume", 0, 1000), ("graduated", 0, 1000)],
)
def test_tiers_with_a_flat_rate(shop: Shop, mode: str, quantity: int, total: int) -> None:
    """Source: TIERS, "Add a flat rate": 66 and 111 for twelve, 10 for none."""
    price = shop.price(None, tiers_mode=mode, billing_scheme="tiered", tiers=FLAT)

    subscription = shop.subscribe(shop.customer(), price, quantity=quantity)

    assert shop.latest(subscription).total == total


@pytest.mark.parametrize(
    ("users", "total"), [(1, 1000), (3, 1000), (5, 1000), (6, 2000), (7, 2000)]
)
def test_10_for_every_five_users(shop: Shop, users: int, total: int) -> None:
    """Source: TRANSFORM."""
    price = shop.price(1000, transform_quantity={"divide_by": 5, "round": "up"})

    subscription = shop.subscribe(shop.customer(), price, quantity=users)

    assert shop.latest(subscription).total == total


def test_150_minutes_of_a_rented_car_are_three_hours(shop: Shop) -> None:
    """Source: docs.stripe.com/billing/subscriptions/usage-based/transform-quantities: 30 USD."""
    price = metered(shop, amount=1000, transform_quantity={"divide_by": 60, "round": "up"})
    subscription = shop.subscribe(shop.customer(), price)

    use(shop, subscription, 150)

    assert billed_after(shop, subscription) == [3000]


@pytest.mark.parametrize(("mode", "lines"), [("classic", [75]), ("flexible", [100, 75])])
def test_use_is_billed_at_the_price_of_its_time_in_flexible_billing(
    shop: Shop, mode: str, lines: list[int]
) -> None:
    """Source: docs.stripe.com/billing/subscriptions/billing-mode/compare, "Usage-based pricing".

    1000 calls at 0.10 per 100, then 500 at 0.15 per 100: 1.75 flexible, 0.75 classic.
    """
    shop.clock.now = at(2026, 1, 1)
    hundreds = {"divide_by": 100, "round": "up"}
    first = metered(shop, amount=10, transform_quantity=hundreds)
    second = metered(shop, amount=15, transform_quantity=hundreds)
    subscription = shop.subscribe(shop.customer(), first, billing_mode={"type": mode})
    shop.pass_time(at(2026, 1, 5))
    use(shop, subscription, 1000)
    shop.pass_time(at(2026, 1, 15))
    update(shop, subscription, second)
    shop.pass_time(at(2026, 1, 20))
    use(shop, subscription, 500)

    preview = shop.preview(subscription)

    assert amounts(preview) == billed_after(shop, subscription) == lines


@pytest.mark.parametrize(("subtotal", "total"), [(10_000, 0), (30_000, 10_000)])
def test_200_off_takes_100_to_nothing_and_300_to_100(shop: Shop, subtotal: int, total: int) -> None:
    """Source: https://stripe.com/docs/api/coupons/create (amount_off of 20000)."""
    coupon = shop.stripe.coupons.create(
        {"amount_off": 20_000, "currency": "usd", "duration": "once"}
    )

    subscription = shop.subscribe(
        shop.customer(), shop.price(subtotal), discounts=[{"coupon": coupon.id}]
    )

    invoice = shop.latest(subscription)
    assert (invoice.subtotal, invoice.total, invoice.status) == (subtotal, total, "paid")


def test_two_sites_at_9_99_cost_19_98(shop: Shop) -> None:
    """Source: https://stripe.com/docs/billing/subscriptions/quantities."""
    subscription = shop.subscribe(shop.customer(), shop.price(999), quantity=2)

    assert shop.latest(subscription).total == 1998


def test_100_a_quarter_and_15_a_month_meet_every_third_month(shop: Shop) -> None:
    """Source: docs.stripe.com/billing/subscriptions/mixed-interval (preview of 2025).

    On 1 January 2024 both are billed, in February and March the month alone, in April both.
    """
    shop.clock.now = 1_704_067_200
    quarterly = shop.price(10_000, recurring={"interval_count": 3})
    subscription = shop.stripe.subscriptions.create(
        {
            "customer": shop.customer(),
            "items": [{"price": shop.price(1500)}, {"price": quarterly}],
        }
    )

    shop.pass_time(at(2024, 4, 1) + HOUR)

    assert period_end(subscription) == 1_706_745_600
    assert [i.total for i in shop.invoices(subscription)] == [11_500, 1500, 1500, 11_500]


def test_items_of_one_and_two_months_keep_their_own_periods(shop: Shop) -> None:
    """Source: docs.stripe.com/billing/subscriptions/mixed-interval, "Billing periods"."""
    shop.clock.now = at(2026, 1, 1)
    prices = [shop.price(recurring={"interval_count": count}) for count in (1, 2)]
    subscription = shop.stripe.subscriptions.create(
        {"customer": shop.customer(), "items": [{"price": price} for price in prices]}
    )
    shop.pass_time(at(2026, 3, 1))

    monthly, bimonthly = shop.again(subscription)["items"].data

    assert (monthly.current_period_start, monthly.current_period_end) == (
        at(2026, 3, 1),
        at(2026, 4, 1),
    )
    assert (bimonthly.current_period_start, bimonthly.current_period_end) == (
        at(2026, 3, 1),
        at(2026, 5, 1),
    )


def test_25_on_june_1_after_moving_from_10_to_20_in_the_middle_of_may(shop: Shop) -> None:
    """Source: Stripe's former guide to changing plans (stackoverflow.com/q/19916488 quotes it)."""
    shop.clock.now = at(2026, 5, 1)
    subscription = shop.subscribe(shop.customer(), shop.price(1000))
    shop.pass_time(halfway(subscription))
    update(shop, subscription, shop.price(2000))

    shop.pass_time(at(2026, 6, 1) + HOUR)

    assert shop.latest(subscription).total == 2500


def test_31_january_bills_on_28_february_31_march_and_30_april(shop: Shop) -> None:
    """Source: https://stripe.com/docs/billing/subscriptions/billing-cycle."""
    shop.clock.now = at(2026, 1, 31)
    subscription = shop.subscribe(shop.customer(), shop.price())

    shop.pass_time(at(2026, 5, 1))

    created = [invoice.created for invoice in shop.invoices(subscription)]
    assert created == [at(2026, 1, 31), at(2026, 2, 28), at(2026, 3, 31), at(2026, 4, 30)]


def test_4_for_100000_tokens_and_nothing_yet_for_70_more(shop: Shop) -> None:
    """Source: https://insiders.stripe.dev/t/how-to-charge-for-free-overflow-tokens/2696."""
    tiers = [
        {"up_to": 100_000, "flat_amount": 400},
        {"up_to": "inf", "unit_amount_decimal": "0.0065"},
    ]
    price = metered(shop, amount=None, tiers_mode="graduated", billing_scheme="tiered", tiers=tiers)
    subscription = shop.subscribe(shop.customer(), price)

    use(shop, subscription, 100_070)

    assert billed_after(shop, subscription) == [400]
