"""Every test card of Stripe's that declines or authenticates, attached, set up and charged.

The table is https://docs.stripe.com/testing: a number or a name, and what comes of a payment with
its holder there and, after it has been set up, without.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import stripe

from servicebot.sandbox.cards import NOT_DONE
from servicebot.sandbox.controls import complete
from servicebot.sandbox.world import Sandbox
from tests.sandbox.conftest import error_of

PAID, ASKS = "succeeded", "requires_action"
NO_REDIRECTS = {"enabled": True, "allow_redirects": "never"}
NOT_ATTACHED = [
    ("4000000000000002", "card_declined", "generic_decline"),
    ("4000000000009995", "card_declined", "insufficient_funds"),
    ("4000000000009987", "card_declined", "lost_card"),
    ("4000000000009979", "card_declined", "stolen_card"),
    ("4000000000000069", "expired_card", None),
    ("4000000000000127", "incorrect_cvc", None),
    ("4000000000000119", "processing_error", None),
    ("4000000000006975", "card_declined", "card_velocity_exceeded"),
    ("4100000000000019", "card_declined", "fraudulent"),
    ("pm_card_visa_chargeDeclined", "card_declined", "generic_decline"),
    ("pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
    ("tok_visa_debit_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds"),
    ("pm_card_visa_chargeDeclinedLostCard", "card_declined", "lost_card"),
    ("pm_card_visa_chargeDeclinedStolenCard", "card_declined", "stolen_card"),
    ("pm_card_chargeDeclinedExpiredCard", "expired_card", None),
    ("tok_visa_chargeDeclinedExpiredCard", "expired_card", None),
    ("tok_visa_chargeDeclinedFraudulent", "card_declined", "fraudulent"),
    ("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", None),
    ("pm_card_chargeDeclinedProcessingError", "processing_error", None),
    ("pm_card_visa_chargeDeclinedVelocityLimitExceeded", "card_declined", "card_velocity_exceeded"),
    ("pm_card_radarBlock", "card_declined", "fraudulent"),
]
DECLINED_LATER = [
    ("4000000000000341", "generic_decline"),
    ("4000000000004954", "fraudulent"),
    ("pm_card_chargeCustomerFail", "generic_decline"),
    ("tok_visa_chargeCustomerFail", "generic_decline"),
    ("tok_visa_chargeCustomerFailLostCard", "lost_card"),
    ("tok_visa_chargeCustomerFailStolenCard", "stolen_card"),
    ("4000008400001280", "generic_decline"),
    ("pm_card_threeDSecureRequiredProcessingError", "generic_decline"),
]
# With the holder there; after they have agreed; and, set up, without them.
AUTHENTICATING = [
    ("4000002500003155", ASKS, PAID, PAID),
    ("4000002760003184", ASKS, PAID, "authentication_required"),
    ("4000003800000446", ASKS, PAID, PAID),
    ("4000008260003178", ASKS, "insufficient_funds", "insufficient_funds"),
    ("4000000000003220", ASKS, PAID, PAID),
    ("4000008400000027", ASKS, PAID, PAID),
    ("4000008400001629", ASKS, "generic_decline", "generic_decline"),
    ("4000000000003055", PAID, PAID, PAID),
    ("4000000000003097", PAID, PAID, PAID),
    ("4242424242424242", PAID, PAID, PAID),
    ("378282246310005", PAID, PAID, PAID),
    ("4000000032200000", PAID, PAID, PAID),
    ("4000582600000094", ASKS, PAID, "authentication_required"),
    ("4000582600000045", ASKS, PAID, "authentication_required"),
    ("4000582600000102", ASKS, PAID, "authentication_required"),
    ("4000582600000110", ASKS, PAID, "authentication_required"),
    ("pm_card_authenticationRequiredOnSetup", ASKS, PAID, PAID),
    ("pm_card_authenticationRequired", ASKS, PAID, "authentication_required"),
    ("pm_card_authenticationRequiredSetupForOffSession", ASKS, PAID, PAID),
    ("pm_card_threeDSecure2Required", ASKS, PAID, PAID),
    ("pm_card_threeDSecureRequiredChargeDeclined", ASKS, "generic_decline", "generic_decline"),
    ("pm_card_threeDSecureOptional", PAID, PAID, PAID),
    ("pm_card_threeDSecureOptionalProcessingError", PAID, PAID, PAID),
    ("pm_card_amex_threeDSecureNotSupported", PAID, PAID, PAID),
]


@pytest.fixture
def ada(near: Any) -> str:
    return str(near.customers.create({}).id)


def made(near: Any, card: str) -> str:
    """Return a method for a number or a token; a name stands for itself."""
    if card.startswith("pm_"):
        return card
    about = {"number": card, "exp_month": 12, "exp_year": 2034, "cvc": "123"}
    given = {"token": card} if card.startswith("tok_") else about
    return str(near.payment_methods.create({"type": "card", "card": given}).id)


def pay(near: Any, customer: str, method: str, **more: Any) -> Any:
    asked = {"amount": 500, "currency": "usd", "customer": customer, "payment_method": method}
    return near.payment_intents.create({**asked, "confirm": True, **more})


def outcome(call: Callable[[], Any]) -> str:
    """Return the status of what a call made, or why it was declined."""
    try:
        return str(call().status)
    except stripe.CardError as error:
        body: Any = error.json_body
        return str(body["error"].get("decline_code", error.code))


def accept(sandbox: Sandbox, intent: Any) -> None:
    given = {"outcome": "accept", "client_secret": intent.client_secret}
    complete(sandbox, intent.id, given)


@pytest.mark.parametrize(("card", "code", "decline_code"), NOT_ATTACHED)
def test_what_declines_is_neither_attached_nor_charged(
    near: Any, ada: str, card: str, code: str, decline_code: str | None
) -> None:
    with pytest.raises(stripe.CardError) as caught:
        near.payment_methods.attach(made(near, card), {"customer": ada})

    assert (error_of(caught)["code"], error_of(caught).get("decline_code")) == (code, decline_code)
    assert outcome(lambda: pay(near, ada, made(near, card))) == (decline_code or code)


@pytest.mark.parametrize(("card", "decline_code"), DECLINED_LATER)
def test_what_declines_later_is_attached_first(
    near: Any, ada: str, card: str, decline_code: str
) -> None:
    method = near.payment_methods.attach(made(near, card), {"customer": ada})

    there = outcome(lambda: pay(near, ada, method.id))
    away = outcome(lambda: pay(near, ada, method.id, off_session=True))

    assert there == away == decline_code


def test_where_the_bank_can_not_be_asked_nothing_is_set_up(near: Any, ada: str) -> None:
    """The card 4000008400001280, whose 3-D Secure lookup fails."""
    asked = {"customer": ada, "confirm": True, "automatic_payment_methods": NO_REDIRECTS}
    method = "pm_card_threeDSecureRequiredProcessingError"

    found = outcome(lambda: near.setup_intents.create({**asked, "payment_method": method}))

    assert found == "generic_decline"


@pytest.mark.parametrize(("card", "first", "agreed", "away"), AUTHENTICATING)
def test_what_authenticates_does_so_as_documented(
    near: Any, sandbox: Sandbox, ada: str, card: str, first: str, agreed: str, away: str
) -> None:
    payment = pay(near, ada, made(near, card))
    if payment.status == ASKS:
        accept(sandbox, payment)
    after = near.payment_intents.retrieve(payment.id)
    asked = {"customer": ada, "confirm": True, "automatic_payment_methods": NO_REDIRECTS}
    setup = near.setup_intents.create({**asked, "payment_method": made(near, card)})
    if setup.status == ASKS:
        accept(sandbox, setup)

    later = outcome(lambda: pay(near, ada, setup.payment_method, off_session=True))

    error = after.last_payment_error
    assert payment.status == first
    assert (error.decline_code if error else after.status) == agreed
    assert later == away


@pytest.mark.parametrize("number", [n for numbers in NOT_DONE.values() for n in numbers])
def test_cards_for_what_is_not_done_are_refused_by_name(near: Any, number: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        made(near, number)

    assert caught.value.code == "sandbox_unsupported"
