"""A customer's clicking never reaches Stripe's limits on one subscription."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine

from accounts.limits import DAY, HOUR, MINUTE, hits
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
