"""Changing plan: what is quoted is what is charged, and nothing is done twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import time_machine
from django.utils import timezone

from tests.base import ServicebotTestCase


def is_about(one: str, other: str) -> bool:
    """Whether two times are the same but for the seconds between a preview and its change."""
    apart = datetime.fromisoformat(one) - datetime.fromisoformat(other)
    return abs(apart) < timedelta(minutes=1)


class ChangePlanTestCase(ServicebotTestCase):
    def preview(self, price: str, token: str | None = None) -> Any:
        """Preview a change of Ada's subscription."""
        body = {"action": "change_plan", "price": self.acme.shop.prices.get(price, price)}
        return self.api("post", f"/subscriptions/{self.ada_sub}/preview", token, **body)

    def change(self, quote: str, **given: Any) -> Any:
        """Confirm a quote."""
        return self.api("post", f"/subscriptions/{self.ada_sub}/change-plan", quote=quote, **given)

    def price(self) -> str:
        """Return the price that Ada pays at Stripe."""
        (item,) = self.stripe[self.ada_sub]["items"]["data"]
        return str(item["price"]["id"])

    def paid(self) -> list[int]:
        """Return what was paid for Ada's subscription, newest first."""
        listed = self.acme.shop.stripe.v1.invoices.list({"subscription": self.ada_sub}).data
        return [invoice.amount_paid for invoice in listed]


class UpgradeTests(ChangePlanTestCase):
    def test_charges_what_was_quoted(self) -> None:
        preview = self.preview("Business month").json()

        response = self.change(preview["quote"])

        assert response.status_code == 200, response.content
        assert response.json()["requires_action"] is None
        assert self.price() == self.acme.shop.prices["Business month"]
        assert self.paid() == [preview["due_now"], 4900]
        assert preview["due_now"] > 0
        assert preview["next_amount"] == 9900

    def test_a_changed_interval_starts_a_new_period_at_once(self) -> None:
        preview = self.preview("Team year").json()

        response = self.change(preview["quote"])

        (item,) = response.json()["subscription"]["items"]
        assert item["price"]["interval"] == "year"
        assert self.paid()[0] == preview["due_now"]
        assert is_about(preview["next_at"], item["current_period_end"])

    def test_keeps_the_quantity_and_the_other_items(self) -> None:
        shop = self.acme.shop
        addon = shop.stripe.v1.products.create({"name": "Backup", "metadata": {"sb_addon": "true"}})
        shop.products["Backup"] = addon.id
        extra = shop.price("Backup", 500, "month")
        items = [{"price": shop.prices["Team month"], "quantity": 3}, {"price": extra}]
        self.ada_sub = shop.stripe.v1.subscriptions.create(
            {"customer": self.ada, "items": items}
        ).id
        offered = self.api("get", f"/subscriptions/{self.ada_sub}/plans").json()
        quote = self.preview("Business month").json()["quote"]

        self.change(quote)

        now = {
            (item["price"]["id"], item["quantity"])
            for item in self.stripe[self.ada_sub]["items"]["data"]
        }
        assert now == {(shop.prices["Business month"], 3), (extra, 1)}
        # Beside another item only the same interval is offered.
        assert {plan["price"]["interval"] for plan in offered} == {"month"}

    def test_a_trial_goes_on_and_costs_nothing_yet(self) -> None:
        self.ada_sub = self.acme.shop.subscribe(self.ada, trial_period_days=10)
        preview = self.preview("Business year").json()

        response = self.change(preview["quote"])

        assert preview["due_now"] == 0
        assert response.json()["subscription"]["status"] == "trialing"
        assert self.price() == self.acme.shop.prices["Business year"]


class EndingTests(ChangePlanTestCase):
    def setUp(self) -> None:
        super().setUp()
        subscriptions = self.acme.shop.stripe.v1.subscriptions
        subscriptions.update(self.ada_sub, {"cancel_at_period_end": True})

    def test_a_trial_that_ends_so_has_nothing_to_be_billed_at_all(self) -> None:
        self.ada_sub = self.acme.shop.subscribe(
            self.ada, trial_period_days=10, cancel_at_period_end=True
        )
        preview = self.preview("Business month").json()

        response = self.change(preview["quote"])

        assert (preview["due_now"], preview["next_amount"]) == (0, None)
        assert response.status_code == 200, response.content
        assert self.price() == self.acme.shop.prices["Business month"]

    def test_what_is_set_to_end_has_nothing_that_follows(self) -> None:
        for behavior in ("always_invoice", "create_prorations", "none"):
            with self.subTest(behavior=behavior):
                self.switch(proration_behavior=behavior)

                preview = self.preview("Business month").json()

                assert preview["next_amount"] is None
                assert preview["ends_at"] == self.period_end()

    def test_a_new_period_takes_the_end_along(self) -> None:
        preview = self.preview("Business year").json()

        self.change(preview["quote"])

        assert self.stripe[self.ada_sub]["cancel_at_period_end"] is True
        assert preview["next_at"] is None
        assert is_about(preview["ends_at"], self.period_end())

    def period_end(self) -> str:
        (item,) = self.api("get", "").json()["customers"][0]["subscriptions"][0]["items"]
        return str(item["current_period_end"])


class DowngradeTests(ChangePlanTestCase):
    def test_what_is_paid_back_becomes_credit(self) -> None:
        preview = self.preview("Starter month").json()

        self.change(preview["quote"])

        assert preview["due_now"] == 0
        assert preview["credit"] > 0
        assert self.stripe[self.ada]["balance"] == -preview["credit"]


class ProrationTests(ChangePlanTestCase):
    def test_with_the_next_invoice(self) -> None:
        self.switch(proration_behavior="create_prorations")
        preview = self.preview("Business month").json()

        self.change(preview["quote"])

        upcoming = self.acme.shop.stripe.v1.invoices.create_preview({"subscription": self.ada_sub})
        assert preview["due_now"] == 0
        assert preview["next_amount"] == upcoming.amount_due
        assert self.paid() == [4900]

    def test_from_the_next_renewal(self) -> None:
        self.switch(proration_behavior="none")
        preview = self.preview("Business month").json()

        response = self.change(preview["quote"])

        assert response.status_code == 200, response.content
        assert (preview["due_now"], preview["next_amount"]) == (0, 9900)
        assert self.paid() == [4900]


class RefusalTests(ChangePlanTestCase):
    def test_the_same_plan_is_no_change(self) -> None:
        response = self.preview("Team month")

        assert (response.status_code, response.json()["reason"]) == (409, "same_plan")

    def test_a_price_that_is_not_offered_is_not_found(self) -> None:
        other = self.acme.shop.price("Team", 4500, "month", currency="eur")

        assert self.preview(other).status_code == 404
        assert self.preview("price_of_nobody").status_code == 404

    def test_without_a_price_it_is_invalid(self) -> None:
        response = self.api("post", f"/subscriptions/{self.ada_sub}/preview", action="change_plan")

        assert (response.status_code, response.json()["code"]) == (400, "invalid")

    def test_a_product_of_no_service_has_no_plans(self) -> None:
        product = self.acme.shop.stripe.v1.products.create({"name": "Consulting"})
        self.acme.shop.products["Consulting"] = product.id
        self.acme.shop.prices["Consulting"] = self.acme.shop.price("Consulting", 100, "month")
        self.ada_sub = self.acme.shop.subscribe(self.ada, "Consulting")

        response = self.preview("Team month")

        assert response.json()["reason"] == "not_a_plan"

    def test_two_plans_in_one_subscription_are_left_to_the_merchant(self) -> None:
        prices = self.acme.shop.prices
        items = [{"price": prices["Team month"]}, {"price": prices["Starter month"]}]
        params = {"customer": self.ada, "items": items}
        self.ada_sub = self.acme.shop.stripe.v1.subscriptions.create(params).id

        response = self.preview("Business month")

        assert response.json()["reason"] == "several_plans"

    def test_a_currency_with_one_price_has_nothing_to_move_to(self) -> None:
        prices = self.acme.shop.prices
        prices["euro"] = self.acme.shop.price("Team", 4500, "month", currency="eur")
        customer = self.acme.shop.customer("Eve")
        self.ada_sub = self.acme.shop.subscribe(customer, "euro")
        token = self.token(customer, email="eve@example.com")

        response = self.preview("Team month", token=token)

        assert response.json()["reason"] == "no_other_plan"

    def test_a_made_up_quote_is_invalid(self) -> None:
        response = self.change("made.up:quote")

        assert (response.status_code, response.json()["code"]) == (400, "invalid")

    def test_a_quote_for_another_subscription_is_invalid(self) -> None:
        quote = self.preview("Business month").json()["quote"]
        self.ada_sub = self.acme.shop.subscribe(self.ada)

        assert self.change(quote).json()["errors"] == {"quote": ["made for something else"]}


class StaleTests(ChangePlanTestCase):
    def test_a_subscription_changed_meanwhile_is_quoted_anew(self) -> None:
        quote = self.preview("Business month").json()["quote"]
        self.acme.shop.stripe.v1.subscriptions.update(
            self.ada_sub,
            {
                "items": [
                    {
                        "id": self.stripe[self.ada_sub]["items"]["data"][0]["id"],
                        "quantity": 2,
                    }
                ]
            },
        )

        response = self.change(quote)

        assert (response.status_code, response.json()["code"]) == (409, "preview_stale")
        assert self.price() == self.acme.shop.prices["Team month"]
        again = self.change(response.json()["preview"]["quote"])
        assert again.status_code == 200, again.content
        assert self.price() == self.acme.shop.prices["Business month"]

    def test_an_old_quote_is_quoted_anew(self) -> None:
        quote = self.preview("Business month").json()["quote"]

        with time_machine.travel(timezone.now() + timedelta(minutes=11), tick=False):
            response = self.change(quote)

        assert (response.status_code, response.json()["code"]) == (409, "preview_stale")
        assert response.json()["preview"]["due_now"] > 0

    def test_the_page_shows_the_new_amount(self) -> None:
        quote = self.preview("Business month").json()["quote"]
        with time_machine.travel(timezone.now() + timedelta(minutes=11), tick=False):
            response = self.page_post(f"subscriptions/{self.ada_sub}/change-plan", quote=quote)

        assert response.status_code == 409
        assert "The amount has changed" in response.content.decode()
        assert 'name="quote"' in response.content.decode()


class OnceTests(ChangePlanTestCase):
    def test_a_repeated_click_changes_once(self) -> None:
        preview = self.preview("Business month").json()
        first = self.change(preview["quote"], idempotency_key="click")

        second = self.change(preview["quote"], idempotency_key="click")

        assert (first.status_code, second.status_code) == (200, 200)
        assert self.paid() == [preview["due_now"], 4900]

    def test_a_key_with_another_quote_is_a_mismatch(self) -> None:
        self.change(self.preview("Business month").json()["quote"], idempotency_key="click")
        other = self.preview("Starter month").json()["quote"]

        response = self.change(other, idempotency_key="click")

        assert (response.status_code, response.json()["code"]) == (409, "idempotency_mismatch")

    def test_a_key_may_not_be_endless(self) -> None:
        response = self.change("quote", idempotency_key="x" * 256)

        assert (response.status_code, response.json()["code"]) == (400, "invalid")

    def test_an_answer_lost_on_the_way_ends_in_one_change(self) -> None:
        preview = self.preview("Business month").json()
        weather = self.sandbox.account(self.acme.shop.api_key).weather
        weather.bring("lost", method="POST", path=r"/v1/subscriptions/sub_")

        response = self.change(preview["quote"])

        assert response.status_code == 200, response.content
        assert self.paid() == [preview["due_now"], 4900]

    def test_a_second_tab_is_told_what_has_changed(self) -> None:
        first, second = (self.preview("Business month").json()["quote"] for _tab in range(2))
        self.change(first)

        response = self.change(second)

        assert (response.status_code, response.json()["reason"]) == (409, "same_plan")
        assert len(self.paid()) == 2


class PaymentTests(ChangePlanTestCase):
    def pay_with(self, card: str) -> None:
        """Give Ada another default card."""
        method = self.acme.shop.stripe.v1.payment_methods.attach(card, {"customer": self.ada})
        default = {"default_payment_method": method.id}
        self.acme.shop.stripe.v1.customers.update(self.ada, {"invoice_settings": default})

    def test_a_declined_card_leaves_the_old_plan_and_a_pending_update(self) -> None:
        self.pay_with("pm_card_chargeCustomerFail")

        response = self.change(self.preview("Business month").json()["quote"])

        state = response.json()["subscription"]
        assert response.status_code == 200, response.content
        assert state["pending_update_expires_at"]
        assert self.price() == self.acme.shop.prices["Team month"]
        blocked = self.preview("Starter month")
        assert (blocked.status_code, blocked.json()["code"]) == (409, "update_pending")

    def test_the_bank_is_asked_where_it_wants_to_be(self) -> None:
        self.pay_with("pm_card_threeDSecure2Required")

        response = self.change(self.preview("Business month").json()["quote"])

        assert response.json()["requires_action"]["client_secret"].startswith("pi_")
        assert self.price() == self.acme.shop.prices["Team month"]

    def test_the_page_hands_the_payment_to_stripe_js(self) -> None:
        self.pay_with("pm_card_threeDSecure2Required")
        quote = self.preview("Business month").json()["quote"]

        page = self.page_post(f"subscriptions/{self.ada_sub}/change-plan", quote=quote)

        assert "data-client-secret" in page.content.decode()

    def test_by_invoice_there_is_no_payment_to_fail(self) -> None:
        self.ada_sub = self.acme.shop.subscribe(
            self.ada, collection_method="send_invoice", days_until_due=14
        )

        response = self.change(self.preview("Business month").json()["quote"])

        assert response.status_code == 200, response.content
        assert self.price() == self.acme.shop.prices["Business month"]


class PageTests(ChangePlanTestCase):
    def test_the_picker_marks_the_present_plan(self) -> None:
        page = self.page_post(f"subscriptions/{self.ada_sub}/plans").content.decode()

        assert page.count("Your plan") == 1
        assert "Monthly" in page
        assert "Yearly" in page

    def test_the_button_says_what_is_paid(self) -> None:
        price = self.acme.shop.prices["Business month"]

        page = self.page_post(
            f"subscriptions/{self.ada_sub}/preview-change-plan", price=price
        ).content.decode()

        assert "Change to Business and pay" in page

    def test_the_page_changes_the_plan(self) -> None:
        quote = self.preview("Business month").json()["quote"]

        page = self.page_post(f"subscriptions/{self.ada_sub}/change-plan", quote=quote)

        assert page.status_code == 200
        assert "Business" in page.content.decode()
        assert self.price() == self.acme.shop.prices["Business month"]
