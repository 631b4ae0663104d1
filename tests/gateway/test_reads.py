"""Reads come back as our own shapes, whole and in time."""

from __future__ import annotations

import time

import pytest
from django.test import override_settings

from servicebot.gateway import wire
from servicebot.gateway.billing_shapes import Line
from servicebot.gateway.client import Gateway
from servicebot.gateway.errors import UnavailableError
from servicebot.gateway.shapes import id_of, moment
from servicebot.gateway.wire import in_time, together
from tests.world import Shop


def test_answers_come_in_the_order_that_was_asked() -> None:
    def slow() -> str:
        time.sleep(0.05)
        return "slow"

    assert together([slow, lambda: "quick"]) == ["slow", "quick"]


def test_the_first_error_in_order_is_raised() -> None:
    def fails(name: str) -> None:
        raise ValueError(name)

    with pytest.raises(ValueError, match="one"):
        together([lambda: fails("one"), lambda: fails("two")])


def test_time_runs_out() -> None:
    with pytest.raises(UnavailableError):
        together([lambda: time.sleep(0.3)], seconds=0.05)


def test_one_read_has_its_answer_in_time() -> None:
    assert in_time(lambda: 7) == 7


def test_a_list_is_read_to_its_end(shop: Shop, gateway: Gateway) -> None:
    customer = shop.customer("Ada")
    for _ in range(103):
        shop.subscribe(customer)

    assert len(gateway.subscriptions(customer)) == 103


def test_customers_of_one_email_are_found_whatever_their_number(
    shop: Shop, gateway: Gateway
) -> None:
    twins = {shop.customer("Ada", card="") for _ in range(2)}

    found = gateway.customers_with_email("ada@example.com")

    assert {customer.id for customer in found} == twins
    assert gateway.customers_with_email("Ada@example.com") == []


def test_a_subscription_brings_its_discount_and_its_coupon(shop: Shop, gateway: Gateway) -> None:
    coupon = shop.stripe.v1.coupons.create({"percent_off": 12.5, "duration": "forever"})
    subscription = shop.subscribe(shop.customer("Ada"), discounts=[{"coupon": coupon.id}])

    (discount,) = gateway.subscription(subscription).discounts

    assert discount.coupon.id == coupon.id
    assert str(discount.coupon.percent_off) == "12.5"
    assert discount.ends_at is None


def test_nothing_that_renews_has_no_upcoming_invoice(shop: Shop, gateway: Gateway) -> None:
    customer = shop.customer("Ada")

    assert gateway.upcoming(customer) is None
    subscription = shop.subscribe(customer)
    upcoming = gateway.upcoming(customer, subscription)
    assert upcoming is not None
    assert upcoming.amount_due == 4900


def test_invoices_come_a_page_at_a_time(shop: Shop, gateway: Gateway) -> None:
    customer = shop.customer("Ada")
    for _ in range(14):
        shop.subscribe(customer)

    first = gateway.invoices(customer)
    rest = gateway.invoices(customer, after=first.invoices[-1].id)

    assert (len(first.invoices), first.has_more) == (12, True)
    assert (len(rest.invoices), rest.has_more) == (2, False)


def test_an_open_invoice_says_how_to_confirm_its_payment(shop: Shop, gateway: Gateway) -> None:
    subscription = shop.subscribe(shop.customer("Ada"), payment_behavior="default_incomplete")

    invoice = gateway.invoice(gateway.subscription(subscription).latest_invoice_id)

    assert invoice.client_secret.startswith("pi_")
    assert invoice.status == "open"


def test_small_shapes() -> None:
    assert moment(None) is None
    assert (id_of(None), id_of("a"), id_of({"id": "b"})) == ("", "a", "b")
    raw = {"amount": 1, "period": {"start": 0, "end": 1}, "description": None}
    assert Line.from_stripe(raw).description == ""


def test_what_is_read_isnt_in_the_sdks_log(
    shop: Shop, gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    customer = shop.customer("Ada")
    caplog.set_level("DEBUG", "stripe")

    assert gateway.customer(customer).email == "ada@example.com"

    said = "\n".join(caplog.messages)
    assert f"/v1/customers/{customer}" in said
    assert "ada@example.com" not in said


def test_the_process_has_one_client_with_a_limit() -> None:
    wire.shared_client.cache_clear()
    with override_settings(STRIPE_HTTP_CLIENT="servicebot.gateway.wire.http_client"):
        first, second = wire.shared_client(), wire.shared_client()
    wire.shared_client.cache_clear()

    assert first is second
    assert first.name == "urllib3"
    first.close()


def test_archived_products_keep_their_names_and_archived_prices_are_not_on_sale(
    shop: Shop, gateway: Gateway
) -> None:
    shop.stripe.v1.products.update(shop.products["Team"], {"active": False})
    shop.stripe.v1.prices.update(shop.prices["Team year"], {"active": False})

    products = {product.name: product.is_active for product in gateway.products()}
    prices = {price.id for price in gateway.prices()}

    assert products == {"Notes Starter": True, "Notes Team": False, "Notes Business": True}
    assert prices == set(shop.prices.values()) - {shop.prices["Team year"]}


def test_the_newest_customers_come_first(shop: Shop, gateway: Gateway) -> None:
    made = [shop.customer(name, card="") for name in ("Ada", "Ben", "Carla")]

    assert [customer.id for customer in gateway.recent_customers(2)] == made[:0:-1]


def test_ended_subscriptions_and_those_of_others_are_told_apart(
    shop: Shop, gateway: Gateway
) -> None:
    ada, ben = shop.customer("Ada"), shop.customer("Ben")
    ended, running = shop.subscribe(ada), shop.subscribe(ada)
    shop.stripe.v1.subscriptions.cancel(ended)
    shop.subscribe(ben)

    found = {subscription.id: subscription.status for subscription in gateway.subscriptions(ada)}

    assert found == {ended: "canceled", running: "active"}
    assert {invoice.customer_id for invoice in gateway.invoices(ada).invoices} == {ada}
    by_subscription = gateway.invoices(ada, subscription=ended)
    assert {invoice.subscription_id for invoice in by_subscription.invoices} == {ended}


def test_a_preview_makes_nothing(shop: Shop, gateway: Gateway) -> None:
    subscription = gateway.subscription(shop.subscribe(shop.customer("Ada")))
    item = {"id": subscription.items[0].id, "price": shop.prices["Business month"]}
    before = gateway.invoices(subscription.customer_id)

    preview = gateway.preview(
        {
            "subscription": subscription.id,
            "subscription_details": {"items": [item], "proration_behavior": "always_invoice"},
        }
    )

    assert preview.amount_due > 0
    assert any(line.is_proration for line in preview.lines)
    assert gateway.invoices(subscription.customer_id) == before
    assert gateway.subscription(subscription.id) == subscription
