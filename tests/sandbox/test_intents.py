"""Setup and payment intents, with the cards' holders at home and away."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from servicebot.sandbox.controls import complete
from servicebot.sandbox.errors import StripeFault
from servicebot.sandbox.world import Account, Sandbox
from tests.sandbox.conftest import error_of, key_client

NO_REDIRECTS = {"enabled": True, "allow_redirects": "never"}
AUTHENTICATED = "pm_card_threeDSecure2Required"


@pytest.fixture
def ada(client: Any) -> Any:
    return client.customers.create({"name": "Ada"})


def set_up(client: Any, customer: str, method: str) -> Any:
    return client.setup_intents.create(
        {
            "customer": customer,
            "payment_method": method,
            "confirm": True,
            "automatic_payment_methods": NO_REDIRECTS,
        }
    )


def pay(client: Any, customer: str, method: str, **other: Any) -> Any:
    asked = {"amount": 500, "currency": "usd", "customer": customer, "payment_method": method}
    return client.payment_intents.create({**asked, "confirm": True, **other})


def answer(sandbox: Sandbox, intent: Any, outcome: str) -> Any:
    given = {"outcome": outcome, "client_secret": intent.client_secret}
    return complete(sandbox, intent.id, given)


def types(account: Account) -> list[str]:
    return [event["type"] for event in account.find("event")]


def test_an_intent_waits_for_a_card(client: Any, ada: Any) -> None:
    intent = client.setup_intents.create(
        {"customer": ada.id, "automatic_payment_methods": NO_REDIRECTS}
    )

    assert intent.status == "requires_payment_method"
    assert intent.client_secret.startswith(f"{intent.id}_secret_")
    assert intent.automatic_payment_methods.allow_redirects == "never"
    assert intent.usage == "off_session"


def test_setting_up_attaches_the_card(client: Any, ada: Any, account: Account) -> None:
    intent = set_up(client, ada.id, "pm_card_visa")

    assert intent.status == "succeeded"
    assert client.payment_methods.retrieve(intent.payment_method).customer == ada.id
    assert types(account)[-3:] == [
        "setup_intent.created",
        "payment_method.attached",
        "setup_intent.succeeded",
    ]


def test_setting_up_a_declining_card_fails(client: Any, ada: Any) -> None:
    with pytest.raises(stripe.CardError) as caught:
        set_up(client, ada.id, "pm_card_chargeDeclined")

    intent = client.setup_intents.retrieve(error_of(caught)["setup_intent"]["id"])
    assert intent.status == "requires_payment_method"
    assert intent.last_setup_error.decline_code == "generic_decline"
    assert client.payment_methods.list({"customer": ada.id}).data == []


def test_the_holder_is_asked_and_accepts(client: Any, ada: Any, sandbox: Sandbox) -> None:
    asked = set_up(client, ada.id, AUTHENTICATED)
    answer(sandbox, asked, "accept")

    found = client.setup_intents.retrieve(asked.id)

    assert (asked.status, asked.next_action.type) == ("requires_action", "use_stripe_sdk")
    assert (found.status, found.next_action) == ("succeeded", None)
    assert len(client.payment_methods.list({"customer": ada.id}).data) == 1


def test_the_holder_is_asked_and_refuses(client: Any, ada: Any, sandbox: Sandbox) -> None:
    asked = set_up(client, ada.id, AUTHENTICATED)
    answer(sandbox, asked, "refuse")

    found = client.setup_intents.retrieve(asked.id)

    assert found.status == "requires_payment_method"
    assert found.last_setup_error.code == "setup_intent_authentication_failure"


def test_the_holder_answers_once_and_with_the_secret(near: Any, sandbox: Sandbox) -> None:
    asked = set_up(near, near.customers.create({}).id, AUTHENTICATED)

    with pytest.raises(StripeFault, match="does not match"):
        complete(sandbox, asked.id, {"outcome": "accept", "client_secret": "wrong"})
    answer(sandbox, asked, "accept")
    with pytest.raises(StripeFault, match="status of succeeded"):
        answer(sandbox, asked, "accept")


def test_a_return_url_asks_for_a_redirect(near: Any) -> None:
    intent = near.setup_intents.create(
        {
            "payment_method": AUTHENTICATED,
            "confirm": True,
            "return_url": "https://example.com/back",
        }
    )

    assert intent.next_action.type == "redirect_to_url"
    assert intent.next_action.redirect_to_url.return_url == "https://example.com/back"
    assert f"/3ds/challenge?intent={intent.id}" in intent.next_action.redirect_to_url.url


def test_a_finished_intent_is_closed(near: Any) -> None:
    intent = set_up(near, near.customers.create({}).id, "pm_card_visa")

    for change in (near.setup_intents.confirm, near.setup_intents.cancel):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            change(intent.id)
        assert caught.value.code == "setup_intent_unexpected_state"


def test_intents_are_canceled_updated_and_listed(client: Any, ada: Any) -> None:
    setup = client.setup_intents.create({"customer": ada.id})
    payment = client.payment_intents.create({"amount": 5, "currency": "usd"})

    updated = client.setup_intents.update(setup.id, {"payment_method": "pm_card_visa"})
    assert updated.status == "requires_confirmation"
    assert client.payment_intents.update(payment.id, {"amount": 7}).amount == 7
    assert client.setup_intents.list({"customer": ada.id}).data[0].id == setup.id
    assert client.payment_intents.list({"customer": ada.id}).data == []
    assert client.setup_intents.cancel(setup.id).status == "canceled"
    gone = client.payment_intents.cancel(payment.id, {"cancellation_reason": "abandoned"})
    assert (gone.status, gone.cancellation_reason) == ("canceled", "abandoned")


def test_paying_succeeds(client: Any, ada: Any, account: Account) -> None:
    intent = pay(client, ada.id, "pm_card_visa")

    assert (intent.status, intent.amount_received) == ("succeeded", 500)
    assert types(account)[-2:] == ["payment_intent.created", "payment_intent.succeeded"]


def test_a_decline_stays_on_the_intent(client: Any, ada: Any) -> None:
    with pytest.raises(stripe.CardError) as caught:
        pay(client, ada.id, "pm_card_visa_chargeDeclinedInsufficientFunds")

    intent = client.payment_intents.retrieve(error_of(caught)["payment_intent"]["id"])
    assert error_of(caught)["decline_code"] == "insufficient_funds"
    assert intent.status == "requires_payment_method"
    assert intent.last_payment_error.message == "Your card has insufficient funds."
    assert (
        client.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"}).status
        == "succeeded"
    )


def test_a_paid_intent_is_not_paid_twice(near: Any) -> None:
    intent = pay(near, near.customers.create({}).id, "pm_card_visa")

    with pytest.raises(stripe.InvalidRequestError, match="already succeeded"):
        near.payment_intents.confirm(intent.id)


def test_a_payment_without_its_holder_is_declined(client: Any, ada: Any) -> None:
    with pytest.raises(stripe.CardError) as caught:
        pay(client, ada.id, AUTHENTICATED, off_session=True)

    assert caught.value.code == "authentication_required"
    assert error_of(caught)["decline_code"] == "authentication_required"


@pytest.mark.parametrize(
    ("shortcut", "off_session", "expected"),
    [
        ("authenticationRequiredOnSetup", True, "succeeded"),
        ("authenticationRequiredOnSetup", False, "requires_action"),
        ("authenticationRequired", True, "declined"),
        ("authenticationRequired", False, "requires_action"),
        ("authenticationRequiredSetupForOffSession", True, "succeeded"),
        ("authenticationRequiredSetupForOffSession", False, "requires_action"),
        ("visa", True, "succeeded"),
        ("chargeCustomerFail", True, "declined"),
    ],
)
def test_a_card_that_was_set_up_is_charged(
    near: Any, sandbox: Sandbox, shortcut: str, off_session: bool, expected: str
) -> None:
    ada = near.customers.create({}).id
    setup = set_up(near, ada, f"pm_card_{shortcut}")
    if setup.status == "requires_action":
        answer(sandbox, setup, "accept")

    try:
        status = pay(near, ada, setup.payment_method, off_session=off_session).status
    except stripe.CardError:
        status = "declined"

    assert status == expected


@pytest.mark.parametrize(
    ("outcome", "status", "event"),
    [
        ("accept", "succeeded", "payment_intent.succeeded"),
        ("refuse", "requires_payment_method", "payment_intent.payment_failed"),
    ],
)
def test_a_payment_follows_its_holders_answer(
    near: Any, account: Account, sandbox: Sandbox, outcome: str, status: str, event: str
) -> None:
    intent = pay(near, near.customers.create({}).id, AUTHENTICATED)
    answer(sandbox, intent, outcome)

    found = near.payment_intents.retrieve(intent.id)

    assert found.status == status
    assert types(account)[-1] == event
    if outcome == "refuse":
        assert found.last_payment_error.code == "payment_intent_authentication_failure"


def test_an_intent_may_be_updated_before_it_is_confirmed(near: Any) -> None:
    intent = near.payment_intents.create(
        {"amount": 5, "currency": "usd", "automatic_payment_methods": NO_REDIRECTS}
    )

    with pytest.raises(stripe.InvalidRequestError, match="missing a payment method"):
        near.payment_intents.confirm(intent.id)
    updated = near.payment_intents.update(
        intent.id,
        {"payment_method": "pm_card_visa", "description": "Setup", "metadata": {"a": "1"}},
    )
    assert (updated.status, updated.description) == ("requires_confirmation", "Setup")
    assert near.payment_intents.confirm(intent.id).status == "succeeded"
    for change in (near.payment_intents.cancel, near.payment_intents.update):
        with pytest.raises(stripe.InvalidRequestError) as caught:
            change(intent.id)
        assert caught.value.code == "payment_intent_unexpected_state"


def test_a_setup_without_a_card_is_not_confirmed(near: Any) -> None:
    intent = near.setup_intents.create({"metadata": {"a": "1"}})

    with pytest.raises(stripe.InvalidRequestError, match="missing a payment method"):
        near.setup_intents.confirm(intent.id)
    moved = near.setup_intents.update(intent.id, {"metadata": {"a": "", "b": "2"}})
    assert moved.metadata.to_dict() == {"b": "2"}


def test_nothing_is_not_an_amount(near: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        near.payment_intents.create({"amount": 0, "currency": "usd"})

    assert caught.value.param == "amount"


def test_paying_may_save_the_card(near: Any) -> None:
    ada = near.customers.create({}).id
    pay(near, ada, "pm_card_visa", setup_future_usage="off_session")

    assert near.payment_methods.list({"customer": ada}).data[0].card.last4 == "4242"


def test_an_error_may_be_asked_for_instead_of_an_action(near: Any) -> None:
    with pytest.raises(stripe.CardError) as caught:
        pay(near, near.customers.create({}).id, AUTHENTICATED, error_on_requires_action=True)

    assert caught.value.code == "authentication_required"


def test_anothers_card_is_not_charged(near: Any) -> None:
    ada, ben = near.customers.create({}).id, near.customers.create({}).id
    method = near.payment_methods.attach("pm_card_visa", {"customer": ada}).id

    with pytest.raises(stripe.InvalidRequestError):
        pay(near, ben, method)
    with pytest.raises(stripe.InvalidRequestError):
        near.setup_intents.create({"payment_method": method})


def test_cards_are_all_there_is(near: Any) -> None:
    for types_given in (["paypal"], []):
        with pytest.raises(stripe.InvalidRequestError):
            near.setup_intents.create(
                {
                    "allowed_payment_method_types": types_given or ["card"],
                    "excluded_payment_method_types": ["card"],
                }
            )


def browser(sandbox: Sandbox) -> Any:
    return key_client(sandbox, "pk_test_acme")


def confirm_in_browser(sandbox: Sandbox, intent: Any, number: str) -> Any:
    card = {"number": number, "exp_month": 12, "exp_year": 2034, "cvc": "123"}
    given = {
        "client_secret": intent.client_secret,
        "payment_method_data": {"type": "card", "card": card},
    }
    return browser(sandbox).setup_intents.confirm(intent.id, given)


def test_a_browser_confirms_with_a_raw_card(near: Any, sandbox: Sandbox) -> None:
    ada = near.customers.create({}).id
    intent = near.setup_intents.create({"customer": ada})

    found = confirm_in_browser(sandbox, intent, "4242424242424242")

    assert found.status == "succeeded"
    assert "customer" not in found
    assert "metadata" not in found
    assert near.payment_methods.list({"customer": ada}).data[0].card.last4 == "4242"


def test_a_browser_sees_no_more_in_errors(near: Any, sandbox: Sandbox) -> None:
    intent = near.setup_intents.create({"customer": near.customers.create({}).id})

    with pytest.raises(stripe.CardError) as caught:
        confirm_in_browser(sandbox, intent, "4000000000000002")

    shown = error_of(caught)["setup_intent"]
    assert shown["status"] == "requires_payment_method"
    assert "customer" not in shown


def test_a_wrong_raw_card_is_refused(near: Any, sandbox: Sandbox) -> None:
    intent = near.setup_intents.create({})

    with pytest.raises(stripe.CardError) as caught:
        confirm_in_browser(sandbox, intent, "4242424242424241")

    assert caught.value.code == "incorrect_number"


def test_a_browser_needs_the_client_secret(near: Any, sandbox: Sandbox) -> None:
    intent, other = near.setup_intents.create({}), near.setup_intents.create({})
    services = browser(sandbox).setup_intents

    assert services.retrieve(intent.id, {"client_secret": intent.client_secret}).id == intent.id
    for given in ({}, {"client_secret": other.client_secret}):
        with pytest.raises(stripe.InvalidRequestError):
            services.retrieve(intent.id, given)


def test_a_browser_may_do_little_else(near: Any, sandbox: Sandbox) -> None:
    intent = near.setup_intents.create({})
    services = browser(sandbox)

    for forbidden in (
        services.customers.list,
        services.setup_intents.list,
        lambda: services.payment_methods.list({"customer": "cus_x"}),
        lambda: services.setup_intents.retrieve(
            intent.id, {"client_secret": intent.client_secret, "expand": ["customer"]}
        ),
    ):
        with pytest.raises(stripe.PermissionError):
            forbidden()


def test_a_browser_makes_payment_methods(sandbox: Sandbox) -> None:
    method = browser(sandbox).payment_methods.create(
        {"type": "card", "card": {"number": "4242424242424242", "exp_month": 1, "exp_year": 2040}}
    )

    assert method.card.last4 == "4242"
