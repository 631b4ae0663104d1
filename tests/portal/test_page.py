"""What a customer sees: each state in words, what is hidden, and how few reads it costs."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache

from portal import facts
from portal.actions.outcome import confirmation_of
from portal.sessions import read
from portal.visit import Visit
from servicebot.sandbox.world import Sandbox
from tests.base import ServicebotTestCase

DAY = 86_400


class StateTests(ServicebotTestCase):
    def page(self) -> str:
        return self.page_post("page").content.decode()  # type: ignore[no-any-return]

    def subscribe(self, **given: Any) -> str:
        return self.acme.shop.subscribe(self.ada, **given)

    def test_active_with_price_card_and_next_payment(self) -> None:
        page = self.page()

        assert "Active" in page
        assert "$49.00" in page
        assert "per month" in page
        assert "Visa ending 4242" in page
        assert "Next payment" in page

    def test_trialing_says_how_long(self) -> None:
        self.subscribe(trial_period_days=3)

        assert "Trial, 3 days left" in self.page()

    def test_ending_and_canceled_say_when(self) -> None:
        subscriptions = self.acme.shop.stripe.v1.subscriptions
        subscriptions.update(self.ada_sub, {"cancel_at_period_end": True})
        subscriptions.cancel(self.subscribe())

        page = self.page()

        assert "Ends on" in page
        assert "Canceled on" in page

    def test_an_open_first_payment_stands_first(self) -> None:
        self.subscribe(payment_behavior="default_incomplete")

        page = self.page()

        assert page.index("first payment of") < page.index("<article")
        assert "First payment open" in page

    def test_paused_collection_is_said(self) -> None:
        self.acme.shop.stripe.v1.subscriptions.update(
            self.ada_sub, {"pause_collection": {"behavior": "void"}}
        )

        page = self.page()

        assert "Payments paused" in page
        assert "Paused by the seller" in page

    def test_discount_quantity_and_other_items_are_shown(self) -> None:
        shop = self.acme.shop
        coupon = shop.stripe.v1.coupons.create(
            {"percent_off": 20, "duration": "repeating", "duration_in_months": 3, "name": "Hello"}
        )
        off = shop.stripe.v1.coupons.create(
            {"amount_off": 500, "currency": "usd", "duration": "once"}
        )
        items = [
            {"price": shop.prices["Team month"], "quantity": 5},
            {"price": shop.prices["Starter month"]},
        ]
        params = {
            "customer": self.ada,
            "items": items,
            "discounts": [{"coupon": coupon.id}],
            "trial_period_days": 3,
        }
        made = shop.stripe.v1.subscriptions.create(params)
        shop.stripe.v1.subscriptions.update(
            made.id, {"discounts": [{"coupon": coupon.id}, {"coupon": off.id}]}
        )

        page = self.page()

        assert "<bdi>20%</bdi> off" in page
        assert "Hello" in page
        assert "until" in page
        assert "$5.00</bdi> off" in page
        assert "on the next invoice" in page
        assert "\N{MULTIPLICATION SIGN} 5" in page
        assert "Notes Starter" in page

    def test_a_pending_update_says_until_when(self) -> None:
        method = self.acme.shop.stripe.v1.payment_methods.attach(
            "pm_card_chargeCustomerFail", {"customer": self.ada}
        )
        item = self.stripe[self.ada_sub]["items"]["data"][0]["id"]
        self.acme.shop.stripe.v1.subscriptions.update(
            self.ada_sub, {"default_payment_method": method.id}
        )
        self.acme.shop.stripe.v1.subscriptions.update(
            self.ada_sub,
            {
                "items": [{"id": item, "price": self.acme.shop.prices["Business month"]}],
                "proration_behavior": "always_invoice",
                "payment_behavior": "pending_if_incomplete",
            },
        )

        page = self.page()
        assert "Change waiting for payment" in page
        assert "Your change waits for a payment of" in page
        assert "or the change is dropped" in page

    def test_by_invoice_and_without_a_card(self) -> None:
        customer = self.acme.shop.customer("Eve", card="")
        self.acme.shop.subscribe(customer, collection_method="send_invoice", days_until_due=14)
        self.acme.shop.subscribe(customer, trial_period_days=3)
        token = self.token(customer, email="eve@example.com")

        page = self.page_post("page", token).content.decode()

        assert "Invoice by e-mail" in page
        assert "No card yet" in page
        assert "Add card" in page

    def test_a_trial_without_a_card_asks_for_one_first(self) -> None:
        customer = self.acme.shop.customer("Eve", card="")
        trial = self.acme.shop.subscribe(customer, trial_period_days=3)
        token = self.token(customer, email="eve@example.com")
        self.switch(can_update_card=True)
        asked = self.page_post("page", token).content.decode()
        self.acme.shop.stripe.v1.subscriptions.update(trial, {"cancel_at_period_end": True})

        ending = self.page_post("page", token).content.decode()

        asks = '<button class="button primary" hx-post="/portal/'
        assert asks in asked.split("Add card")[0]
        assert "Add one so that your subscriptions can go on." in asked
        assert "No card is saved." in ending

    def test_an_ended_one_without_a_card_asks_for_one_to_start_again(self) -> None:
        customer = self.acme.shop.customer("Eve", card="")
        trial = self.acme.shop.subscribe(customer, trial_period_days=3)
        self.acme.shop.stripe.v1.subscriptions.cancel(trial)
        self.switch(can_resubscribe=True, can_update_card=True)

        page = self.page_post("page", self.token(customer, email="eve@example.com"))

        article = page.content.decode().split("<article")[1].split("</article>")[0]
        assert "Add card" in article
        assert "Add a card first" in article

    def test_an_invoice_by_mail_says_when_it_is_due(self) -> None:
        customer = self.acme.shop.customer("Eve", card="")
        self.acme.shop.subscribe(customer, collection_method="send_invoice", days_until_due=14)

        page = self.page_post("page", self.token(customer, email="eve@example.com"))

        assert "An invoice of <bdi>$49.00</bdi> is due on" in page.content.decode()
        assert "No card is saved." in page.content.decode()

    def test_nothing_yet_says_what_will_be_here(self) -> None:
        customer = self.acme.shop.customer("Eve", card="")

        page = self.page_post("page", self.token(customer, email="eve@example.com"))

        assert "No subscriptions" in page.content.decode()
        assert "There are no invoices yet." in page.content.decode()

    def test_free_tiered_and_metered_prices_read_right(self) -> None:
        shop = self.acme.shop
        shop.prices["free"] = shop.price("Starter", 0, "month")
        shop.prices["tiered"] = shop.stripe.v1.prices.create(
            {
                "product": shop.products["Starter"],
                "currency": "usd",
                "recurring": {"interval": "month"},
                "billing_scheme": "tiered",
                "tiers_mode": "graduated",
                "tiers": [{"up_to": "inf", "unit_amount": 100}],
            }
        ).id
        for price in ("free", "tiered"):
            self.subscribe(price=price)

        page = self.page()

        assert "Free" in page
        assert "Price by quantity" in page

    def test_a_metered_price_is_that_of_each(self) -> None:
        shop = self.acme.shop
        counts = {"display_name": "Calls", "event_name": "call"}
        meter = shop.stripe.v1.billing.meters.create(
            {**counts, "default_aggregation": {"formula": "sum"}}
        )
        metered = {"interval": "month", "usage_type": "metered", "meter": meter.id}
        shop.prices["metered"] = shop.stripe.v1.prices.create(
            {
                "product": shop.products["Starter"],
                "currency": "usd",
                "unit_amount": 100,
                "recurring": metered,
            }
        ).id
        self.subscribe(price="metered")

        assert "each, billed per month" in self.page()

    def test_what_a_merchant_and_a_customer_write_is_shown_as_text(self) -> None:
        evil = "<script>alert(1)</script>"
        self.acme.shop.stripe.v1.products.update(
            self.acme.shop.products["Team"], {"metadata": {"sb_tier": evil}}
        )
        cache.clear()

        page = self.page()

        assert evil not in page
        assert "&lt;script&gt;" in page

    def test_all_at_stripe_down_says_so(self) -> None:
        self.sandbox.account(self.acme.shop.api_key).weather.bring("500", times=99)

        response = self.page_post("page")

        assert response.status_code == 503
        assert "answering. Wait a minute" in response.content.decode()

    def test_an_attempt_that_came_to_nothing_is_not_shown(self) -> None:
        subscription = self.subscribe(payment_behavior="default_incomplete")
        self.sandbox.clock = lambda: 2_000_000_000
        assert self.stripe[subscription]

        statuses = {
            s["status"] for s in self.api("get", "").json()["customers"][0]["subscriptions"]
        }

        assert "incomplete_expired" not in statuses

    def test_an_unfinished_attempt_is_shown_where_the_old_one_is_gone(self) -> None:
        self.subscribe(
            payment_behavior="default_incomplete", metadata={"sb_resubscribed_from": "sub_gone"}
        )

        (customer,) = self.api("get", "").json()["customers"]

        assert {s["status"] for s in customer["subscriptions"]} == {"active", "incomplete"}

    def test_a_paid_invoice_needs_no_confirmation(self) -> None:
        visit = Visit(self.portal, read(self.token()))

        assert confirmation_of(visit, visit.subscription(self.ada_sub), "") is None

    def test_without_a_plan_there_is_nothing_to_offer(self) -> None:
        visit = Visit(self.portal, read(self.token()))
        subscription = visit.subscription(self.ada_sub)
        self.acme.shop.stripe.v1.products.update(
            self.acme.shop.products["Team"], {"metadata": {"sb_service": ""}}
        )
        cache.clear()

        assert facts.tiers_for(subscription, visit.catalogue) == []
        assert visit.catalogue.tier_name("prod_gone") == ""
        assert visit.catalogue.product_name("prod_gone") == ""

    def test_a_plan_is_named_by_its_product_where_metadata_does_not(self) -> None:
        self.acme.shop.stripe.v1.products.update(
            self.acme.shop.products["Team"], {"metadata": {"sb_tier": ""}}
        )
        cache.clear()

        (customer,) = self.api("get", "").json()["customers"]

        assert customer["subscriptions"][0]["tier"] == "Notes Team"


class InvoiceTests(ServicebotTestCase):
    def test_older_invoices_come_on_request(self) -> None:
        for _ in range(13):
            self.acme.shop.subscribe(self.ada)

        page = self.page_post("page").content.decode()
        first = self.api("get", "/invoices").json()
        older = self.page_post("invoices", customer=self.ada, after=first["cursor"])
        last = self.api("get", "/invoices", cursor=first["cursor"]).json()

        assert "Older invoices" in page
        assert older.content.decode().count("<tr>") == 2
        assert (len(first["invoices"]), len(last["invoices"]), last["cursor"]) == (12, 2, None)

    def test_one_off_invoices_are_shown_where_it_is_set(self) -> None:
        invoices = self.acme.shop.stripe.v1.invoices
        made = invoices.finalize_invoice(invoices.create({"customer": self.ada}).id)
        shown = self.api("get", "/invoices").json()["invoices"]
        self.switch(shows_all_invoices=False)

        fewer = self.api("get", "/invoices").json()["invoices"]

        assert made.id in {invoice["id"] for invoice in shown}
        assert [invoice["subscription"] for invoice in fewer] == [self.ada_sub]

    def test_a_draft_is_not_shown(self) -> None:
        self.acme.shop.stripe.v1.invoices.create({"customer": self.ada})

        assert len(self.api("get", "/invoices").json()["invoices"]) == 1

    def test_those_of_one_subscription(self) -> None:
        other = self.acme.shop.subscribe(self.ada)

        found = self.api("get", "/invoices", subscription=other).json()["invoices"]

        assert [invoice["subscription"] for invoice in found] == [other]


class ReadTests(ServicebotTestCase):
    def reads(self) -> list[str]:
        """Return what one page asks Stripe."""
        self.sandbox.calls.clear()
        assert self.page_post("page").status_code == 200
        return sorted(f"{call.method} {call.path}" for call in self.sandbox.calls)

    def expected(self) -> list[str]:
        return sorted(
            [
                f"GET /v1/customers/{self.ada}",
                f"GET /v1/customers/{self.ada}/payment_methods",
                "GET /v1/invoices",
                "GET /v1/subscriptions",
                "POST /v1/invoices/create_preview",
            ]
        )

    def test_a_page_is_the_same_five_reads_for_one_subscription_and_for_thirty(self) -> None:
        catalogue = ["GET /v1/prices", "GET /v1/products"]

        cold, warm = self.reads(), self.reads()
        for _ in range(29):
            self.acme.shop.subscribe(self.ada)
        thirty = self.reads()

        assert cold == sorted(self.expected() + catalogue)
        assert warm == thirty == self.expected()

    def test_all_of_them_are_under_way_at_the_same_time(self) -> None:
        self.sandbox.account(self.acme.shop.api_key).weather.latency = 1

        self.reads()

        assert max(c.started for c in self.sandbox.calls) < min(c.ended for c in self.sandbox.calls)

    def test_by_email_one_more_round_finds_the_customers(self) -> None:
        self.sandbox.calls.clear()
        given = {"email": "ada@example.com", "hash": self.hash("ada@example.com")}
        at = f"/portal/{self.portal.public_id}/session"

        self.client.post(at, given, headers={"Sec-Fetch-Site": "same-origin"})

        first, *rest = self.sandbox.calls
        assert (first.path, len(rest)) == ("/v1/customers", 7)
        assert all(call.started >= first.ended for call in rest)
        assert isinstance(self.sandbox, Sandbox)
