"""What is offered to move to: hidden and featured plans, this portal's services, odd prices."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache

from portal import services
from portal.catalogue import catalogue_of
from tests.base import ServicebotTestCase


class OffersTestCase(ServicebotTestCase):
    def tell(self, tier: str, **metadata: str) -> None:
        """Set metadata of a plan at Stripe, and have it read anew."""
        products = self.acme.shop.stripe.v1.products
        products.update(self.acme.shop.products[tier], {"metadata": metadata})
        cache.clear()

    def path(self, call: str) -> str:
        return f"/subscriptions/{self.ada_sub}/{call}"

    def plans(self) -> list[Any]:
        """Return what the API offers Ada."""
        found: list[Any] = self.api("get", self.path("plans")).json()
        return found

    def monthly(self) -> list[str]:
        """Return the names of the plans that are paid by the month, in their order."""
        return [p["tier"] for p in self.plans() if p["price"]["interval"] == "month"]

    def picker(self) -> str:
        page: str = self.page_post(f"subscriptions/{self.ada_sub}/plans").content.decode()
        return page

    def preview(self, price: str, action: str = "change_plan") -> Any:
        body = {"action": action, "price": self.acme.shop.prices.get(price, price)}
        return self.api("post", self.path("preview"), **body)


class NamesTests(OffersTestCase):
    def test_space_around_a_name_makes_no_other_service(self) -> None:
        self.tell("Team", sb_service=" Notes ", sb_tier=" Team ")

        assert self.monthly() == ["Starter", "Team", "Business"]

    def test_a_product_with_a_longer_name_than_is_taken_here_can_be_hidden(self) -> None:
        self.tell("Business", sb_tier="x" * 150)
        connection = self.acme.merchant.connections.get()
        product = self.acme.shop.products["Business"]
        now = services.values_of(catalogue_of(connection).products[product])

        services.save_product(
            connection, product, now | {"is_hidden": True}, by=self.acme.owner.memberships.get()
        )

        assert self.stripe[product]["metadata"]["sb_hidden"] == "true"
        assert self.stripe[product]["metadata"]["sb_tier"] == "x" * 150


class OtherCurrencyTests(OffersTestCase):
    def test_what_an_old_price_costs_in_another_currency_is_not_made_up(self) -> None:
        shop = self.acme.shop
        yen = {"jpy": {"unit_amount": 7200}}
        shop.prices["Both"] = shop.price("Team", 4900, "month", currency_options=yen)
        eve = shop.customer("Eve")
        shop.subscribe(eve, "Both", currency="jpy")
        token = self.token(eve, email="eve@example.com")
        before = self.page_post("page", token).content.decode()

        shop.stripe.v1.prices.update(shop.prices["Both"], {"active": False})
        cache.clear()
        after = self.page_post("page", token).content.decode()

        assert "¥7,200</bdi></span> <small>per month" in before
        assert "49" not in after.split("<dl")[0].split("price num")[1]
        assert "per month" in after


class HiddenTests(OffersTestCase):
    def test_a_hidden_plan_is_not_offered(self) -> None:
        self.tell("Business", sb_hidden="true")

        assert self.monthly() == ["Starter", "Team"]
        assert "Business" not in self.picker()
        assert self.preview("Business month").status_code == 404

    def test_a_quote_from_before_is_refused(self) -> None:
        quote = self.preview("Business month").json()["quote"]
        connection = self.acme.merchant.connections.get()
        business = self.acme.shop.products["Business"]

        services.save_product(
            connection, business, {"is_hidden": True}, by=self.acme.owner.memberships.get()
        )
        response = self.api("post", self.path("change-plan"), quote=quote)

        assert response.status_code == 404
        (item,) = self.stripe[self.ada_sub]["items"]["data"]
        assert item["price"]["id"] == self.acme.shop.prices["Team month"]

    def test_who_is_on_it_keeps_it_and_sees_that_there_is_no_way_back(self) -> None:
        self.tell("Team", sb_hidden="true")

        (current,) = (plan for plan in self.plans() if plan["current"])
        assert (current["tier"], current["offered"]) == ("Team", False)
        assert len([plan for plan in self.plans() if plan["tier"] == "Team"]) == 1
        page = self.picker()
        assert page.count("No longer sold") == page.count("Your plan") == 1
        assert "come back to it" in page
        assert self.preview("Team month").json()["reason"] == "same_plan"
        assert self.preview("Team year").status_code == 404
        assert self.preview("Business month").status_code == 200

    def test_coming_back_to_it_is_refused_before_and_after_the_quote(self) -> None:
        self.switch(can_resubscribe=True, can_change_plan_when_canceled=True)
        self.acme.shop.stripe.v1.subscriptions.cancel(self.ada_sub)
        quotes = {
            price: self.preview(price, "resubscribe").json()["quote"]
            for price in ("Team month", "Business month")
        }
        self.tell("Team", sb_hidden="true")
        self.tell("Business", sb_hidden="true")

        for price, status in (("Business month", 404), ("Team month", 409)):
            with self.subTest(price=price):
                confirm = self.api("post", self.path("resubscribe"), quote=quotes[price])

                assert self.preview(price, "resubscribe").status_code == status
                assert confirm.status_code == status
        assert self.preview("Team month", "resubscribe").json()["reason"] == "price_not_sold"
        assert self.preview("Starter month", "resubscribe").status_code == 200
        panel = self.page_post(f"subscriptions/{self.ada_sub}/ask-resubscribe").content.decode()
        assert "No longer sold" in panel


class ShownTests(OffersTestCase):
    def test_plans_stand_in_their_order_and_then_by_price(self) -> None:
        self.tell("Business", sb_order="1")
        self.tell("Starter", sb_order="many")

        assert self.monthly() == ["Business", "Starter", "Team"]

    def test_a_featured_plan_is_marked(self) -> None:
        self.tell("Business", sb_featured="true")

        assert self.picker().count("Recommended") == 2  # by month and by year
        assert {plan["tier"] for plan in self.plans() if plan["featured"]} == {"Business"}

    def test_a_price_no_longer_sold_stays_in_sight(self) -> None:
        self.acme.shop.stripe.v1.prices.update(
            self.acme.shop.prices["Team month"], {"active": False}
        )
        cache.clear()

        (current,) = (plan for plan in self.plans() if plan["current"])

        assert current["price"]["unit_amount"] == 4900
        assert not current["offered"]
        assert self.picker().count("No longer sold") == 1

    def test_an_archived_product_can_be_left_and_not_come_back_to(self) -> None:
        self.switch(can_resubscribe=True)
        products = self.acme.shop.stripe.v1.products
        products.update(self.acme.shop.products["Team"], {"active": False})
        cache.clear()
        offered = [plan["tier"] for plan in self.plans() if plan["offered"]]

        self.acme.shop.stripe.v1.subscriptions.cancel(self.ada_sub)

        assert set(offered) == {"Starter", "Business"}
        assert self.preview("", "resubscribe").json()["reason"] == "price_not_sold"


class ServicesTests(OffersTestCase):
    def test_a_service_of_another_portal_is_outside(self) -> None:
        self.switch(services=["Projects"])

        assert self.preview("Business month").json()["reason"] == "not_a_plan"
        subscription = self.api("get", "").json()["customers"][0]["subscriptions"][0]
        assert subscription["service"] == ""
        assert subscription["actions"]["change_plan"]["reason"] == "not_a_plan"
        assert "/plans" not in self.page_post("page").content.decode()

    def test_a_quote_from_before_is_refused(self) -> None:
        quote = self.preview("Business month").json()["quote"]
        self.switch(services=["Projects"])

        response = self.api("post", self.path("change-plan"), quote=quote)

        assert (response.status_code, response.json()["reason"]) == (409, "not_a_plan")

    def test_a_service_of_this_portal_is_offered(self) -> None:
        self.switch(services=["Projects", "Notes"])

        assert self.monthly() == ["Starter", "Team", "Business"]

    def test_space_around_a_name_makes_no_other_service(self) -> None:
        self.tell("Team", sb_service="Notes ", sb_tier=" Crew")
        self.tell("Business", sb_service="\tNotes")

        assert self.monthly() == ["Starter", "Crew", "Business"]

    def test_which_there_are_is_not_for_customers(self) -> None:
        assert "services" not in self.api("get", "").json()["settings"]
