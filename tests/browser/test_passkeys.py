"""Passkeys, with a device that Chromium plays: added, used to log in and to prove who is there."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from servicebot.sandbox import doors
from servicebot.sandbox.world import Sandbox
from tests.accounts.mails import subjects
from tests.browser.accounts import Visitor
from tests.world import make_tenant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OWNER, PASSWORD = "owner@acme.example", "a long password"
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
}


def test_a_passkey_is_added_and_opens_the_account(page: Page, live_server: LiveServer) -> None:
    browser = page.context.new_cdp_session(page)
    browser.send("WebAuthn.enable")
    device = browser.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    visitor = Visitor(page, live_server.url)
    with doors.use(Sandbox()):
        make_tenant("Acme")
        visitor.goes_to("/accounts/login/?next=/accounts/passkeys/")
        visitor.fills_in(Email=OWNER, Password=PASSWORD)
        visitor.presses("Log in")
        visitor.sees("Passkeys")
        visitor.follows("Add a passkey")
        visitor.confirms(PASSWORD)
        visitor.sees("Add a passkey")
        visitor.fills_in(Name="My laptop")
        visitor.presses("Add the passkey")
        visitor.sees("Recovery codes")
        assert subjects(OWNER) == ["Passkey added"]
        visitor.goes_to("/accounts/passkeys/")
        expect(page.get_by_text("My laptop")).to_be_visible()
        visitor.sees("Passkeys")
        visitor.logs_out()

        visitor.presses("Use a passkey")
        visitor.sees("Set up and go live")

        visitor.goes_to("/accounts/passkeys/add/")
        visitor.sees("Confirm that it is you")
        visitor.follows("Use a passkey")
        visitor.presses("Use a passkey")
        visitor.sees("Add a passkey")
        visitor.presses("Add the passkey")
        expect(page.get_by_text("This device has a passkey of yours already.")).to_be_visible()
        visitor.logs_out()

        visitor.fills_in(Email=OWNER, Password=PASSWORD)
        visitor.presses("Log in")
        visitor.sees("One more step")
        visitor.presses("Use a passkey")
        visitor.sees("Set up and go live")

        visitor.goes_to("/accounts/passkeys/")
        visitor.follows("Remove My laptop")
        visitor.confirms(PASSWORD)
        visitor.sees("Remove My laptop")
        visitor.presses("Remove it")
        expect(page.get_by_text("The passkey is removed.")).to_be_visible()
        visitor.logs_out()

        browser.send("WebAuthn.removeVirtualAuthenticator", device)
    assert visitor.faults == []
