"""The page in another language: chosen by the browser, by the keyboard, and kept from then on."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser import test_embed as embedded
from tests.browser.test_embed import LOAD, MOUNT, Host, frame_of, settings_script
from tests.languages import spoken
from tests.world import Tenant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
live_server, sandbox = embedded.live_server, embedded.sandbox
acme, host = embedded.acme, embedded.host

TONGUE = "[document.documentElement.lang, document.documentElement.dir, document.title]"


def told(page: Page) -> list[str]:
    """Return the language, direction and title of the portal's document."""
    found: list[str] = page.frames[1].evaluate(TONGUE)
    return found


def test_a_customer_chooses_a_language(browser: Browser, host: Host, acme: Tenant) -> None:
    with spoken("de", "ar"):
        page = browser.new_context(locale="de-AT").new_page()
        page.goto(host.page(MOUNT + LOAD, settings_script(acme)))
        portal = frame_of(page)
        switcher = portal.get_by_role("combobox")
        expect(switcher).to_have_value("de")
        expect(portal.get_by_role("heading", name="de:Invoices")).to_be_visible()
        assert told(page) == ["de", "ltr", "de:Subscriptions and invoices"]
        # It is reached and used by the keyboard alone, like any other control.
        assert switcher.bounding_box()["height"] >= 40
        switcher.focus()
        page.keyboard.press("ArrowUp")

        expect(portal.get_by_role("heading", name="ar:Invoices")).to_be_visible()
        expect(portal.locator("#live")).to_have_text("ar:This page is in English now.")
        expect(switcher).to_be_focused()
        assert switcher.get_attribute("tabindex") is None
        assert told(page) == ["ar", "rtl", "ar:Subscriptions and invoices"]

        # The session goes on in it: panels, what goes wrong, and being without a connection.
        portal.get_by_role("button", name="ar:Change plan").click()
        expect(portal.get_by_role("heading", name="ar:Choose a plan")).to_be_visible()
        refuse(page)
        switcher.select_option("en")
        said = portal.get_by_role("alert")
        expect(said).to_contain_text("ar:We couldn’t reach the server")
        expect(switcher).to_have_value("ar")
        page.context.close()


def refuse(page: Page) -> None:
    """Take the connection away."""

    def abort(route: Route) -> None:
        route.abort()

    page.route(re.compile("/portal/.+/language$"), abort)
