"""Authenticator app, recovery codes and what the account's page says of them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from tests.accounts.mails import subjects
from tests.settings_ui.base import DashboardTestCase

OWNER = "owner@acme.example"
LOGIN = {"login": OWNER, "password": "a long password"}
NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
SECRET = re.compile(r"<code>([A-Z2-7]{32})</code>")
CODES = re.compile(r"<code>(\d{8})</code>")


def code_now(secret: str) -> str:
    """Return what the app shows."""
    counter = int(datetime.now(UTC).timestamp()) // 30
    return str(format_hotp_value(hotp_value(secret, counter)))


class SecondFactorTestCase(DashboardTestCase):
    """The owner has proven who they are, and time stands still at noon."""

    def setUp(self) -> None:
        super().setUp()
        self.clock = time_machine.travel(NOON, tick=False)
        self.time = self.clock.start()
        self.addCleanup(self.clock.stop)
        self.client.force_login(self.acme.owner)
        self.fresh(self.client)

    def set_up(self) -> str:
        """Turn the app on, and return its secret."""
        page = self.client.get("/accounts/2fa/app/add/").content.decode()
        (secret,) = SECRET.findall(page)
        self.response = self.client.post("/accounts/2fa/app/add/", {"code": code_now(secret)})
        return str(secret)

    def codes(self) -> list[str]:
        """Return the recovery codes as the page shows them."""
        return CODES.findall(self.client.get("/accounts/2fa/codes/").content.decode())

    def first_step(self) -> Client:
        """Return a browser that has typed the password."""
        browser = Client()
        self.response = browser.post("/accounts/login/", LOGIN)
        return browser

    def second_step(self, code: str) -> Any:
        return self.first_step().post("/accounts/2fa/authenticate/", {"code": code})


class AppTests(SecondFactorTestCase):
    def test_is_set_up_with_its_code_and_gives_recovery_codes(self) -> None:
        self.set_up()

        self.assertRedirects(self.response, "/accounts/2fa/codes/")
        assert len(set(self.codes())) == 10

    def test_is_not_set_up_with_a_wrong_code(self) -> None:
        self.client.get("/accounts/2fa/app/add/")

        response = self.client.post("/accounts/2fa/app/add/", {"code": "000000"})

        self.assertContains(response, "That isn&#x27;t the code that is good now.")
        assert not Authenticator.objects.exists()

    def test_shows_a_picture_that_obeys_the_policy(self) -> None:
        page = self.client.get("/accounts/2fa/app/add/")

        self.assertContains(page, 'src="data:image/svg+xml;base64,')
        self.assertNotContains(page, " style=")

    def test_its_secret_is_encrypted_at_rest(self) -> None:
        secret = self.set_up()

        kept = str(Authenticator.objects.get(type="totp").data)
        assert secret not in kept
        assert "gAAAA" in kept

    def test_logging_in_asks_for_its_code(self) -> None:
        secret = self.set_up()

        response = self.second_step(code_now(secret))

        assert self.response["Location"] == "/accounts/2fa/authenticate/"
        assert response["Location"] == "/"

    def test_a_code_is_good_once(self) -> None:
        secret = self.set_up()
        self.second_step(code_now(secret))

        self.assertContains(self.second_step(code_now(secret)), "That isn&#x27;t the code")

    def test_the_password_alone_opens_nothing(self) -> None:
        self.set_up()

        browser = self.first_step()

        assert browser.get("/stripe/").status_code == 302

    def test_guessing_ends_after_five_tries(self) -> None:
        secret = self.set_up()
        browser = self.first_step()
        for _ in range(5):
            browser.post("/accounts/2fa/authenticate/", {"code": "000000"})

        response = browser.post("/accounts/2fa/authenticate/", {"code": code_now(secret)})

        self.assertContains(response, "That was wrong too often.")

    def test_proves_who_is_there_too(self) -> None:
        secret = self.set_up()
        self.time.shift(301)
        asked = self.client.get("/accounts/2fa/codes/")

        given = {"code": code_now(secret), "next": "/accounts/2fa/codes/"}
        response = self.client.post("/accounts/2fa/reauthenticate/", given)

        assert asked["Location"].startswith("/accounts/reauthenticate/")
        self.assertContains(self.client.get(asked["Location"]), "/accounts/2fa/reauthenticate/")
        self.assertRedirects(response, "/accounts/2fa/codes/")

    def test_is_turned_off_and_takes_the_codes_with_it(self) -> None:
        self.set_up()

        self.client.get("/accounts/2fa/app/remove/")
        self.client.post("/accounts/2fa/app/remove/")

        assert not Authenticator.objects.exists()
        assert subjects(OWNER)[-1] == "Authenticator app turned off"
        assert Client().post("/accounts/login/", LOGIN)["Location"] == "/"


class RecoveryCodeTests(SecondFactorTestCase):
    def test_opens_the_account_once(self) -> None:
        self.set_up()
        code = self.codes()[0]

        assert self.second_step(code)["Location"] == "/"
        self.assertContains(self.second_step(code), "That isn&#x27;t the code")
        assert len(self.codes()) == 9

    def test_new_ones_end_the_old(self) -> None:
        self.set_up()
        old = self.codes()

        self.client.post("/accounts/2fa/codes/new/")

        assert not set(old) & set(self.codes())

    def test_can_be_downloaded(self) -> None:
        self.set_up()
        codes = self.codes()

        response = self.client.get("/accounts/2fa/codes/download/")

        assert "attachment" in response["Content-Disposition"]
        assert set(codes) <= set(response.content.decode().split())

    def test_there_are_none_without_a_second_step(self) -> None:
        assert self.client.get("/accounts/2fa/codes/").status_code == 404


class AccountPageTests(SecondFactorTestCase):
    def page(self) -> str:
        return " ".join(self.client.get("/accounts/").content.decode().split())

    def test_says_what_is_off(self) -> None:
        page = self.page()

        assert page.count('<span class="pill">Off</span>') == 2
        assert "It alone opens your account." in page
        assert "Recovery codes" not in page
        assert "Logged in here alone." in page

    def test_says_what_is_on_and_when_it_was_used(self) -> None:
        secret = self.set_up()
        self.second_step(code_now(secret))

        page = self.page()

        assert '<span class="pill good">On</span>' in page
        assert "Last used 26 Nov 2026, 12:00 UTC." in page
        assert '<span class="pill good">10 left</span>' in page

    def test_counts_passkeys(self) -> None:
        kind = Authenticator.Type.WEBAUTHN
        Authenticator.objects.create(
            user=self.acme.owner, type=kind, data={"name": "Phone"}, last_used_at=NOON
        )

        page = self.page()

        assert "You have one. Last used 26 Nov 2026, 12:00 UTC." in page
        assert '<span class="pill warn">0 left</span>' in page

    def test_is_linked_in_the_dashboard(self) -> None:
        self.assertContains(self.client.get("/stripe/"), 'href="/accounts/"')
