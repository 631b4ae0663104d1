"""The dashboard is in English, whole, whatever language a browser asks for."""

from __future__ import annotations

from django.core import mail
from django.test import Client, modify_settings
from django.utils import timezone

from tests.settings_ui.base import DashboardTestCase

GERMAN = {"Accept-Language": "de-DE,de;q=0.9"}


class EnglishTests(DashboardTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.client.defaults["HTTP_ACCEPT_LANGUAGE"] = GERMAN["Accept-Language"]
        self.client.cookies["django_language"] = "de"

    def test_forms_say_what_is_wrong_in_english(self) -> None:
        response = Client(headers=GERMAN).post("/accounts/login/", {"login": "", "password": ""})

        self.assertContains(response, '<html lang="en">')
        self.assertContains(response, "This field is required.")

    def test_passwords_are_judged_in_english(self) -> None:
        given = {"email": "new@acme.example", "password1": "short"}

        response = Client(headers=GERMAN).post("/accounts/signup/", given)

        self.assertContains(response, "It must contain at least 12 characters.")

    def test_dates_are_english(self) -> None:
        page = self.client.get(f"{self.home}/")

        self.assertContains(page, f"<dd>{timezone.now():%-d %b %Y}</dd>", html=True)

    def test_mails_are_english(self) -> None:
        Client(headers=GERMAN).post("/accounts/password/reset/", {"email": "owner@acme.example"})

        assert mail.outbox[0].subject == "Set a new password"

    def test_the_api_answers_in_english(self) -> None:
        response = self.client.post("/api/v1/portals", {}, content_type="application/json")

        assert response.json()["errors"]["name"] == ["This field is required."]

    @modify_settings(MIDDLEWARE={"append": "django.middleware.locale.LocaleMiddleware"})
    def test_even_if_django_looked_at_what_a_browser_asks_for(self) -> None:
        self.test_forms_say_what_is_wrong_in_english()
