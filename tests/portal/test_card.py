"""Replacing a card: it goes to Stripe, and then everywhere that the customer pays."""

from __future__ import annotations

from typing import Any

from tests.base import ServicebotTestCase


class CardTests(ServicebotTestCase):
    def begin(self, customer: str | None = None, **given: Any) -> Any:
        """Start saving a card."""
        return self.api("post", "/payment-method/setup", customer=customer or self.ada, **given)

    def confirmed(self, card: str = "pm_card_mastercard") -> str:
        """Start saving a card and confirm it as Stripe.js does."""
        intent = self.begin().json()["setup_intent"]
        self.acme.shop.stripe.v1.setup_intents.confirm(intent, {"payment_method": card})
        return str(intent)

    def save(self, intent: str) -> Any:
        return self.api("post", "/payment-method", setup_intent=intent)

    def default_of(self, customer: str) -> str:
        """Return what a customer's invoices are charged to."""
        return str(self.stripe[customer]["invoice_settings"]["default_payment_method"])

    def test_the_new_card_becomes_the_customers_default(self) -> None:
        others = self.default_of(self.ben)

        response = self.save(self.confirmed())

        (customer,) = response.json()["customers"]
        assert response.status_code == 200, response.content
        assert self.stripe[self.default_of(self.ada)]["card"]["brand"] == "mastercard"
        assert customer["default_payment_method"] == self.default_of(self.ada)
        assert self.default_of(self.ben) == others

    def test_and_that_of_every_running_subscription_with_a_card_of_its_own(self) -> None:
        shop = self.acme.shop
        own = shop.stripe.v1.payment_methods.attach("pm_card_visa", {"customer": self.ada})
        mine = [shop.subscribe(self.ada, default_payment_method=own.id) for _ in range(2)]
        shop.stripe.v1.subscriptions.cancel(mine[1])

        self.save(self.confirmed())

        assert self.stripe[mine[0]]["default_payment_method"] == self.default_of(self.ada)
        assert self.stripe[mine[1]]["default_payment_method"] == own.id
        assert self.stripe[self.ada_sub]["default_payment_method"] is None

    def test_saving_twice_changes_nothing_more(self) -> None:
        intent = self.confirmed()
        self.save(intent)
        card = self.default_of(self.ada)

        response = self.save(intent)

        assert response.status_code == 200
        assert self.default_of(self.ada) == card

    def test_what_the_bank_has_not_confirmed_is_not_used(self) -> None:
        card = self.default_of(self.ada)
        intent = self.confirmed("pm_card_threeDSecure2Required")

        response = self.save(intent)

        assert (response.status_code, response.json()["reason"]) == (409, "card_not_confirmed")
        assert self.default_of(self.ada) == card

    def test_an_attempt_of_another_portal_is_not_found(self) -> None:
        intent = self.acme.shop.stripe.v1.setup_intents.create(
            {"customer": self.ada, "payment_method": "pm_card_visa", "confirm": True}
        )

        assert self.save(intent.id).status_code == 404

    def test_an_attempt_of_another_customer_is_not_found(self) -> None:
        token = self.token(self.ben, email="ben@example.com")
        intent = self.begin(self.ben, token=token).json()["setup_intent"]
        self.acme.shop.stripe.v1.setup_intents.confirm(intent, {"payment_method": "pm_card_visa"})

        assert self.save(intent).status_code == 404
        assert self.save("seti_of_nobody").status_code == 404

    def test_a_card_is_saved_for_ones_own_customers_only(self) -> None:
        assert self.begin(self.ben).status_code == 404

    def test_the_browser_gets_the_publishable_key_and_nothing_more(self) -> None:
        answer = self.begin().json()

        assert answer["publishable_key"] == self.acme.shop.publishable_key
        assert set(answer) == {"setup_intent", "client_secret", "publishable_key"}

    def test_the_page_does_the_same(self) -> None:
        panel = self.page_post("card", customer=self.ada).content.decode()
        begun = self.page_post("card/begin", customer=self.ada, key="one").json()
        intent = begun["client_secret"].partition("_secret_")[0]
        self.acme.shop.stripe.v1.setup_intents.confirm(
            intent, {"payment_method": "pm_card_mastercard"}
        )
        page = self.page_post("card/save", setup_intent=intent).content.decode()

        assert "data-card" in panel
        assert "Mastercard ending 4444" in page
