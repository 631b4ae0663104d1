"""A customer's clicking never reaches Stripe's limits on one subscription."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine
from django.test import override_settings

from accounts.limits import DAY, HOUR, MINUTE, hits
from tests.base import ServicebotTestCase
from tests.portal.test_quantity import QuantityTestCase
from tests.portal.test_resume import ResumeTestCase

NOON = datetime(2026, 11, 27, 12, 0, 10, tzinfo=UTC)


class PaceTests(QuantityTestCase):
    def setUp(self) -> None:
        self.time = self.enterContext(time_machine.travel(NOON, tick=False))
        super().setUp()

    def have(self, *quantities: int) -> list[Any]:
        """Change the quantity to these, one after another; return the answers."""
        return [self.change(self.preview(each).json()["quote"]) for each in quantities]

    def seen(self, what: str, times: int, seconds: int) -> None:
        """Let something have happened so often to Ada's subscription."""
        for _time in range(times):
            hits(f"{what}:{self.ada_sub}", seconds)

    def test_five_invoices_a_minute_are_enough(self) -> None:
        *done, refused = self.have(2, 3, 4, 5, 6, 7)

        assert {answer.status_code for answer in done} == {200}
        assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
        assert refused["Retry-After"] == "50"
        assert self.quantity() == 6
        self.time.shift(timedelta(seconds=51))
        assert self.have(7)[0].status_code == 200

    def test_what_is_refused_can_be_sent_again(self) -> None:
        quote = self.preview(2).json()["quote"]
        self.seen("invoices", 5, MINUTE)
        refused = self.change(quote, idempotency_key="one")
        self.time.shift(timedelta(seconds=51))

        again = self.change(quote, idempotency_key="one")

        assert (refused.status_code, again.status_code, self.quantity()) == (429, 200, 2)

    def test_the_page_says_so_in_words(self) -> None:
        self.seen("invoices", 10, DAY)
        quote = self.preview(2).json()["quote"]

        path = f"subscriptions/{self.ada_sub}/change-quantity"
        response = self.page_post(path, quote=quote)

        assert (response.status_code, response["Retry-After"]) == (429, str(12 * HOUR - 10))
        self.assertContains(response, "That was too often", status_code=429)

    def test_without_an_invoice_a_hundred_quantities_an_hour_are_enough(self) -> None:
        self.switch(proration_behavior="create_prorations")
        self.seen("quantities", 99, HOUR)

        *done, refused = self.have(2, 3)

        assert [answer.status_code for answer in done] == [200]
        assert refused.status_code == 429

    def test_one_subscriptions_pace_is_not_anothers(self) -> None:
        self.seen("invoices", 5, MINUTE)
        self.ada_sub = self.acme.shop.subscribe(self.ada)

        assert self.have(2)[0].status_code == 200


class ResumePaceTests(ResumeTestCase):
    def test_a_resumption_is_an_invoice_as_well(self) -> None:
        self.give_card()
        quote = self.preview().json()["quote"]
        for _time in range(10):
            hits(f"invoices:{self.ada_sub}", DAY)

        response = self.resume(quote)

        assert response.status_code == 429
        assert self.stripe[self.ada_sub]["status"] == "paused"


class TryingTests(ServicebotTestCase):
    """Cards, codes and identities, tried one after another."""

    def setUp(self) -> None:
        self.time = self.enterContext(time_machine.travel(NOON, tick=False))
        super().setUp()
        self.switch(can_update_card=True, can_use_coupon=True)

    def card(self, customer: str = "") -> int:
        """Open the card's form."""
        begun = self.api("post", "/payment-method/setup", customer=customer or self.ada)
        return int(begun.status_code)

    def code(self, typed: str) -> int:
        """Ask what a code does."""
        path = f"/subscriptions/{self.ada_sub}/preview"
        return int(self.api("post", path, action="apply_coupon", coupon=typed).status_code)

    def knock(self, *, right: bool = True, email: str = "ada@example.com", **headers: str) -> Any:
        """Come to the door."""
        given = {"email": email, "hash": self.hash(email if right else "other@example.com")}
        return self.client.post(
            "/api/v1/portal/session",
            {"portal_id": self.portal.public_id, **given},
            content_type="application/json",
            **headers,  # type: ignore[arg-type]
        )

    def test_five_cards_an_hour_and_twenty_a_day(self) -> None:
        found = []
        for _hour in range(6):
            found += [self.card() for _ in range(6)]
            self.time.shift(timedelta(hours=1))

        assert found[:6] == [200] * 5 + [429]
        assert found.count(200) == 20
        assert set(found[-6:]) == {429}
        self.time.shift(timedelta(days=1))
        assert self.card() == 200

    def test_one_customers_cards_are_not_anothers(self) -> None:
        for _ in range(5):
            self.card()
        token = self.token(self.ben, email="ben@example.com")

        answer = self.api("post", "/payment-method/setup", token, customer=self.ben)

        assert answer.status_code == 200

    def test_ten_unknown_codes_an_hour_and_then_known_ones_too(self) -> None:
        coupon = self.acme.shop.stripe.v1.coupons.create({"percent_off": 10, "duration": "once"})
        promotion = {"type": "coupon", "coupon": coupon.id}
        self.acme.shop.stripe.v1.promotion_codes.create({"promotion": promotion, "code": "TEN"})
        known = [self.code("TEN") for _ in range(12)]
        guesses = [self.code(f"GUESS{number}") for number in range(11)]

        assert set(known) == {200}
        assert guesses == [409] * 10 + [429]
        assert self.code("TEN") == 429
        self.time.shift(timedelta(hours=1))
        assert self.code("TEN") == 200

    def test_a_hundred_wrong_hashes_from_an_address(self) -> None:
        wrong = [self.knock(right=False).status_code for _ in range(100)]

        refused = self.knock()

        assert set(wrong) == {403}
        assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
        assert int(refused["Retry-After"]) <= 600
        assert self.knock(REMOTE_ADDR="192.0.2.1").status_code == 201
        self.time.shift(timedelta(minutes=10))
        assert self.knock().status_code == 201

    @override_settings(SESSIONS_A_MINUTE={"portal": 5, "identity": 3})
    def test_one_identity_and_one_portal_are_opened_so_often_a_minute(self) -> None:
        found = [self.knock().status_code for _ in range(4)]
        other = self.knock(email="ben@example.com").status_code

        assert (found, other) == ([201, 201, 201, 429], 201)
        assert self.knock(email="ben@example.com").status_code == 429
        self.time.shift(timedelta(minutes=1))
        assert self.knock().status_code == 201

    @override_settings(SESSIONS_A_MINUTE={"portal": 0, "identity": 0})
    def test_where_there_is_no_limit_there_is_none(self) -> None:
        assert {self.knock().status_code for _ in range(70)} == {201}
