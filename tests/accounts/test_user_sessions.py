"""Where somebody is logged in, and logging out from afar."""

from __future__ import annotations

from datetime import UTC, datetime
from unittest.mock import patch

import time_machine
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.test import Client

from accounts import seen
from accounts.limits import MINUTE
from tests.settings_ui.base import DashboardTestCase

LOGIN = {"login": "owner@acme.example", "password": "a long password"}


class SessionTests(DashboardTestCase):
    def log_in(self, agent: str) -> Client:
        """Return another browser in which the owner has logged in."""
        browser = Client(headers={"user-agent": agent})
        browser.post("/accounts/login/", LOGIN)
        return browser

    def session(self, agent: str) -> UserSession:
        found: UserSession = UserSession.objects.get(user_agent=agent)
        return found

    def test_lists_all_and_marks_this_one(self) -> None:
        self.log_in("A phone")

        page = self.log_in("A laptop").get("/accounts/sessions/")

        self.assertContains(page, "A phone")
        self.assertContains(page, '<span class="pill good">This one</span>', count=1)

    def test_another_is_ended(self) -> None:
        phone = self.log_in("A phone")

        response = self.client.post(f"/accounts/sessions/{self.session('A phone').pk}/end/")

        self.assertRedirects(response, "/accounts/sessions/")
        assert phone.get("/stripe/").status_code == 302

    def test_this_one_is_ended_by_logging_out_alone(self) -> None:
        phone = self.log_in("A phone")

        response = phone.post(f"/accounts/sessions/{self.session('A phone').pk}/end/")

        assert response.status_code == 404
        assert phone.get("/stripe/").status_code == 200

    def test_all_others_are_ended_at_once(self) -> None:
        phone, laptop = self.log_in("A phone"), self.log_in("A laptop")

        laptop.post("/accounts/sessions/")

        assert laptop.get("/stripe/").status_code == 200
        assert phone.get("/stripe/").status_code == self.client.get("/stripe/").status_code == 302

    def test_a_session_that_was_logged_out_is_gone_from_the_list(self) -> None:
        self.log_in("A phone").post("/accounts/logout/")

        self.assertNotContains(self.client.get("/accounts/sessions/"), "A phone")

    def test_its_use_is_noted_once_a_minute(self) -> None:
        noon = datetime(2026, 11, 26, 12, tzinfo=UTC)
        in_product = patch.object(seen, "MINUTE", MINUTE)
        with in_product, time_machine.travel(noon, tick=False) as time:
            phone = self.log_in("A phone")
            noted = []
            for seconds in (30, 31):
                time.shift(seconds)
                phone.get("/stripe/")
                noted.append(int((self.session("A phone").last_seen_at - noon).total_seconds()))

        assert noted == [0, 61]

    def test_who_is_not_logged_in_leaves_no_trace(self) -> None:
        before = UserSession.objects.count()

        Client().get("/accounts/login/")

        assert UserSession.objects.count() == before

    def test_a_refusal_of_the_api_that_leaves_nobody_there_is_no_fault(self) -> None:
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(self.acme.owner)
        browser.get("/tokens/")
        cache.clear()  # so that its use is noted again

        response = browser.post("/api/v1/portals", "name", content_type="text/plain")

        assert (response.status_code, response.json()["code"]) == (400, "invalid")
