"""What the page around hears of the portal, and how it stops what is to come."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import test_embed as embedded
from tests.browser.test_embed import LOAD, MOUNT, Host, frame_of, snippet
from tests.docs.filling import EXAMPLES, filled
from tests.world import Tenant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
live_server, sandbox = embedded.live_server, embedded.sandbox
acme, host = embedded.acme, embedded.host

LISTENS = """
window.heard = [];
window.answers = {};
window.servicebotSettings = {
  ...%s,
  handleResponse(told) {
    heard.push(told);
    return answers[told.event] ? answers[told.event](told) : undefined;
  },
};"""
STOPS = {
    "false": ("() => false", "This page has stopped that"),
    "throws": ("() => { throw new Error('Not <b>today</b>') }", "Not <b>today</b>"),
    "rejects": ("async () => { throw 'Ask us first' }", "Ask us first"),
    "an object": ("() => { throw { why: 1 } }", "This page has stopped that"),
    "late": ("() => new Promise(() => {})", "didn’t answer in time"),
}
ON = (
    *("handles_response", "can_cancel", "can_change_plan", "can_resubscribe", "can_update_card"),
    "cancels_immediately",
)


def switch(acme: Tenant, **settings: bool) -> None:
    for name, value in settings.items():
        setattr(acme.portal.settings, name, value)
    acme.portal.settings.save()


def listening(page: Page, host: Host, acme: Tenant, *, name: str = "ada", before: str = "") -> Any:
    """Open a page that hears everything; return the portal in it."""
    script = LISTENS % json.dumps(snippet(acme, name)) + before
    page.clock.install()
    page.goto(host.page(MOUNT + LOAD, script))
    return frame_of(page)


def heard(page: Page) -> list[dict[str, Any]]:
    """Return what the page has heard since it was asked last."""
    told: list[dict[str, Any]] = page.evaluate("heard.splice(0)")
    return told


def names(told: list[dict[str, Any]]) -> list[str]:
    return [each["event"] for each in told]


def test_a_journey_is_heard(page: Page, host: Host, acme: Tenant) -> None:
    switch(acme, **dict.fromkeys(ON, True))
    portal = listening(page, host, acme)
    change = portal.get_by_role("button", name="Change plan")
    expect(change).to_be_visible()
    begun = heard(page)
    assert names(begun) == ["pre_load", "post_load"]
    (before,) = begun[1]["response"]["data"]

    change.click()
    portal.get_by_role("radio", name="Business").check()
    portal.get_by_role("button", name="See what it costs").click()
    portal.get_by_role("button", name="Change to Business").dblclick()
    expect(portal.locator("article header .tag")).to_have_text("Business")
    page.wait_for_function("() => heard.some(each => each.event === 'change_plan')")

    told = heard(page)
    clicks = [each["extras"]["button"] for each in told if each["event"] == "button_click"]
    assert clicks[:3] == ["plans", "preview-change-plan", "change-plan"]
    selected, asked, changed = (each for each in told if each["event"] != "button_click")
    assert names([selected, asked, changed]) == ["select_plan", "pre_change_plan", "change_plan"]
    assert selected["extras"] | {"scheduled": False} == asked["extras"]
    assert selected["extras"]["tier"] == "Business"
    assert asked["response"] == before
    assert changed["response"]["items"][0]["price"]["id"] == asked["extras"]["price"]


@pytest.mark.parametrize("event", ["pre_change_plan", "pre_resubscribe", "pre_cancel"])
def test_each_way_to_stop_an_action(page: Page, host: Host, acme: Tenant, event: str) -> None:
    switch(acme, **dict.fromkeys(ON, True))
    ada = acme.shop.stripe.v1.customers.list({"email": "ada@example.com"}).data[0].id
    (sub,) = acme.shop.stripe.v1.subscriptions.list({"customer": ada}).data
    if event == "pre_resubscribe":
        acme.shop.stripe.v1.subscriptions.cancel(sub.id)
    portal = listening(page, host, acme)
    button = prepared(portal, event)
    was = acme.shop.stripe.v1.subscriptions.list({"customer": ada, "status": "all"}).data

    for way, (does, said) in STOPS.items():
        page.evaluate(f"void (answers.{event} = {does})")
        button.click()
        if way == "late":
            expect(button).to_have_attribute("aria-busy", "true")
            page.clock.fast_forward(11_000)
        expect(portal.get_by_role("alert").filter(has_text=said)).to_be_visible()
        assert portal.locator("[role=alert] b").count() == 0

    now = acme.shop.stripe.v1.subscriptions.list({"customer": ada, "status": "all"}).data
    assert [(s.id, s.status, s["items"].data[0].price.id) for s in now] == [
        (s.id, s.status, s["items"].data[0].price.id) for s in was
    ]
    page.evaluate(f"void (answers.{event} = async () => 'anything')")
    heard(page)
    button.click()
    done = event.removeprefix("pre_")
    page.wait_for_function("done => heard.some(each => each.event === done)", arg=done)
    assert "error" not in names(heard(page))


def prepared(portal: Any, event: str) -> Any:
    """Come to where the action is confirmed; return the button that does it."""
    if event == "pre_cancel":
        portal.get_by_role("button", name="Cancel subscription").click()
        return portal.locator("form.change [type=submit]")
    if event == "pre_resubscribe":
        portal.get_by_role("button", name="Resubscribe").click()
    else:
        portal.get_by_role("button", name="Change plan").click()
        portal.get_by_role("radio", name="Business").check()
        portal.get_by_role("button", name="See what it costs").click()
    return portal.locator(".cost form [type=submit]")


@pytest.mark.parametrize("way", STOPS)
def test_each_way_to_stop_the_page(page: Page, host: Host, acme: Tenant, way: str) -> None:
    switch(acme, handles_response=True)
    does, said = STOPS[way]

    portal = listening(page, host, acme, before=f"answers.pre_load = {does};")
    if way == "late":
        page.wait_for_function("() => heard.length === 1")
        page.clock.fast_forward(11_000)

    expect(portal.get_by_role("alert")).to_contain_text(said)
    assert names(heard(page)) == ["pre_load"]
    assert portal.locator("article").count() == 0


def test_a_card_is_kept_back_and_let_go(page: Page, host: Host, acme: Tenant) -> None:
    switch(acme, handles_response=True, can_update_card=True)
    portal = listening(page, host, acme)
    portal.get_by_role("button", name="Update card").click()
    card = portal.frame_locator("[data-element] iframe")
    card.get_by_label("Card number").press_sequentially("4242424242424242")
    card.get_by_label("Expiration date").press_sequentially("1230")
    card.get_by_label("Security code").press_sequentially("123")
    save = portal.get_by_role("button", name="Save card")
    for does, said in (STOPS["false"], STOPS["rejects"]):
        page.evaluate(f"void (answers.pre_update_card = {does})")
        save.click()
        expect(portal.get_by_role("alert").filter(has_text=said)).to_be_visible()
    page.evaluate("void (answers.pre_update_card = () => { throw Error('x'.repeat(900)) })")
    save.click()
    expect(portal.get_by_role("alert").filter(has_text="x" * 300)).to_have_text("x" * 300)
    page.evaluate("void (answers = {})")
    heard(page)

    save.click()

    page.wait_for_function("() => heard.some(each => each.event === 'update_card')")
    told = heard(page)
    assert names(told) == ["button_click", "pre_update_card", "update_card"]
    assert told[1]["response"] == told[2]["response"]
    assert told[2]["response"]["object"] == "payment_method"


def test_what_is_refused_is_heard_as_the_customer_reads_it(
    page: Page, host: Host, acme: Tenant
) -> None:
    switch(acme, handles_response=True, can_cancel=True)
    portal = listening(page, host, acme)
    portal.get_by_role("button", name="Cancel subscription").click()
    expect(portal.get_by_role("button", name="Cancel on")).to_be_visible()
    switch(acme, can_cancel=False)
    heard(page)

    portal.get_by_role("button", name="Cancel on").click()

    alert = portal.get_by_role("alert")
    expect(alert).to_be_visible()
    error = heard(page)[-1]
    assert (error["event"], error["extras"]["code"]) == ("error", "setting_off")
    assert error["extras"]["message"] == alert.inner_text().strip()


def test_a_lost_connection_is_heard_and_what_opens_or_leads_elsewhere(
    page: Page, host: Host, acme: Tenant
) -> None:
    switch(acme, handles_response=True, can_cancel=True, shows_actions_in_dropdown=True)
    portal = listening(page, host, acme)
    menu = portal.locator("details.menu summary")
    expect(menu).to_be_visible()
    page.route("**/ask-cancel", lambda route: route.abort())
    heard(page)

    menu.click()
    portal.get_by_role("button", name="Cancel subscription").click()
    alert = portal.get_by_role("alert")
    expect(alert).to_be_visible()
    with page.expect_popup():
        portal.get_by_role("link", name="PDF").first.click()

    opened, asked, error, link = heard(page)
    assert [each["extras"].get("button") for each in (opened, asked, link)] == [
        *("menu", "ask-cancel", "invoice-pdf")
    ]
    assert (error["event"], error["extras"]["code"]) == ("error", "connection_lost")
    assert error["extras"]["message"] in alert.inner_text()


def test_of_a_changed_amount_only_that_is_heard(page: Page, host: Host, acme: Tenant) -> None:
    switch(acme, **dict.fromkeys(ON, True))
    stripe = acme.shop.stripe.v1
    for _each in range(2):
        twin = stripe.customers.create({"email": "twin@example.com"}).id
        card = stripe.payment_methods.attach("pm_card_visa", {"customer": twin}).id
        default = {"invoice_settings": {"default_payment_method": card}}
        stripe.customers.update(twin, default)
    acme.shop.subscribe(twin, "Team month")
    portal = listening(page, host, acme, name="twin")
    button = prepared(portal, "pre_change_plan")
    # The preview says whose it is: the portal has two of one e-mail, and neither has a name.
    expect(portal.locator(".cost")).to_contain_text("twin@example.com")
    stripe.customers.update(twin, {"balance": -1000})

    button.click()

    alert = portal.get_by_role("alert")
    expect(alert).to_contain_text("The amount has changed")
    (error,) = (each for each in heard(page) if each["event"] == "error")
    assert error["response"] is None
    assert error["extras"] == {"code": "preview_stale", "message": alert.inner_text()}


def test_a_card_is_heard_to_be_saved_and_what_it_did_not_pay(
    page: Page, host: Host, acme: Tenant
) -> None:
    switch(acme, handles_response=True, can_update_card=True)
    eve = acme.shop.customer("Eve", "pm_card_chargeCustomerFail")
    acme.shop.subscribe(eve, payment_behavior="default_incomplete")
    portal = listening(page, host, acme, name="eve")
    portal.get_by_role("button", name="Update card").first.click()
    card = portal.frame_locator("[data-element] iframe")
    card.get_by_label("Card number").press_sequentially("4000000000000341")
    card.get_by_label("Expiration date").press_sequentially("1230")
    card.get_by_label("Security code").press_sequentially("123")
    heard(page)

    portal.get_by_role("button", name="Save card").click()

    alert = portal.get_by_role("alert")
    expect(alert).to_contain_text("a payment with it was declined")
    *_before, saved, error = heard(page)
    assert (saved["event"], error["event"]) == ("update_card", "error")
    assert error["extras"] == {"code": "card_declined", "message": alert.inner_text()}

    # A panel that the server refuses, in place of the card's form; and what is off from then on.
    switch(acme, can_update_card=False)
    portal.get_by_role("button", name="Update card").first.click()
    expect(alert.filter(has_text="isn’t offered")).to_be_visible()
    assert names(heard(page)) == ["button_click", "error"]


def test_turned_off_meanwhile_it_falls_silent_with_the_next_page(
    page: Page, host: Host, acme: Tenant
) -> None:
    switch(acme, **dict.fromkeys(ON, True))
    portal = listening(page, host, acme)
    portal.get_by_role("button", name="Cancel subscription").click()
    expect(portal.locator("form.change [type=submit]")).to_be_visible()
    switch(acme, handles_response=False)
    portal.locator("form.change [type=submit]").click()
    expect(portal.locator("#live")).to_contain_text("Done.")
    heard(page)

    portal.get_by_role("button", name="Resubscribe").click()

    expect(portal.locator(".cost")).to_be_visible()
    assert heard(page) == []


def test_a_handler_that_fails_stops_nothing_but_what_waits(
    page: Page, host: Host, acme: Tenant
) -> None:
    switch(acme, handles_response=True)

    portal = listening(page, host, acme, before="answers.post_load = () => { throw 'oh' };")

    expect(portal.get_by_role("heading", name="Notes")).to_be_visible()
    assert names(heard(page)) == ["pre_load", "post_load"]


def test_with_the_setting_off_nothing_is_heard_and_nothing_waits(
    page: Page, host: Host, acme: Tenant
) -> None:
    switch(acme, can_cancel=True, cancels_immediately=True, handles_response=False)
    portal = listening(page, host, acme, before="answers.pre_cancel = () => false;")
    portal.get_by_role("button", name="Cancel subscription").click()

    portal.locator("form.change [type=submit]").click()

    expect(portal.locator("#live")).to_contain_text("Done.")
    assert heard(page) == []


def test_nobody_else_answers_and_no_other_version(page: Page, host: Host, acme: Tenant) -> None:
    switch(acme, **dict.fromkeys(ON, True))
    portal = listening(page, host, acme, before="answers.pre_cancel = () => new Promise(() => {});")
    portal.get_by_role("button", name="Cancel subscription").click()
    button = portal.locator("form.change [type=submit]")
    button.click()
    expect(button).to_have_attribute("aria-busy", "true")
    inner, outer = page.frames[1], page
    forged = "{ type: 'servicebot:answer', id: 2, ok: true, v: %s }"

    # By the page itself, from a window that isn't the one around it; then of another version.
    inner.evaluate(f"postMessage({forged % 1}, location.origin)")
    for version in ("2", "undefined"):
        message = forged % version
        outer.evaluate(
            f"document.querySelector('iframe').contentWindow.postMessage({message}, '*')"
        )
    page.wait_for_timeout(200)

    expect(button).to_have_attribute("aria-busy", "true")
    outer.evaluate(f"document.querySelector('iframe').contentWindow.postMessage({forged % 1}, '*')")
    expect(portal.locator("#live")).to_contain_text("Done.")


def test_the_example_of_the_docs_does_what_it_says(page: Page, host: Host, acme: Tenant) -> None:
    switch(acme, **dict.fromkeys(ON, True))
    example = filled((EXAMPLES / "events.html").read_text(), acme, acme.portal.public_id)
    script = example.replace("<script>", "").replace("</script>", "")
    own = "window.shown = []; const showPlan = (tier) => shown.push(tier);"
    asks = "const leavesAnyway = async () => false;"
    page.goto(host.page(MOUNT + LOAD, own + asks + script))
    portal = frame_of(page)

    prepared(portal, "pre_change_plan").click()
    expect(portal.locator("article header .tag")).to_have_text("Business")
    prepared(portal, "pre_cancel").press("Enter")  # the page may still move under a pointer

    expect(portal.get_by_role("alert")).to_contain_text("This page has stopped that")
    assert page.evaluate("shown") == ["Business"]
