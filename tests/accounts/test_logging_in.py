"""Logging in, proving it again, and what changes the way in."""

from __future__ import annotations

import re

from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.test import Client

from tests.accounts.mails import code_sent, subjects
from tests.settings_ui.base import DashboardTestCase

OWNER = "owner@acme.example"
NEW = "another long one 7"
ALERT = re.compile(r'role="alert">([^<]+)<')


class GuessingTests(DashboardTestCase):
    def guess(self, login: str = OWNER, password: str = "a wrong password") -> str:
        """Try to log in from nowhere, and return what the page says."""
        given = {"login": login, "password": password}
        return Client().post("/accounts/login/", given).content.decode()

    def test_ends_after_five_tries_for_the_right_password_too(self) -> None:
        for _ in range(5):
            assert "No account has this" in self.guess()

        assert "That was wrong too often." in self.guess(password="a long password")

    def test_tells_nobody_who_has_an_account(self) -> None:
        said = [self.guess(login) for login in (OWNER, "nobody@example.com")]

        assert [ALERT.findall(page) for page in said] == [
            ["No account has this e-mail address and password."]
        ] * 2

    def test_asking_for_links_too_often_is_refused_in_our_look(self) -> None:
        given = {"email": "nobody@example.com"}

        answers = [Client().post("/accounts/password/reset/", given) for _ in range(6)]

        self.assertContains(answers[-1], "That was too often", status_code=429)
        self.assertContains(answers[-1], "dashboard/dashboard.css", status_code=429)

    def test_a_link_for_a_stranger_is_answered_the_same(self) -> None:
        response = Client().post("/accounts/password/reset/", {"email": "nobody@example.com"})

        self.assertRedirects(response, "/accounts/password/reset/done/")
        assert subjects("nobody@example.com") == ["No account for this address"]


class ConfirmTests(DashboardTestCase):
    def test_a_protected_page_asks_who_is_there(self) -> None:
        response = self.client.get("/accounts/passkeys/add/")

        on = "%2Faccounts%2Fpasskeys%2Fadd%2F"
        assert response["Location"] == f"/accounts/reauthenticate/?next={on}"

    def test_the_password_leads_on(self) -> None:
        given = {"password": "a long password", "next": "/accounts/passkeys/add/"}

        response = self.client.post("/accounts/reauthenticate/", given)

        self.assertRedirects(response, "/accounts/passkeys/add/")

    def test_a_wrong_password_does_not(self) -> None:
        given = {"password": "a wrong password", "next": "/accounts/passkeys/add/"}

        response = self.client.post("/accounts/reauthenticate/", given)

        self.assertContains(response, "That isn&#x27;t your password.")
        assert self.client.get("/accounts/passkeys/add/").status_code == 302


class PasswordTests(DashboardTestCase):
    def change(self, old: str = "a long password") -> None:
        given = {"oldpassword": old, "password1": NEW, "password2": NEW}
        self.response = self.client.post("/accounts/password/change/", given)

    def test_is_changed_with_the_old_one_and_told_by_mail(self) -> None:
        self.change()

        self.assertRedirects(self.response, "/accounts/")
        assert Client().login(email=OWNER, password=NEW)
        assert subjects(OWNER) == ["Your password is changed"]
        assert "If that wasn't you" in mail.outbox[0].body

    def test_logs_the_other_sessions_out(self) -> None:
        other = self.owner()
        assert other.get("/stripe/").status_code == 200

        self.change()

        assert other.get("/stripe/").status_code == 302
        assert self.client.get("/stripe/").status_code == 200

    def test_stays_without_the_old_one(self) -> None:
        self.change(old="a wrong password")

        self.assertContains(self.response, "That isn&#x27;t your present password.")


class EmailTests(DashboardTestCase):
    def ask(self, email: str) -> None:
        self.response = self.client.post("/accounts/email/", {"email": email, "action_add": ""})

    def test_is_changed_by_the_code_sent_to_the_new_one(self) -> None:
        self.fresh(self.client)

        self.ask("ada@acme.example")
        self.client.post("/accounts/email/code/", {"code": code_sent("ada@acme.example")})

        self.acme.owner.refresh_from_db()
        assert self.acme.owner.email == "ada@acme.example"
        assert EmailAddress.objects.get(user=self.acme.owner).email == "ada@acme.example"

    def test_stays_until_the_code_is_typed(self) -> None:
        self.fresh(self.client)

        self.ask("ada@acme.example")

        assert EmailAddress.objects.get(user=self.acme.owner).email == OWNER

    def test_asks_who_is_there(self) -> None:
        self.ask("ada@acme.example")

        assert self.response["Location"].startswith("/accounts/reauthenticate/")
        assert mail.outbox == []

    def test_somebody_elses_is_never_taken(self) -> None:
        self.fresh(self.client)
        cache.clear()

        self.ask("owner@globex.example")
        code = code_sent("owner@globex.example")
        response = self.client.post("/accounts/email/code/", {"code": code})

        self.assertContains(response, "This address can&#x27;t be used here.")
        assert EmailAddress.objects.get(user=self.acme.owner).email == OWNER
