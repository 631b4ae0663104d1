"""A cheaper plan that starts with the next period: planned, shown, undone, carried out."""

from __future__ import annotations

from typing import Any

from portal.actions.schedules import is_downgrade, with_card
from servicebot.gateway.schedule_shapes import Schedule
from servicebot.gateway.shapes import Price
from tests.base import ServicebotTestCase

START = 1_800_000_000
DAY = 24 * 60 * 60


class DowngradeTestCase(ServicebotTestCase):
    clock: str

    def setUp(self) -> None:
        super().setUp()
        self.switch(schedules_downgrades=True, can_cancel=True, can_update_card=True)

    def preview(self, price: str = "Starter month", **body: Any) -> Any:
        """Preview a change of Ada's plan."""
        path = f"/subscriptions/{self.ada_sub}/preview"
        price = self.acme.shop.prices[price]
        return self.api("post", path, action="change_plan", price=price, **body)

    def change(self, quote: str, **given: Any) -> Any:
        """Confirm a quote."""
        return self.api("post", f"/subscriptions/{self.ada_sub}/change-plan", quote=quote, **given)

    def plan(self, price: str = "Starter month", **body: Any) -> Any:
        """Plan a change; return the subscription as the API shows it."""
        response = self.change(self.preview(price, **body).json()["quote"])
        assert response.status_code == 200, response.content
        return response.json()["subscription"]

    def post(self, name: str, **body: Any) -> Any:
        """Do something else to Ada's subscription."""
        return self.api("post", f"/subscriptions/{self.ada_sub}/{name}", **body)

    def price(self) -> str:
        """Return the price that Ada pays at Stripe."""
        (item,) = self.stripe[self.ada_sub]["items"]["data"]
        return next(
            name for name, id_ in self.acme.shop.prices.items() if id_ == item["price"]["id"]
        )

    def advance(self, days: int) -> None:
        """Let time pass at Stripe."""
        clocks = self.acme.shop.stripe.v1.test_helpers.test_clocks
        now = self.stripe[self.clock]["frozen_time"]
        clocks.advance(self.clock, {"frozen_time": now + days * DAY})

    def new_card(self) -> str:
        """Save another card as the page does; return its id."""
        begun = self.api("post", "/payment-method/setup", customer=self.ada).json()
        intents = self.acme.shop.stripe.v1.setup_intents
        intents.confirm(begun["setup_intent"], {"payment_method": "pm_card_mastercard"})
        saved = self.api("post", "/payment-method", setup_intent=begun["setup_intent"])
        assert saved.status_code == 200, saved.content
        return str(self.stripe[begun["setup_intent"]]["payment_method"])


class PlanningTests(DowngradeTestCase):
    def test_nothing_changes_until_the_next_period(self) -> None:
        preview = self.preview().json()

        shown = self.plan()

        (item,) = shown["items"]
        assert (preview["due_now"], preview["credit"]) == (0, 0)
        assert preview["next_amount"] == 1900
        assert preview["starts_at"] == preview["next_at"] == item["current_period_end"]
        assert self.price() == "Team month"
        assert shown["scheduled_change"] == {
            "prices": [self.acme.shop.prices["Starter month"]],
            "starts_at": item["current_period_end"],
        }

    def test_a_shorter_interval_is_a_downgrade_too(self) -> None:
        self.ada_sub = self.acme.shop.subscribe(self.ada, "Starter year")
        preview = self.preview("Business month").json()

        assert preview["starts_at"] is not None
        assert (preview["due_now"], preview["next_amount"]) == (0, 9900)
        assert self.plan("Business month")["scheduled_change"] is not None

    def test_a_larger_plan_starts_at_once(self) -> None:
        preview = self.preview("Business month").json()

        assert preview["starts_at"] is None
        assert preview["due_now"] > 0

    def test_a_price_no_longer_sold_is_left_at_once(self) -> None:
        prices = self.acme.shop.prices
        self.acme.shop.stripe.v1.prices.update(prices["Team month"], {"active": False})
        preview = self.preview().json()

        shown = self.plan()

        assert preview["starts_at"] is None
        assert preview["credit"] > 0
        assert (self.price(), shown["scheduled_change"]) == ("Starter month", None)
        assert self.stripe.all("subscription_schedule") == []

    def test_a_trial_is_changed_at_once(self) -> None:
        self.ada_sub = self.acme.shop.subscribe(self.ada, trial_period_days=10)

        assert self.preview().json()["starts_at"] is None

    def test_switched_off_it_starts_at_once(self) -> None:
        self.switch(schedules_downgrades=False)

        assert self.preview().json()["starts_at"] is None

    def test_a_setting_changed_meanwhile_is_quoted_anew(self) -> None:
        quote = self.preview().json()["quote"]
        self.switch(schedules_downgrades=False)

        response = self.change(quote)

        assert (response.status_code, response.json()["code"]) == (409, "preview_stale")

    def test_what_ends_has_no_next_period(self) -> None:
        self.acme.shop.stripe.v1.subscriptions.update(self.ada_sub, {"cancel_at_period_end": True})

        assert self.preview().json()["reason"] == "already_ending"

    def test_a_code_comes_with_it(self) -> None:
        self.switch(can_use_coupon=True)
        coupon = self.acme.shop.stripe.v1.coupons.create({"percent_off": 50, "duration": "forever"})
        promotion = {"type": "coupon", "coupon": coupon.id}
        self.acme.shop.stripe.v1.promotion_codes.create({"promotion": promotion, "code": "HALF"})

        assert self.preview(coupon="HALF").json()["next_amount"] == 950
        self.plan(coupon="HALF")

        assert self.stripe[self.ada_sub]["discounts"] == []
        upcoming = self.acme.shop.stripe.v1.invoices.create_preview({"subscription": self.ada_sub})
        assert upcoming.amount_due == 950

    def test_a_repeated_click_plans_once(self) -> None:
        quote = self.preview().json()["quote"]

        for _click in range(2):
            assert self.change(quote, idempotency_key="one").status_code == 200

        assert len(self.stripe.all("subscription_schedule")) == 1

    def test_one_that_was_made_and_not_filled_is_continued(self) -> None:
        quote = self.preview().json()["quote"]
        weather = self.sandbox.account(self.acme.shop.api_key).weather
        weather.bring("reset", method="POST", path=r"/v1/subscription_schedules/", times=2)
        lost = self.change(quote, idempotency_key="one")

        response = self.change(quote, idempotency_key="one")

        assert lost.status_code == 503
        assert response.status_code == 200, response.content
        (schedule,) = self.stripe.all("subscription_schedule")
        assert len(schedule["phases"]) == 2


class MeanwhileTests(DowngradeTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.plan()

    def test_it_is_undone(self) -> None:
        response = self.post("undo-scheduled-change", idempotency_key="one")
        again = self.post("undo-scheduled-change", idempotency_key="one")

        assert response.status_code == again.status_code == 200
        assert response.json()["subscription"]["scheduled_change"] is None
        assert self.stripe[self.ada_sub]["schedule"] is None
        assert self.post("undo-scheduled-change").json()["reason"] == "nothing_scheduled"

    def test_other_changes_wait_for_that(self) -> None:
        self.switch(can_use_coupon=True, can_change_quantity=True)
        path = f"/subscriptions/{self.ada_sub}/preview"

        for action in ("change_plan", "change_quantity", "apply_coupon"):
            answer = self.api("post", path, action=action, price="x", quantity=2, coupon="x")
            assert answer.json()["reason"] == "change_scheduled", action

    def test_cancelling_lets_go_of_it(self) -> None:
        response = self.post("cancel", reason="unused")

        assert response.status_code == 200, response.content
        assert response.json()["subscription"]["cancel_at_period_end"] is True
        assert self.stripe[self.ada_sub]["schedule"] is None

    def test_cancelling_at_once_lets_go_of_it(self) -> None:
        self.switch(cancels_immediately=True)

        assert self.post("cancel").json()["subscription"]["status"] == "canceled"

    def test_the_page_shows_it_and_offers_to_undo_it(self) -> None:
        page = self.page_post("page").content.decode()

        assert "Changes to Starter on" in page
        assert "undo-scheduled-change" in page


class CarriedOutTests(DowngradeTestCase):
    def setUp(self) -> None:
        super().setUp()
        shop = self.acme.shop
        self.clock = shop.stripe.v1.test_helpers.test_clocks.create({"frozen_time": START}).id
        self.ada = shop.customer("Ada", test_clock=self.clock)
        coupon = shop.stripe.v1.coupons.create({"percent_off": 10, "duration": "forever"})
        card = self.stripe[self.ada]["invoice_settings"]["default_payment_method"]
        self.ada_sub = shop.subscribe(
            self.ada, discounts=[{"coupon": coupon.id}], default_payment_method=card
        )

    def invoices(self) -> list[int]:
        """Return what was paid, newest first."""
        listed = self.acme.shop.stripe.v1.invoices.list({"subscription": self.ada_sub}).data
        return [invoice.amount_paid for invoice in listed]

    def test_price_discount_and_new_card_hold_at_the_renewal(self) -> None:
        self.plan()

        card = self.new_card()
        self.advance(32)

        assert self.price() == "Starter month"
        assert self.invoices() == [1710, 4410]
        assert self.stripe[self.ada_sub]["default_payment_method"] == card
        assert len(self.stripe[self.ada_sub]["discounts"]) == 1

    def test_what_has_come_stands_in_nobodys_way(self) -> None:
        self.plan()
        self.advance(32)

        preview = self.preview("Team month").json()
        response = self.change(preview["quote"])

        assert response.status_code == 200, response.content
        assert self.price() == "Team month"
        assert self.stripe[self.ada_sub]["schedule"] is None

    def test_it_can_be_planned_again(self) -> None:
        self.ada_sub = self.acme.shop.subscribe(self.ada, "Business month")
        self.plan("Team month")
        self.advance(32)

        self.plan("Starter month")
        self.advance(31)

        assert self.price() == "Starter month"

    def test_canceled_kept_and_renewed_it_is_the_old_plan(self) -> None:
        self.plan()
        self.post("cancel")
        self.post("undo-cancel")
        card = self.new_card()

        self.advance(32)

        assert self.price() == "Team month"
        assert self.invoices() == [4410, 4410]
        assert self.stripe[self.ada_sub]["default_payment_method"] == card


def price(interval: str = "month", amount: int | None = 100, **raw: Any) -> Price:
    recurring = {"interval": interval, "interval_count": raw.pop("count", 1), **raw}
    plain = {"id": "p", "product": "p", "currency": "usd", "active": True, "recurring": recurring}
    decimal = None if amount is None else str(amount)
    return Price.from_stripe({**plain, "unit_amount": amount, "unit_amount_decimal": decimal})


def test_less_per_period_or_a_shorter_one_is_a_downgrade() -> None:
    assert is_downgrade(price(amount=100), price(amount=99))
    assert is_downgrade(price("year", 100), price("month", 500))
    assert is_downgrade(price(count=3), price(count=2))
    assert not is_downgrade(price(amount=100), price(amount=100))
    assert not is_downgrade(price("month", 100), price("year", 50))
    assert not is_downgrade(price(amount=None), price(amount=1))
    assert not is_downgrade(
        price(amount=5, usage_type="metered"), price(amount=1, usage_type="metered")
    )


PHASE = {"items": [], "start_date": 0, "end_date": 10}


def schedule(default: str | None, *cards: str | None) -> Schedule:
    """Return a schedule that names cards, itself and by phase."""
    phases = [{**PHASE, "start_date": i, "default_payment_method": c} for i, c in enumerate(cards)]
    raw = {"id": "sub_sched_1", "status": "active", "end_behavior": "release", "phases": phases}
    settings = {"default_payment_method": default}
    return Schedule.from_stripe(
        {**raw, "default_settings": settings, "current_phase": {"start_date": 1}}
    )


def test_a_new_card_takes_the_place_of_those_that_are_named() -> None:
    assert with_card(schedule(None, None, None), "pm_new") == {}
    assert with_card(schedule("pm_new", "pm_old", "pm_new", None), "pm_new") == {}
    assert with_card(schedule("pm_old", None), "pm_new") == {
        "default_settings": {"default_payment_method": "pm_new"}
    }
    found = with_card(schedule("pm_old", "pm_old", "pm_old", None), "pm_new")["phases"]
    assert [phase.get("default_payment_method") for phase in found] == ["pm_new", None]
