"""Stripe's objects become ours: what is expanded or not, absent or null, odd or old."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from servicebot.gateway import billing_shapes, shapes
from servicebot.gateway.billing_shapes import Invoice, InvoicePage, Line, Subscription
from servicebot.gateway.client import Gateway
from servicebot.gateway.shapes import Address, Customer, PaymentMethod, Price, web_address
from servicebot.sandbox.world import Sandbox
from tests.world import Objects, Shop

BASE = "https://api.stripe.com"


def price(**raw: Any) -> Price:
    """Return a price as Stripe sends it, with what differs from a plain one."""
    plain = {"id": "price_1", "product": "prod_1", "currency": "usd", "active": True}
    return Price.from_stripe({**plain, **raw})


def test_every_shape_is_frozen() -> None:
    everything = [*vars(shapes).values(), *vars(billing_shapes).values()]
    found: list[Any] = [thing for thing in everything if dataclasses.is_dataclass(thing)]

    assert len(found) >= 14
    assert all(thing.__dataclass_params__.frozen for thing in found)


def test_a_price_in_whole_cents() -> None:
    made = price(
        unit_amount=4900,
        unit_amount_decimal="4900",
        billing_scheme="per_unit",
        recurring={"interval": "month", "interval_count": 3, "usage_type": "licensed"},
    )

    assert (made.unit_amount, made.unit_amount_decimal) == (4900, Decimal(4900))
    assert made.period == ("month", 3)
    assert (made.is_recurring, made.is_metered, made.is_tiered) == (True, False, False)


def test_a_price_of_parts_of_a_cent_is_exact() -> None:
    made = price(unit_amount=None, unit_amount_decimal="0.005")

    assert (made.unit_amount, made.unit_amount_decimal) == (None, Decimal("0.005"))


def test_tiered_metered_and_one_off_prices_are_told_apart() -> None:
    metered = price(recurring={"interval": "month", "interval_count": 1, "usage_type": "metered"})
    tiered = price(billing_scheme="tiered", unit_amount_decimal=None)
    one_off = price(recurring=None, unit_amount=100)

    assert metered.is_metered
    assert (tiered.is_tiered, tiered.unit_amount_decimal) == (True, None)
    assert (one_off.is_recurring, one_off.period) == (False, ("", 1))


def test_a_product_that_comes_expanded_is_its_id() -> None:
    assert price(product={"id": "prod_2", "object": "product"}).product_id == "prod_2"


def test_a_customer_with_nothing_but_an_id() -> None:
    made = Customer.from_stripe({"id": "cus_1", "email": None, "name": None})

    assert (made.email, made.name, made.balance, made.default_payment_method_id) == ("", "", 0, "")
    assert made.address == Address("", "", "", "", "", "")


def test_an_old_source_is_a_way_to_pay_too() -> None:
    by_source = {"id": "cus_1", "default_source": "card_1", "invoice_settings": None}
    by_both = {**by_source, "invoice_settings": {"default_payment_method": {"id": "pm_1"}}}

    assert Customer.from_stripe(by_source).default_payment_method_id == "card_1"
    assert Customer.from_stripe(by_both).default_payment_method_id == "pm_1"


def test_a_way_to_pay_that_is_no_card_has_no_expiry() -> None:
    debit = PaymentMethod.from_stripe(
        {
            "id": "pm_1",
            "type": "sepa_debit",
            "sepa_debit": {"last4": "3000"},
            "customer": None,
            "created": 0,
        }
    )
    link = PaymentMethod.from_stripe({"id": "pm_2", "type": "link", "created": 0})

    assert (debit.last4, debit.brand, debit.exp_month) == ("3000", "", None)
    assert (link.last4, link.customer_id) == ("", "")


def test_a_line_says_whether_it_prorates() -> None:
    plain = {"amount": -1, "period": {"start": 0, "end": 86400}}
    item = {"type": "subscription_item_details", "subscription_item_details": {"proration": True}}

    assert Line.from_stripe({**plain, "parent": item}).is_proration
    assert not Line.from_stripe({**plain, "parent": None}).is_proration
    assert Line.from_stripe(plain).period_end == datetime(1970, 1, 2, tzinfo=UTC)


def test_tax_is_the_sum_of_what_stripe_says(shop: Shop, gateway: Gateway, world: Sandbox) -> None:
    shop.subscribe(shop.customer("Ada"))
    (raw,) = Objects(world, shop.api_key).all("invoice")

    on_top = {"amount": 30, "tax_behavior": "exclusive"}
    inside = {"amount": 4, "tax_behavior": "inclusive"}

    taxed = Invoice.from_stripe({**raw, "total_taxes": [on_top, inside]})

    assert (taxed.tax, taxed.tax_included) == (34, 4)
    assert Invoice.from_stripe(raw).tax == 0
    assert InvoicePage.from_stripe({"data": [raw], "has_more": False}).invoices[0].tax == 0


def test_an_invoice_of_no_subscription_has_none(shop: Shop, gateway: Gateway) -> None:
    customer = shop.customer("Ada")
    shop.stripe.v1.invoice_items.create({"customer": customer, "amount": 700, "currency": "usd"})
    draft = shop.stripe.v1.invoices.create(
        {"customer": customer, "pending_invoice_items_behavior": "include"}
    )

    before = gateway.invoice(draft.id)
    shop.stripe.v1.invoices.finalize_invoice(draft.id)
    after = gateway.invoice(draft.id)

    assert (before.subscription_id, before.status, before.number) == ("", "draft", "")
    assert (before.pdf_url, before.hosted_url, before.client_secret) == ("", "", "")
    assert (after.status, after.total, after.amount_remaining) == ("open", 700, 700)
    assert after.number
    assert after.hosted_url.startswith("http")


def test_a_subscription_is_whole(shop: Shop, gateway: Gateway) -> None:
    customer = shop.customer("Ada")
    made = shop.subscribe(customer, trial_period_days=7, metadata={"a": "b"})

    found = gateway.subscription(made)

    assert (found.id, found.customer_id, found.status) == (made, customer, "trialing")
    assert found.trial_end == found.period_end
    assert (found.currency, found.collection_method) == ("usd", "charge_automatically")
    assert (found.schedule_id, found.pause_behavior, found.pending_update) == ("", "", None)
    assert found.metadata == {"a": "b"}
    assert [item.price.unit_amount for item in found.items] == [4900]
    assert [item.quantity for item in found.items] == [1]


def test_a_paused_and_a_scheduled_one_say_so(shop: Shop, gateway: Gateway) -> None:
    customer = shop.customer("Ada")
    paused, scheduled = shop.subscribe(customer), shop.subscribe(customer)
    pause = {"pause_collection": {"behavior": "void"}}
    shop.stripe.v1.subscriptions.update(paused, pause)
    schedule = shop.stripe.v1.subscription_schedules.create({"from_subscription": scheduled})

    assert gateway.subscription(paused).pause_behavior == "void"
    assert gateway.subscription(scheduled).schedule_id == schedule.id


def test_the_period_ends_with_the_item_that_ends_first(
    shop: Shop, gateway: Gateway, world: Sandbox
) -> None:
    made = shop.subscribe(shop.customer("Ada"))
    raw = Objects(world, shop.api_key)[made]
    (item,) = raw["items"]["data"]
    sooner = {**item, "current_period_end": item["current_period_start"] + 60}

    two = Subscription.from_stripe({**raw, "items": {"data": [item, sooner]}})
    none = Subscription.from_stripe({**raw, "items": {"data": []}})

    assert two.period_end == two.items[1].period_end
    assert none.period_end is None


def test_times_are_aware_and_utc(shop: Shop, gateway: Gateway) -> None:
    found = gateway.subscription(shop.subscribe(shop.customer("Ada")))

    assert found.created_at.tzinfo is UTC
    assert found.period_end is not None
    assert found.period_end.tzinfo is UTC


def test_a_link_leads_to_the_web_or_nowhere() -> None:
    for good in ("https://pay.stripe.com/invoice/x", "http://127.0.0.1:8002/x"):
        assert web_address(good) == good
    for bad in ("javascript:alert(1)", " javascript:x", "data:text/html,x", "//evil", "", None):
        assert web_address(bad) == ""
