"""What would be charged at once while there is nothing to charge: a card is asked for first."""

from __future__ import annotations

from typing import Any

from tests.base import ServicebotTestCase


class WithoutCardTests(ServicebotTestCase):
    def setUp(self) -> None:
        super().setUp()
        shop = self.acme.shop
        shop.prices["Free"] = shop.price("Starter", 0, "month")
        self.customer = shop.customer("Eve", card="")
        self.subscription = shop.subscribe(self.customer, "Free")
        self.visitor = self.token(self.customer, email="eve@example.com")

    def preview(self, price: str = "Team month") -> Any:
        """Preview another plan."""
        body = {"action": "change_plan", "price": self.acme.shop.prices[price]}
        path = f"/subscriptions/{self.subscription}/preview"
        return self.api("post", path, self.visitor, **body)

    def change(self, quote: str) -> Any:
        """Confirm a quote."""
        path = f"/subscriptions/{self.subscription}/change-plan"
        return self.api("post", path, self.visitor, quote=quote)

    def price(self) -> str:
        """Return the price at Stripe."""
        (item,) = self.stripe[self.subscription]["items"]["data"]
        return str(item["price"]["id"])

    def pay_with(self, card: str) -> str:
        """Make a card the default behind the portal's back."""
        api = self.acme.shop.stripe.v1
        method = api.payment_methods.attach(card, {"customer": self.customer})
        default = {"invoice_settings": {"default_payment_method": method.id}}
        api.customers.update(self.customer, default)
        return str(method.id)

    def test_it_is_said_with_the_price_and_not_after_the_click(self) -> None:
        response = self.preview()

        assert (response.status_code, response.json()["reason"]) == (409, "card_missing")
        page = self.page_post(
            f"subscriptions/{self.subscription}/preview-change-plan",
            self.visitor,
            price=self.acme.shop.prices["Team month"],
        )
        assert "Add a card first" in page.content.decode()

    def test_with_a_card_it_goes_on(self) -> None:
        self.pay_with("pm_card_visa")

        response = self.change(self.preview().json()["quote"])

        assert response.status_code == 200, response.content
        assert self.price() == self.acme.shop.prices["Team month"]

    def test_a_card_that_went_meanwhile_is_missed(self) -> None:
        card = self.pay_with("pm_card_visa")
        quote = self.preview().json()["quote"]
        self.acme.shop.stripe.v1.payment_methods.detach(card)

        response = self.change(quote)

        assert (response.status_code, response.json()["reason"]) == (409, "card_missing")
        assert self.price() == self.acme.shop.prices["Free"]

    def test_what_costs_nothing_yet_needs_none(self) -> None:
        self.subscription = self.acme.shop.subscribe(self.customer, trial_period_days=10)

        response = self.change(self.preview("Business month").json()["quote"])

        assert response.status_code == 200, response.content

    def test_what_the_balance_pays_needs_none(self) -> None:
        self.acme.shop.stripe.v1.customers.update(self.customer, {"balance": -50_000})

        response = self.change(self.preview().json()["quote"])

        assert response.status_code == 200, response.content

    def test_an_invoice_by_e_mail_needs_none(self) -> None:
        terms = {"collection_method": "send_invoice", "days_until_due": 14}
        self.subscription = self.acme.shop.subscribe(self.customer, "Free", **terms)

        response = self.change(self.preview().json()["quote"])

        assert response.status_code == 200, response.content
