"""Products, prices, meters."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import stripe

from servicebot.sandbox.world import Account

MONTHLY = {"interval": "month"}
TIERS = [{"up_to": 10, "unit_amount": 500, "flat_amount": 100}, {"up_to": "inf", "unit_amount": 4}]


@pytest.fixture
def basic(client: Any) -> Any:
    return client.products.create(
        {
            "name": "Basic",
            "marketing_features": [{"name": "Ten seats"}],
            "unit_label": "seat",
            "metadata": {"rank": "1"},
            "default_price_data": {"currency": "usd", "unit_amount": 1000, "recurring": MONTHLY},
        }
    )


def a_price(client: Any, product: str, **other: Any) -> Any:
    return client.prices.create({"currency": "usd", "product": product, **other})


def test_a_product_comes_with_its_default_price(client: Any, basic: Any) -> None:
    price = client.prices.retrieve(basic.default_price)

    assert basic.marketing_features[0].name == "Ten seats"
    assert (price.unit_amount, price.unit_amount_decimal) == (1000, Decimal(1000))
    assert price.recurring.interval_count == 1
    assert price.type == "recurring"


def test_products_are_updated(client: Any, basic: Any) -> None:
    other = a_price(client, basic.id, unit_amount=5)

    found = client.products.update(
        basic.id,
        {
            "active": False,
            "default_price": other.id,
            "description": "Small",
            "marketing_features": "",
        },
    )

    assert (found.active, found.default_price, found.description) == (False, other.id, "Small")
    assert found.marketing_features == []


def test_a_default_price_must_be_the_products_own(near: Any) -> None:
    one, two = near.products.create({"name": "1"}), near.products.create({"name": "2"})
    price = a_price(near, two.id, unit_amount=5)

    with pytest.raises(stripe.InvalidRequestError, match="does not belong"):
        near.products.update(one.id, {"default_price": price.id})


def test_a_bad_default_price_makes_no_product(near: Any, account: Account) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        near.products.create({"name": "Basic", "default_price_data": {"currency": "usd"}})

    assert account.find("product") == []
    assert account.find("event") == []


def test_products_are_listed_by_activity_and_id(client: Any, basic: Any) -> None:
    old = client.products.create({"name": "Old", "active": False, "id": "old"})

    assert [row.id for row in client.products.list({"active": True}).data] == [basic.id]
    assert [row.id for row in client.products.list({"ids": ["old"]}).data] == [old.id]
    with pytest.raises(stripe.InvalidRequestError, match="already exists"):
        client.products.create({"name": "Old", "id": "old"})
    assert client.products.delete("old").deleted is True
    with pytest.raises(stripe.InvalidRequestError, match="user-created prices"):
        client.products.delete(basic.id)


def test_prices_are_listed_by_what_they_are(client: Any, basic: Any) -> None:
    yearly = a_price(client, basic.id, unit_amount=5, recurring={"interval": "year"})
    once = a_price(client, basic.id, unit_amount=7, lookup_key="setup")
    euro = client.prices.create({"currency": "eur", "product": basic.id, "unit_amount": 1})
    client.prices.update(euro.id, {"active": False, "nickname": "Euro"})

    def found(**asked: Any) -> list[str]:
        return [row.id for row in client.prices.list(asked).data]

    assert found(recurring={"interval": "year"}) == [yearly.id]
    assert found(lookup_keys=["setup"]) == [once.id]
    assert found(currency="eur") == [euro.id]
    assert found(active=False) == [euro.id]
    assert found(type="one_time", active=True) == [once.id]
    assert len(found(product=basic.id)) == 4


def test_tiers_show_only_when_expanded(client: Any, basic: Any) -> None:
    price = a_price(
        client,
        basic.id,
        billing_scheme="tiered",
        tiers_mode="graduated",
        tiers=TIERS,
        recurring=MONTHLY,
    )

    expanded = client.prices.retrieve(price.id, {"expand": ["tiers"]})

    assert "tiers" not in price
    assert price.unit_amount is None
    assert [tier.up_to for tier in expanded.tiers] == [10, None]
    assert expanded.tiers[0].flat_amount_decimal == Decimal(100)
    assert expanded.tiers[1].flat_amount is None


def test_other_currencies_show_only_when_expanded(client: Any, basic: Any) -> None:
    price = a_price(
        client, basic.id, unit_amount=500, currency_options={"eur": {"unit_amount": 450}}
    )

    expanded = client.prices.retrieve(price.id, {"expand": ["currency_options"]})

    assert "currency_options" not in price
    assert expanded.currency_options["eur"].unit_amount == 450
    assert expanded.currency_options["usd"].unit_amount == 500


def test_a_fraction_of_a_cent_is_a_decimal(near: Any) -> None:
    product = near.products.create({"name": "Calls"})

    price = a_price(near, product.id, unit_amount_decimal="0.25")

    assert (price.unit_amount, price.unit_amount_decimal) == (None, Decimal("0.25"))


def test_quantities_may_be_packed(near: Any) -> None:
    product = near.products.create({"name": "Calls"})

    price = a_price(
        near, product.id, unit_amount=9, transform_quantity={"divide_by": 10, "round": "up"}
    )

    assert price.transform_quantity.divide_by == 10


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"billing_scheme": "tiered"},
        {"tiers": TIERS[:1], "tiers_mode": "volume"},
        {"unit_amount": 5, "recurring": {"interval": "month", "usage_type": "metered"}},
    ],
)
def test_prices_that_do_not_add_up_are_refused(near: Any, wrong: Any) -> None:
    product = near.products.create({"name": "Basic"})

    with pytest.raises(stripe.InvalidRequestError):
        a_price(near, product.id, **wrong)


def test_a_price_may_get_another_currency(near: Any) -> None:
    price = a_price(near, near.products.create({"name": "Basic"}).id, unit_amount=500)

    found = near.prices.update(
        price.id,
        {"currency_options": {"eur": {"unit_amount": 450}}, "expand": ["currency_options"]},
    )

    assert found.currency_options["eur"].unit_amount == 450


def test_a_lookup_key_moves_only_when_told_to(near: Any) -> None:
    product = near.products.create({"name": "Basic"})
    first = a_price(near, product.id, unit_amount=5, lookup_key="basic")

    with pytest.raises(stripe.InvalidRequestError, match="already uses that lookup key"):
        a_price(near, product.id, unit_amount=6, lookup_key="basic")
    a_price(near, product.id, unit_amount=6, lookup_key="basic", transfer_lookup_key=True)
    assert near.prices.retrieve(first.id).lookup_key is None


def test_use_is_reported_to_a_meter(client: Any, basic: Any, account: Account) -> None:
    meter = client.billing.meters.create(
        {"display_name": "Calls", "event_name": "call", "default_aggregation": {"formula": "sum"}}
    )
    ada = client.customers.create({})
    report = {
        "event_name": "call",
        "identifier": "one",
        "payload": {"stripe_customer_id": ada.id, "value": "3"},
    }
    client.billing.meter_events.create(report)

    price = a_price(
        client,
        basic.id,
        unit_amount=2,
        recurring={"interval": "month", "usage_type": "metered", "meter": meter.id},
    )

    assert price.recurring.meter == meter.id
    assert [row.id for row in client.billing.meters.list().data] == [meter.id]
    assert client.billing.meters.retrieve(meter.id).event_name == "call"
    assert account.tables["billing.meter_event"]["one"]["payload"]["value"] == "3"
    with pytest.raises(stripe.InvalidRequestError, match="already exists"):
        client.billing.meter_events.create(report)
    with pytest.raises(stripe.InvalidRequestError, match="No active meter"):
        client.billing.meter_events.create({**report, "event_name": "odd"})
