"""The portal API does what the page does."""

from __future__ import annotations

from tests.base import ServicebotTestCase


class ReadTests(ServicebotTestCase):
    def test_shows_the_customers_own_subscription_with_its_verdicts(self) -> None:
        response = self.api("get", "")

        (customer,) = response.json()["customers"]
        (subscription,) = customer["subscriptions"]
        assert subscription["id"] == self.ada_sub
        assert subscription["tier"] == "Team"
        assert subscription["actions"]["cancel"] == {"allowed": True}
        assert customer["upcoming_invoice"]["amount_due"] == 4900


class CancelTests(ServicebotTestCase):
    def test_ends_with_the_period_and_keeps_the_answer(self) -> None:
        response = self.api(
            "post", f"/subscriptions/{self.ada_sub}/cancel", reason="unused", comment="Moved away"
        )

        assert response.status_code == 200, response.content
        subscription = self.stripe[self.ada_sub]
        assert subscription["cancel_at_period_end"] is True
        assert subscription["metadata"]["cancellation_reason"] == "unused"
        assert subscription["cancellation_details"]["comment"] == "Moved away"
        assert subscription["cancellation_details"]["feedback"] == "unused"
