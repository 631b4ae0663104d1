"""The main job, end to end: a customer of a shop on another site manages what they pay for.

Runs the demo as a newcomer does, and once more against a sandbox in a process of its own. Chromium
blocks third parties' cookies and storage.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from tests.browser import blocking
from tests.browser.stack import Stack, running
from tests.serving import free_ports, sandbox_process

pytestmark = pytest.mark.browser
browser = blocking.browser

LONG_HOST_PAGE = 3000
STORED = "() => { try { return localStorage.length; } catch { return 'blocked'; } }"


@pytest.fixture(scope="module", params=["one process", "a sandbox of its own"])
def stack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("demo")
    port = free_ports(4)
    if request.param == "one process":
        with running(folder, port) as stack:
            yield stack
            stack.require_contract()
        return
    with running(folder, port):
        pass
    state = folder / "apart.json"
    shutil.copy(folder / "sandbox.json", state)
    (folder / "demo.json").unlink()
    with sandbox_process(port + 3, "--state", str(state)) as url:
        own = {"STRIPE_API_BASE": url, "STRIPE_JS_URL": f"{url}/js/stripe.js"}
        with running(folder, port, **own) as stack:
            apart = Stack({**stack.told, "stripe_api_base": url})
            yield apart
            apart.require_contract()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A browser of its own for each test, on a desktop."""
    context = browser.new_context(viewport={"width": 1100, "height": 800})
    yield context.new_page()
    context.close()


def sign_in(page: Page, stack: Stack, key: str, query: str = "") -> FrameLocator:
    """Sign in to the shop as a customer and open its billing page; return the portal in it."""
    page.goto(f"{stack.shop_url}sign-in")
    page.locator(f"button[value={key}]").click()
    page.goto(f"{stack.shop_url}billing{query}")
    return page.frame_locator("#servicebot-portal iframe")


def press(portal: FrameLocator, name: str) -> None:
    portal.get_by_role("button", name=re.compile(name)).first.click()


def type_card(page: Page, portal: FrameLocator, number: str) -> None:
    card = portal.frame_locator("iframe").first
    card.get_by_label("Card number").press_sequentially(number)
    card.get_by_label("Expiration date").press_sequentially("1230")
    card.get_by_label("Security code").press_sequentially("123")


def test_the_customer_changes_plan(page: Page, stack: Stack) -> None:
    portal = sign_in(page, stack, "active")
    press(portal, "Change plan")
    assert next(f for f in page.frames if "/portal/" in f.url).evaluate(STORED) == "blocked"
    portal.get_by_role("radio", name=re.compile("Business")).first.check()
    press(portal, "See what it costs")
    button = portal.get_by_role("button", name=re.compile(r"Change to Business and pay \$"))
    button.click()

    expect(portal.locator("article header .tag")).to_have_text("Business")
    (subscription_id,) = stack.customer("active")["subscriptions"]
    price = stack.subscription(subscription_id)["items"].data[0].price
    product = stack.stripe.v1.products.retrieve(str(price.product))
    assert product.metadata is not None
    assert product.metadata["sb_tier"] == "Business"


def test_the_customer_cancels_with_a_reason_and_undoes_it(page: Page, stack: Stack) -> None:
    portal = sign_in(page, stack, "yearly")
    (subscription_id,) = stack.customer("yearly")["subscriptions"]
    press(portal, "Cancel subscription")
    portal.get_by_role("radio", name=re.compile("expensive")).check()
    portal.get_by_role("textbox").fill("Too much for two of us")
    press(portal, "Cancel (at|on)")

    expect(portal.get_by_text(re.compile("Ends on")).first).to_be_visible()
    subscription = stack.subscription(subscription_id)
    assert subscription.cancel_at_period_end
    assert subscription.metadata["cancellation_reason"] == "too_expensive"
    assert subscription.metadata["cancellation_comment"] == "Too much for two of us"
    assert subscription.cancellation_details is not None
    assert subscription.cancellation_details.feedback == "too_expensive"
    assert subscription.cancellation_details.comment == "Too much for two of us"

    press(portal, "Keep")

    expect(portal.get_by_role("button", name=re.compile("Cancel subscription"))).to_be_visible()
    subscription = stack.subscription(subscription_id)
    assert not subscription.cancel_at_period_end
    assert "cancellation_reason" not in subscription.metadata


def test_the_customer_comes_back(page: Page, stack: Stack) -> None:
    portal = sign_in(page, stack, "canceled")
    (ended_id,) = stack.customer("canceled")["subscriptions"]
    press(portal, "Resubscribe")
    press(portal, "See what it costs")
    portal.get_by_role("button", name=re.compile(r"and pay \$")).click()

    expect(portal.get_by_text(re.compile("^Active")).first).to_be_visible()
    customer_id = stack.customer("canceled")["customer_id"]
    listed = stack.stripe.v1.subscriptions.list({"customer": customer_id}).data
    assert [s.metadata["sb_resubscribed_from"] for s in listed] == [ended_id]
    assert [s.status for s in listed] == ["active"]


@pytest.mark.parametrize("answer", ["Complete", "Fail"])
def test_the_bank_is_asked_inside_the_viewport(page: Page, stack: Stack, answer: str) -> None:
    key = "two_subscriptions" if answer == "Complete" else "discounted"
    portal = sign_in(page, stack, key, "?long=1")
    page.evaluate("window.scrollTo(0, document.body.scrollHeight / 2)")
    before = stack.stripe.v1.customers.retrieve(stack.customer(key)["customer_id"])
    press(portal, "Update card")
    type_card(page, portal, "4000000000003220")
    press(portal, "Save card")
    dialog = portal.frame_locator("iframe[title=Authentication]")
    button = dialog.get_by_role("button", name=re.compile(answer))
    expect(button).to_be_visible()
    box = button.bounding_box()
    assert box is not None
    assert 0 <= box["y"] <= 800 - box["height"], "the dialog is outside the viewport"
    assert page.evaluate("document.documentElement.scrollHeight") >= LONG_HOST_PAGE

    button.click()

    customer = stack.customer(key)["customer_id"]
    if answer == "Complete":
        expect(portal.get_by_text(re.compile("3220")).first).to_be_visible()
        after = stack.stripe.v1.customers.retrieve(customer)
        assert after.invoice_settings != before.invoice_settings
    else:
        expect(portal.get_by_role("alert").first).to_be_visible()
        after = stack.stripe.v1.customers.retrieve(customer)
        assert after.invoice_settings == before.invoice_settings


def test_a_wrong_hash_gets_a_page_that_says_so(page: Page, stack: Stack) -> None:
    statuses: list[int] = []
    page.on("response", lambda r: statuses.append(r.status) if r.url.endswith("/session") else None)

    portal = sign_in(page, stack, "active", "?wrong_hash=1")

    expect(portal.get_by_role("alert")).to_be_visible()
    assert statuses == [403]


def test_a_switch_turned_off_takes_the_button_away(page: Page, stack: Stack) -> None:
    portal = sign_in(page, stack, "quantity")
    expect(portal.get_by_role("button", name=re.compile("Cancel subscription"))).to_be_visible()
    dashboard = page.context.new_page()
    dashboard.goto(stack.told["dashboard_url"])
    dashboard.get_by_label(re.compile("e-?mail", re.I)).fill(stack.told["email"])
    dashboard.get_by_label(re.compile("^password", re.I)).fill(stack.told["password"])
    dashboard.get_by_role("button", name=re.compile("log in|sign in", re.I)).click()
    dashboard.get_by_role("navigation").get_by_role("link", name=re.compile("Test")).click()
    switch = dashboard.get_by_label("Enable cancellation")
    switch.uncheck()
    expect(dashboard.get_by_text("Saved").first).to_be_visible()
    try:
        page.reload()

        expect(portal.get_by_role("button", name=re.compile("Change plan"))).to_be_visible()
        expect(portal.get_by_role("button", name=re.compile("Cancel subscription"))).to_have_count(
            0
        )
        assert refusal(page, stack, "quantity") == (403, "setting_off", "can_cancel")
    finally:
        switch.check()
        expect(dashboard.get_by_text("Saved").first).to_be_visible()


def refusal(page: Page, stack: Stack, key: str) -> tuple[int, str, str]:
    """Ask the API to cancel, as the shop's server would."""
    base = stack.told["dashboard_url"]
    customer = stack.customer(key)
    begun = page.context.request.post(
        f"{base}api/v1/portal/session",
        data={
            "portal_id": stack.told["portal_id"],
            "email": customer["email"],
            "hash": stack.hash(customer["email"]),
        },
    )
    token = begun.json()["token"]
    answer = page.context.request.post(
        f"{base}api/v1/portal/subscriptions/{customer['subscriptions'][0]}/cancel",
        headers={"Authorization": f"Bearer {token}"},
        data={},
    )
    body = answer.json()
    return answer.status, body["code"], body["setting"]
