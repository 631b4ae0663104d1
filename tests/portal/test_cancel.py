"""Cancelling and undoing it: when it ends, what is kept of the answer, and what stays closed."""

from __future__ import annotations

from typing import Any

from tests.base import ServicebotTestCase


class CancelTestCase(ServicebotTestCase):
    def cancel(self, **given: Any) -> Any:
        """Cancel Ada's subscription through the API."""
        return self.api("post", f"/subscriptions/{self.ada_sub}/cancel", **given)

    def undo(self, **given: Any) -> Any:
        return self.api("post", f"/subscriptions/{self.ada_sub}/undo-cancel", **given)

    @property
    def now(self) -> Any:
        """Ada's subscription at Stripe."""
        return self.stripe[self.ada_sub]

    def reason_of(self, response: Any) -> tuple[int, str]:
        return response.status_code, response.json().get("reason", "")


class ToldTests(CancelTestCase):
    def test_what_was_said_of_the_end_holds_or_nothing_is_canceled(self) -> None:
        for at_once, wrong in ((True, "period_end"), (False, "now")):
            with self.subTest(at_once=at_once):
                self.switch(cancels_immediately=at_once)
                before = dict(self.now)

                refused = self.cancel(ends=wrong)

                assert (refused.status_code, refused.json()["code"]) == (409, "preview_stale")
                assert refused.json()["reason"] == "ends_otherwise"
                assert self.now == before
        assert self.cancel(ends="period_end").status_code == 200

    def test_the_page_says_anew_when_it_ends(self) -> None:
        path = f"subscriptions/{self.ada_sub}/cancel"
        opened = self.page_post(f"subscriptions/{self.ada_sub}/ask-cancel").content.decode()
        assert 'name="ends" value="period_end"' in opened
        self.switch(cancels_immediately=True)

        answer = self.page_post(path, ends="period_end")
        panel = answer.content.decode()

        assert answer.status_code == 409
        assert "Servicebot-Problem" not in answer.headers
        assert 'name="ends" value="now"' in panel
        assert "Nothing was canceled yet" in panel
        assert self.now["status"] == "active"
        assert self.page_post(path, ends="now").status_code == 200
        assert self.now["status"] == "canceled"


class AtPeriodEndTests(CancelTestCase):
    def test_ends_with_the_period_and_keeps_the_answer(self) -> None:
        response = self.cancel(reason="unused", comment="Moved away")

        assert response.status_code == 200, response.content
        assert self.now["cancel_at_period_end"] is True
        assert self.now["metadata"] == {
            "cancellation_reason": "unused",
            "cancellation_comment": "Moved away",
        }
        assert self.now["cancellation_details"]["comment"] == "Moved away"
        assert self.now["cancellation_details"]["feedback"] == "unused"

    def test_the_page_says_what_is_still_billed(self) -> None:
        shop = self.acme.shop
        meter = shop.stripe.v1.billing.meters.create(
            {
                "display_name": "Calls",
                "event_name": "call",
                "default_aggregation": {"formula": "sum"},
            }
        )
        by_use = {"interval": "month", "usage_type": "metered", "meter": meter.id}
        price = shop.price("Starter", 2, "month", recurring=by_use)

        fixed = self.page_post(f"subscriptions/{self.ada_sub}/ask-cancel").content.decode()
        shop.stripe.v1.subscriptions.update(self.ada_sub, {"items": [{"price": price}]})
        metered = self.page_post(f"subscriptions/{self.ada_sub}/ask-cancel").content.decode()

        assert "and nothing more is charged" in fixed
        assert "What you use until then is billed at the end" in metered

    def test_answering_is_optional(self) -> None:
        response = self.cancel()

        assert response.status_code == 200, response.content
        assert self.now["metadata"] == {}
        assert self.now["cancellation_details"]["feedback"] is None

    def test_an_answer_that_was_not_asked_for_is_dropped(self) -> None:
        self.switch(asks_cancellation_reason=False)

        self.cancel(reason="unused", comment="Moved away")

        assert self.now["cancel_at_period_end"] is True
        assert self.now["metadata"] == {}

    def test_an_unknown_reason_is_invalid(self) -> None:
        response = self.cancel(reason="boredom")

        assert (response.status_code, response.json()["errors"]) == (400, {"reason": ["unknown"]})
        assert self.now["cancel_at_period_end"] is False

    def test_a_comment_ends_at_500_characters(self) -> None:
        response = self.cancel(comment="x" * 501)

        assert response.status_code == 400
        assert "comment" in response.json()["errors"]

    def test_a_repeated_click_is_answered_like_the_first(self) -> None:
        first = self.cancel(idempotency_key="click")

        second = self.cancel(idempotency_key="click")

        assert first.json() == second.json()

    def test_once_set_to_end_it_is_blocked(self) -> None:
        self.cancel()

        assert self.reason_of(self.cancel()) == (409, "already_ending")

    def test_stripe_down_is_said_and_changes_nothing(self) -> None:
        weather = self.sandbox.account(self.acme.shop.api_key).weather
        weather.bring("500", times=9, method="POST", path="/v1/subscriptions")

        response = self.cancel()

        assert (response.status_code, response.json()["code"]) == (503, "stripe_unavailable")
        assert self.now["cancel_at_period_end"] is False


class AtOnceTests(CancelTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.switch(cancels_immediately=True)

    def test_ends_at_once_with_the_answer_and_no_refund(self) -> None:
        response = self.cancel(reason="other", comment="Bye")

        assert response.json()["subscription"]["status"] == "canceled"
        assert self.now["metadata"]["cancellation_reason"] == "other"
        assert self.now["cancellation_details"]["feedback"] == "other"
        assert self.stripe[self.ada]["balance"] == 0

    def test_ends_at_once_without_an_answer(self) -> None:
        assert self.cancel().json()["subscription"]["status"] == "canceled"

    def test_one_that_was_going_to_end_can_end_now(self) -> None:
        self.acme.shop.stripe.v1.subscriptions.update(self.ada_sub, {"cancel_at_period_end": True})

        assert self.cancel().json()["subscription"]["status"] == "canceled"

    def refuse(self) -> None:
        """Let Stripe refuse the next end."""
        self.sandbox.account(self.acme.shop.api_key).weather.bring("400", method="DELETE")

    def test_an_unclear_end_keeps_the_answer(self) -> None:
        weather = self.sandbox.account(self.acme.shop.api_key).weather
        weather.bring("429", times=9, method="DELETE")

        response = self.cancel(reason="other")

        assert response.status_code == 503
        # It may have happened all the same.
        assert self.now["metadata"]["cancellation_reason"] == "other"

    def test_a_definitive_no_takes_the_answer_back(self) -> None:
        self.refuse()

        response = self.cancel(reason="other", comment="Bye")

        assert self.reason_of(response) == (409, "refused_by_stripe")
        assert self.now["status"] == "active"
        assert self.now["metadata"] == {}

    def test_a_definitive_no_without_an_answer_leaves_nothing_to_take_back(self) -> None:
        self.refuse()

        assert self.reason_of(self.cancel()) == (409, "refused_by_stripe")
        assert self.now["status"] == "active"

    def test_the_page_says_that_it_ends_at_once(self) -> None:
        page = self.page_post(f"subscriptions/{self.ada_sub}/ask-cancel").content.decode()

        assert "It ends at once" in page


class BlockedTests(CancelTestCase):
    def test_what_has_ended_ends_no_more(self) -> None:
        self.acme.shop.stripe.v1.subscriptions.cancel(self.ada_sub)

        assert self.reason_of(self.cancel()) == (409, "ended")

    def test_a_schedule_is_the_merchants_to_end(self) -> None:
        schedules = self.acme.shop.stripe.v1.subscription_schedules
        made = schedules.create({"from_subscription": self.ada_sub})
        schedules.update(made.id, {"metadata": {"deal": "17"}})

        assert self.reason_of(self.cancel()) == (409, "schedule_attached")

    def test_one_whose_first_payment_never_came_ends_at_once(self) -> None:
        customer = self.acme.shop.customer("Eve", "pm_card_threeDSecure2Required")
        subscription = self.acme.shop.subscribe(customer, payment_behavior="default_incomplete")
        token = self.token(customer, email="eve@example.com")
        asked = self.page_post(f"subscriptions/{subscription}/ask-cancel", token)

        response = self.api("post", f"/subscriptions/{subscription}/cancel", token=token)

        assert "nothing will be charged" in asked.content.decode()
        assert response.json()["subscription"]["status"] == "incomplete_expired"


class PausedTests(CancelTestCase):
    """What is paused for want of a card or a payment has no paid period that could run out."""

    def pause(self, why: str) -> None:
        """Pause Ada's subscription at Stripe for a reason."""
        at = self.now["created"]
        paused = {"type": "subscription", "transitioned_at": at, "subscription": {"type": why}}
        self.now.update(status="paused", status_details={"paused": paused})

    def test_it_ends_at_once_and_the_page_says_so(self) -> None:
        for why in ("trial_end_without_payment_method", "final_payment_failure"):
            with self.subTest(why=why):
                self.ada_sub = self.acme.shop.subscribe(self.ada)
                self.pause(why)
                panel = self.page_post(f"subscriptions/{self.ada_sub}/ask-cancel").content.decode()

                self.cancel(reason="unused")

                assert self.now["status"] == "canceled"
                assert self.now["metadata"]["cancellation_reason"] == "unused"
                assert "Cancel now" in panel

    def test_what_the_seller_paused_runs_out(self) -> None:
        self.pause("pause_requested")

        self.cancel()

        assert (self.now["status"], self.now["cancel_at_period_end"]) == ("paused", True)

    def test_one_that_was_set_to_end_can_end_at_once(self) -> None:
        self.cancel()
        self.pause("final_payment_failure")

        self.cancel()

        assert self.now["status"] == "canceled"


class UndoTests(CancelTestCase):
    def test_keeps_it_and_takes_the_answer_back(self) -> None:
        self.cancel(reason="unused", comment="Moved away")

        response = self.undo()

        assert response.status_code == 200, response.content
        assert self.now["cancel_at_period_end"] is False
        assert self.now["metadata"] == {}
        assert self.now["cancellation_details"]["comment"] is None
        assert self.now["cancellation_details"]["feedback"] is None

    def test_a_repeated_click_is_answered_like_the_first(self) -> None:
        self.cancel()
        first = self.undo(idempotency_key="click")

        second = self.undo(idempotency_key="click")

        assert (first.status_code, first.json()) == (200, second.json())

    def test_what_is_not_ending_is_blocked(self) -> None:
        assert self.reason_of(self.undo()) == (409, "not_ending")

    def test_an_end_that_the_merchant_set_stays(self) -> None:
        self.acme.shop.stripe.v1.subscriptions.update(
            self.ada_sub, {"cancel_at": self.sandbox.clock() + 5 * 86_400}
        )

        assert self.reason_of(self.undo()) == (409, "ends_by_agreement")

    def test_the_page_does_both(self) -> None:
        panel = self.page_post(f"subscriptions/{self.ada_sub}/ask-cancel").content.decode()
        ended = self.page_post(
            f"subscriptions/{self.ada_sub}/cancel", reason="unused", comment="", key="one"
        ).content.decode()
        kept = self.page_post(f"subscriptions/{self.ada_sub}/undo-cancel", key="two")

        assert "Cancel on" in panel
        assert "Ends on" in ended
        assert "Keep Team" in ended
        assert "Ends on" not in kept.content.decode()

    def test_switched_off_whatever_is_sent_is_refused(self) -> None:
        self.switch(can_cancel=False)

        for given in ({}, {"reason": "no such"}, {"comment": "x" * 501}):
            page = self.page_post(f"subscriptions/{self.ada_sub}/cancel", **given)
            call = self.cancel(**given)

            assert page.headers["Servicebot-Problem"] == "setting_off"
            assert call.json()["setting"] == "can_cancel"
        assert self.now["cancel_at_period_end"] is False
