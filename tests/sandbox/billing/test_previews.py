from __future__ import annotations

import pytest

from tests.sandbox.billing.conftest import (
    DAY,
    SENT,
    Shop,
    amounts,
    item_of,
    refusal,
)
from tests.sandbox.conftest import START


def test_a_preview_leaves_no_trace(shop: Shop) -> None:
    subscription = shop.subscribe(shop.customer(), shop.price())
    coupon = shop.stripe.coupons.create({"percent_off": 10, "duration": "once"})
    before = len(shop.events())

    preview = shop.preview(subscription, discounts=[{"coupon": coupon.id}])

    assert (preview.subtotal, preview.total) == (1000, 900)
    assert (preview.number, preview.status, preview.hosted_invoice_url) == (None, "draft", None)
    assert len(shop.events()) == before
    assert shop.stripe.coupons.retrieve(coupon.id).times_redeemed == 0
    assert shop.stripe.invoices.list({"subscription": subscription.id}).data[0].total == 1000


def test_a_previewed_discount_can_be_expanded(shop: Shop) -> None:
    subscription = shop.subscribe(shop.customer(), shop.price())
    coupon = shop.stripe.coupons.create({"percent_off": 10, "duration": "once"})

    preview = shop.stripe.invoices.create_preview(
        {
            "subscription": subscription.id,
            "discounts": [{"coupon": coupon.id}],
            "expand": ["discounts", "total_discount_amounts.discount"],
        }
    )

    assert preview.discounts[0].source.coupon == coupon.id
    assert preview.total_discount_amounts[0].discount.id == preview.discounts[0].id


def test_the_preview_of_a_customer_is_their_next_invoice(shop: Shop) -> None:
    customer = shop.customer()
    shop.subscribe(customer, shop.price(9000, "year"))
    shop.subscribe(customer, shop.price(500))

    preview = shop.stripe.invoices.create_preview({"customer": customer})

    assert preview.total == 500


def test_nothing_upcoming_is_said(shop: Shop) -> None:
    subscription = shop.subscribe(shop.customer(), shop.price())
    shop.stripe.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    create_preview = shop.stripe.invoices.create_preview

    by_customer = refusal(lambda: create_preview({"customer": subscription.customer}))
    by_subscription = refusal(lambda: create_preview({"subscription": subscription.id}))

    for error in (by_customer, by_subscription):
        assert (error.http_status, error.code) == (404, "invoice_upcoming_none")


def test_a_new_subscription_is_previewed(shop: Shop) -> None:
    customer, price = shop.customer(), shop.price()
    details = {"items": [{"price": price, "quantity": 3}]}

    preview = shop.stripe.invoices.create_preview(
        {"customer": customer, "subscription_details": details}
    )

    assert (preview.total, amounts(preview)) == (3000, [3000])
    assert shop.stripe.subscriptions.list({"customer": customer}).data == []


def test_the_recurring_preview_leaves_out_prorations(shop: Shop) -> None:
    subscription = shop.subscribe(shop.customer(), shop.price())
    shop.pass_time(START + 10 * DAY)
    items = shop.change(subscription, price=shop.price(2000))

    preview = shop.preview(subscription, items=items, preview_mode="recurring")

    assert amounts(preview) == [2000]


def test_cancelling_now_is_previewed(shop: Shop) -> None:
    subscription = shop.subscribe(shop.customer(), shop.price())
    shop.pass_time(START + 15 * DAY)

    preview = shop.preview(subscription, cancel_now=True)

    assert amounts(preview) == [-500]


def test_resuming_is_previewed(shop: Shop) -> None:
    subscription = shop.subscribe(
        shop.customer(card=None),
        shop.price(),
        trial_period_days=7,
        trial_settings={"end_behavior": {"missing_payment_method": "pause"}},
    )
    shop.pass_time(START + 8 * DAY)

    assert amounts(shop.preview(subscription, resume_at="now")) == [1000]


def test_the_end_of_a_trial_is_previewed(shop: Shop) -> None:
    subscription = shop.subscribe(shop.customer(), shop.price(), trial_period_days=14)

    later = shop.preview(subscription)
    now = shop.preview(subscription, trial_end="now")

    assert amounts(later) == amounts(now) == [1000]
    assert later.lines.data[0].period.start == subscription.trial_end
    assert now.lines.data[0].period.start == START


@pytest.mark.parametrize("behavior", ["always_invoice", "create_prorations"])
def test_a_discount_by_itself_prorates_nothing(shop: Shop, behavior: str) -> None:
    subscription = shop.subscribe(shop.customer(), shop.price())
    coupon = shop.stripe.coupons.create({"percent_off": 10, "duration": "forever"})

    after = shop.stripe.subscriptions.update(
        subscription.id,
        {"discounts": [{"coupon": coupon.id}], "proration_behavior": behavior},
    )

    assert after.latest_invoice == subscription.latest_invoice
    assert item_of(after).price.unit_amount == 1000
    assert shop.preview(subscription).total == 900


def test_a_preview_needs_somebody(shop: Shop) -> None:
    assert refusal(lambda: shop.stripe.invoices.create_preview({})).http_status == 400


def test_what_has_ended_has_no_next_invoice(shop: Shop) -> None:
    subscription = shop.subscribe(shop.customer(), shop.price())
    shop.stripe.subscriptions.cancel(subscription.id)

    assert refusal(lambda: shop.preview(subscription)).code == "invoice_upcoming_none"


def test_a_new_subscription_is_previewed_with_anchor_and_discount(shop: Shop) -> None:
    coupon = shop.stripe.coupons.create({"percent_off": 50, "duration": "once"})

    preview = shop.stripe.invoices.create_preview(
        {
            "customer": shop.customer(),
            "discounts": [{"coupon": coupon.id}],
            "subscription_details": {
                "items": [{"price": shop.price(1000)}],
                "billing_cycle_anchor": {"type": "timestamp", "timestamp": START + 1},
                "trial_end": START + 9 * DAY,
            },
        }
    )

    assert (preview.total, len(preview.lines.data)) == (0, 1)


def test_cancelling_at_once_without_proration_bills_nothing(shop: Shop) -> None:
    subscription = shop.subscribe(shop.customer(), shop.price())

    error = refusal(lambda: shop.preview(subscription, cancel_now=True, proration_behavior="none"))

    assert error.code == "invoice_upcoming_none"


def test_the_preview_of_a_sent_invoice_names_no_attempt(shop: Shop) -> None:
    subscription = shop.subscribe(shop.customer(card=None), shop.price(), **SENT)

    assert shop.preview(subscription).next_payment_attempt is None
