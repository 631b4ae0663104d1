"""What was done and not heard of: the same click again says so, and nothing is done twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.cache import cache

from accounts.models import Activity
from portal.clicks import BegunClick
from tests.base import ServicebotTestCase

ALL_ON = (
    *("can_cancel", "can_change_plan", "can_change_quantity", "can_resubscribe"),
    *("can_use_coupon", "can_update_card"),
)
SUBSCRIPTION = "/v1/subscriptions/"


class LostAnswerTestCase(ServicebotTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.switch(**dict.fromkeys(ALL_ON, True))
        self.v1 = self.acme.shop.stripe.v1
        self.weather = self.sandbox.account(self.acme.shop.api_key).weather

    @property
    def now(self) -> Any:
        """Ada's subscription at Stripe."""
        return self.stripe[self.ada_sub]

    def press(self, name: str, key: str = "one", **given: Any) -> Any:
        path = f"/subscriptions/{self.ada_sub}/{name}"
        return self.api("post", path, idempotency_key=key, **given)

    def quote(self, action: str, **asked: Any) -> str:
        return str(self.press("preview", action=action, **asked).json()["quote"])

    def lose(self, path: str, method: str = "POST") -> None:
        """Let the next change be made and its answer be lost, that of the SDK's repeat too."""
        self.weather.bring("lost", method=method, path=path, times=2)

    def pressed_again(self, press: Callable[[], Any], path: str, method: str = "POST") -> Any:
        """Press, hear nothing, press again; return the second answer."""
        noted = Activity.objects.count()
        self.lose(path, method)
        assert press().status_code == 503

        answer = press()

        assert answer.status_code == 200, answer.content
        assert press().status_code == 200
        assert Activity.objects.count() == noted + 1
        return answer.json()


class ChangeTests(LostAnswerTestCase):
    def of_plan(self, **asked: str) -> Any:
        price = self.acme.shop.prices["Business month"]
        quote = self.quote("change_plan", price=price, **asked)
        return self.pressed_again(lambda: self.press("change-plan", quote=quote), SUBSCRIPTION)

    def test_a_plan(self) -> None:
        told = self.of_plan()

        assert told["subscription"]["items"][0]["price"]["unit_amount"] == 9900
        assert len(self.stripe.all("invoice")) == 3  # Ada's and Ben's first ones, and the change's

    def test_a_plan_that_waits_for_its_payment(self) -> None:
        card = self.v1.payment_methods.attach(
            "pm_card_threeDSecure2Required", {"customer": self.ada}
        )
        self.v1.subscriptions.update(self.ada_sub, {"default_payment_method": card.id})

        told = self.of_plan()

        assert self.now["pending_update"]
        assert told["requires_action"]["client_secret"]

    def test_a_plan_from_the_next_period_on(self) -> None:
        self.switch(schedules_downgrades=True)
        quote = self.quote("change_plan", price=self.acme.shop.prices["Starter month"])

        told = self.pressed_again(
            lambda: self.press("change-plan", quote=quote), "/v1/subscription_schedules/sub_sched"
        )

        assert told["subscription"]["scheduled_change"]

    def test_the_present_plan_after_all(self) -> None:
        self.switch(schedules_downgrades=True)
        quote = self.quote("change_plan", price=self.acme.shop.prices["Starter month"])
        self.press("change-plan", quote=quote)

        told = self.pressed_again(lambda: self.press("undo-scheduled-change"), "/release")

        assert told["subscription"]["scheduled_change"] is None

    def test_a_quantity(self) -> None:
        counted = {"unit_label": "seat", "metadata": {"sb_quantity_enabled": "true"}}
        self.v1.products.update(self.acme.shop.products["Team"], counted)
        quote = self.quote("change_quantity", quantity=3)

        told = self.pressed_again(lambda: self.press("change-quantity", quote=quote), SUBSCRIPTION)

        assert told["subscription"]["items"][0]["quantity"] == 3

    def test_a_coupon(self) -> None:
        coupon = self.v1.coupons.create({"percent_off": 50, "duration": "forever"})
        self.v1.promotion_codes.create(
            {"promotion": {"type": "coupon", "coupon": coupon.id}, "code": "HALF"}
        )
        quote = self.quote("apply_coupon", coupon="half")

        told = self.pressed_again(lambda: self.press("apply-coupon", quote=quote), SUBSCRIPTION)

        assert len(told["subscription"]["discounts"]) == len(self.now["discounts"]) == 1


class EndTests(LostAnswerTestCase):
    def test_an_end_with_the_period(self) -> None:
        told = self.pressed_again(lambda: self.press("cancel"), SUBSCRIPTION)

        assert told["subscription"]["cancel_at_period_end"] is True

    def test_keeping_it_after_all(self) -> None:
        self.v1.subscriptions.update(self.ada_sub, {"cancel_at_period_end": True})

        told = self.pressed_again(lambda: self.press("undo-cancel"), SUBSCRIPTION)

        assert told["subscription"]["cancel_at_period_end"] is False

    def test_a_new_start_that_costs_nothing(self) -> None:
        self.v1.subscriptions.cancel(self.ada_sub)
        self.v1.customers.update(self.ada, {"balance": -10_000})
        quote = self.quote("resubscribe")

        told = self.pressed_again(
            lambda: self.press("resubscribe", quote=quote), "/v1/subscriptions$"
        )

        assert told["subscription"]["status"] == "active"
        theirs = [s for s in self.stripe.all("subscription") if s["customer"] == self.ada]
        assert len(theirs) == 2


class ForgottenFailureTests(LostAnswerTestCase):
    def test_another_choice_after_a_failure_that_was_forgotten_takes_one_more_press(self) -> None:
        self.switch(can_change_plan_when_canceled=True)
        self.v1.subscriptions.cancel(self.ada_sub)
        same = self.quote("resubscribe")
        other = self.quote("resubscribe", price=self.acme.shop.prices["Business month"])
        self.weather.bring("500", method="POST", path="/v1/subscriptions$")
        assert self.press("resubscribe", quote=same).status_code == 503
        cache.clear()

        answers = [self.press("resubscribe", "two", quote=other) for _ in range(3)]

        assert answers[-1].status_code == 200, answers[-1].json()
        theirs = [s for s in self.stripe.all("subscription") if s["customer"] == self.ada]
        assert len(theirs) == 2


class PaymentTests(LostAnswerTestCase):
    def setUp(self) -> None:
        super().setUp()
        params = {"customer": self.ada, "items": [{"price": self.acme.shop.prices["Team month"]}]}
        made = self.v1.subscriptions.create({**params, "payment_behavior": "default_incomplete"})
        self.invoice = made.latest_invoice

    def pay(self, key: str = "one") -> Any:
        return self.api("post", f"/invoices/{self.invoice}/pay", idempotency_key=key)

    def test_a_payment(self) -> None:
        told = self.pressed_again(self.pay, "/pay")

        assert told["invoice"]["status"] == "paid"

    def test_another_click_on_what_is_paid_is_refused(self) -> None:
        self.pay()

        assert self.pay("two").json()["reason"] == "nothing_to_pay"


class RefusalTests(LostAnswerTestCase):
    """What Stripe refuses for good was not begun; what it didn't answer may have been."""

    def test_a_refused_click_claims_nothing_that_another_did(self) -> None:
        self.weather.bring("400", method="POST", path=SUBSCRIPTION)
        assert self.press("cancel").status_code == 409
        self.press("cancel", "two")

        assert self.press("cancel").json()["reason"] == "already_ending"
        assert BegunClick.objects.count() == 1

    def test_what_never_came_through_is_done_by_the_repeat(self) -> None:
        self.weather.bring("reset", method="POST", path=SUBSCRIPTION, times=2)
        assert self.press("cancel").status_code == 503
        assert self.now["cancel_at_period_end"] is False

        assert self.press("cancel").status_code == 200
        assert self.now["cancel_at_period_end"] is True

    def test_an_end_at_once_is_not_taken_for_one_with_the_period(self) -> None:
        self.press("cancel", "before")
        self.switch(cancels_immediately=True)
        self.weather.bring("reset", method="DELETE", times=2)
        assert self.press("cancel").status_code == 503

        told = self.press("cancel").json()

        assert told["subscription"]["status"] == self.now["status"] == "canceled"
