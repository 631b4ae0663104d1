"""Logging in and out, and what allauth's pages say in our words."""

from __future__ import annotations

from django.core import mail
from django.test import Client

from tests.settings_ui.base import DashboardTestCase


class LogInTests(DashboardTestCase):
    def test_leads_in_with_e_mail_and_password(self) -> None:
        given = {"login": "owner@acme.example", "password": "a long password"}

        response = Client().post("/accounts/login/", given, follow=True)

        self.assertContains(response, "Set up and go live")

    def test_says_beside_the_form_that_they_do_not_match(self) -> None:
        given = {"login": "owner@acme.example", "password": "a wrong password"}

        response = Client().post("/accounts/login/", given)

        self.assertContains(response, 'class="error" role="alert"')
        self.assertNotContains(response, "a wrong password")

    def test_goes_on_to_where_somebody_was_going(self) -> None:
        page = Client().get("/accounts/login/?next=/stripe/")

        self.assertContains(page, 'name="next" value="/stripe/"')


class LogOutTests(DashboardTestCase):
    def test_the_dashboard_logs_out_with_one_click(self) -> None:
        page = self.client.get(f"{self.home}/settings/")
        self.client.post("/accounts/logout/")

        self.assertContains(page, 'action="/accounts/logout/"')
        assert self.client.get("/stripe/").status_code == 302

    def test_a_link_to_it_asks_first(self) -> None:
        self.assertContains(self.client.get("/accounts/logout/"), "Your portals stay as they are.")


class PasswordResetTests(DashboardTestCase):
    def test_sends_a_link_that_sets_a_new_one(self) -> None:
        browser = Client()
        browser.post("/accounts/password/reset/", {"email": "owner@acme.example"})
        link = next(word for word in str(mail.outbox[0].body).split() if "/reset/key/" in word)
        form = browser.get(link, follow=True)
        new = {"password1": "another long one 7", "password2": "another long one 7"}

        response = browser.post(form.redirect_chain[-1][0], new, follow=True)

        self.assertContains(response, "The new password is set")
        assert Client().login(email="owner@acme.example", password="another long one 7")

    def test_an_old_link_says_so(self) -> None:
        response = Client().get("/accounts/password/reset/key/1-old/")

        self.assertContains(response, "This link no longer works")


class LookTests(DashboardTestCase):
    def test_every_account_page_is_in_our_look_and_obeys_the_policy(self) -> None:
        reset = "password/reset/"
        outside = ["login/", "signup/", reset, f"{reset}done/", f"{reset}key/done/", "inactive/"]
        inside = ["", "logout/", "email/", "password/change/", "passkeys/", "passkeys/add/"]
        inside += ["2fa/app/add/", "2fa/codes/new/", "reauthenticate/", "sessions/"]
        self.fresh(self.client)
        pages = [(Client(), page) for page in outside] + [(self.client, page) for page in inside]
        for browser, page in pages:
            with self.subTest(page=page):
                response = browser.get(f"/accounts/{page}")

                self.assertContains(response, "dashboard/dashboard.css")
                self.assertNotContains(response, " style=")
                text = response.content.decode()
                assert text.count("<script") == text.count(" defer></script>")
