"""The page's and the API's doors: what opens them, and what every answer behind them has."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import time_machine
from django.core.cache import cache
from django.http import HttpRequest
from django.test import Client
from django.utils import timezone

from portal.access import TOKEN_HEADER, bearer
from portal.urls import api_patterns, page_patterns
from tests.base import ServicebotTestCase


class DoorTestCase(ServicebotTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.ids = {
            "<str:subscription_id>": self.ada_sub,
            "<str:invoice_id>": str(self.stripe[self.ada_sub]["latest_invoice"]),
        }

    def filled(self, route: str) -> str:
        """Return an address of Ada's."""
        for placeholder, id_ in self.ids.items():
            route = route.replace(placeholder, id_)
        return route

    def pages(self) -> list[str]:
        """Return the addresses of the portal's page, but for the shell and the exchange."""
        routes = [str(pattern.pattern) for pattern in page_patterns]
        at = f"/portal/{self.portal.public_id}/"
        return [at + self.filled(route) for route in routes if route not in {"", "session"}]

    def calls(self) -> list[str]:
        """Return the addresses of the portal API, but for the exchange."""
        routes = [str(pattern.pattern) for pattern in api_patterns]
        return [f"/{self.filled(route)}" for route in routes if not route.endswith("session")]

    def bearer(self, token: str | None = None) -> dict[str, str]:
        return {"Authorization": f"Bearer {token or self.token()}"}

    def answers(self, browser: Client, **headers: str) -> Iterator[tuple[str, Any]]:
        """Ask for everything, whatever comes of it."""
        for path in self.pages():
            yield path, browser.post(path, {"customer": self.ada}, headers=headers)
        for path in self.calls():
            given: Any = {"content_type": "application/json", "headers": headers}
            yield path, browser.post(path, {"customer": self.ada}, **given)
            yield path, browser.get(path, headers=headers)


class AnswerTests(DoorTestCase):
    def test_no_answer_about_a_customer_is_kept_or_sets_a_cookie(self) -> None:
        statuses = set()
        for path, response in self.answers(Client(), **self.bearer()):
            with self.subTest(path=path):
                assert "no-store" in response.headers["Cache-Control"]
                assert "private" in response.headers["Cache-Control"]
                assert not response.cookies
                assert "Access-Control-Allow-Origin" not in response.headers
            statuses.add(response.status_code)

        assert {200, 400, 404, 405, 409} <= statuses

    def test_a_refusal_at_the_door_sets_no_cookie_either(self) -> None:
        for path, response in self.answers(Client()):
            with self.subTest(path=path):
                assert response.status_code in {401, 405}
                assert not response.cookies

    def test_no_answer_holds_a_secret(self) -> None:
        secrets = (self.acme.secret, self.acme.shop.api_key, self.hash("ada@example.com"))
        for path, response in self.answers(Client(), **self.bearer()):
            with self.subTest(path=path):
                assert not any(secret in response.content.decode() for secret in secrets)

    def test_a_portal_that_is_off_answers_everything_alike(self) -> None:
        headers = self.bearer()
        self.switch(is_on=False)

        for path, response in self.answers(Client(), **headers):
            with self.subTest(path=path):
                assert response.status_code in {405, 503}
        assert self.sandbox.calls == []

    def test_stripe_down_is_said_by_everything_and_changes_nothing(self) -> None:
        weather = self.sandbox.account(self.acme.shop.api_key).weather
        before = self.stripe.all("event")
        for path, response in self.answers(Client(), **self.bearer()):
            cache.clear()
            weather.clear()
            weather.bring("timeout", times=99)
            with self.subTest(path=path):
                assert response.status_code < 500 or response.status_code == 503
        assert self.stripe.all("event") == before


class TokenTests(DoorTestCase):
    def test_a_token_needs_no_csrf_cookie(self) -> None:
        strict = Client(enforce_csrf_checks=True)

        page = strict.post(self.pages()[0], headers=self.bearer())
        call = strict.post(
            f"/api/v1/portal/subscriptions/{self.ada_sub}/cancel",
            content_type="application/json",
            headers=self.bearer(),
        )

        assert (page.status_code, call.status_code) == (200, 200)

    def test_the_exchange_needs_none_either(self) -> None:
        strict = Client(enforce_csrf_checks=True)
        given = {"email": "ada@example.com", "hash": self.hash("ada@example.com")}
        at = f"/portal/{self.portal.public_id}/session"

        page = strict.post(at, given, headers={"Sec-Fetch-Site": "same-origin"})
        body = {"portal_id": self.portal.public_id, **given}
        call = strict.post("/api/v1/portal/session", body, content_type="application/json")

        assert (page.status_code, call.status_code) == (200, 201)

    def test_a_token_counts_in_its_header_alone(self) -> None:
        token = self.token()
        browser = Client()
        browser.cookies[TOKEN_HEADER] = browser.cookies["session"] = token
        at = self.pages()[0]

        assert browser.post(f"{at}?token={token}", {"token": token}).status_code == 401
        assert browser.get(f"/api/v1/portal?token={token}").status_code == 401
        assert browser.get("/api/v1/portal", headers={TOKEN_HEADER: token}).status_code == 401

    def test_a_token_of_another_portal_is_invalid_on_the_page(self) -> None:
        response = self.page_post("page", self.token(self.carla, tenant=self.globex))

        assert response.status_code == 401
        assert response.headers["Servicebot-Problem"] == "token_invalid"

    def test_a_token_opens_its_own_merchants_stripe_alone(self) -> None:
        token = self.token(self.carla, tenant=self.globex, email="carla@example.com")

        (customer,) = self.api("get", "", token).json()["customers"]

        assert customer["id"] == self.carla
        assert {call.account for call in self.sandbox.calls} == {"globex"}

    def test_a_quote_is_no_token_and_a_token_no_quote(self) -> None:
        path = f"/subscriptions/{self.ada_sub}"
        price = self.acme.shop.prices["Business month"]
        preview = self.api("post", f"{path}/preview", action="change_plan", price=price).json()

        as_token = self.api("get", "", preview["quote"])
        as_quote = self.api("post", f"{path}/change-plan", quote=self.token())

        assert (as_token.status_code, as_token.json()["code"]) == (401, "token_invalid")
        assert (as_quote.status_code, as_quote.json()["code"]) == (400, "invalid")

    def test_how_a_token_is_read_from_its_header(self) -> None:
        read = {
            said: bearer(self.said(said))
            for said in (
                "Bearer a.b",
                "bearer a.b",
                "BEARER  a.b ",
                "Basic a.b",
                "Bearer",
                "a.b",
                "",
            )
        }

        assert [said for said, token in read.items() if token == "a.b"] == list(read)[:3]
        assert {read[said] for said in list(read)[3:]} == {""}

    def said(self, authorization: str) -> HttpRequest:
        request = HttpRequest()
        request.META["HTTP_AUTHORIZATION"] = authorization
        return request

    def test_odd_tokens_are_invalid_and_no_fault(self) -> None:
        for odd in ("é", ":", "::", "a:b:c", ".a:b:c", "x" * 9000, "%00"):
            with self.subTest(token=odd):
                assert self.api("get", "", odd).status_code == 401
                assert self.page_post("page", odd).status_code == 401


class VerbTests(DoorTestCase):
    def test_the_page_is_posted_to_alone(self) -> None:
        for path in [*self.pages(), f"/portal/{self.portal.public_id}/session"]:
            with self.subTest(path=path):
                assert Client().get(path, headers=self.bearer()).status_code == 405

    def test_looking_never_changes_anything(self) -> None:
        before = self.stripe.all("event")
        for path in self.calls():
            for method in ("get", "head", "options"):
                getattr(Client(), method)(path, headers=self.bearer())

        assert self.stripe.all("event") == before

    def test_another_site_is_not_told_that_it_may_read(self) -> None:
        asked = {
            "Origin": "https://evil.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization",
        }
        for path in ["/api/v1/portal/session", *self.calls()]:
            with self.subTest(path=path):
                answer = Client().options(path, headers=asked)
                assert not [name for name in answer.headers if name.startswith("Access-Control")]

    def test_an_id_with_nothing_printable_in_it_is_not_found(self) -> None:
        for portal_id in ("%00", "a%00b", "%F0%9F%8E%88", "%20", "x" * 300):
            with self.subTest(portal_id=portal_id):
                assert Client().get(f"/portal/{portal_id}/").status_code == 404
                assert Client().post(f"/portal/{portal_id}/page").status_code == 404


class RenewalTests(DoorTestCase):
    def test_both_doors_hand_the_next_token_over_in_time(self) -> None:
        token = self.token()
        with time_machine.travel(timezone.now() + timedelta(minutes=6), tick=False):
            page = self.page_post("page", token)
            call = self.api("get", "", token)

            for response in (page, call):
                fresh = response.headers[TOKEN_HEADER]
                assert fresh != token
                assert self.page_post("page", fresh).status_code == 200

    def test_a_refused_token_is_not_renewed(self) -> None:
        token = self.token()
        self.portal.active_secrets()[0].end()

        with time_machine.travel(timezone.now() + timedelta(minutes=6), tick=False):
            for response in (self.page_post("page", token), self.api("get", "", token)):
                assert response.status_code == 401
                assert TOKEN_HEADER not in response.headers
