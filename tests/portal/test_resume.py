"""Letting a paused subscription go on: card first, or what is owed first, then as quoted."""

from __future__ import annotations

from typing import Any

from tests.base import ServicebotTestCase

START = 1_800_000_000
DAY = 24 * 60 * 60
PAUSES = {"end_behavior": {"missing_payment_method": "pause"}}


class ResumeTestCase(ServicebotTestCase):
    def setUp(self) -> None:
        super().setUp()
        shop = self.acme.shop
        clocks = shop.stripe.v1.test_helpers.test_clocks
        clock = clocks.create({"frozen_time": START})
        self.ada = shop.customer("Ada", card="", test_clock=clock.id)
        self.ada_sub = shop.subscribe(self.ada, trial_period_days=3, trial_settings=PAUSES)
        clocks.advance(clock.id, {"frozen_time": START + 4 * DAY})

    def give_card(self, card: str = "pm_card_visa") -> None:
        """Make a card Ada's default."""
        method = self.acme.shop.stripe.v1.payment_methods.attach(card, {"customer": self.ada})
        default = {"invoice_settings": {"default_payment_method": method.id}}
        self.acme.shop.stripe.v1.customers.update(self.ada, default)

    def preview(self) -> Any:
        """Preview going on."""
        return self.api("post", f"/subscriptions/{self.ada_sub}/preview", action="resume")

    def resume(self, quote: str, **given: Any) -> Any:
        """Confirm a quote."""
        return self.api("post", f"/subscriptions/{self.ada_sub}/resume", quote=quote, **given)

    def paid(self) -> list[int]:
        """Return what was paid, newest first."""
        listed = self.acme.shop.stripe.v1.invoices.list({"subscription": self.ada_sub}).data
        return [invoice.amount_paid for invoice in listed if invoice.total]


class WithoutCardTests(ResumeTestCase):
    def test_first_a_card(self) -> None:
        response = self.preview()

        assert (response.status_code, response.json()["reason"]) == (409, "card_missing")

    def test_then_it_goes_on_as_quoted(self) -> None:
        self.give_card()
        preview = self.preview().json()

        response = self.resume(preview["quote"], idempotency_key="one")
        again = self.resume(preview["quote"], idempotency_key="one")

        assert response.status_code == again.status_code == 200
        assert response.json()["subscription"]["status"] == "active"
        assert (preview["due_now"], preview["next_amount"]) == (4900, 4900)
        assert self.paid() == [4900]
        (item,) = response.json()["subscription"]["items"]
        assert preview["next_at"] == item["current_period_end"]

    def test_a_bank_that_wants_to_be_asked_is_asked(self) -> None:
        self.give_card("pm_card_threeDSecure2Required")

        response = self.resume(self.preview().json()["quote"]).json()

        assert response["subscription"]["status"] == "paused"
        assert response["requires_action"]["client_secret"]
        # The unfinished one is paid; a second is never made.
        assert self.preview().json()["reason"] == "payment_open"

    def again(self) -> Any:
        """Resume, hear nothing of what came of it, and press once more; return that answer."""
        quote = self.preview().json()["quote"]
        weather = self.sandbox.account(self.acme.shop.api_key).weather
        weather.bring("lost", method="POST", path="/resume", times=2)
        assert self.resume(quote, idempotency_key="one").status_code == 503

        return self.resume(quote, idempotency_key="one")

    def test_going_on_unheard_is_said_by_the_repeat(self) -> None:
        self.give_card()

        response = self.again()

        assert response.status_code == 200
        assert response.json()["subscription"]["status"] == "active"
        assert self.paid() == [4900]

    def test_a_bank_that_is_to_be_asked_unheard_is_asked_by_the_repeat(self) -> None:
        self.give_card("pm_card_threeDSecure2Required")

        response = self.again()

        assert response.status_code == 200
        assert response.json()["requires_action"]["client_secret"]

    def test_what_ended_unheard_does_not_go_on(self) -> None:
        self.give_card()
        weather = self.sandbox.account(self.acme.shop.api_key).weather
        weather.bring("reset", method="POST", path="/resume", times=2)
        quote = self.preview().json()["quote"]
        assert self.resume(quote, idempotency_key="one").status_code == 503
        self.acme.shop.stripe.v1.subscriptions.cancel(self.ada_sub)

        response = self.resume(quote, idempotency_key="one")

        assert response.json()["reason"] == "ended"

    def test_a_declined_card_leaves_it_paused(self) -> None:
        self.give_card("pm_card_chargeCustomerFail")

        self.resume(self.preview().json()["quote"])

        assert self.stripe[self.ada_sub]["status"] == "paused"
        assert self.preview().json()["reason"] == "payment_open"

    def test_a_card_that_came_meanwhile_changes_no_amount(self) -> None:
        self.give_card()
        quote = self.preview().json()["quote"]
        self.give_card("pm_card_mastercard")

        assert self.resume(quote).status_code == 200

    def test_what_is_paid_by_invoice_stripe_does_not_resume(self) -> None:
        self.acme.shop.stripe.v1.subscriptions.update(
            self.ada_sub, {"collection_method": "send_invoice", "days_until_due": 7}
        )

        assert self.preview().json()["reason"] == "not_resumable"


class OtherPauseTests(ResumeTestCase):
    def because(self, why: str) -> None:
        """Say at Stripe why it is paused."""
        paused = {"type": "subscription", "transitioned_at": START, "subscription": {"type": why}}
        self.stripe[self.ada_sub]["status_details"] = {"paused": paused}
        self.give_card()

    def test_after_failed_payments_its_period_goes_on(self) -> None:
        self.because("final_payment_failure")
        preview = self.preview().json()

        response = self.resume(preview["quote"])

        assert (preview["due_now"], preview["next_amount"]) == (0, None)
        assert response.json()["subscription"]["status"] == "active"
        assert self.paid() == []

    def test_what_is_owed_is_paid_first(self) -> None:
        self.because("final_payment_failure")
        invoices = self.acme.shop.stripe.v1.invoices
        items = self.acme.shop.stripe.v1.invoice_items
        items.create({"customer": self.ada, "amount": 500, "currency": "usd"})
        owed = invoices.create({"customer": self.ada, "pending_invoice_items_behavior": "include"})
        invoices.finalize_invoice(owed.id)
        self.stripe[self.ada_sub]["latest_invoice"] = owed.id

        assert self.preview().json()["reason"] == "payment_open"
        invoices.pay(owed.id)

        assert self.preview().status_code == 200

    def test_a_seller_who_paused_it_resumes_it(self) -> None:
        self.because("pause_requested")

        assert self.preview().json()["reason"] == "paused_by_seller"

    def test_collection_that_the_seller_paused_is_the_sellers(self) -> None:
        token = self.token(self.ben, email="ben@example.com")
        pause = {"pause_collection": {"behavior": "void"}}
        self.acme.shop.stripe.v1.subscriptions.update(self.ben_sub, pause)

        path = f"/subscriptions/{self.ben_sub}/preview"
        answer = self.api("post", path, token, action="resume").json()

        assert answer["reason"] == "paused_by_seller"

    def test_what_runs_is_not_resumed(self) -> None:
        self.ada_sub = self.ben_sub
        token = self.token(self.ben, email="ben@example.com")
        path = f"/subscriptions/{self.ben_sub}/resume"

        answer = self.api("post", path, token, quote="x")

        assert answer.json()["code"] == "invalid"
