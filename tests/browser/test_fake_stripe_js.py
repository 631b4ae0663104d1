"""The fake Stripe.js in Chromium: cards typed, declined, authenticated and refused."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import FrameLocator, Page, expect
from stripe import StripeClient

pytestmark = pytest.mark.browser

CONFIRM = "() => { window.result = stripe.confirmSetup({ elements, redirect: 'if_required' }); }"


def form(portal: Page) -> FrameLocator:
    return portal.frame_locator("#card iframe")


def dialog(portal: Page) -> FrameLocator:
    return portal.frame_locator("iframe[title=Authentication]")


def type_card(portal: Page, number: str, expiry: str = "1230", cvc: str = "123") -> None:
    form(portal).get_by_label("Card number").press_sequentially(number)
    form(portal).get_by_label("Expiration date").press_sequentially(expiry)
    form(portal).get_by_label("Security code").press_sequentially(cvc)


def show(portal: Page, secret: str) -> None:
    assert portal.evaluate("(clientSecret) => show({ clientSecret })", secret) == "ready"


def confirmed(portal: Page) -> Any:
    return portal.evaluate("() => settled(result)")


def test_a_good_card_is_set_up_and_belongs_to_the_customer(
    portal: Page, secret: str, stripe: StripeClient, customer: str
) -> None:
    show(portal, secret)
    type_card(portal, "4242424242424242")

    portal.evaluate(CONFIRM)
    intent = confirmed(portal)["setupIntent"]

    assert intent["status"] == "succeeded"
    cards = stripe.v1.customers.payment_methods.list(customer).data
    assert [card.id for card in cards] == [intent["payment_method"]]
    assert cards[0].card
    assert (cards[0].card.last4, cards[0].card.exp_month, cards[0].card.exp_year) == (
        "4242",
        12,
        2030,
    )


def test_the_page_around_never_sees_the_card(portal: Page, secret: str) -> None:
    sent: list[tuple[bool, str]] = []
    portal.on(
        "request",
        lambda sent_: sent.append((sent_.frame == portal.main_frame, str(sent_.post_data))),
    )
    show(portal, secret)
    type_card(portal, "4242424242424242", cvc="987")

    typed = "".join(portal.evaluate("heard"))
    portal.evaluate(CONFIRM)
    confirmed(portal)

    with_card = [by_host for by_host, body in sent if "4242424242424242" in body]
    assert with_card == [False]
    assert "change" in typed
    assert "987" not in typed
    assert "42424242" not in "".join(portal.evaluate("heard")).replace(" ", "")


@pytest.mark.parametrize(
    ("button", "status"),
    [
        ("Complete authentication", "succeeded"),
        ("Fail authentication", "requires_payment_method"),
    ],
)
def test_the_bank_asks_over_the_whole_page(
    portal: Page, secret: str, stripe: StripeClient, button: str, status: str
) -> None:
    show(portal, secret)
    type_card(portal, "4000000000003220")

    portal.evaluate(CONFIRM)
    expect(dialog(portal).get_by_role("dialog", name="3D Secure test page")).to_be_visible()
    box = portal.locator("iframe[title=Authentication]").bounding_box()
    dialog(portal).get_by_role("button", name=button).click()
    result = confirmed(portal)

    assert box == {"x": 0, "y": 0, **(portal.viewport_size or {})}
    intent = stripe.v1.setup_intents.retrieve(secret.partition("_secret_")[0])
    assert intent.status == status
    if status == "succeeded":
        assert result["setupIntent"]["status"] == "succeeded"
    else:
        assert result["error"]["code"] == "setup_intent_authentication_failure"
        assert result["error"]["setup_intent"]["status"] == status
    expect(portal.locator("iframe[title=Authentication]")).to_have_count(0)


def test_the_dialog_holds_the_keyboard(portal: Page, secret: str) -> None:
    show(portal, secret)
    type_card(portal, "4000000000003220")

    portal.evaluate(CONFIRM)
    accept = dialog(portal).get_by_role("button", name="Complete authentication")
    refuse = dialog(portal).get_by_role("button", name="Fail authentication")
    expect(accept).to_be_focused()
    portal.keyboard.press("Shift+Tab")
    expect(refuse).to_be_focused()
    portal.keyboard.press("Tab")
    expect(accept).to_be_focused()
    portal.keyboard.press("Enter")

    assert confirmed(portal)["setupIntent"]["status"] == "succeeded"


def test_a_declined_card_is_an_answer_and_another_may_follow(portal: Page, secret: str) -> None:
    show(portal, secret)
    type_card(portal, "4000000000000002")

    portal.evaluate(CONFIRM)
    error = confirmed(portal)["error"]

    assert (error["type"], error["code"]) == ("card_error", "card_declined")
    assert error["decline_code"] == "generic_decline"
    assert error["setup_intent"]["status"] == "requires_payment_method"
    portal.evaluate("() => card.clear()")
    type_card(portal, "4242424242424242")
    portal.evaluate(CONFIRM)
    assert confirmed(portal)["setupIntent"]["status"] == "succeeded"


@pytest.mark.parametrize(
    ("typed", "code", "message"),
    [
        (("", "", ""), "incomplete_number", "Your card number is incomplete."),
        (("4242", "1230", "123"), "incomplete_number", "Your card number is incomplete."),
        (("4242424242424241", "1230", "123"), "invalid_number", "Your card number is invalid."),
        (
            ("4242424242424242", "12", "123"),
            "incomplete_expiry",
            "Your card's expiration date is incomplete.",
        ),
        (
            ("4242424242424242", "1220", "123"),
            "invalid_expiry_year_past",
            "Your card's expiration year is in the past.",
        ),
        (
            ("378282246310005", "1230", "123"),
            "incomplete_cvc",
            "Your card's security code is incomplete.",
        ),
    ],
)
def test_a_wrong_card_is_refused_before_any_request(
    portal: Page, secret: str, typed: tuple[str, str, str], code: str, message: str
) -> None:
    sent: list[str] = []
    portal.on("request", lambda request: sent.append(request.method))
    show(portal, secret)
    type_card(portal, *typed)

    portal.evaluate(CONFIRM)
    error = confirmed(portal)["error"]

    assert error == {"type": "validation_error", "code": code, "message": message}
    expect(form(portal).get_by_text(message)).to_be_visible()
    wrong = form(portal).locator("input:focus")
    expect(wrong).to_have_attribute("aria-invalid", "true")
    expect(wrong).to_have_accessible_description(message)
    assert "POST" not in sent


def test_without_an_intent_the_form_is_submitted_first(portal: Page, secret: str) -> None:
    confirm = (
        "(s) => settled(stripe.confirmSetup({elements, clientSecret: s, redirect: 'if_required'}))"
    )
    portal.evaluate("() => show({ mode: 'setup', currency: 'eur' })")
    type_card(portal, "4242424242424242")

    early = portal.evaluate(confirm, secret)
    submitted = portal.evaluate("() => elements.submit()")
    result = portal.evaluate(confirm, secret)

    assert early["thrown"] == "IntegrationError"
    assert submitted == {"selectedPaymentMethod": "card"}
    assert result["setupIntent"]["status"] == "succeeded"
