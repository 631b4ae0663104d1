"""What customers do is noted once each, by page and API alike, and a refusal isn't."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache

from accounts.models import Activity
from tests.portal.noting import DETAILS, NotingTestCase
from tests.portal.test_resume import ResumeTestCase


class SubscriptionTests(NotingTestCase):
    def test_says_who_did_what_in_which_portal_with_stripes_request(self) -> None:
        self.quoted("change_plan", price=self.price("Business month"))

        entry = self.noted()
        assert (entry.merchant, entry.kind) == (self.acme.merchant, "customer")
        assert (entry.who, entry.action) == ("ada@example.com", "change_plan")
        assert (entry.portal_id, entry.mode) == (self.portal.public_id, "test")
        assert (entry.customer_id, entry.subject) == (self.ada, self.ada_sub)
        assert self.is_stripes(entry.request_id, "POST", f"/v1/subscriptions/{self.ada_sub}")

    def test_a_change_of_plan_says_both_plans(self) -> None:
        self.quoted("change_plan", price=self.price("Business year"))

        entry = self.noted()
        assert entry.before == {
            "plan": "Team",
            "price": self.price("Team month"),
            "interval": "month",
            "quantity": 1,
            "status": "active",
        }
        assert (entry.after["plan"], entry.after["interval"]) == ("Business", "year")
        assert "waits_for" not in entry.after

    def test_the_page_notes_the_same(self) -> None:
        quote = self.quote("change_plan", price=self.price("Business month"))

        self.on_page(f"subscriptions/{self.ada_sub}/change-plan", quote=quote)

        assert self.noted().after["plan"] == "Business"

    def test_one_that_waits_for_the_bank_is_noted_as_begun(self) -> None:
        self.pay_with("pm_card_threeDSecure2Required")

        answer = self.quoted("change_plan", price=self.price("Business month")).json()

        after = self.noted().after
        assert answer["requires_action"]["client_secret"]
        assert (after["plan"], after["waits_for"]) == ("Business", "payment")
        assert self.noted().before["plan"] == "Team"

    def test_one_that_waits_for_the_period_says_so_and_so_does_taking_it_back(self) -> None:
        self.switch(schedules_downgrades=True)
        self.quoted("change_plan", price=self.price("Starter month"))
        planned = self.noted()

        self.act("undo-scheduled-change", idempotency_key="two")
        self.act("undo-scheduled-change", idempotency_key="two")

        undone: Any = Activity.objects.latest("pk")
        assert (planned.before["plan"], planned.after["plan"]) == ("Team", "Starter")
        assert planned.after["waits_for"] == "renewal"
        assert self.actions() == ["change_plan", "undo_scheduled_change"]
        assert (undone.before["plan"], undone.after["plan"]) == ("Starter", "Team")
        assert undone.request_id not in {"", planned.request_id}

    def test_what_was_planned_at_a_price_that_is_gone_is_still_noted(self) -> None:
        self.switch(schedules_downgrades=True)
        self.quoted("change_plan", price=self.price("Starter month"))
        starter = self.price("Starter month")
        self.acme.shop.stripe.v1.prices.update(starter, {"active": False})
        cache.clear()

        assert self.act("undo-scheduled-change").status_code == 200
        undone: Any = Activity.objects.latest("pk")
        assert (undone.before["plan"], undone.before["waits_for"]) == ("Team", "renewal")

    def test_quantity(self) -> None:
        product = self.acme.shop.products["Team"]
        change = {"unit_label": "seat", "metadata": {"sb_quantity_enabled": "true"}}
        self.acme.shop.stripe.v1.products.update(product, change)

        self.quoted("change_quantity", quantity=3)

        entry = self.noted()
        assert (entry.action, entry.before["quantity"]) == ("change_quantity", 1)
        assert entry.after["quantity"] == 3

    def test_a_code(self) -> None:
        off = {"percent_off": 20, "duration": "forever", "name": "Welcome"}
        coupon = self.acme.shop.stripe.v1.coupons.create(off)
        promotion = {"type": "coupon", "coupon": coupon.id}
        self.acme.shop.stripe.v1.promotion_codes.create({"promotion": promotion, "code": "HELLO"})

        self.quoted("apply_coupon", coupon="hello")

        entry = self.noted()
        assert (entry.action, entry.after["discounts"]) == ("apply_coupon", ["Welcome"])
        assert "discounts" not in entry.before

    def test_coming_back(self) -> None:
        self.end()

        made = self.quoted("resubscribe").json()["subscription"]["id"]

        entry = self.noted()
        assert (entry.action, entry.subject) == ("resubscribe", made)
        assert entry.before["subscription"] == self.ada_sub
        assert (entry.before["status"], entry.after["plan"]) == ("canceled", "Team")
        assert self.is_stripes(entry.request_id, "POST", "/v1/subscriptions")

    def test_coming_back_is_noted_once_however_often_it_is_gone_on_with(self) -> None:
        self.pay_with("pm_card_threeDSecure2Required")
        self.end()

        self.quoted("resubscribe", key="one")
        self.quoted("resubscribe", key="two")

        assert self.noted().after["waits_for"] == "payment"

    def test_coming_back_for_free_waits_for_nothing(self) -> None:
        shop = self.acme.shop
        shop.prices["free"] = shop.price("Starter", 0, "month")
        self.ada_sub = shop.subscribe(self.ada, "free")
        self.end()

        self.quoted("resubscribe")

        assert "waits_for" not in self.noted().after


class CancelTests(NotingTestCase):
    def cancel(self, key: str = "one", **body: Any) -> Any:
        return self.act("cancel", idempotency_key=key, **body)

    def test_says_why(self) -> None:
        self.cancel(reason="unused", comment="  We moved away\n")
        self.cancel(reason="unused", comment="  We moved away\n")

        entry = self.noted()
        assert (entry.reason, entry.comment) == ("unused", "We moved away")
        assert (entry.before["plan"], "ends_at" in entry.before) == ("Team", False)
        assert entry.after["ends_at"]

    def test_ending_at_once_is_noted_as_the_end(self) -> None:
        self.switch(cancels_immediately=True)

        self.cancel(reason="unused")

        entry = self.noted()
        assert entry.after["status"] == "canceled"
        assert self.is_stripes(entry.request_id, "DELETE", f"/v1/subscriptions/{self.ada_sub}")

    def test_an_end_whose_answer_was_lost_is_noted_once(self) -> None:
        self.switch(cancels_immediately=True)
        self.sandbox.account(self.acme.shop.api_key).weather.bring("lost", method="DELETE")

        self.cancel()
        self.cancel()

        assert self.actions() == ["cancel"]

    def test_each_time_is_noted(self) -> None:
        for key in ("one", "two"):
            self.cancel(key)
            self.act("undo-cancel", idempotency_key=key)
            self.act("undo-cancel", idempotency_key=key)

        assert self.actions() == ["cancel", "undo_cancel"] * 2
        kept: Any = Activity.objects.latest("pk")
        assert kept.before["ends_at"]
        assert "ends_at" not in kept.after

    def test_a_second_tab_is_refused_and_notes_nothing(self) -> None:
        self.cancel("one")

        assert self.cancel("two").status_code == 409
        assert self.actions() == ["cancel"]

    def test_what_isnt_asked_for_isnt_noted(self) -> None:
        self.switch(asks_cancellation_reason=False)

        self.cancel(reason="unused", comment="We moved away")

        assert (self.noted().reason, self.noted().comment) == ("", "")

    def test_the_page_notes_the_same(self) -> None:
        path = f"subscriptions/{self.ada_sub}"
        self.on_page(f"{path}/cancel", key="one", reason="other", comment="bye\0")
        self.on_page(f"{path}/undo-cancel", key="two")

        assert self.actions() == ["cancel", "undo_cancel"]
        assert Activity.objects.earliest("pk").comment == "bye"


class ResumeTests(ResumeTestCase):
    def resumed(self) -> Any:
        """Resume twice with one key; return the one entry."""
        quote = self.preview().json()["quote"]
        for _ in range(2):
            assert self.resume(quote, idempotency_key="one").status_code == 200
        return Activity.objects.get()

    def test_going_on(self) -> None:
        self.give_card()

        entry = self.resumed()

        assert (entry.action, entry.before["status"]) == ("resume", "paused")
        assert (entry.after["status"], "waits_for" in entry.after) == ("active", False)

    def test_going_on_that_waits_for_the_bank(self) -> None:
        self.give_card("pm_card_threeDSecure2Required")

        assert self.resumed().after["waits_for"] == "payment"


class CardTests(NotingTestCase):
    CARD = {"exp_month", "exp_year", "brand", "last4"}

    def test_a_new_card_and_the_one_before(self) -> None:
        intent = self.confirmed()

        self.save(intent)
        self.save(intent)

        entry = self.noted()
        assert (entry.action, entry.customer_id) == ("update_card", self.ada)
        assert entry.subject == self.default_of(self.ada)
        assert set(entry.before) == set(entry.after) == self.CARD
        assert (entry.before["brand"], entry.after["last4"]) == ("visa", "4444")
        assert self.is_stripes(entry.request_id, "POST", f"/v1/customers/{self.ada}")

    def test_the_first_card_has_none_before(self) -> None:
        self.ada = self.acme.shop.customer("Ada", card="")

        self.save(self.confirmed())

        assert self.noted().before is None

    def test_a_card_that_goes(self) -> None:
        method = self.acme.shop.stripe.v1.payment_methods.attach(
            "pm_card_mastercard", {"customer": self.ada}
        )
        for _ in range(2):
            self.api("delete", f"/payment-method/{method.id}", idempotency_key="one")

        entry = self.noted()
        assert (entry.action, entry.subject) == ("remove_card", method.id)
        assert (entry.before["last4"], entry.after) == ("4444", None)


class BillingTests(NotingTestCase):
    def change(self, **details: Any) -> Any:
        return self.api("patch", f"/customers/{self.ada}", **details)

    def test_only_the_names_of_what_changed(self) -> None:
        tax_ids = [{"type": "eu_vat", "value": "DE123456789"}]
        for _ in range(2):
            assert self.change(name="Ada Ltd", address=DETAILS, tax_ids=tax_ids).status_code == 200

        entry = self.noted()
        assert (entry.action, entry.subject) == ("update_billing_details", self.ada)
        assert entry.before is None
        assert entry.after == {"changed": ["name", "address", "tax_ids"]}
        assert self.is_stripes(entry.request_id, "POST", f"/v1/customers/{self.ada}")

    def test_the_page_notes_the_same(self) -> None:
        self.on_page("billing/save", customer=self.ada, name="Ada Ltd", phone="1")
        self.on_page("billing/save", customer=self.ada, name="Ada Ltd", phone="2")

        assert [e.after for e in Activity.objects.order_by("pk")] == [
            {"changed": ["name", "phone"]},
            {"changed": ["phone"]},
        ]


class PayingTests(NotingTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.ada_sub = self.acme.shop.subscribe(self.ada, payment_behavior="default_incomplete")
        self.invoice = str(self.stripe[self.ada_sub]["latest_invoice"])

    def pay(self) -> Any:
        return self.api("post", f"/invoices/{self.invoice}/pay")

    def test_a_payment(self) -> None:
        answers = [self.pay().status_code for _ in range(2)]

        entry = self.noted()
        assert answers == [200, 409]
        assert (entry.action, entry.subject) == ("pay_invoice", self.invoice)
        assert (entry.before["status"], entry.before["amount_remaining"]) == ("open", 4900)
        assert (entry.after["status"], entry.after["subscription"]) == ("paid", self.ada_sub)
        assert self.is_stripes(entry.request_id, "POST", f"/v1/invoices/{self.invoice}/pay")

    def test_one_that_waits_for_the_bank_is_noted_as_begun_once(self) -> None:
        self.pay_with("pm_card_threeDSecure2Required")

        self.pay()
        self.pay()

        entry = self.noted()
        assert (entry.after["status"], entry.after["waits_for"]) == ("open", "payment")
        assert self.is_stripes(entry.request_id, "POST", f"/v1/invoices/{self.invoice}/pay")

    def test_with_a_new_card_on_the_page_both_are_noted(self) -> None:
        intent = self.confirmed()

        self.on_page("card/save", setup_intent=intent, pay=[self.invoice])

        assert self.actions() == ["update_card", "pay_invoice"]

    def test_a_declined_one_notes_nothing(self) -> None:
        self.pay_with("pm_card_chargeCustomerFail")

        assert self.pay().status_code == 402
        assert self.actions() == []
