"""Codes: alone, with a change of plan, and coming back; and why one doesn't work."""

from __future__ import annotations

from typing import Any

import pytest

from portal.actions.coupons import Code, refusals_said
from portal.problems import Problem
from servicebot.gateway.errors import RefusedError
from servicebot.gateway.shapes import Coupon
from tests.base import ServicebotTestCase


class CouponTestCase(ServicebotTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.switch(can_use_coupon=True, can_use_coupon_to_resubscribe=True, can_resubscribe=True)

    def coupon(self, **given: Any) -> str:
        """Make a coupon, 20 % off for ever unless said otherwise."""
        off = {} if "amount_off" in given else {"percent_off": 20}
        params = {"duration": "forever", **off, **given}
        return str(self.acme.shop.stripe.v1.coupons.create(params).id)

    def code(self, code: str = "WELCOME", coupon: str = "", **given: Any) -> str:
        """Make a promotion code."""
        promotion = {"type": "coupon", "coupon": coupon or self.coupon()}
        params = {"promotion": promotion, "code": code, **given}
        return str(self.acme.shop.stripe.v1.promotion_codes.create(params).id)

    def preview(self, action: str = "apply_coupon", **body: Any) -> Any:
        """Preview an action on Ada's subscription."""
        path = f"/subscriptions/{self.ada_sub}/preview"
        return self.api("post", path, action=action, **body)

    def act(self, name: str, quote: str, **given: Any) -> Any:
        """Confirm a quote."""
        return self.api("post", f"/subscriptions/{self.ada_sub}/{name}", quote=quote, **given)

    def coupons(self, subscription: str = "") -> list[str]:
        """Return the coupons on a subscription at Stripe."""
        found = self.stripe[subscription or self.ada_sub]["discounts"]
        return [self.stripe[id_]["source"]["coupon"] for id_ in found]

    def paid(self, subscription: str = "") -> list[int]:
        """Return what was paid for a subscription, newest first."""
        named = {"subscription": subscription or self.ada_sub}
        listed = self.acme.shop.stripe.v1.invoices.list(named).data
        return [invoice.amount_paid for invoice in listed]


class AloneTests(CouponTestCase):
    def test_the_next_invoice_is_lower(self) -> None:
        self.code()

        preview = self.preview(coupon=" welcome ").json()
        response = self.act("apply-coupon", preview["quote"])

        assert response.status_code == 200, response.content
        assert (preview["due_now"], preview["next_amount"]) == (0, 3920)
        assert preview["coupon"]["percent_off"] == "20.0"
        (discount,) = response.json()["subscription"]["discounts"]
        assert discount["percent_off"] == "20.0"
        upcoming = self.acme.shop.stripe.v1.invoices.create_preview({"subscription": self.ada_sub})
        assert upcoming.amount_due == preview["next_amount"]
        assert self.paid() == [4900]

    def test_what_is_there_stays(self) -> None:
        first, second = self.coupon(), self.coupon(amount_off=500, currency="usd")
        self.ada_sub = self.acme.shop.subscribe(self.ada, discounts=[{"coupon": first}])
        self.code(coupon=second)

        preview = self.preview(coupon="WELCOME").json()
        self.act("apply-coupon", preview["quote"])

        assert self.coupons() == [first, second]
        assert preview["next_amount"] == 3920 - 500

    def test_a_repeated_click_applies_once(self) -> None:
        self.code()
        quote = self.preview(coupon="WELCOME").json()["quote"]

        for _click in range(2):
            assert self.act("apply-coupon", quote, idempotency_key="a").status_code == 200

        assert len(self.coupons()) == 1

    def test_a_second_tab_is_told_that_it_is_there(self) -> None:
        self.code()
        quotes = [self.preview(coupon="WELCOME").json()["quote"] for _tab in range(2)]
        first, second = (self.act("apply-coupon", quote) for quote in quotes)

        assert first.status_code == 200
        assert second.json()["reason"] == "coupon_applied_already"

    def test_one_used_up_meanwhile_is_not_applied(self) -> None:
        promotion = self.code()
        quote = self.preview(coupon="WELCOME").json()["quote"]
        self.acme.shop.stripe.v1.promotion_codes.update(promotion, {"active": False})

        response = self.act("apply-coupon", quote)

        assert (response.status_code, response.json()["reason"]) == (409, "coupon_expired")
        assert self.coupons() == []


class WithPlanTests(CouponTestCase):
    def change(self, **given: Any) -> dict[str, Any]:
        """Change to the larger plan with a code; return the preview."""
        price = self.acme.shop.prices["Business month"]
        preview = self.preview("change_plan", price=price, coupon="WELCOME").json()
        response = self.act("change-plan", preview["quote"], **given)
        assert response.status_code == 200, response.content
        return dict(preview)

    def test_both_come_in_one_change(self) -> None:
        self.code()

        preview = self.change()

        assert self.paid() == [preview["due_now"], 4900]
        assert preview["next_amount"] == 7920
        assert len(self.coupons()) == 1

    def test_one_good_for_one_invoice_is_not_promised_for_the_next(self) -> None:
        self.code(coupon=self.coupon(duration="once"))

        preview = self.change()

        upcoming = self.acme.shop.stripe.v1.invoices.create_preview({"subscription": self.ada_sub})
        assert upcoming.amount_due == preview["next_amount"]
        assert self.paid() == [preview["due_now"], 4900]

    def test_one_already_there_and_good_once_is_not_promised_twice(self) -> None:
        once = self.coupon(duration="once")
        self.acme.shop.stripe.v1.subscriptions.update(
            self.ada_sub, {"discounts": [{"coupon": once}]}
        )
        self.code()

        preview = self.change()

        upcoming = self.acme.shop.stripe.v1.invoices.create_preview({"subscription": self.ada_sub})
        assert upcoming.amount_due == preview["next_amount"]

    def test_with_one_good_once_that_is_there_a_lasting_one_stays(self) -> None:
        once = self.coupon(duration="once", applies_to={"products": self.everything()})
        self.acme.shop.stripe.v1.subscriptions.update(
            self.ada_sub, {"discounts": [{"coupon": once}]}
        )
        self.code()
        year = self.acme.shop.prices["Business year"]

        preview = self.preview("change_plan", price=year, coupon="WELCOME").json()
        self.act("change-plan", preview["quote"])

        upcoming = self.acme.shop.stripe.v1.invoices.create_preview({"subscription": self.ada_sub})
        assert (preview["next_amount"], upcoming.amount_due) == (79200, 79200)
        assert self.paid()[0] == preview["due_now"]

    def test_one_good_once_is_spent_by_a_new_period(self) -> None:
        self.code(coupon=self.coupon(duration="once"))
        year = self.acme.shop.prices["Business year"]

        preview = self.preview("change_plan", price=year, coupon="WELCOME").json()
        self.act("change-plan", preview["quote"])

        assert preview["next_amount"] == 99000
        assert self.paid()[0] == preview["due_now"] < 99000
        assert self.coupons() == []

    def test_what_stripe_has_against_something_else_is_not_the_codes_fault(self) -> None:
        self.code()
        weather = self.sandbox.account(self.acme.shop.api_key).weather
        weather.bring("400", method="POST", path=r"/v1/invoices/create_preview", times=4)
        price = self.acme.shop.prices["Business month"]

        response = self.preview("change_plan", price=price, coupon="WELCOME")

        assert response.json()["reason"] == "refused_by_stripe"
        self.refuses_requests = True

    def everything(self) -> list[str]:
        """Return all products of Acme's."""
        return list(self.acme.shop.products.values())

    def test_without_the_setting_it_is_refused(self) -> None:
        self.code()
        self.switch(can_use_coupon=False)
        price = self.acme.shop.prices["Business month"]

        response = self.preview("change_plan", price=price, coupon="WELCOME")

        assert (response.status_code, response.json()["setting"]) == (403, "can_use_coupon")
        assert self.preview("change_plan", price=price).status_code == 200


class ResubscribeTests(CouponTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.acme.shop.stripe.v1.subscriptions.cancel(self.ada_sub)

    def test_the_first_payment_is_lower(self) -> None:
        self.code()

        preview = self.preview("resubscribe", coupon="WELCOME").json()
        response = self.act("resubscribe", preview["quote"])

        lines = sum(line["amount"] for line in preview["lines"])
        assert (lines, preview["discount"], preview["due_now"]) == (4900, 980, 3920)
        assert preview["next_amount"] == 3920
        assert response.status_code == 200, response.content
        begun = response.json()["subscription"]["id"]
        assert len(self.coupons(begun)) == 1
        invoice = self.stripe[self.stripe[begun]["latest_invoice"]]
        assert invoice["amount_due"] == 3920

    def test_one_good_once_is_not_promised_again(self) -> None:
        self.code(coupon=self.coupon(duration="once"))

        preview = self.preview("resubscribe", coupon="WELCOME").json()

        assert (preview["due_now"], preview["next_amount"]) == (3920, 4900)

    def test_another_attempt_ends_the_first(self) -> None:
        self.code()
        plain = self.preview("resubscribe").json()["quote"]
        first = self.act("resubscribe", plain).json()["subscription"]

        lower = self.preview("resubscribe", coupon="WELCOME").json()["quote"]
        second = self.act("resubscribe", lower).json()["subscription"]

        if first["status"] == "incomplete":
            assert self.stripe[first["id"]]["status"] in {"canceled", "incomplete_expired"}
        assert first["id"] != second["id"]

    def test_the_least_amount_is_stripes_to_judge(self) -> None:
        limits = {"minimum_amount": 100_000, "minimum_amount_currency": "usd"}
        self.code(restrictions=limits)

        response = self.preview("resubscribe", coupon="WELCOME")

        assert (response.status_code, response.json()["reason"]) == (409, "coupon_minimum")
        self.refuses_requests = True

    def test_without_the_setting_it_is_refused(self) -> None:
        self.code()
        self.switch(can_use_coupon_to_resubscribe=False)

        response = self.preview("resubscribe", coupon="WELCOME")

        assert response.json()["setting"] == "can_use_coupon_to_resubscribe"


class RefusalTests(CouponTestCase):
    def why(self, typed: str = "WELCOME") -> str:
        """Return why a code can't be used."""
        response = self.preview(coupon=typed)
        assert response.status_code == 409, response.content
        return str(response.json()["reason"])

    def test_a_code_that_nobody_made(self) -> None:
        assert self.why("NOSUCHCODE") == "coupon_unknown"
        assert self.why("x" * 201) == "coupon_unknown"

    def test_a_code_for_somebody_else_is_an_unknown_one(self) -> None:
        self.code(customer=self.ben)

        assert self.why() == "coupon_unknown"

    def test_ones_own_goes_before_everybodys(self) -> None:
        self.code(customer=self.ada)

        assert self.preview(coupon="WELCOME").status_code == 200

    def test_one_that_is_over(self) -> None:
        self.acme.shop.stripe.v1.promotion_codes.update(self.code(), {"active": False})

        assert self.why() == "coupon_expired"

    def test_one_for_other_products(self) -> None:
        only = {"products": [self.acme.shop.products["Business"]]}
        self.code(coupon=self.coupon(applies_to=only))

        assert self.why() == "coupon_not_for_plan"

    def test_one_in_another_currency(self) -> None:
        self.code(coupon=self.coupon(amount_off=500, currency="eur"))

        assert self.why() == "coupon_other_currency"

    def test_one_for_a_first_payment(self) -> None:
        self.code(restrictions={"first_time_transaction": True})

        assert self.why() == "coupon_first_time_only"
        self.refuses_requests = True

    def test_one_with_a_least_amount(self) -> None:
        limits = {"minimum_amount": 100, "minimum_amount_currency": "usd"}
        self.code(restrictions=limits)

        assert self.why() == "coupon_minimum"

    def test_one_that_is_there_already(self) -> None:
        coupon = self.coupon()
        self.ada_sub = self.acme.shop.subscribe(self.ada, discounts=[{"coupon": coupon}])
        self.code(coupon=coupon)

        assert self.why() == "coupon_applied_already"

    def test_what_stripe_refuses_for_reasons_of_its_own_is_said_so(self) -> None:
        code = Code("WELCOME", Coupon("c", "", None, 1, "usd", "once", None), {})

        with pytest.raises(Problem) as caught, refusals_said(code):
            raise RefusedError("No.", param="discounts[0][promotion_code]")

        assert caught.value.extra["reason"] == "coupon_refused"

    def test_nothing_typed_is_invalid(self) -> None:
        response = self.preview(coupon=" ")

        assert (response.status_code, response.json()["code"]) == (400, "invalid")

    def test_switched_off_it_is_refused_whatever_is_sent(self) -> None:
        self.switch(can_use_coupon=False)

        for response in (self.preview(quantity="x"), self.act("apply-coupon", "x")):
            assert (response.status_code, response.json()["setting"]) == (403, "can_use_coupon")


class CouponIdTests(CouponTestCase):
    def test_ids_work_where_the_merchant_says_so(self) -> None:
        coupon = self.coupon(id="INTERNAL-50")

        assert self.preview(coupon="INTERNAL-50").json()["reason"] == "coupon_unknown"
        self.switch(accepts_coupon_ids=True)
        preview = self.preview(coupon="INTERNAL-50").json()
        self.act("apply-coupon", preview["quote"])

        assert self.coupons() == [coupon]
        assert self.preview(coupon="NOSUCHID").json()["reason"] == "coupon_unknown"

    def test_a_spent_one_is_over(self) -> None:
        self.switch(accepts_coupon_ids=True)
        coupon = self.coupon(max_redemptions=1)
        self.acme.shop.subscribe(self.ben, discounts=[{"coupon": coupon}])

        assert self.preview(coupon=coupon).json()["reason"] == "coupon_expired"
