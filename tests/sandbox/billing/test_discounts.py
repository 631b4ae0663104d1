from __future__ import annotations

import pytest

from tests.sandbox.billing.conftest import (
    DAY,
    HOUR,
    Shop,
    amounts,
    begun,
    period_end,
    refusal,
)
from tests.sandbox.billing.published import halfway
from tests.sandbox.conftest import START


def test_a_discounted_debit_is_credited_net_of_its_discount(shop: Shop) -> None:
    coupon = shop.stripe.coupons.create({"percent_off": 50, "duration": "once"})
    subscription = begun(shop, discounts=[{"coupon": coupon.id}])

    preview = shop.preview(
        subscription,
        items=shop.change(subscription, price=shop.price(2000)),
        proration_behavior="always_invoice",
    )

    assert amounts(preview) == [-250, 1000]


def test_discounts_are_put_on_kept_and_cleared(shop: Shop) -> None:
    subscription = begun(shop)
    update = shop.stripe.subscriptions.update
    first = shop.stripe.coupons.create({"percent_off": 10, "duration": "forever"})
    second = shop.stripe.coupons.create(
        {"amount_off": 100, "currency": "usd", "duration": "forever"}
    )

    one = update(subscription.id, {"discounts": [{"coupon": first.id}]}).discounts
    given = [{"discount": one[0]}, {"coupon": second.id}]
    both = update(subscription.id, {"discounts": given}).discounts
    none = update(subscription.id, {"discounts": ""}).discounts

    assert both[0] == one[0]
    assert (len(both), none) == (2, [])
    assert shop.stripe.coupons.retrieve(first.id).times_redeemed == 1


def test_twenty_discounts_are_taken_and_no_more(shop: Shop) -> None:
    subscription = begun(shop)
    coupons = [
        {"coupon": shop.stripe.coupons.create({"percent_off": 1, "duration": "forever"}).id}
        for _ in range(21)
    ]
    update = shop.stripe.subscriptions.update

    error = refusal(lambda: update(subscription.id, {"discounts": coupons}))
    full = update(subscription.id, {"discounts": coupons[:20]})

    assert error.param == "discounts"
    assert len(full.discounts) == 20


def test_a_coupon_for_one_invoice_leaves_with_it(shop: Shop) -> None:
    coupon = shop.stripe.coupons.create({"percent_off": 20, "duration": "once"})

    subscription = begun(shop, discounts=[{"coupon": coupon.id}])

    first = shop.latest(subscription)
    assert (first.subtotal, first.total) == (1000, 800)
    assert first.total_discount_amounts[0].amount == 200
    assert subscription.discounts == []
    shop.pass_time(period_end(subscription) + HOUR)
    assert shop.latest(subscription).total == 1000


def test_a_coupon_for_some_months_runs_out(shop: Shop) -> None:
    coupon = shop.stripe.coupons.create(
        {"percent_off": 20, "duration": "repeating", "duration_in_months": 2}
    )
    subscription = begun(shop, discounts=[{"coupon": coupon.id}])

    shop.pass_time(START + 100 * DAY)

    assert [invoice.total for invoice in shop.invoices(subscription)] == [800, 800, 1000, 1000]
    assert shop.again(subscription).discounts == []
    assert "customer.discount.deleted" in shop.events()


def test_codes_with_a_minimum_are_for_new_subscriptions(shop: Shop) -> None:
    coupon = shop.stripe.coupons.create({"percent_off": 20, "duration": "once"})
    code = shop.stripe.promotion_codes.create(
        {
            "promotion": {"type": "coupon", "coupon": coupon.id},
            "restrictions": {"minimum_amount": 500, "minimum_amount_currency": "usd"},
        }
    )
    given = [{"promotion_code": code.id}]

    subscription = shop.subscribe(shop.customer(), shop.price(), discounts=given)
    error = refusal(lambda: shop.stripe.subscriptions.update(subscription.id, {"discounts": given}))

    assert shop.latest(subscription).total == 800
    assert "minimum amount" in str(error)


def test_a_coupon_for_one_invoice_is_kept_for_the_next_period(shop: Shop) -> None:
    subscription = begun(shop)
    coupon = shop.stripe.coupons.create({"percent_off": 50, "duration": "once"})

    after = shop.stripe.subscriptions.update(
        subscription.id,
        {
            "discounts": [{"coupon": coupon.id}],
            "items": shop.change(subscription, price=shop.price(2000)),
            "proration_behavior": "always_invoice",
        },
    )

    assert amounts(shop.latest(subscription)) == [-500, 1000]
    assert len(after.discounts) == 1
    shop.pass_time(period_end(subscription) + HOUR)
    assert shop.latest(subscription).total == 1000


def test_a_lasting_coupon_is_in_the_prorations_of_the_same_call(shop: Shop) -> None:
    subscription = begun(shop)
    coupon = shop.stripe.coupons.create({"percent_off": 50, "duration": "forever"})

    shop.stripe.subscriptions.update(
        subscription.id,
        {
            "discounts": [{"coupon": coupon.id}],
            "items": shop.change(subscription, price=shop.price(4000)),
            "proration_behavior": "always_invoice",
        },
    )

    invoice = shop.latest(subscription)
    charge = invoice.lines.data[1]
    assert amounts(invoice) == [-500, 1000]
    assert [cut.amount for cut in charge.discount_amounts] == [0]
    assert charge.discountable is False


def test_what_comes_after_a_coupon_is_previewed_without_it(shop: Shop) -> None:
    coupon = {"percent_off": 50, "duration": "repeating", "duration_in_months": 1}
    discounts = [{"coupon": shop.stripe.coupons.create(coupon).id}]

    subscription = begun(shop, discounts=discounts)

    assert shop.latest(subscription).total == 500
    assert subscription.discounts != []
    assert shop.preview(subscription).total == 1000


@pytest.mark.parametrize(("mode", "lines"), [("classic", [-250, 1250]), ("flexible", [-417, 1350])])
def test_an_amount_off_several_items_is_in_prorations_as_their_mode_has_it(
    shop: Shop, mode: str, lines: list[int]
) -> None:
    """Classic billing takes it off each item to the full, flexible billing shares it out."""
    coupon = {"amount_off": 500, "currency": "usd", "duration": "forever"}
    prices = [shop.price(amount, name=str(amount)) for amount in (1000, 2000)]
    subscription = shop.stripe.subscriptions.create(
        {
            "customer": shop.customer(),
            "items": [{"price": price} for price in prices],
            "discounts": [{"coupon": shop.stripe.coupons.create(coupon).id}],
            "billing_mode": {"type": mode},
        }
    )
    shop.pass_time(halfway(subscription))

    preview = shop.preview(
        subscription,
        items=shop.change(subscription, price=shop.price(3000)),
        proration_behavior="always_invoice",
    )

    assert amounts(preview) == lines
