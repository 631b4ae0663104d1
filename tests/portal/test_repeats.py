"""The same click again: after a refusal, with an answer lost, or with other clicks in between."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import time_machine

from tests.base import ServicebotTestCase


class RepeatTestCase(ServicebotTestCase):
    def setUp(self) -> None:
        super().setUp()
        on = ("can_cancel", "can_change_quantity", "can_resubscribe", "can_update_card")
        self.switch(**dict.fromkeys((*on, "asks_cancellation_reason"), True))
        self.weather = self.sandbox.account(self.acme.shop.api_key).weather

    def preview(self, action: str, **asked: Any) -> Any:
        path = f"/subscriptions/{self.ada_sub}/preview"
        return self.api("post", path, action=action, **asked)

    def press(self, name: str, **given: Any) -> Any:
        return self.api("post", f"/subscriptions/{self.ada_sub}/{name}", **given)

    @property
    def now(self) -> Any:
        """Ada's subscription at Stripe."""
        return self.stripe[self.ada_sub]


class CancelTests(RepeatTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.switch(cancels_immediately=True)

    def test_after_a_refusal_the_same_click_keeps_the_reason(self) -> None:
        self.weather.bring("400", method="DELETE")
        refused = self.press("cancel", reason="unused", idempotency_key="one")

        response = self.press("cancel", reason="unused", idempotency_key="one")

        assert (refused.status_code, response.status_code) == (409, 200)
        assert self.now["metadata"]["cancellation_reason"] == "unused"

    def test_a_reason_taken_back_in_between_is_gone(self) -> None:
        self.weather.bring("timeout", method="DELETE", times=2)
        lost = self.press("cancel", reason="unused", idempotency_key="one")

        response = self.press("cancel", idempotency_key="two")

        assert (lost.status_code, response.status_code) == (503, 200)
        assert self.now["metadata"] == {}

    def test_an_undo_whose_answer_was_lost_undoes_what_was_canceled_since(self) -> None:
        self.switch(cancels_immediately=False)
        self.press("cancel", reason="unused")
        self.weather.bring("lost", method="POST", path="/v1/subscriptions/", times=2)
        lost = self.press("undo-cancel", idempotency_key="undo")
        self.press("cancel", reason="unused")

        response = self.press("undo-cancel", idempotency_key="undo")

        assert (lost.status_code, response.status_code) == (503, 200)
        assert response.json()["subscription"]["cancel_at_period_end"] is False
        assert self.now["cancel_at_period_end"] is False
        assert self.now["metadata"] == {}


class CardTests(RepeatTestCase):
    def entered(self, card: str) -> str:
        """Enter a card as Stripe.js does."""
        begun = self.api("post", "/payment-method/setup", customer=self.ada).json()["setup_intent"]
        self.acme.shop.stripe.v1.setup_intents.confirm(begun, {"payment_method": card})
        return str(begun)

    def save(self, intent: str) -> int:
        return int(self.api("post", "/payment-method", setup_intent=intent).status_code)

    def test_of_two_cards_saved_at_a_time_one_is_everywhere(self) -> None:
        attach = self.acme.shop.stripe.v1.payment_methods.attach
        own = attach("pm_card_visa", {"customer": self.ada}).id
        self.ada_sub = self.acme.shop.subscribe(self.ada, default_payment_method=own)
        first, second = self.entered("pm_card_mastercard"), self.entered("pm_card_amex")
        self.weather.bring("timeout", method="POST", path="/v1/customers/", times=2)

        answers = [self.save(first), self.save(second), self.save(first), self.save(second)]

        default = self.stripe[self.ada]["invoice_settings"]["default_payment_method"]
        assert answers == [503, 200, 200, 200]
        assert default == self.now["default_payment_method"]
        assert default == self.stripe[first]["payment_method"]


class PaymentTests(RepeatTestCase):
    """A payment that waits for the bank waits for it under the same click too."""

    def give(self, card: str) -> None:
        """Make a card the one that Ada's subscription is charged to."""
        method = self.acme.shop.stripe.v1.payment_methods.attach(card, {"customer": self.ada})
        default = {"default_payment_method": method.id}
        self.acme.shop.stripe.v1.subscriptions.update(self.ada_sub, default)

    def twice(self, name: str, quote: str) -> Any:
        """Press twice; return both answers."""
        return [self.press(name, quote=quote, idempotency_key="one").json() for _ in range(2)]

    def test_of_a_change_of_plan(self) -> None:
        self.give("pm_card_threeDSecure2Required")
        price = self.acme.shop.prices["Business month"]

        first, again = self.twice(
            "change-plan", self.preview("change_plan", price=price).json()["quote"]
        )

        assert first["requires_action"]["client_secret"]
        assert again == first

    def test_of_a_new_start(self) -> None:
        self.acme.shop.stripe.v1.subscriptions.cancel(self.ada_sub)

        first, again = self.twice("resubscribe", self.preview("resubscribe").json()["quote"])

        assert first["requires_action"]["client_secret"]
        assert again == first


class MeanwhileTests(RepeatTestCase):
    def test_a_quantity_had_by_now_is_not_asked_for_again(self) -> None:
        product = self.acme.shop.products["Team"]
        counted = {"unit_label": "seat", "metadata": {"sb_quantity_enabled": "true"}}
        self.acme.shop.stripe.v1.products.update(product, counted)
        quote = self.preview("change_quantity", quantity=2).json()["quote"]
        self.press("change-quantity", quote=quote)

        response = self.press("change-quantity", quote=quote)

        assert (response.status_code, response.json()["reason"]) == (409, "same_quantity")

    def test_a_quote_from_the_period_before_is_made_anew(self) -> None:
        with time_machine.travel(datetime(2026, 9, 21, 9, tzinfo=UTC), tick=False) as time:
            self.ada_sub = self.acme.shop.subscribe(self.ada)
            time.move_to(datetime(2026, 10, 21, 8, 57, tzinfo=UTC))
            price = self.acme.shop.prices["Business month"]
            quote = self.preview("change_plan", price=price).json()["quote"]
            time.move_to(datetime(2026, 10, 21, 9, 3, tzinfo=UTC))

            response = self.press("change-plan", quote=quote)

            assert (response.status_code, response.json()["code"]) == (409, "preview_stale")
            assert response.json()["preview"]["due_now"] > 0


class FarEndTests(RepeatTestCase):
    """An end that the merchant agreed on, some periods away."""

    def setUp(self) -> None:
        super().setUp()
        self.ends_at = self.sandbox.clock() + 200 * 86_400
        change = {"cancel_at": self.ends_at}
        self.acme.shop.stripe.v1.subscriptions.update(self.ada_sub, change)

    def ends(self) -> str:
        return datetime.fromtimestamp(self.ends_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def test_what_renews_until_then_is_told(self) -> None:
        price = self.acme.shop.prices["Business month"]

        shown = self.preview("change_plan", price=price).json()

        (item,) = self.now["items"]["data"]
        renews = datetime.fromtimestamp(item["current_period_end"], UTC)
        assert (shown["next_amount"], shown["ends_at"]) == (9900, self.ends())
        assert shown["next_at"] == renews.strftime("%Y-%m-%dT%H:%M:%SZ")

    def test_a_new_period_does_not_move_it(self) -> None:
        shown = self.preview("change_plan", price=self.acme.shop.prices["Team year"]).json()

        assert (shown["next_amount"], shown["next_at"]) == (None, None)
        assert shown["ends_at"] == self.ends()
