"""What a preview promises for the invoice after the one that it is about."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from portal.periods import months_after, outlasts_period, period_after
from servicebot.gateway.shapes import Coupon, Price
from tests.base import ServicebotTestCase


class NextInvoiceTests(ServicebotTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.switch(can_use_coupon=True, can_resubscribe=True, can_use_coupon_to_resubscribe=True)

    def preview(self, subscription: str, **asked: Any) -> Any:
        return self.api("post", f"/subscriptions/{subscription}/preview", **asked).json()

    def code(self, months: int) -> str:
        """Make a code for some months."""
        off = {"percent_off": 50, "duration": "repeating", "duration_in_months": months}
        coupon = self.acme.shop.stripe.v1.coupons.create(off)
        promotion = {"type": "coupon", "coupon": coupon.id}
        self.acme.shop.stripe.v1.promotion_codes.create({"promotion": promotion, "code": "HALF"})
        return "HALF"

    def test_credit_that_is_used_now_is_not_promised_again(self) -> None:
        self.acme.shop.stripe.v1.customers.update(self.ada, {"balance": -700})
        price = self.acme.shop.prices["Business year"]

        shown = self.preview(self.ada_sub, action="change_plan", price=price)

        assert shown["due_now"] == 99_000 - 4900 - 700
        assert shown["next_amount"] == 99_000

    def test_credit_that_a_change_gives_is_taken_off_what_follows(self) -> None:
        price = self.acme.shop.prices["Starter month"]

        shown = self.preview(self.ada_sub, action="change_plan", price=price)

        assert (shown["due_now"], shown["credit"]) == (0, 3000)
        assert shown["next_amount"] == 0

    def test_a_code_that_runs_out_before_a_new_period_does_is_not_promised_for_the_next(
        self,
    ) -> None:
        price = self.acme.shop.prices["Team year"]

        short = self.preview(self.ada_sub, action="change_plan", price=price, coupon=self.code(12))
        self.acme.shop.stripe.v1.promotion_codes.update(
            self.stripe.all("promotion_code")[-1]["id"], {"active": False}
        )
        long = self.preview(self.ada_sub, action="change_plan", price=price, coupon=self.code(13))

        assert short["due_now"] == long["due_now"]
        assert (short["next_amount"], long["next_amount"]) == (49_000, 24_500)

    def test_nor_is_one_that_is_there(self) -> None:
        off = {"percent_off": 50, "duration": "repeating", "duration_in_months": 3}
        coupon = self.acme.shop.stripe.v1.coupons.create(off)
        mine = self.acme.shop.subscribe(self.ada, discounts=[{"coupon": coupon.id}])
        price = self.acme.shop.prices["Team year"]

        shown = self.preview(mine, action="change_plan", price=price)

        assert shown["due_now"] == 24_500 - 2450
        assert shown["next_amount"] == 49_000

    def test_nor_for_one_who_comes_back(self) -> None:
        mine = self.acme.shop.subscribe(self.ada, "Team year")
        self.acme.shop.stripe.v1.subscriptions.cancel(mine)

        shown = self.preview(mine, action="resubscribe", coupon=self.code(2))

        assert (shown["due_now"], shown["next_amount"]) == (24_500, 49_000)


def price(interval: str, count: int = 1) -> Price:
    recurring = {"interval": interval, "interval_count": count}
    return Price.from_stripe(
        {"id": "p", "product": "p", "currency": "usd", "active": True, "recurring": recurring}
    )


def coupon(duration: str, months: int | None = None) -> Coupon:
    return Coupon.from_stripe(
        {"id": "c", "duration": duration, "duration_in_months": months, "valid": True}
    )


START = datetime(2026, 12, 31, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("interval", "count", "ends"),
    [
        ("day", 3, datetime(2027, 1, 3, 10, tzinfo=UTC)),
        ("week", 2, datetime(2027, 1, 14, 10, tzinfo=UTC)),
        ("month", 2, datetime(2027, 2, 28, 10, tzinfo=UTC)),
        ("year", 1, datetime(2027, 12, 31, 10, tzinfo=UTC)),
    ],
)
def test_a_period_ends_by_the_calendar(interval: str, count: int, ends: datetime) -> None:
    assert period_after(START, price(interval, count)) == ends


def test_a_leap_day_is_the_last_of_february() -> None:
    assert months_after(datetime(2028, 2, 29, tzinfo=UTC), 12) == datetime(2029, 2, 28, tzinfo=UTC)


def test_a_coupon_outlasts_a_period_that_ends_before_it() -> None:
    assert outlasts_period(coupon("forever"), price("year"), START)
    assert not outlasts_period(coupon("once"), price("week"), START)
    assert outlasts_period(coupon("repeating", 2), price("month"), START)
    assert not outlasts_period(coupon("repeating", 1), price("month"), START)
    assert not outlasts_period(coupon("repeating", 11), price("year"), START)
