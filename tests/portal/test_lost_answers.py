"""What was done and not heard of: the same click again says so, and nothing is done twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection

from accounts.models import Activity
from portal.clicks import BegunClick
from tests.base import ServicebotTestCase

ALL_ON = (
    *("can_cancel", "can_change_plan", "can_change_quantity", "can_resubscribe"),
    *("can_use_coupon", "can_update_card"),
)
SUBSCRIPTION = "/v1/subscriptions/"


def killed_while_noting(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
    """Stand for a process that is killed when it is about to remember that a click is done."""
    if "portal_doneclick" in sql:
        raise SystemExit
    return execute(sql, *rest)


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


class RemovedCardTests(LostAnswerTestCase):
    """A card that is gone doesn't say whose it was; the click that removed it does."""

    def setUp(self) -> None:
        super().setUp()
        self.spare = self.attached(self.ada)

    def attached(self, customer: str) -> str:
        """Give a customer a card that nothing is paid with."""
        attach = self.v1.payment_methods.attach
        return str(attach("pm_card_mastercard", {"customer": customer}).id)

    def remove(self, key: str = "one", method: str = "", token: str | None = None) -> Any:
        path = f"/payment-method/{method or self.spare}"
        return self.api("delete", path, token, idempotency_key=key)

    def on_the_page(self, token: str | None = None) -> Any:
        return self.page_post("card/remove", token, method=self.spare, key="one")

    def removals(self) -> int:
        """Return how often it was taken from Ada at Stripe."""
        return sum(e["type"] == "payment_method.detached" for e in self.stripe.all("event"))

    def test_a_card_that_is_removed(self) -> None:
        told = self.pressed_again(self.remove, "/detach")

        (customer,) = told["customers"]
        assert self.spare not in {each["id"] for each in customer["payment_methods"]}
        assert self.removals() == 1
        noted = Activity.objects.get(action="remove_card")
        assert (noted.subject, noted.customer_id) == (self.spare, self.ada)
        assert noted.before is not None
        assert noted.before["brand"] == "mastercard"

    def test_a_card_that_is_removed_on_the_page(self) -> None:
        self.lose("/detach")
        assert self.on_the_page().status_code == 503

        answer = self.on_the_page()

        self.assertContains(answer, "The card is removed.")
        assert self.removals() == 1

    def test_a_process_that_is_killed_before_it_notes_what_is_done(self) -> None:
        with connection.execute_wrapper(killed_while_noting), pytest.raises(SystemExit):
            self.remove()
        assert not Activity.objects.filter(action="remove_card").exists()

        answers = [self.remove(), self.remove()]

        assert [each.status_code for each in answers] == [200, 200]
        assert self.removals() == 1
        assert Activity.objects.filter(action="remove_card").count() == 1

    def test_a_repeat_of_what_was_heard_says_the_same(self) -> None:
        answers = [self.remove(), self.remove()]

        assert [each.status_code for each in answers] == [200, 200]
        assert answers[0].json() == answers[1].json()

    def test_what_never_came_through_is_done_by_the_repeat(self) -> None:
        self.weather.bring("reset", method="POST", path="/detach", times=2)
        assert self.remove().status_code == 503
        assert self.stripe[self.spare]["customer"] == self.ada

        assert self.remove().status_code == 200
        assert self.stripe[self.spare]["customer"] is None

    def test_another_click_on_what_is_gone_finds_nothing(self) -> None:
        self.remove()

        assert self.remove("two").status_code == 404

    def test_the_same_key_claims_no_other_card(self) -> None:
        other, bens = self.attached(self.ada), self.attached(self.ben)
        for gone in (other, bens):
            self.v1.payment_methods.detach(gone)
        self.remove()

        assert [self.remove(method=m).status_code for m in (other, bens)] == [404, 404]
        assert Activity.objects.filter(action="remove_card").count() == 1

    def test_somebody_elses_click_with_the_same_key_finds_nothing(self) -> None:
        self.remove()

        token = self.token(self.ben, email="ben@example.com")

        assert self.remove(token=token).status_code == 404

    def test_what_is_not_theirs_any_more_was_not_removed(self) -> None:
        self.weather.bring("reset", method="POST", path="/detach", times=2)
        self.remove()
        self.v1.customers.update(self.ada, {"email": "new@example.com"})

        assert self.remove().status_code == 404
        assert not Activity.objects.filter(action="remove_card").exists()

    def test_a_refused_click_claims_nothing_that_another_did(self) -> None:
        self.weather.bring("400", method="POST", path="/detach")
        assert self.remove().status_code == 409
        self.remove("two")

        assert self.remove().status_code == 404

    def test_of_several_customers_the_one_whose_it_was_is_named(self) -> None:
        twin = self.acme.shop.customer("Twin", email="ada@example.com")
        given = {"portal_id": self.portal.public_id, "email": "ada@example.com"}
        given["hash"] = self.hash(given["email"])
        let_in = self.client.post("/api/v1/portal/session", given, content_type="application/json")
        token = let_in.json()["token"]
        for owner in (twin, self.ada):
            self.spare = self.attached(owner)
            self.lose("/detach")
            assert self.on_the_page(token).status_code == 503

            self.assertContains(self.on_the_page(token), f'data-done="card-title-{owner}"')

            assert Activity.objects.get(subject=self.spare).customer_id == owner


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
