"""What customers are told while Stripe doesn't answer, or is asked too much."""

from __future__ import annotations

from typing import Any

import time_machine
from django.test import override_settings

from servicebot.gateway import traffic
from tests.base import ServicebotTestCase


class StripeDownTests(ServicebotTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.switch(can_cancel=True)
        self.weather = self.sandbox.account(self.acme.shop.api_key).weather

    def cancel(self) -> Any:
        path = f"/subscriptions/{self.ada_sub}/cancel"
        return self.api("post", path, idempotency_key="one")

    def test_it_is_said_at_once_and_in_words_and_is_over_by_itself(self) -> None:
        self.weather.bring("500", times=99)
        for _page in range(2):
            self.api("get", "")
        self.sandbox.calls.clear()

        page, action = self.page_post("page"), self.cancel()

        assert self.sandbox.calls == []
        assert (page.status_code, action.status_code) == (503, 503)
        self.assertContains(page, "isn’t answering", status_code=503)
        assert action.json()["code"] == "stripe_unavailable"
        assert 1 <= int(action["Retry-After"]) <= traffic.SECONDS_LEFT_ALONE
        self.weather.clear()
        self.let_one_through()
        assert self.cancel().status_code == 200

    def let_one_through(self) -> None:
        """Let the time pass after which Stripe is asked again, and one ask."""
        traffic.breaker_of(traffic.account_of(self.acme.shop.api_key)).succeeded()

    @override_settings(STRIPE_REQUESTS_A_SECOND={"live": 1, "test": 1})
    def test_too_much_at_a_time_is_said_and_nothing_is_done(self) -> None:
        # Standing still, the second is never over.
        with time_machine.travel(1_800_000_000.999, tick=False):
            response = self.cancel()

        assert (response.status_code, response.json()["code"]) == (429, "rate_limited")
        assert response["Retry-After"] == "2"
        assert not [call for call in self.sandbox.calls if call.method != "GET"]
