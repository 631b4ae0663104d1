"""Coming back without finishing it: gone on with as it was quoted, or given up for good."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from tests.portal.test_resubscribe import ResubscribeTestCase


class UnfinishedTestCase(ResubscribeTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.switch(can_change_plan_when_canceled=True, can_use_coupon_to_resubscribe=True)

    def waiting(self) -> Any:
        """Return the one attempt that still waits for its first payment."""
        (found,) = [each for each in self.successors() if each["status"] == "incomplete"]
        return found

    def due(self) -> int:
        """Return what the attempt that waits asks for."""
        return int(self.stripe[self.waiting()["latest_invoice"]]["amount_due"])

    def give(self, balance: int) -> None:
        """Set what Ada has to her credit, below 0, or owes besides."""
        self.acme.shop.stripe.v1.customers.update(self.ada, {"balance": balance})

    def code(self, **terms: Any) -> str:
        coupon = self.acme.shop.stripe.v1.coupons.create({"percent_off": 50, **terms})
        promotion = {"type": "coupon", "coupon": coupon.id}
        self.acme.shop.stripe.v1.promotion_codes.create({"promotion": promotion, "code": "HALF"})
        return "HALF"


class GivenUpTests(UnfinishedTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.first = self.again().json()
        self.again(price=self.acme.shop.prices["Business month"])

    def test_another_plan_ends_it(self) -> None:
        old, new = self.successors()

        assert old["status"] == "incomplete_expired"
        assert new == self.waiting()

    def test_nobody_can_pay_for_it_in_another_tab(self) -> None:
        tab = self.first["requires_action"]
        intent = tab["client_secret"].partition("_secret_")[0]

        with pytest.raises(stripe.InvalidRequestError):
            self.acme.shop.stripe.v1.payment_intents.confirm(
                intent, {"payment_method": tab["payment_method"]}
            )

        assert self.stripe[self.successors()[0]["latest_invoice"]]["status"] == "void"

    def test_it_is_no_subscription_to_start_again(self) -> None:
        (customer,) = self.api("get", "").json()["customers"]

        assert [each["id"] for each in customer["subscriptions"]] == [self.ada_sub]

    def test_nor_is_it_where_stripe_calls_it_canceled(self) -> None:
        given_up = self.successors()[0]
        given_up["status"] = "canceled"

        (customer,) = self.api("get", "").json()["customers"]
        again = self.api("post", f"/subscriptions/{given_up['id']}/preview", action="resubscribe")

        assert [each["id"] for each in customer["subscriptions"]] == [self.ada_sub]
        assert again.json()["reason"] == "never_started"
        assert customer["subscriptions"][0]["actions"]["resubscribe"] == {"allowed": True}


class StartedTests(UnfinishedTestCase):
    def test_of_what_was_started_and_ended_the_last_can_be_started_again(self) -> None:
        tab = self.again().json()["requires_action"]
        intent, method = tab["client_secret"].partition("_secret_")[0], tab["payment_method"]
        self.acme.shop.stripe.v1.payment_intents.confirm(intent, {"payment_method": method})
        (second,) = self.successors()
        self.acme.shop.stripe.v1.subscriptions.cancel(second["id"])

        (customer,) = self.api("get", "").json()["customers"]

        offered = {s["id"]: s["actions"]["resubscribe"] for s in customer["subscriptions"]}
        assert offered[self.ada_sub] == {"allowed": False, "reason": "already_resubscribed"}
        assert offered[second["id"]] == {"allowed": True}


class CanceledTests(UnfinishedTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.switch(can_cancel=True, asks_cancellation_reason=True)
        self.ada_sub = self.acme.shop.subscribe(self.ada, payment_behavior="default_incomplete")

    def cancel(self) -> Any:
        return self.api("post", f"/subscriptions/{self.ada_sub}/cancel", reason="unused")

    def test_its_first_invoice_can_not_be_paid_any_more(self) -> None:
        response = self.cancel()

        now = self.stripe[self.ada_sub]
        assert response.json()["subscription"]["status"] == "incomplete_expired"
        assert self.stripe[now["latest_invoice"]]["status"] == "void"
        assert now["metadata"]["cancellation_reason"] == "unused"

    def test_where_stripe_refuses_that_no_reason_stays(self) -> None:
        weather = self.sandbox.account(self.acme.shop.api_key).weather
        weather.bring("400", method="POST", path="/void$")

        assert self.cancel().json()["reason"] == "refused_by_stripe"

        assert self.stripe[self.ada_sub]["status"] == "incomplete"
        assert self.stripe[self.ada_sub]["metadata"] == {}


class GoneOnWithTests(UnfinishedTestCase):
    def test_with_a_code_that_is_good_once(self) -> None:
        code = self.code(duration="once")
        self.again(coupon=code)

        self.again(coupon=code)

        assert self.waiting() == self.successors()[-1]
        assert len(self.successors()) == 1
        assert self.due() == 2450

    def test_without_the_code_it_is_another(self) -> None:
        self.again(coupon=self.code(duration="once"))

        self.again()

        assert self.due() == 4900

    def test_the_next_payment_is_a_period_after_its_start(self) -> None:
        self.again()
        for item in self.waiting()["items"]["data"]:
            item["current_period_end"] -= 7200

        preview = self.preview().json()

        (item,) = self.resubscribe(preview["quote"]).json()["subscription"]["items"]
        assert preview["next_at"] == item["current_period_end"]

    def test_credit_given_since_is_used(self) -> None:
        self.again()
        self.give(-1000)
        preview = self.preview().json()

        response = self.resubscribe(preview["quote"])

        assert response.status_code == 200, response.content
        assert preview["due_now"] == self.due() == 3900

    def test_credit_that_it_held_is_quoted_before_it_is_used_again(self) -> None:
        self.give(-1000)
        self.again()

        stale = self.again()
        self.resubscribe(stale.json()["preview"]["quote"])

        assert (stale.status_code, stale.json()["code"]) == (409, "preview_stale")
        assert stale.json()["preview"]["due_now"] == self.due() == 3900


class CardTests(UnfinishedTestCase):
    """An ended subscription keeps its card, and nobody can change that; the customer's can."""

    def setUp(self) -> None:
        super().setUp()
        self.switch(can_update_card=True)
        attach = self.acme.shop.stripe.v1.payment_methods.attach
        self.own = str(attach("pm_card_visa", {"customer": self.ada}).id)
        self.ada_sub = self.acme.shop.subscribe(self.ada, default_payment_method=self.own)
        self.end(self.ada_sub)

    def replace(self) -> str:
        """Save another card a minute after the end; return its id."""
        self.stripe[self.ada_sub]["ended_at"] -= 60
        begun = self.api("post", "/payment-method/setup", customer=self.ada).json()["setup_intent"]
        confirm = self.acme.shop.stripe.v1.setup_intents.confirm
        confirm(begun, {"payment_method": "pm_card_mastercard"})
        self.api("post", "/payment-method", setup_intent=begun)
        return str(self.stripe[begun]["payment_method"])

    def test_a_card_saved_since_pays(self) -> None:
        card = self.replace()

        response = self.again()

        assert response.json()["requires_action"]["payment_method"] == card
        assert self.waiting()["default_payment_method"] is None

    def test_an_older_default_does_not(self) -> None:
        response = self.again()

        assert response.json()["requires_action"]["payment_method"] == self.own
        assert self.waiting()["default_payment_method"] == self.own

    def test_where_it_is_gone_the_default_pays(self) -> None:
        self.api("delete", f"/payment-method/{self.own}")

        response = self.again()

        default = self.stripe[self.ada]["invoice_settings"]["default_payment_method"]
        assert response.json()["requires_action"]["payment_method"] == default
