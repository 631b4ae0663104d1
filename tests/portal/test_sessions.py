"""Session tokens: how long they last, what ends them, and what they never are."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.core import signing
from django.test import Client
from django.utils import timezone

from portal import sessions
from portal.access import TOKEN_HEADER
from portal.models import PortalSecret
from portal.problems import Problem
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

    def test_the_next_token_says_what_the_first_said(self) -> None:
        token = self.token(only_subscription=self.ada_sub, service="Notes")

        fresh = self.after(token, minutes=6).headers[TOKEN_HEADER]

        before, now = sessions.read(token), sessions.read(fresh)
        assert now.issued_at > before.issued_at
        assert now == sessions.Session(**{**before.__dict__, "issued_at": now.issued_at})

    def test_a_refusal_brings_the_next_token_too(self) -> None:
        token, path = self.token(), f"subscriptions/{self.ada_sub}/undo-cancel"

        with time_machine.travel(timezone.now() + timedelta(minutes=6), tick=False):
            by_page = self.page_post(path, token)
            by_api = self.api("post", f"/{path}", token)

        assert (by_page.status_code, by_api.status_code) == (409, 409)
        assert TOKEN_HEADER in by_api.headers
        assert TOKEN_HEADER in by_page.headers

    def test_the_end_that_is_told_is_the_end(self) -> None:
        given = {
            "portal_id": self.portal.public_id,
            "email": "ada@example.com",
            "hash": self.hash("ada@example.com"),
        }
        begun = self.client.post("/api/v1/portal/session", given, content_type="application/json")

        end = datetime.fromisoformat(begun.json()["expires_at"])
        assert end == sessions.read(begun.json()["token"]).expires_at
        assert timedelta(0) <= timezone.now() + timedelta(minutes=15) - end < timedelta(seconds=9)

    def test_a_token_of_another_version_is_no_good_and_no_fault(self) -> None:
        claims = signing.loads(self.token(), salt=sessions.SALT)
        newer = signing.dumps({**claims, "device": "phone"}, salt=sessions.SALT)
        older = signing.dumps({"identity": ["email", "ada@example.com"]}, salt=sessions.SALT)

        for token in (newer, older):
            with self.subTest(token=token):
                with pytest.raises(Problem) as caught:
                    sessions.read(token)
                assert caught.value.status == 401

    def test_what_was_signed_for_something_else_is_invalid(self) -> None:
        other = signing.dumps(signing.loads(self.token(), salt=sessions.SALT), salt="portal.quote")

        assert self.code(self.api("get", "", other)) == (401, "token_invalid")

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

    def test_a_new_key_leaves_the_sessions_of_the_old_until_that_ends(self) -> None:
        token = self.token()
        old = self.portal.active_secrets()[0]
        PortalSecret.make(self.portal)
        old.end(after=timedelta(minutes=10))

        assert self.after(token, minutes=9).status_code == 200
        assert self.code(self.after(token, minutes=11)) == (401, "token_expired")

    def test_sessions_with_a_hash_outlast_asking_for_it(self) -> None:
        self.switch(requires_security_hash=False)
        token = self.token()
        self.switch(requires_security_hash=True)

        assert self.api("get", "", token).status_code == 200

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

    def test_what_narrows_a_visit_comes_along(self) -> None:
        other = self.acme.shop.subscribe(self.ada, "Starter month")
        given = {"email": "ada@example.com", "hash": self.hash("ada@example.com")}
        at = f"/portal/{self.portal.public_id}/session"
        headers = {"Sec-Fetch-Site": "same-origin"}

        page = self.client.post(at, {**given, "subscription_id": other}, headers=headers)
        session = sessions.read(page.headers[TOKEN_HEADER])

        assert session.only_subscription == other
        assert other in page.content.decode()
        assert self.ada_sub not in page.content.decode()

    def test_a_strangers_subscription_narrows_to_nothing(self) -> None:
        given = {"email": "ada@example.com", "hash": self.hash("ada@example.com")}
        at = f"/portal/{self.portal.public_id}/session"
        headers = {"Sec-Fetch-Site": "same-origin"}

        page = self.client.post(at, {**given, "subscription_id": self.ben_sub}, headers=headers)

        assert page.status_code == 200
        assert self.ben_sub not in page.content.decode()
        assert "Starter" not in page.content.decode()

    def test_nothing_that_opens_a_portal_is_logged(self) -> None:
        with self.assertLogs(level=logging.DEBUG) as logged:
            token = self.enter(**{"Sec-Fetch-Site": "same-origin"}).headers[TOKEN_HEADER]
            self.page_post("page", token)
            self.page_post("page", token + "x")

        said = "\n".join(logged.output)
        for secret in (token, self.hash("ada@example.com"), self.acme.secret, "ada@example.com"):
            assert secret not in said
        assert self.acme.shop.api_key not in said
