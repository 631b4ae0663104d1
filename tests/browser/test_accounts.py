"""A merchant signs up, protects the account, and logs in with a second step."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.accounts.mails import code_sent, subjects
from tests.browser.accounts import Visitor, code_now

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
EMAIL, PASSWORD = "new@example.com", "a long password"


def test_sign_up_then_log_in_with_an_authenticator_app(page: Page, live_server: LiveServer) -> None:
    visitor = Visitor(page, live_server.url)
    visitor.goes_to("/accounts/login/")
    visitor.sees("Log in")
    visitor.follows("Sign up")
    visitor.sees("Sign up")

    visitor.fills_in(Email=EMAIL, Password=PASSWORD, Name_of_your_business="Initech")
    visitor.presses("Sign up")
    visitor.sees("Look into your mail")
    visitor.fills_in(Code=code_sent(EMAIL))
    visitor.presses("Confirm")
    visitor.sees("Set up and go live")

    page.set_viewport_size({"width": 1280, "height": 800})
    visitor.follows(EMAIL)
    visitor.sees("Your account")
    visitor.follows("Set up an authenticator app")
    visitor.confirms(PASSWORD)
    visitor.sees("Set up an authenticator app")
    secret = page.locator("code").inner_text()
    code = code_now(secret)
    visitor.fills_in(Authenticator_code=code)
    visitor.presses("Turn it on")
    visitor.sees("Recovery codes")
    recovery = page.locator(".codes code").first.inner_text()
    assert subjects(EMAIL)[-1] == "Authenticator app turned on"
    visitor.goes_to("/accounts/sessions/")
    visitor.sees("Where you are logged in")
    visitor.goes_to("/accounts/email/")
    visitor.sees("E-mail address")
    visitor.goes_to("/accounts/password/change/")
    visitor.sees("Change the password")
    visitor.logs_out()

    visitor.fills_in(Email=EMAIL, Password=PASSWORD)
    visitor.presses("Log in")
    visitor.sees("One more step")
    visitor.fills_in(Code=code_now(secret))
    visitor.presses("Log in")
    visitor.sees("Set up and go live")
    visitor.logs_out()

    visitor.fills_in(Email=EMAIL, Password=PASSWORD)
    visitor.presses("Log in")
    visitor.fills_in(Code=recovery)
    visitor.presses("Log in")
    visitor.sees("Set up and go live")
    visitor.goes_to("/accounts/")
    expect(page.get_by_text("9 left")).to_be_visible()
    assert visitor.faults == []
