"""Coupons, promotion codes, and the discounts made of them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import stripe

from servicebot.sandbox.errors import StripeFault
from servicebot.sandbox.resources.coupons import discount_for, redeem
from servicebot.sandbox.world import Account
from tests.sandbox.conftest import START, Clock


def a_code(client: Any, **other: Any) -> Any:
    coupon = client.coupons.create({"percent_off": 25, "duration": "once"})
    promotion = {"type": "coupon", "coupon": coupon.id}
    return client.promotion_codes.create({"promotion": promotion, "code": "SAVE", **other})


def discount(account: Account, customer: str = "cus_ada", **given: Any) -> dict[str, Any]:
    terms = {name: given.pop(name) for name in ("amount", "currency") if name in given}
    return discount_for(account, given, customer=customer, now=account.now(), **terms)


def test_a_coupon_has_its_terms(client: Any) -> None:
    coupon = client.coupons.create(
        {
            "id": "three-months",
            "amount_off": 500,
            "currency": "usd",
            "currency_options": {"eur": {"amount_off": 450}},
            "duration": "repeating",
            "duration_in_months": 3,
            "name": "Three months",
        }
    )

    assert (coupon.id, coupon.amount_off, coupon.percent_off) == ("three-months", 500, None)
    assert coupon.valid is True
    assert "currency_options" not in coupon
    expanded = client.coupons.retrieve(coupon.id, {"expand": ["currency_options"]})
    assert expanded.currency_options["eur"].amount_off == 450


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"percent_off": 5, "amount_off": 5, "currency": "usd"},
        {"amount_off": 5},
        {"percent_off": 101},
        {"percent_off": 5, "duration": "repeating"},
        {"percent_off": 5, "applies_to": {"products": ["prod_nothing"]}},
    ],
)
def test_coupons_that_do_not_add_up_are_refused(near: Any, wrong: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        near.coupons.create(wrong)


def test_a_coupon_may_be_for_some_products(client: Any) -> None:
    product = client.products.create({"name": "Basic"}).id

    coupon = client.coupons.create(
        {"percent_off": 5, "applies_to": {"products": [product]}, "expand": ["applies_to"]}
    )

    assert coupon.applies_to.products == [product]


def test_a_coupon_may_get_another_currency(near: Any) -> None:
    coupon = near.coupons.create({"amount_off": 500, "currency": "usd", "id": "five"})
    options = {"eur": {"amount_off": 450}}

    found = near.coupons.update(
        coupon.id, {"currency_options": options, "expand": ["currency_options"]}
    )

    assert found.currency_options["eur"].amount_off == 450
    with pytest.raises(stripe.InvalidRequestError, match="already exists"):
        near.coupons.create({"percent_off": 5, "id": "five"})


def test_coupons_are_renamed_listed_and_deleted(client: Any) -> None:
    coupon = client.coupons.create({"percent_off": 5})

    assert client.coupons.update(coupon.id, {"name": "Five"}).name == "Five"
    assert [row.id for row in client.coupons.list().data] == [coupon.id]
    assert client.coupons.delete(coupon.id).deleted is True
    assert client.coupons.list().data == []


def test_a_coupon_runs_out(near: Any, account: Account, clock: Clock) -> None:
    coupon = near.coupons.create({"percent_off": 5, "redeem_by": START + 10})
    clock.now += 10

    assert near.coupons.retrieve(coupon.id).valid is False
    with pytest.raises(StripeFault) as caught:
        discount(account, coupon=coupon.id)
    assert caught.value.code == "coupon_expired"


def test_codes_are_found_whatever_their_case(client: Any) -> None:
    code = a_code(client)

    found = client.promotion_codes.list({"code": "save", "expand": ["data.promotion.coupon"]})

    assert [row.id for row in found.data] == [code.id]
    assert found.data[0].promotion.coupon.percent_off == 25


def test_codes_are_listed_by_coupon_and_activity(client: Any) -> None:
    code = a_code(client)
    client.promotion_codes.update(code.id, {"active": False})

    assert client.promotion_codes.list({"active": True}).data == []
    found = client.promotion_codes.list({"coupon": code.promotion.coupon}).data
    assert [row.id for row in found] == [code.id]


def test_two_active_codes_may_not_read_the_same(near: Any) -> None:
    first = a_code(near)

    with pytest.raises(stripe.InvalidRequestError, match="already exists"):
        a_code(near, code="save")
    near.promotion_codes.update(first.id, {"active": False})
    assert a_code(near, code="save").active is True
    with pytest.raises(stripe.InvalidRequestError, match="already exists"):
        near.promotion_codes.update(first.id, {"active": True})


def test_a_discount_is_made_and_counted(near: Any, account: Account) -> None:
    code = a_code(near, max_redemptions=1)

    made = discount(account, promotion_code=code.id)
    assert account.find("discount") == []
    redeem(account, made)
    redeem(account, made)

    assert made["source"] == {"coupon": code.promotion.coupon, "type": "coupon"}
    assert near.coupons.retrieve(code.promotion.coupon).times_redeemed == 1
    assert near.promotion_codes.retrieve(code.id).active is False
    assert discount(account, discount=made["id"]) is made


def test_a_repeating_discount_ends_after_its_months(near: Any, account: Account) -> None:
    coupon = near.coupons.create(
        {"percent_off": 5, "duration": "repeating", "duration_in_months": 3}
    )

    end = discount(account, coupon=coupon.id)["end"]

    assert datetime.fromtimestamp(START, UTC).month + 3 == datetime.fromtimestamp(end, UTC).month


@pytest.mark.parametrize(
    ("terms", "given"),
    [
        ({"active": False}, {}),
        ({"expires_at": START - 1}, {}),
        ({"restrictions": {"minimum_amount": 100, "minimum_amount_currency": "usd"}}, {}),
        (
            {"restrictions": {"minimum_amount": 100, "minimum_amount_currency": "usd"}},
            {"amount": 99, "currency": "usd"},
        ),
        (
            {"restrictions": {"minimum_amount": 100, "minimum_amount_currency": "usd"}},
            {"amount": 999, "currency": "eur"},
        ),
    ],
)
def test_a_code_keeps_its_restrictions(near: Any, account: Account, terms: Any, given: Any) -> None:
    code = a_code(near, **terms)

    with pytest.raises(StripeFault):
        discount(account, promotion_code=code.id, **given)


def test_a_minimum_may_be_met_in_any_of_its_currencies(near: Any, account: Account) -> None:
    limits = {
        "minimum_amount": 100,
        "minimum_amount_currency": "usd",
        "currency_options": {"eur": {"minimum_amount": 90}},
    }
    code = a_code(near, restrictions=limits)

    for amount, currency in [(100, "usd"), (90, "eur")]:
        found = discount(account, promotion_code=code.id, amount=amount, currency=currency)
        assert found["promotion_code"] == code.id


def test_a_code_may_be_one_customers_own(near: Any, account: Account) -> None:
    ada, ben = near.customers.create({}).id, near.customers.create({}).id
    code = a_code(near, customer=ada)

    assert discount(account, ada, promotion_code=code.id)["customer"] == ada
    with pytest.raises(StripeFault, match="by the customer"):
        discount(account, ben, promotion_code=code.id)


def test_a_code_may_be_for_first_payments(near: Any, account: Account) -> None:
    ada = near.customers.create({}).id
    code = a_code(near, restrictions={"first_time_transaction": True})
    discount(account, ada, promotion_code=code.id)
    near.payment_intents.create(
        {
            "amount": 5,
            "currency": "usd",
            "customer": ada,
            "payment_method": "pm_card_visa",
            "confirm": True,
        }
    )

    with pytest.raises(StripeFault, match="prior transactions"):
        discount(account, ada, promotion_code=code.id)


def test_a_deleted_coupon_leaves_its_discounts_alone(near: Any, account: Account) -> None:
    code = a_code(near)
    made = redeem(account, discount(account, promotion_code=code.id))

    near.coupons.delete(code.promotion.coupon)

    assert account.hidden[made["id"]]["coupon"]["percent_off"] == 25
    assert near.promotion_codes.retrieve(code.id).active is False
