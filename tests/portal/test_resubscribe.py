"""Coming back: a new subscription like the old one, once, and never a second."""

from __future__ import annotations

from typing import Any

from tests.base import ServicebotTestCase


class ResubscribeTestCase(ServicebotTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.end(self.ada_sub)

    def end(self, subscription: str) -> None:
        self.acme.shop.stripe.v1.subscriptions.cancel(subscription)

    def preview(self, **given: Any) -> Any:
        body = {"action": "resubscribe", **given}
        return self.api("post", f"/subscriptions/{self.ada_sub}/preview", **body)

    def resubscribe(self, quote: str, **given: Any) -> Any:
        path = f"/subscriptions/{self.ada_sub}/resubscribe"
        return self.api("post", path, quote=quote, **given)

    def again(self, **given: Any) -> Any:
        """Preview and confirm."""
        return self.resubscribe(self.preview(**given).json()["quote"])

    def successors(self) -> list[Any]:
        """Return what was made in the old one's place, oldest first."""
        every = self.stripe.all("subscription")
        return [s for s in every if s["metadata"].get("sb_resubscribed_from") == self.ada_sub]

    def confirm(self, response: Any) -> None:
        """Confirm the first payment as Stripe.js does in the browser."""
        waiting = response.json()["requires_action"]
        intent = waiting["client_secret"].partition("_secret_")[0]
        self.acme.shop.stripe.v1.payment_intents.confirm(
            intent, {"payment_method": waiting["payment_method"]}
        )


class SamePlanTests(ResubscribeTestCase):
    def test_starts_the_old_plan_anew(self) -> None:
        preview = self.preview().json()

        response = self.resubscribe(preview["quote"])

        (made,) = self.successors()
        assert preview["due_now"] == 4900
        assert (preview["discount"], preview["balance"]) == (0, 0)
        assert response.json()["subscription"]["id"] == made["id"]
        assert made["items"]["data"][0]["price"]["id"] == self.acme.shop.prices["Team month"]

    def test_what_is_shown_adds_up_with_a_balance(self) -> None:
        for balance, due in ((-900, 4000), (700, 5600), (-6000, 0)):
            with self.subTest(balance=balance):
                self.acme.shop.stripe.v1.customers.update(self.ada, {"balance": balance})
                preview = self.preview().json()
                lines = sum(line["amount"] for line in preview["lines"])
                assert preview["due_now"] == due
                assert lines + preview["balance"] == due

    def test_the_first_payment_is_confirmed_in_the_browser(self) -> None:
        self.confirm(self.again())

        (made,) = self.successors()
        assert made["status"] == "active"

    def test_what_costs_nothing_starts_at_once(self) -> None:
        prices = self.acme.shop.prices
        prices["free"] = self.acme.shop.price("Starter", 0, "month")
        self.ada_sub = self.acme.shop.subscribe(self.ada, "free")
        self.end(self.ada_sub)

        response = self.again()

        assert response.json()["requires_action"] is None
        assert response.json()["subscription"]["status"] == "active"

    def test_keeps_quantity_and_payment_by_invoice(self) -> None:
        params = {
            "customer": self.ada,
            "items": [{"price": self.acme.shop.prices["Team month"], "quantity": 3}],
            "collection_method": "send_invoice",
            "days_until_due": 14,
        }
        self.ada_sub = self.acme.shop.stripe.v1.subscriptions.create(params).id
        self.end(self.ada_sub)

        response = self.again()

        assert response.status_code == 200, response.content
        (made,) = self.successors()
        assert made["collection_method"] == "send_invoice"
        assert made["days_until_due"] == 14
        assert made["items"]["data"][0]["quantity"] == 3

    def test_keeps_the_card_that_was_its_own(self) -> None:
        method = self.acme.shop.stripe.v1.payment_methods.attach(
            "pm_card_mastercard", {"customer": self.ada}
        )
        self.ada_sub = self.acme.shop.subscribe(self.ada, default_payment_method=method.id)
        self.end(self.ada_sub)

        self.again()

        (made,) = self.successors()
        assert made["default_payment_method"] == method.id


class OnceTests(ResubscribeTestCase):
    def test_a_repeated_click_makes_one(self) -> None:
        quote = self.preview().json()["quote"]
        self.resubscribe(quote, idempotency_key="click")

        response = self.resubscribe(quote, idempotency_key="click")

        (made,) = self.successors()
        assert response.json()["subscription"]["id"] == made["id"]

    def test_a_second_tab_continues_what_the_first_began(self) -> None:
        first, second = self.preview().json()["quote"], self.preview().json()["quote"]
        self.resubscribe(first)

        response = self.resubscribe(second)

        (made,) = self.successors()
        assert response.json()["subscription"]["id"] == made["id"]
        assert response.json()["requires_action"]["client_secret"]

    def test_what_is_running_again_is_blocked(self) -> None:
        self.confirm(self.again())

        response = self.preview()

        assert (response.status_code, response.json()["reason"]) == (409, "already_resubscribed")

    def test_an_answer_lost_on_the_way_ends_in_one(self) -> None:
        quote = self.preview().json()["quote"]
        weather = self.sandbox.account(self.acme.shop.api_key).weather
        weather.bring("lost", method="POST", path=r"/v1/subscriptions$")

        response = self.resubscribe(quote)

        assert response.status_code == 200, response.content
        assert len(self.successors()) == 1

    def test_one_that_is_hidden_stays_ended(self) -> None:
        quote = self.preview().json()["quote"]
        self.switch(shows_only_active_subscriptions=True)

        for response in (self.preview(), self.resubscribe(quote)):
            assert response.status_code == 403
            assert response.json()["setting"] == "shows_only_active_subscriptions"
        assert self.successors() == []


class OtherPlanTests(ResubscribeTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.other = self.acme.shop.prices["Business month"]

    def test_needs_its_setting(self) -> None:
        response = self.preview(price=self.other)

        assert response.status_code == 403
        assert response.json()["setting"] == "can_change_plan_when_canceled"

    def test_and_the_one_that_it_needs(self) -> None:
        self.switch(can_change_plan_when_canceled=True, can_change_plan=False)

        response = self.preview(price=self.other)

        assert response.status_code == 403
        assert response.json()["setting"] == "can_change_plan"

    def test_starts_on_another_plan(self) -> None:
        self.switch(can_change_plan_when_canceled=True)
        preview = self.preview(price=self.other).json()

        response = self.resubscribe(preview["quote"])

        assert preview["due_now"] == 9900
        (item,) = response.json()["subscription"]["items"]
        assert item["price"]["id"] == self.other

    def test_the_api_lists_what_can_be_come_back_to(self) -> None:
        path = f"/subscriptions/{self.ada_sub}/plans"
        kept = self.api("get", path).json()
        self.switch(can_change_plan_when_canceled=True)

        offered = self.api("get", path).json()

        assert kept == []
        assert self.other in {row["price"]["id"] for row in offered}
        assert [row["tier"] for row in offered if row["current"]] == ["Team"]
        assert self.preview(price=offered[0]["price"]["id"]).status_code == 200
        self.switch(can_resubscribe=False)
        assert self.api("get", path).json()["setting"] == "can_resubscribe"

    def test_the_page_offers_the_plans_and_previews_one(self) -> None:
        self.switch(can_change_plan_when_canceled=True)
        at = f"subscriptions/{self.ada_sub}"

        panel = self.page_post(f"{at}/ask-resubscribe").content.decode()
        cost = self.page_post(f"{at}/preview-resubscribe", price=self.other).content.decode()

        assert self.other in panel
        assert "Start Business again and pay" in cost

    def test_several_plans_at_once_are_kept_as_they_were(self) -> None:
        self.switch(can_change_plan_when_canceled=True)
        prices = self.acme.shop.prices
        items = [{"price": prices["Team month"]}, {"price": prices["Starter month"]}]
        params = {"customer": self.ada, "items": items}
        self.ada_sub = self.acme.shop.stripe.v1.subscriptions.create(params).id
        self.end(self.ada_sub)

        page = self.page_post(f"subscriptions/{self.ada_sub}/ask-resubscribe").content.decode()

        assert "Start Team again and pay" in page


class BlockedTests(ResubscribeTestCase):
    def archive(self) -> None:
        price = self.acme.shop.prices["Team month"]
        self.acme.shop.stripe.v1.prices.update(price, {"active": False})

    def test_a_price_no_longer_sold(self) -> None:
        self.archive()

        assert self.preview().json()["reason"] == "price_not_sold"

    def test_with_plan_change_another_plan_stands_in_for_it(self) -> None:
        self.archive()
        self.switch(can_change_plan_when_canceled=True)

        assert self.preview().json()["reason"] == "price_not_sold"
        assert self.preview(price=self.acme.shop.prices["Starter month"]).status_code == 200

    def test_another_plan_mends_no_add_on_that_is_no_longer_sold(self) -> None:
        shop = self.acme.shop
        addon = shop.stripe.v1.products.create({"name": "Backup", "metadata": {"sb_addon": "true"}})
        shop.products["Backup"] = addon.id
        extra = shop.price("Backup", 500, "month")
        items = [{"price": shop.prices["Team month"]}, {"price": extra}]
        made = shop.stripe.v1.subscriptions.create({"customer": self.ada, "items": items})
        self.ada_sub = made.id
        self.end(made.id)
        shop.stripe.v1.prices.update(extra, {"active": False})
        self.switch(can_change_plan_when_canceled=True)

        responses = [self.preview(), self.preview(price=shop.prices["Starter month"])]

        assert [r.json()["reason"] for r in responses] == 2 * ["price_not_sold"]

    def test_what_runs_in_another_currency(self) -> None:
        shop = self.acme.shop
        shop.prices["Team euro"] = shop.price("Team", 4500, "month", currency="eur")
        running = shop.subscribe(self.ada, "Team euro")

        blocked = self.preview()
        self.end(running)

        assert blocked.json()["reason"] == "other_currency"
        assert self.resubscribe(self.preview().json()["quote"]).status_code == 200
        (made,) = self.successors()
        assert (made["currency"], self.stripe[self.ada]["currency"]) == ("usd", "usd")

    def test_without_a_card(self) -> None:
        customer = self.acme.shop.customer("Eve", card="")
        self.ada_sub = self.acme.shop.subscribe(
            customer, collection_method="send_invoice", days_until_due=14
        )
        subscriptions = self.acme.shop.stripe.v1.subscriptions
        subscriptions.update(self.ada_sub, {"collection_method": "charge_automatically"})
        self.end(self.ada_sub)
        token = self.token(customer, email="eve@example.com")

        response = self.preview(token=token)

        assert response.json()["reason"] == "card_missing"

    def test_what_has_not_ended(self) -> None:
        self.ada_sub = self.acme.shop.subscribe(self.ada)

        assert self.preview().json()["reason"] == "not_ended"

    def test_a_changed_amount_is_quoted_anew(self) -> None:
        quote = self.preview().json()["quote"]
        self.acme.shop.stripe.v1.customers.update(self.ada, {"balance": -1000})

        response = self.resubscribe(quote)

        assert (response.status_code, response.json()["code"]) == (409, "preview_stale")
        assert response.json()["preview"]["due_now"] == 3900
        assert self.successors() == []

    def test_the_page_shows_the_new_amount(self) -> None:
        quote = self.preview().json()["quote"]
        self.acme.shop.stripe.v1.customers.update(self.ada, {"balance": -1000})

        page = self.page_post(f"subscriptions/{self.ada_sub}/resubscribe", quote=quote)

        assert page.status_code == 409
        assert "$39.00" in page.content.decode()


class PageTests(ResubscribeTestCase):
    def test_the_page_hands_the_payment_to_stripe_js(self) -> None:
        quote = self.preview().json()["quote"]

        page = self.page_post(f"subscriptions/{self.ada_sub}/resubscribe", quote=quote)

        assert page.status_code == 200
        assert "data-client-secret" in page.content.decode()

    def test_an_unfinished_one_stands_where_the_old_one_is(self) -> None:
        self.again()

        (customer,) = self.api("get", "").json()["customers"]

        assert [s["status"] for s in customer["subscriptions"]] == ["canceled"]
