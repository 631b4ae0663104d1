"""A merchant's own texts in their customers' browsers: they come with the snippet, and stay."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Request, expect

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
