"""Session tokens: how long they last, what ends them, and what they never are."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import time_machine
from django.test import Client
from django.utils import timezone

from portal.access import TOKEN_HEADER
from tests.base import ServicebotTestCase


class SessionTests(ServicebotTestCase):
    def after(self, token: str, **time: float) -> Any:
        """Use a token some time later."""
        with time_machine.travel(timezone.now() + timedelta(**time), tick=False):
            return self.api("get", "", token)

    def code(self, response: Any) -> tuple[int, str]:
        return response.status_code, response.json()["code"]

    def test_a_young_token_is_not_renewed(self) -> None:
        assert TOKEN_HEADER not in self.after(self.token(), minutes=4).headers

    def test_one_older_than_five_minutes_brings_the_next(self) -> None:
        token = self.token()

        fresh = self.after(token, minutes=6).headers[TOKEN_HEADER]

        assert self.code(self.after(token, minutes=16)) == (401, "token_expired")
        assert self.after(fresh, minutes=16).status_code == 200

    def test_a_token_ends_after_fifteen_minutes(self) -> None:
        assert self.code(self.after(self.token(), minutes=15.1)) == (401, "token_expired")

    def test_renewing_ends_eight_hours_after_the_exchange(self) -> None:
        token, minutes = self.token(), 0
        while minutes < 8 * 60 - 10:
            minutes += 10
            token = self.after(token, minutes=minutes).headers[TOKEN_HEADER]

        last = self.after(token, minutes=8 * 60 - 1)
        assert last.status_code == 200
        renewed = last.headers.get(TOKEN_HEADER, token)
        assert self.code(self.after(renewed, minutes=8 * 60 + 1)) == (401, "token_expired")

    def test_a_token_of_the_last_minute_is_not_renewed_past_the_end(self) -> None:
        token = self.token()
        with time_machine.travel(timezone.now() + timedelta(hours=7, minutes=52), tick=False):
            late = self.token()

        assert self.code(self.after(token, hours=7, minutes=52)) == (401, "token_expired")
        assert self.after(late, hours=7, minutes=59).status_code == 200

    def test_a_tampered_token_is_invalid(self) -> None:
        assert self.code(self.api("get", "", self.token() + "x")) == (401, "token_invalid")

    def test_no_token_is_missing(self) -> None:
        assert self.code(self.api("get", "", "")) == (401, "token_missing")
        basic = self.client.get("/api/v1/portal", headers={"Authorization": "Basic abc"})
        assert self.code(basic) == (401, "token_missing")

    def test_a_token_of_a_portal_that_is_gone_is_invalid(self) -> None:
        token = self.token()
        self.portal.delete()

        assert self.code(self.api("get", "", token)) == (401, "token_invalid")

    def test_turning_the_portal_off_ends_every_session(self) -> None:
        token = self.token()
        self.switch(is_on=False)

        assert self.code(self.api("get", "", token)) == (503, "portal_off")

    def test_revoking_the_key_ends_its_sessions(self) -> None:
        token = self.token()
        self.portal.active_secrets()[0].end()

        assert self.code(self.api("get", "", token)) == (401, "token_expired")

    def test_another_way_to_identify_ends_every_session(self) -> None:
        token = self.token()
        self.switch(identify_by="customer_id")

        assert self.code(self.api("get", "", token)) == (401, "token_expired")

    def test_asking_for_the_hash_ends_sessions_begun_without(self) -> None:
        self.switch(requires_security_hash=False)
        given = {"portal_id": self.portal.public_id, "email": "ada@example.com"}
        begun = self.client.post("/api/v1/portal/session", given, content_type="application/json")
        token = begun.json()["token"]
        assert self.api("get", "", token).status_code == 200
        self.switch(requires_security_hash=True)

        assert self.code(self.api("get", "", token)) == (401, "token_expired")


class PageDoorTests(ServicebotTestCase):
    def enter(self, **headers: str) -> Any:
        """Exchange Ada's identity as the shell does."""
        given = {"email": "ada@example.com", "hash": self.hash("ada@example.com")}
        at = f"/portal/{self.portal.public_id}/session"
        return Client().post(at, given, headers=headers)

    def test_our_own_page_gets_page_and_token_in_one_answer(self) -> None:
        response = self.enter(**{"Sec-Fetch-Site": "same-origin"})

        assert response.status_code == 200
        assert "Team" in response.content.decode()
        assert "no-store" in response.headers["Cache-Control"]
        assert self.page_post("page", response.headers[TOKEN_HEADER]).status_code == 200

    def test_an_older_browser_is_told_by_its_origin(self) -> None:
        assert self.enter(Origin="http://127.0.0.1:8000").status_code == 200

    def test_another_site_is_refused(self) -> None:
        for headers in (
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "none"},
            {"Origin": "https://evil.example"},
            {},
        ):
            with self.subTest(headers=headers):
                response = self.enter(**headers)

                assert response.status_code == 403
                assert response.headers["Servicebot-Problem"] == "origin_not_allowed"

    def test_no_answer_sets_a_cookie_or_shows_a_secret(self) -> None:
        response = self.enter(**{"Sec-Fetch-Site": "same-origin"})

        assert not response.cookies
        page = response.content.decode()
        assert self.acme.secret not in page
        assert self.acme.shop.api_key not in page
        assert self.hash("ada@example.com") not in page
