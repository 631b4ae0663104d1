from __future__ import annotations

from typing import Any

import pytest
import stripe

from servicebot.sandbox.cards import CARDS, is_wrong
from servicebot.sandbox.world import Account
from tests.sandbox.conftest import error_of


def a_card(number: str = "4242424242424242", **other: Any) -> Any:
    card = {"number": number, "exp_month": 12, "exp_year": 2034, "cvc": "123", **other}
    return {"type": "card", "card": card}


@pytest.fixture
def ada(client: Any) -> Any:
    return client.customers.create({"name": "Ada"})


def test_a_card_is_made_of_its_number(client: Any) -> None:
    method = client.payment_methods.create(
        a_card() | {"billing_details": {"name": "Ada", "address": {"country": "GB"}}}
    )

    assert method.card.brand == "visa"
    assert method.card.last4 == "4242"
    assert (method.card.exp_month, method.card.exp_year) == (12, 2034)
    assert method.billing_details.name == "Ada"
    assert method.billing_details.address.country == "GB"
    assert method.customer is None


def test_the_same_number_has_the_same_fingerprint(near: Any) -> None:
    made = [near.payment_methods.create(a_card()) for _ in range(2)]
    other = near.payment_methods.create(a_card("5555555555554444"))

    assert made[0].card.fingerprint == made[1].card.fingerprint != other.card.fingerprint


def test_a_token_stands_for_a_card(near: Any) -> None:
    method = near.payment_methods.create({"type": "card", "card": {"token": "tok_mastercard"}})

    assert method.card.brand == "mastercard"


@pytest.mark.parametrize(
    ("card", "code"),
    [
        (a_card("4242424242424241"), "incorrect_number"),
        (a_card("42"), "incorrect_number"),
        (a_card(exp_month=13), "invalid_expiry_month"),
        (a_card(exp_year=2020), "invalid_expiry_year"),
        (a_card(cvc="99"), "invalid_cvc"),
        (a_card("4111111111111111"), "card_declined"),
    ],
)
def test_a_wrong_card_is_refused(near: Any, card: Any, code: str) -> None:
    with pytest.raises(stripe.CardError) as caught:
        near.payment_methods.create(card)

    assert caught.value.code == code
    assert caught.value.http_status == 402


def test_every_test_card_has_a_number_that_could_be_one() -> None:
    assert [card.number for card in CARDS if is_wrong(card.number)] == []


def test_a_method_is_attached_listed_and_detached(client: Any, ada: Any) -> None:
    method = client.payment_methods.attach("pm_card_visa", {"customer": ada.id})
    of_ada = client.customers.payment_methods

    assert method.customer == ada.id
    assert [row.id for row in of_ada.list(ada.id).data] == [method.id]
    assert of_ada.retrieve(ada.id, method.id).id == method.id
    assert client.payment_methods.detach(method.id).customer is None
    assert of_ada.list(ada.id).data == []
    with pytest.raises(stripe.InvalidRequestError):
        of_ada.retrieve(ada.id, method.id)


def test_a_detached_method_is_spent(near: Any) -> None:
    ada = near.customers.create({})
    method = near.payment_methods.attach("pm_card_visa", {"customer": ada.id})
    near.payment_methods.detach(method.id)

    with pytest.raises(stripe.InvalidRequestError, match="may not be used again"):
        near.payment_methods.attach(method.id, {"customer": ada.id})
    with pytest.raises(stripe.InvalidRequestError, match="not attached"):
        near.payment_methods.detach(method.id)


def test_detaching_the_default_clears_it(near: Any, account: Account) -> None:
    ada = near.customers.create({"payment_method": "pm_card_visa"})
    method = near.payment_methods.list({"customer": ada.id}).data[0].id
    near.customers.update(ada.id, {"invoice_settings": {"default_payment_method": method}})

    near.payment_methods.detach(method)

    assert near.customers.retrieve(ada.id).invoice_settings.default_payment_method is None
    assert [event["type"] for event in account.find("event")][-2:] == [
        "customer.updated",
        "payment_method.detached",
    ]


def test_anothers_method_cannot_be_attached(near: Any) -> None:
    ada, ben = near.customers.create({}), near.customers.create({})
    method = near.payment_methods.attach("pm_card_visa", {"customer": ada.id})

    with pytest.raises(stripe.InvalidRequestError, match="already been attached"):
        near.payment_methods.attach(method.id, {"customer": ben.id})


@pytest.mark.parametrize(
    ("shortcut", "code", "decline_code", "advice_code"),
    [
        ("visa_chargeDeclined", "card_declined", "generic_decline", "try_again_later"),
        (
            "visa_chargeDeclinedInsufficientFunds",
            "card_declined",
            "insufficient_funds",
            "try_again_later",
        ),
        ("visa_chargeDeclinedStolenCard", "card_declined", "stolen_card", "do_not_try_again"),
        ("chargeDeclinedExpiredCard", "expired_card", None, "do_not_try_again"),
        ("chargeDeclinedIncorrectCvc", "incorrect_cvc", None, None),
        ("chargeDeclinedProcessingError", "processing_error", None, "try_again_later"),
    ],
)
def test_a_declining_card_is_not_attached(
    near: Any, shortcut: str, code: str, decline_code: str | None, advice_code: str | None
) -> None:
    ada = near.customers.create({})

    with pytest.raises(stripe.CardError) as caught:
        near.payment_methods.attach(f"pm_card_{shortcut}", {"customer": ada.id})

    error = error_of(caught)
    assert error["code"] == code
    assert error.get("decline_code") == decline_code
    assert error.get("advice_code") == advice_code
    assert near.payment_methods.list({"customer": ada.id}).data == []


def test_billing_details_are_updated(client: Any, ada: Any) -> None:
    method = client.payment_methods.attach("pm_card_visa", {"customer": ada.id})
    address = {"country": "GB", "city": "Leeds"}
    client.payment_methods.update(method.id, {"billing_details": {"address": address}})

    found = client.payment_methods.update(
        method.id,
        {
            "billing_details": {"name": "Ada L", "address": {"city": "London"}},
            "card": {"exp_month": 1, "exp_year": 2040},
        },
    )

    assert found.billing_details.name == "Ada L"
    assert found.billing_details.address.city == "London"
    assert found.billing_details.address.country == "GB"
    assert (found.card.exp_month, found.card.exp_year) == (1, 2040)


def test_a_method_of_nobody_cannot_be_updated(near: Any) -> None:
    method = near.payment_methods.create(a_card())

    with pytest.raises(stripe.InvalidRequestError, match="save this PaymentMethod"):
        near.payment_methods.update(method.id, {"billing_details": {"name": "Ada"}})


def test_only_cards_are_known(near: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        near.payment_methods.create({"type": "paypal"})

    assert caught.value.code == "sandbox_unsupported"
