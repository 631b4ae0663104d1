"""A merchant's own texts in their customers' browsers: they come with the snippet, and stay."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, Request, expect

from portal.models import PortalSettings
from tests.browser import test_embed as embedded
from tests.browser.test_embed import LOAD, MOUNT, Host, frame_of, settings_script
from tests.languages import spoken
from tests.world import Tenant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
live_server, sandbox = embedded.live_server, embedded.sandbox
acme, host = embedded.acme, embedded.host

BILLS = "<b>Bills</b>"
RESOURCE = {
    "en": {"plan": {"choose": "Pick one"}, "invoices.title": BILLS},
    "iw": {"invoices.title": "חשבונות"},
    "xx": {"such": "language"},
}


def test_texts_of_the_snippet_come_with_every_request_in_the_language_that_it_needs(
    browser: Browser, host: Host, acme: Tenant
) -> None:
    PortalSettings.objects.filter(portal=acme.portal).update(uses_custom_resource=True)
    sent: list[str] = []

    def note(request: Request) -> None:
        if request.method == "POST" and "/portal/" in request.url:
            sent.append(request.post_data or "")

    with spoken("he"):
        page = browser.new_context(locale="en-GB").new_page()
        page.on("request", note)
        page.goto(host.page(MOUNT + LOAD, settings_script(acme, resource=RESOURCE)))
        portal = frame_of(page)
        expect(portal.get_by_role("heading", name=BILLS)).to_be_visible()

        portal.get_by_role("button", name="Change plan").click()
        expect(portal.get_by_role("heading", name="Pick one")).to_be_visible()
        portal.locator("#language").select_option("he")
        expect(portal.get_by_role("heading", name="חשבונות")).to_be_visible()
        page.context.close()

    exchange, panel, language = sent
    assert ["resource=" in each for each in sent] == [True, True, True]
    assert ["iw" in each for each in (exchange, panel, language)] == [True, False, True]


def test_what_is_wrong_with_them_is_in_the_console_where_the_portal_is_debugged(
    page: Page, host: Host, acme: Tenant
) -> None:
    settings = PortalSettings.objects.filter(portal=acme.portal)
    settings.update(uses_custom_resource=True, debug_mode=True)
    script = settings_script(acme, resource=RESOURCE, debug=True)
    with page.expect_console_message(lambda m: "unknown_language" in m.text) as told:
        page.goto(host.page(MOUNT + LOAD, script))
    assert "text not used language=xx" in told.value.text
    expect(frame_of(page).get_by_role("heading", name=BILLS)).to_be_visible()

    # One that refers to itself, and one that can't be read: harmless, and told.
    circle = "servicebotSettings.resource.en.self = servicebotSettings.resource;"
    with page.expect_console_message(lambda m: "refers to itself" in m.text):
        page.goto(host.page(MOUNT + LOAD, script + circle))
    expect(frame_of(page).get_by_role("heading", name="Invoices")).to_be_visible()
    novel = "servicebotSettings.resource.en.novel = 'x'.repeat(10 * 1024 * 1024);"
    with page.expect_console_message(lambda m: "resource_not_inline: " in m.text):
        page.goto(host.page(MOUNT + LOAD, script + novel))
    expect(frame_of(page).get_by_role("alert")).to_contain_text("its own texts for this page")
