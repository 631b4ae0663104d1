"""What the fake Stripe.js offers beside the card form, and how it refuses wrong calls."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from stripe import StripeClient

pytestmark = pytest.mark.browser
IF_REQUIRED = "{ elements, redirect: 'if_required' }"
COMPLETE = "Complete authentication"
FAIL = "Fail authentication"
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
# At night the form stands on the host's dark page, which can't be seen from inside the frame.
WCAG_WITHOUT_CONTRAST = {**WCAG, "rules": {"color-contrast": {"enabled": False}}}


def fill_card(portal: Page, number: str) -> None:
    frame = portal.frame_locator("#card iframe")
    frame.locator("#number").fill(number)
    frame.locator("#expiry").fill("12 / 30")
    frame.locator("#cvc").fill("123")


def answer_bank(portal: Page, button: str) -> None:
    dialog = portal.frame_locator("iframe[title=Authentication]")
    dialog.get_by_role("button", name=button).click()


def settle(portal: Page, call: str, *given: Any) -> Any:
    return portal.evaluate(f"(given) => settled((async (a, b) => {call})(...given))", given)


def start(portal: Page, call: str, *given: Any) -> None:
    portal.evaluate(f"(given) => {{ window.result = ((a, b) => {call})(...given); }}", given)


def result(portal: Page) -> Any:
    return portal.evaluate("() => settled(result)")


def test_a_payment_is_confirmed_with_a_typed_card(portal: Page, payment: str) -> None:
    portal.evaluate("(clientSecret) => show({ clientSecret })", payment)
    fill_card(portal, "4242424242424242")

    answer = settle(portal, f"stripe.confirmPayment({IF_REQUIRED})")

    assert answer["paymentIntent"]["status"] == "succeeded"
    assert answer["paymentIntent"]["amount"] == 1999


def test_a_payment_is_confirmed_with_a_card_on_file(
    portal: Page, payment: str, stripe: StripeClient, customer: str
) -> None:
    card = stripe.v1.payment_methods.attach("pm_card_visa", {"customer": customer}).id

    answer = settle(
        portal,
        "stripe.confirmPayment({clientSecret: a, redirect: 'if_required', "
        "confirmParams: {payment_method: b}})",
        payment,
        card,
    )

    assert answer["paymentIntent"]["status"] == "succeeded"
    assert answer["paymentIntent"]["payment_method"] == card


@pytest.mark.parametrize("button", [COMPLETE, FAIL])
def test_a_payment_that_waits_for_the_bank_is_carried_on(
    portal: Page, payment: str, stripe: StripeClient, button: str
) -> None:
    id_ = payment.partition("_secret_")[0]
    waiting = stripe.v1.payment_intents.confirm(
        id_, {"payment_method": "pm_card_threeDSecure2Required"}
    )

    start(portal, "stripe.handleNextAction({ clientSecret: a })", payment)
    answer_bank(portal, button)
    answer = result(portal)

    assert waiting.status == "requires_action"
    if button == COMPLETE:
        assert answer["paymentIntent"]["status"] == "succeeded"
    else:
        assert answer["error"]["code"] == "payment_intent_authentication_failure"
        assert answer["error"]["payment_intent"]["id"] == id_


def test_a_card_element_is_confirmed_the_older_way(portal: Page, secret: str) -> None:
    portal.evaluate("() => show({}, 'card', { hidePostalCode: true })")
    fill_card(portal, "4242424242424242")

    answer = settle(
        portal,
        "stripe.confirmCardSetup(a, {payment_method: {card, billing_details: {name: 'Ada'}}})",
        secret,
    )

    assert answer["setupIntent"]["status"] == "succeeded"
    changes = [event for event in portal.evaluate("events") if event["name"] == "change"]
    assert changes[-1]["elementType"] == "card"
    assert changes[-1]["brand"] == "visa"
    assert changes[-1]["complete"] is True


def test_actions_may_be_left_for_later(portal: Page, payment: str) -> None:
    later = "stripe.confirmCardPayment(a, {payment_method: b}, {handleActions: false})"

    answer = settle(portal, later, payment, "pm_card_threeDSecure2Required")
    start(portal, "stripe.confirmCardPayment(a)", payment)
    answer_bank(portal, COMPLETE)

    assert answer["paymentIntent"]["status"] == "requires_action"
    assert result(portal)["paymentIntent"]["status"] == "succeeded"


def test_intents_are_read_and_wrong_secrets_are_answers(
    portal: Page, secret: str, payment: str
) -> None:
    read = settle(portal, "stripe.retrieveSetupIntent(a)", secret)
    paid = settle(portal, "stripe.retrievePaymentIntent(a)", payment)
    wrong = settle(portal, "stripe.retrieveSetupIntent(a)", secret + "x")

    assert read["setupIntent"]["status"] == "requires_payment_method"
    assert paid["paymentIntent"]["status"] == "requires_payment_method"
    assert "setupIntent" not in wrong
    assert wrong["error"]["type"] == "invalid_request_error"


def test_a_broken_connection_is_an_answer(portal: Page, secret: str) -> None:
    portal.route("**/v1/**", lambda route: route.abort())

    answer = settle(portal, "stripe.retrieveSetupIntent(a)", secret)

    assert answer["error"]["type"] == "api_connection_error"


def test_the_page_is_left_for_the_return_url(portal: Page, secret: str) -> None:
    portal.evaluate("(clientSecret) => show({ clientSecret })", secret)
    fill_card(portal, "4242424242424242")

    back = "{ return_url: location.origin + '/portal?back=1' }"
    start(portal, f"stripe.confirmSetup({{ elements, confirmParams: {back} }})")
    portal.wait_for_url("**/portal?back=1&**")

    assert "setup_intent=seti_" in portal.url
    assert "redirect_status=succeeded" in portal.url


@pytest.mark.parametrize(
    "call",
    [
        "Stripe('')",
        "Stripe('sk_test_acme')",
        "stripe.elements({ mode: 'setup', paymentMethodTypes: ['card'] })",
        "stripe.elements({ mode: 'payment', currency: 'eur' })",
        "stripe.elements({ clientSecret: 'nonsense' })",
        "stripe.elements({ mode: 'setup' }).create('iban')",
        "stripe.elements().create('payment')",
        "stripe.elements({ mode: 'setup' }).create('payment').mount('#nowhere')",
        "stripe.elements({ mode: 'setup' }).submit()",
        "stripe.confirmSetup({ elements: stripe.elements({ clientSecret: a }) })",
        "stripe.confirmSetup({ clientSecret: b, redirect: 'if_required' })",
        "stripe.confirmPayment({ clientSecret: a, redirect: 'if_required' })",
        "stripe.confirmCardSetup('nonsense')",
    ],
)
def test_a_wrong_call_throws(portal: Page, secret: str, payment: str, call: str) -> None:
    answer = settle(portal, call, secret, payment)

    assert answer["thrown"] == "IntegrationError"
    assert answer["message"]


def test_a_secret_that_opens_nothing_is_a_load_error(portal: Page) -> None:
    error = portal.evaluate("() => show({ clientSecret: 'seti_none_secret_none' })")

    assert error["type"] == "invalid_request_error"
    assert portal.evaluate("() => elements.submit()") == {"error": error}


def test_the_form_wears_the_hosts_colours_and_language(portal: Page) -> None:
    variables = {"colorPrimary": "#0a7d5a", "borderRadius": "14px", "fontFamily": "Georgia, serif"}
    appearance = {
        "theme": "night",
        "variables": {**variables, "colorBackground": "#101010", "colorText": "#fafafa"},
        "rules": {".Input": {"borderWidth": "2px"}},
    }
    portal.evaluate("(a) => show({ mode: 'setup', locale: 'de-AT', appearance: a })", appearance)
    number = portal.frame_locator("#card iframe").get_by_label("Kartennummer")

    number.focus()

    expect(number).to_have_css("background-color", "rgb(16, 16, 16)")
    expect(number).to_have_css("color", "rgb(250, 250, 250)")
    expect(number).to_have_css("border-radius", "14px")
    expect(number).to_have_css("border-width", "2px")
    expect(number).to_have_css("border-color", "rgb(10, 125, 90)")
    expect(number).to_have_css("font-family", "Georgia, serif")


def test_colours_that_stripe_cannot_read_are_dropped_with_a_warning(portal: Page) -> None:
    warnings: list[str] = []
    portal.on("console", lambda message: warnings.append(message.text))
    variables = {"colorText": "oklab(0.5 0 0)", "colorBackground": "rgb(1, 2, 3)"}

    portal.evaluate("(v) => show({ mode: 'setup', appearance: { variables: v } })", variables)

    number = portal.frame_locator("#card iframe").get_by_label("Card number")
    expect(number).to_have_css("color", "rgb(48, 49, 61)")
    expect(number).to_have_css("background-color", "rgb(1, 2, 3)")
    assert len(warnings) == 1
    assert "colorText" in warnings[0]


def test_look_and_language_change_in_place(portal: Page) -> None:
    portal.evaluate("() => show({ mode: 'setup', locale: 'en' })")
    fill_card(portal, "4242")

    portal.evaluate("() => elements.update({ locale: 'ar', appearance: { theme: 'night' } })")

    frame = portal.frame_locator("#card iframe")
    expect(frame.locator("html")).to_have_attribute("dir", "rtl")
    expect(frame.get_by_label("رقم البطاقة")).to_have_value("4242")


def heard(portal: Page, name: str) -> None:
    """Wait until an event of the element's has come: frames talk in their own time."""
    portal.wait_for_function("name => events.some(event => event.name === name)", arg=name)


def test_the_element_tells_what_happens_in_it(portal: Page) -> None:
    portal.evaluate("() => show({ mode: 'setup' })")

    portal.evaluate("() => card.focus()")
    heard(portal, "focus")
    portal.keyboard.type("4242")
    portal.keyboard.press("Escape")
    portal.keyboard.press("Enter")
    portal.locator("#save").focus()
    heard(portal, "blur")

    names = [event["name"] for event in portal.evaluate("events")]
    assert names[:3] == ["loaderstart", "ready", "focus"]
    assert names[3:] == ["change"] * 4 + ["escape", "blur"]
    assert portal.evaluate("submits") == 1


def test_an_element_goes_and_comes_back(portal: Page) -> None:
    portal.evaluate("() => show({ mode: 'setup' })")

    portal.evaluate("() => card.unmount()")
    expect(portal.locator("iframe")).to_have_count(0)
    portal.evaluate("() => card.mount('#card')")
    expect(portal.frame_locator("#card iframe").get_by_label("Card number")).to_be_visible()
    portal.evaluate("() => card.destroy()")

    expect(portal.locator("iframe")).to_have_count(0)
    assert portal.evaluate("elements.getElement('payment')") is None
    assert settle(portal, "card.mount('#card')")["thrown"] == "IntegrationError"


def test_strangers_messages_change_nothing(portal: Page) -> None:
    portal.evaluate("() => show({ mode: 'setup' })")
    frame = portal.locator("#card iframe")
    height = frame.bounding_box()

    portal.evaluate("() => window.postMessage({ type: 'height', height: 999 }, location.origin)")
    portal.evaluate("""() => {
        const stranger = document.createElement('iframe');
        stranger.id = 'stranger';
        stranger.src = document.querySelector('#card iframe').src.replace(/origin=.*/, 'origin=x');
        stranger.addEventListener('load', () => stranger.contentWindow.postMessage(
            { type: 'look', appearance: {}, locale: 'en' }, new URL(stranger.src).origin));
        document.body.append(stranger);
    }""")

    expect(portal.frame_locator("#stranger").locator("label").first).to_have_text("")
    assert frame.bounding_box() == height


@pytest.mark.parametrize("width", [280, 600])
@pytest.mark.parametrize("theme", ["stripe", "night"])
def test_the_form_fits_and_is_accessible(portal: Page, width: int, theme: str) -> None:
    portal.set_viewport_size({"width": width, "height": 500})
    portal.evaluate("(theme) => show({ mode: 'setup', appearance: { theme } })", theme)

    portal.evaluate("() => elements.submit()")

    frame = portal.frames[1]
    expect(frame.get_by_text("Your card's security code is incomplete.")).to_be_visible()
    portal.wait_for_function(
        "height => document.querySelector('iframe').clientHeight >= height",
        arg=frame.evaluate("document.body.getBoundingClientRect().height"),
    )
    assert frame.evaluate("document.body.scrollWidth <= innerWidth")
    found = Axe().run(frame, options=WCAG if theme == "stripe" else WCAG_WITHOUT_CONTRAST)
    assert found.response["violations"] == []


def test_typing_is_put_into_groups_and_the_caret_stays(portal: Page) -> None:
    portal.evaluate("() => show({ mode: 'setup' })")
    number = portal.frame_locator("#card iframe").get_by_label("Card number")
    expiry = portal.frame_locator("#card iframe").get_by_label("Expiration date")

    number.press_sequentially("4242 4242x42424242")
    for _ in range(10):
        number.press("ArrowLeft")
    number.press("Backspace")
    number.press("1")
    expiry.press_sequentially("530")

    expect(number).to_have_value("4242 4241 4242 4242")
    expect(expiry).to_have_value("05 / 30")
    for _ in range(2):
        expiry.press("Backspace")
    expect(expiry).to_have_value("05")
