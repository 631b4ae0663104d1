"""From the install page to the portal in a shop's page, with what was copied and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from settings_ui.filling import snippets_of
from settings_ui.samples import LANGUAGES, chosen
from tests.browser.page_of_a_shop import ShopPage, shop_page
from tests.world import Tenant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def shop() -> Iterator[ShopPage]:
    with shop_page() as server:
        yield server


@pytest.fixture
def install(dashboard: Page) -> Page:
    """The install page, whose buttons may write to the clipboard."""
    dashboard.context.grant_permissions(["clipboard-read", "clipboard-write"])
    dashboard.get_by_role("link", name="Install", exact=True).click()
    dashboard.wait_for_url("**/install/")
    return dashboard


def copied(page: Page, button: str) -> str:
    """Press a button that copies; return what it has put into the clipboard."""
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.get_by_role("status").filter(has_text="Copied")).to_be_visible()
    text: str = page.evaluate("navigator.clipboard.readText()")
    return text


def test_what_is_copied_is_the_portal_in_a_page(install: Page, shop: ShopPage) -> None:
    install.get_by_label("Sites that may show the portal", exact=True).fill(shop.address)
    install.get_by_role("button", name="Save Sites that may show").click()
    expect(install.get_by_text("Saved: Sites that may show the portal")).to_be_visible()

    shop.pasted = copied(install, "Copy In the page")

    page = install.context.new_page()
    page.goto(shop.address)
    portal = page.frame_locator("#servicebot-portal iframe")
    expect(portal.get_by_role("heading", name="Notes")).to_be_visible()


def test_the_key_is_filled_in_after_a_fresh_log_in(install: Page, tenant: Tenant) -> None:
    install.evaluate("window.isThePage = true")
    install.get_by_role("link", name="PHP").click()
    expect(install.get_by_role("link", name="PHP")).to_have_attribute("aria-current", "true")
    expect(install.get_by_role("link", name="PHP")).to_be_focused()
    assert "hash_hmac" in copied(install, "Copy servicebot.php")
    install.go_back()
    expect(install.get_by_role("link", name="Node.js")).to_have_attribute("aria-current", "true")
    assert "createHmac" in copied(install, "Copy servicebot.mjs")
    install.go_forward()
    expect(install.get_by_role("link", name="PHP")).to_have_attribute("aria-current", "true")
    assert install.evaluate("window.isThePage")

    install.get_by_role("link", name="Fill in the key").click()
    install.get_by_label("Password").fill("a long password")
    install.get_by_role("button", name="Confirm").click()
    expect(install.get_by_text("The secret key is filled in below.")).to_be_visible()

    (first, _page) = snippets_of(chosen(LANGUAGES, "php"), tenant.portal, tenant.secret)
    assert copied(install, "Copy servicebot.php") == first.text
    assert tenant.secret in first.text
    assert tenant.secret not in install.url


def test_a_clipboard_that_refuses_is_said(dashboard: Page) -> None:
    dashboard.get_by_role("link", name="Install", exact=True).click()
    dashboard.wait_for_url("**/install/")
    dashboard.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject('no'); }")

    dashboard.get_by_role("button", name="Copy In the page", exact=True).click()

    expect(dashboard.get_by_text("Not copied. Select the text and copy it.")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_can_be_used_by_everybody(install: Page, scheme: str) -> None:
    install.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    address = install.url
    choices = ("?language=rails&sample=vue", "?language=django&sample=webflow")
    for width, choice in ((1280, choices[0]), (390, choices[1]), (320, choices[0])):
        install.set_viewport_size({"width": width, "height": 800})
        install.goto(f"{address}{choice}")

        found = Axe().run(install).response["violations"]
        assert [(v["id"], v["nodes"][0]["html"]) for v in found] == []
        assert install.evaluate("document.documentElement.scrollWidth") <= width
