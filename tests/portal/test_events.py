"""What the page around is told of each action, and that it is told nothing with the setting off."""

from __future__ import annotations

import html
import json
import re
from typing import Any

from django.conf import settings

from portal.events import Event
from tests.base import ServicebotTestCase

START = 1_800_000_000
DAY = 24 * 60 * 60
CARRIED = re.compile(r'<template data-events="([^"]*)">')
OBJECT = re.compile(r'data-object="([^"]*)"')
ON = (
    *("can_cancel", "can_change_plan", "can_change_quantity", "can_use_coupon", "can_resubscribe"),
    *("can_update_card", "can_update_billing_details", "asks_cancellation_reason"),
    *("handles_response", "shows_all_invoices"),
)
SUBSCRIPTION = {
    *("id", "object", "status", "customer", "items", "trial_end"),
    *("cancel_at", "cancel_at_period_end", "canceled_at", "ended_at"),
}
ITEM = {
    *("id", "price", "quantity", "service", "tier"),
    *("current_period_start", "current_period_end"),
}
PRICE = {"id", "currency", "unit_amount", "interval", "interval_count"}
INVOICE = {
    *("id", "object", "status", "customer", "subscription", "currency"),
    *("total", "amount_due", "amount_paid", "amount_remaining"),
}


class EventTestCase(ServicebotTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.switch(**dict.fromkeys(ON, True))
        self.v1: Any = self.acme.shop.stripe.v1
        self.sub = f"subscriptions/{self.ada_sub}"

    def told(self, answer: Any) -> list[dict[str, Any]]:
        """Return what an answer says has happened."""
        assert answer.status_code == 200, answer.content
        found = CARRIED.search(answer.content.decode())
        events: list[dict[str, Any]] = json.loads(html.unescape(found[1])) if found else []
        return events

    def one(self, answer: Any, event: str) -> dict[str, Any]:
        (found,) = self.told(answer)
        assert found["event"] == event
        return found

    def quoted(self, action: str, **asked: Any) -> str:
        """Return the quote of a preview on the page."""
        page = self.page_post(f"{self.sub}/preview-{action}", **asked).content.decode()
        quote = re.search(r'name="quote" value="([^"]+)"', page)
        assert quote, page
        return quote[1]

    def confirmed(self, action: str, **asked: Any) -> Any:
        return self.page_post(f"{self.sub}/{action}", quote=self.quoted(action, **asked))

    def session(self) -> Any:
        given = {"email": "ada@example.com", "hash": self.hash("ada@example.com")}
        headers = {"Sec-Fetch-Site": "same-origin"}
        return self.client.post(f"/portal/{self.portal.public_id}/session", given, headers=headers)


class SubscriptionTests(EventTestCase):
    def test_the_page_is_loaded(self) -> None:
        found = self.one(self.session(), "post_load")

        assert found["response"]["object"] == "list"
        (subscription,) = found["response"]["data"]
        self.check(subscription, status="active")

    def check(self, subscription: dict[str, Any], **expected: Any) -> None:
        """Fail where a subscription has other fields than documented, or other values."""
        assert set(subscription) == SUBSCRIPTION
        for item in subscription["items"]:
            assert set(item) == ITEM
            assert set(item["price"]) == PRICE
        assert expected.items() <= subscription.items()

    def test_cancel_and_undo(self) -> None:
        cancel = self.one(
            self.page_post(f"{self.sub}/cancel", reason="unused", comment="secret words"), "cancel"
        )
        undone = self.one(self.page_post(f"{self.sub}/undo-cancel"), "undo_cancel")

        self.check(cancel["response"], id=self.ada_sub, cancel_at_period_end=True)
        assert cancel["extras"] == {"reason": "unused", "ends": ""}
        self.check(undone["response"], cancel_at_period_end=False)

    def test_a_plan_changes_at_once(self) -> None:
        found = self.one(
            self.confirmed("change-plan", price=self.price("Business month")), "change_plan"
        )

        (item,) = found["response"]["items"]
        assert (item["service"], item["tier"]) == ("Notes", "Business")
        assert found["extras"] == {"scheduled": False, "undone": False}

    def test_a_plan_changes_with_the_next_period_and_not_after_all(self) -> None:
        self.switch(schedules_downgrades=True)

        planned = self.one(
            self.confirmed("change-plan", price=self.price("Starter month")), "change_plan"
        )
        undone = self.one(self.page_post(f"{self.sub}/undo-scheduled-change"), "change_plan")

        assert planned["extras"] == {"scheduled": True, "undone": False}
        assert undone["extras"] == {"scheduled": False, "undone": True}

    def test_a_quantity(self) -> None:
        product = self.acme.shop.products["Team"]
        counted = {"unit_label": "seat", "metadata": {"sb_quantity_enabled": "true"}}
        self.v1.products.update(product, counted)

        found = self.one(self.confirmed("change-quantity", quantity="3"), "change_quantity")

        assert [item["quantity"] for item in found["response"]["items"]] == [3]

    def test_a_code(self) -> None:
        coupon = self.v1.coupons.create({"percent_off": 50, "duration": "forever"})
        promotion = {"type": "coupon", "coupon": coupon.id}
        self.v1.promotion_codes.create({"promotion": promotion, "code": "HALF"})

        found = self.one(self.confirmed("apply-coupon", coupon="HALF"), "apply_coupon")

        self.check(found["response"], id=self.ada_sub)
        assert "HALF" not in json.dumps(found)

    def test_coming_back_is_two_events_of_the_new_one_once_it_is_paid(self) -> None:
        self.v1.subscriptions.cancel(self.ada_sub)
        waits = self.confirmed("resubscribe").content.decode()
        happened = re.search(r'data-happened="([^"]*)"', waits)
        assert happened, waits
        new = happened[1].partition(":")[2].strip()
        self.v1.invoices.pay(self.stripe[new]["latest_invoice"])

        back, made = self.told(self.page_post("page", happened=happened[1]))

        assert (back["event"], made["event"]) == ("resubscribe", "create_subscription")
        self.check(back["response"], id=new, status="active")
        assert back["response"] == made["response"]
        assert back["extras"] == {"from": self.ada_sub}

    def test_coming_back_is_told_to_a_visit_of_the_old_one_too(self) -> None:
        self.v1.subscriptions.cancel(self.ada_sub)
        narrow = self.token(only_subscription=self.ada_sub)
        preview = self.page_post(f"{self.sub}/preview-resubscribe", narrow).content.decode()
        quote = re.search(r'name="quote" value="([^"]+)"', preview)
        assert quote, preview
        waits = self.page_post(f"{self.sub}/resubscribe", narrow, quote=quote[1]).content.decode()
        happened = re.search(r'data-happened="([^"]*)"', waits)
        assert happened, waits
        new = happened[1].partition(":")[2].strip()
        self.v1.invoices.pay(self.stripe[new]["latest_invoice"])

        back, _made = self.told(self.page_post("page", narrow, happened=happened[1]))

        assert (back["event"], back["response"]["id"]) == ("resubscribe", new)

    def test_what_still_waits_has_not_happened(self) -> None:
        self.v1.subscriptions.cancel(self.ada_sub)
        waits = self.confirmed("resubscribe").content.decode()
        happened = re.search(r'data-happened="([^"]*)"', waits)
        assert happened, waits

        assert self.told(self.page_post("page", happened=happened[1])) == []

    def test_resuming(self) -> None:
        clocks = self.v1.test_helpers.test_clocks
        clock = clocks.create({"frozen_time": START})
        customer = self.acme.shop.customer("Pam", card="", test_clock=clock.id)
        pauses = {"end_behavior": {"missing_payment_method": "pause"}}
        paused = self.acme.shop.subscribe(customer, trial_period_days=3, trial_settings=pauses)
        clocks.advance(clock.id, {"frozen_time": START + 4 * DAY})
        method = self.v1.payment_methods.attach("pm_card_visa", {"customer": customer}).id
        default = {"invoice_settings": {"default_payment_method": method}}
        self.v1.customers.update(customer, default)
        token = self.token(customer, email="pam@example.com")
        sub = f"subscriptions/{paused}"
        page = self.page_post(f"{sub}/preview-resume", token).content.decode()
        quote = re.search(r'name="quote" value="([^"]+)"', page)
        assert quote, page

        found = self.one(self.page_post(f"{sub}/resume", token, quote=quote[1]), "resume")

        self.check(found["response"], id=paused, status="active")

    def price(self, name: str) -> str:
        price: str = self.acme.shop.prices[name]
        return price


class OtherTests(EventTestCase):
    def saved(self, **given: Any) -> Any:
        begun = self.page_post("card/begin", customer=self.ada, key="one").json()
        intent = begun["client_secret"].partition("_secret_")[0]
        self.v1.setup_intents.confirm(intent, {"payment_method": "pm_card_mastercard"})
        return self.page_post("card/save", setup_intent=intent, **given)

    def owed(self) -> str:
        """Return an open invoice of Ada's."""
        item = {"customer": self.ada, "amount": 700, "currency": "usd"}
        self.v1.invoice_items.create({**item, "description": "Setup"})
        invoice = self.v1.invoices.create(
            {
                "customer": self.ada,
                "auto_advance": False,
                "pending_invoice_items_behavior": "include",
            }
        )
        return str(self.v1.invoices.finalize_invoice(invoice.id).id)

    def test_a_card_is_saved_and_removed(self) -> None:
        old = self.stripe[self.ada]["invoice_settings"]["default_payment_method"]

        saved = self.one(self.saved(), "update_card")
        removed = self.one(self.page_post("card/remove", method=old), "update_card")

        whose = {"object": "payment_method", "customer": self.ada}
        assert (saved["response"], saved["extras"]) == (whose, {"removed": False})
        assert (removed["response"], removed["extras"]) == (whose, {"removed": True})

    def test_what_is_paid_with_it_is_told_too(self) -> None:
        owed = self.owed()

        card, paid = self.told(self.saved(pay=owed))

        assert card["event"] == "update_card"
        assert (paid["event"], paid["response"]["id"]) == ("pay_invoice", owed)

    def test_an_invoice_is_paid(self) -> None:
        owed = self.owed()

        found = self.one(self.page_post(f"invoices/{owed}/pay"), "pay_invoice")

        assert set(found["response"]) == INVOICE
        assert (found["response"]["status"], found["response"]["total"]) == ("paid", 700)
        assert (found["response"]["amount_paid"], found["response"]["amount_remaining"]) == (700, 0)

    def test_an_invoice_that_the_page_does_not_list_is_told_as_well(self) -> None:
        self.switch(shows_all_invoices=False)
        owed = self.owed()

        found = self.one(self.page_post(f"invoices/{owed}/pay"), "pay_invoice")

        assert found["response"]["id"] == owed

    def test_billing_details(self) -> None:
        given = {"customer": self.ada, "name": "Ada Secret", "phone": "12345"}

        found = self.one(self.page_post("billing/save", **given), "update_billing_details")

        assert found["response"] == {"id": self.ada, "object": "customer"}
        assert "Secret" not in json.dumps(found)

    def test_what_the_bank_agreed_to_is_told_when_the_page_comes_back(self) -> None:
        owed = self.owed()
        self.v1.invoices.pay(owed)
        done = f"update_card:{self.ada} pay_invoice:{owed} cancel:{self.ada_sub}"

        found = self.told(self.page_post("page", happened=done))

        assert [each["event"] for each in found] == ["update_card", "pay_invoice", "cancel"]

    def test_of_what_is_somebody_elses_nothing_is_told(self) -> None:
        ben_sub = self.acme.shop.subscribe(self.ben)
        done = f"update_card:{self.ben} cancel:{ben_sub} resume:nothing everything:1 x"

        assert self.told(self.page_post("page", happened=done)) == []
        invoice = self.stripe[ben_sub]["latest_invoice"]
        theirs = self.page_post("page", happened=f"pay_invoice:{invoice}")
        assert theirs.status_code == 404

    def test_the_page_as_it_is_now_tells_nothing(self) -> None:
        assert self.told(self.page_post("page")) == []


class QuietTests(EventTestCase):
    def test_with_the_setting_off_no_answer_carries_anything(self) -> None:
        self.switch(handles_response=False)
        answers = [
            self.client.get(f"/portal/{self.portal.public_id}/"),
            self.session(),
            self.page_post("page", happened=f"cancel:{self.ada_sub}"),
            self.page_post(f"{self.sub}/cancel"),
            self.page_post(f"{self.sub}/undo-cancel"),
            self.page_post(f"{self.sub}/plans"),
            self.page_post("card", customer=self.ada),
        ]

        for answer in answers:
            text = answer.content.decode()
            assert answer.status_code == 200
            for trace in ("data-events", "data-object", "data-tells", "data-stopped"):
                assert trace not in text

    def test_nothing_personal_is_in_what_is_told(self) -> None:
        self.v1.subscriptions.update(self.ada_sub, {"metadata": {"note": "Metadata"}})

        page = self.session().content.decode()

        carried = [html.unescape(each) for each in (*CARRIED.findall(page), *OBJECT.findall(page))]
        assert len(carried) == 2
        for each in carried:
            for personal in ("ada@example.com", "Metadata", "4242", "metadata", "email"):
                assert personal not in each

    def test_every_event_is_documented_and_no_other(self) -> None:
        docs = (settings.BASE_DIR / "docs" / "events.md").read_text()

        assert re.findall(r"^\| `(\w+)` \|", docs, re.MULTILINE) == [str(e) for e in Event]
