"""Paying what is open: once, with the customer's card, their bank asked where it wants to be."""

from __future__ import annotations

from typing import Any

from tests.base import ServicebotTestCase


class PayTests(ServicebotTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.eve = self.acme.shop.customer("Eve")
        self.subscription = self.acme.shop.subscribe(
            self.eve, payment_behavior="default_incomplete"
        )
        self.eve_token = self.token(self.eve, email="eve@example.com")

    @property
    def invoice(self) -> str:
        """The open first invoice of Eve's subscription."""
        return str(self.stripe[self.subscription]["latest_invoice"])

    def pay(self, invoice: str | None = None) -> Any:
        return self.api("post", f"/invoices/{invoice or self.invoice}/pay", self.eve_token)

    def pay_with(self, card: str) -> None:
        """Give Eve another default card."""
        method = self.acme.shop.stripe.v1.payment_methods.attach(card, {"customer": self.eve})
        default = {"default_payment_method": method.id}
        self.acme.shop.stripe.v1.customers.update(self.eve, {"invoice_settings": default})

    def test_pays_and_the_subscription_follows(self) -> None:
        response = self.pay()

        assert response.status_code == 200, response.content
        assert response.json()["invoice"]["status"] == "paid"
        assert response.json()["requires_action"] is None
        assert self.stripe[self.subscription]["status"] == "active"

    def test_a_second_press_is_told_that_nothing_is_left(self) -> None:
        self.pay()

        response = self.pay()

        assert (response.status_code, response.json()["reason"]) == (409, "nothing_to_pay")

    def test_after_a_decline_another_card_and_another_press_work(self) -> None:
        self.pay_with("pm_card_chargeCustomerFail")
        declined = self.pay()
        self.pay_with("pm_card_mastercard")

        paid = self.pay()

        assert (declined.status_code, declined.json()["code"]) == (402, "card_declined")
        assert paid.json()["invoice"]["status"] == "paid"

    def test_the_bank_is_asked_where_it_wants_to_be(self) -> None:
        self.pay_with("pm_card_threeDSecure2Required")

        response = self.pay()

        assert response.status_code == 200, response.content
        assert response.json()["requires_action"]["client_secret"].startswith("pi_")
        assert response.json()["invoice"]["status"] == "open"

    def test_a_subscriptions_own_card_comes_first(self) -> None:
        own = self.acme.shop.stripe.v1.payment_methods.attach(
            "pm_card_mastercard", {"customer": self.eve}
        )
        self.subscription = self.acme.shop.subscribe(
            self.eve, payment_behavior="default_incomplete", default_payment_method=own.id
        )
        self.pay_with("pm_card_chargeCustomerFail")

        assert self.pay().json()["invoice"]["status"] == "paid"

    def test_without_a_card_it_says_so(self) -> None:
        self.acme.shop.stripe.v1.customers.update(
            self.eve, {"invoice_settings": {"default_payment_method": ""}}
        )

        response = self.pay()

        assert (response.status_code, response.json()["reason"]) == (409, "card_missing")

    def test_a_one_off_invoice_is_paid_by_the_customers_card(self) -> None:
        invoices = self.acme.shop.stripe.v1.invoices
        self.acme.shop.stripe.v1.invoice_items.create(
            {"customer": self.eve, "amount": 900, "currency": "usd"}
        )
        made = invoices.create({"customer": self.eve, "pending_invoice_items_behavior": "include"})
        invoices.finalize_invoice(made.id)

        assert self.pay(made.id).json()["invoice"]["status"] == "paid"

    def test_somebody_elses_is_not_found(self) -> None:
        theirs = self.stripe[self.ada_sub]["latest_invoice"]

        assert self.pay(theirs).status_code == 404
        assert self.pay("in_nobody").status_code == 404

    def test_the_page_pays_and_says_so(self) -> None:
        page = self.page_post("page", self.eve_token).content.decode()
        paid = self.page_post(f"invoices/{self.invoice}/pay", self.eve_token)

        assert f"invoices/{self.invoice}/pay" in page
        assert "The invoice is paid." in paid.content.decode()

    def test_the_page_hands_the_bank_to_stripe_js(self) -> None:
        self.pay_with("pm_card_threeDSecure2Required")

        page = self.page_post(f"invoices/{self.invoice}/pay", self.eve_token)

        assert "data-client-secret" in page.content.decode()

    def test_the_page_says_that_the_card_was_declined(self) -> None:
        self.pay_with("pm_card_chargeCustomerFail")

        response = self.page_post(f"invoices/{self.invoice}/pay", self.eve_token)

        assert response.status_code == 402
        assert "Your card was declined" in response.content.decode()
