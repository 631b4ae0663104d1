"""From signing up to a customer in the shop's page, as a new merchant goes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from portal.identity import hash_of
from servicebot.sandbox import doors
from servicebot.sandbox.world import Sandbox
from tests.accounts.mails import code_sent
from tests.browser.accounts import Visitor, code_now
from tests.browser.page_of_a_shop import ShopPage, shop_page
from tests.world import Shop

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
EMAIL, PASSWORD = "new@example.com", "a long password"


@pytest.fixture
def stripe(live_server: LiveServer, settings: Settings) -> Iterator[Shop]:
    """The newcomer's own Stripe account: three plans, and Ada who has one."""
    settings.PUBLIC_URL = live_server.url
    with doors.use(Sandbox()):
        account = Shop("newcomer")
        account.stock()
        account.subscribe(account.customer("Ada"))
        yield account


@pytest.fixture
def shop() -> Iterator[ShopPage]:
    with shop_page() as server:
        yield server


@pytest.fixture
def merchant(page: Page, live_server: LiveServer) -> Iterator[Visitor]:
    """Somebody new, to whom nothing may break the page's policy."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visitor = Visitor(page, live_server.url, looks=False)
    yield visitor
    assert visitor.faults == []


def test_a_new_merchant_is_in_the_shop_in_minutes(
    merchant: Visitor, stripe: Shop, shop: ShopPage
) -> None:
    page = merchant.page
    sign_up(merchant)
    log_in_with_app(merchant)

    page.get_by_role("link", name="Connect Stripe", exact=True).first.click()
    test_keys = page.get_by_role("region", name="Test mode")
    test_keys.get_by_label("Restricted key").fill("rk_test_newcomer")
    test_keys.get_by_label("Publishable key").fill(stripe.publishable_key)
    test_keys.get_by_role("button", name="Check and connect").click()
    expect(page.get_by_text("Stripe is connected in test mode.")).to_be_visible()

    merchant.goes_to("/")
    trying = page.get_by_role("region", name="Try it in test mode")
    expect(trying.get_by_text("4 of 5 done")).to_be_visible()
    trying.get_by_role("link", name="Add your site").click()
    merchant.sees("Install")
    page.get_by_label("Sites that may show the portal", exact=True).fill(shop.address)
    merchant.presses("Save Sites that may show the portal")
    expect(page.get_by_text("Saved: Sites that may show the portal")).to_be_visible()

    page.get_by_role("link", name="Initech").first.click()
    page.wait_for_url("**/settings/")
    page.get_by_role("switch", name="Enable security hash", exact=True).check()
    expect(page.get_by_text("Saved: Enable security hash")).to_be_visible()
    page.get_by_role("link", name="Secret keys", exact=True).click()
    merchant.confirms(PASSWORD)
    key = copied(page, "Copy")
    page.get_by_role("link", name="Install", exact=True).click()
    snippet = copied(page, "Copy In the page")

    shop.pasted = snippet.replace("HASH_FROM_YOUR_SERVER", hash_of(key, "ada@example.com"))
    customer = page.context.new_page()
    customer.goto(shop.address)
    portal = customer.frame_locator("#servicebot-portal iframe")
    expect(portal.get_by_role("heading", name="Notes")).to_be_visible()
    portal.get_by_role("button", name="Cancel subscription").click()
    expect(portal.get_by_role("button", name="Cancel on")).to_be_visible()
    customer.close()

    merchant.goes_to("/")
    expect(trying.get_by_text("5 of 5 done")).to_be_visible()


def sign_up(merchant: Visitor) -> None:
    merchant.goes_to("/accounts/signup/")
    merchant.fills_in(Email=EMAIL, Password=PASSWORD, Name_of_your_business="Initech")
    merchant.presses("Sign up")
    merchant.fills_in(Code=code_sent(EMAIL))
    merchant.presses("Confirm")
    merchant.sees("Set up and go live")


def log_in_with_app(merchant: Visitor) -> None:
    """Turn the second step on, leave, and come in by it."""
    merchant.goes_to("/accounts/2fa/app/add/")
    merchant.confirms(PASSWORD)
    merchant.sees("Set up an authenticator app")
    secret = merchant.page.locator("code").inner_text()
    merchant.fills_in(Authenticator_code=code_now(secret))
    merchant.presses("Turn it on")
    merchant.sees("Recovery codes")
    merchant.logs_out()
    merchant.fills_in(Email=EMAIL, Password=PASSWORD)
    merchant.presses("Log in")
    merchant.sees("One more step")
    merchant.fills_in(Code=code_now(secret))
    merchant.presses("Log in")
    merchant.sees("Set up and go live")
    assert User.objects.get(email=EMAIL).memberships.get().role == "owner"


def copied(page: Page, button: str) -> str:
    """Press a button that copies; return what it has put into the clipboard."""
    page.get_by_role("button", name=button).first.click()
    expect(page.get_by_role("status").filter(has_text="Copied")).to_be_visible()
    text: str = page.evaluate("navigator.clipboard.readText()")
    return text
