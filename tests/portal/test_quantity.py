"""Changing how many: inside the merchant's rule, and charged as quoted."""

from __future__ import annotations

from typing import Any

from tests.base import ServicebotTestCase


class QuantityTestCase(ServicebotTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.switch(can_change_quantity=True)
        self.count("Team")

    def count(self, tier: str, unit: str = "seat") -> None:
        """Let customers count a product."""
        product = self.acme.shop.products[tier]
        change = {"unit_label": unit, "metadata": {"sb_quantity_enabled": "true"}}
        self.acme.shop.stripe.v1.products.update(product, change)

    def preview(self, quantity: Any) -> Any:
        """Preview another quantity of Ada's."""
        body = {"action": "change_quantity", "quantity": quantity}
        return self.api("post", f"/subscriptions/{self.ada_sub}/preview", **body)

    def change(self, quote: str, **given: Any) -> Any:
        """Confirm a quote."""
        path = f"/subscriptions/{self.ada_sub}/change-quantity"
        return self.api("post", path, quote=quote, **given)

    def quantity(self) -> int:
        """Return how many Ada has at Stripe."""
        (item,) = self.stripe[self.ada_sub]["items"]["data"]
        return int(item["quantity"])

    def paid(self) -> list[int]:
        """Return what was paid for Ada's subscription, newest first."""
        listed = self.acme.shop.stripe.v1.invoices.list({"subscription": self.ada_sub}).data
        return [invoice.amount_paid for invoice in listed]


class ChangeTests(QuantityTestCase):
    def test_more_are_charged_as_quoted(self) -> None:
        preview = self.preview(3).json()

        response = self.change(preview["quote"])

        assert response.status_code == 200, response.content
        assert response.json()["subscription"]["items"][0]["quantity"] == 3
        assert self.quantity() == 3
        assert self.paid() == [preview["due_now"], 4900]
        assert preview["due_now"] > 4900
        assert preview["next_amount"] == 3 * 4900
        assert preview["quantity"] == 3

    def test_fewer_become_credit(self) -> None:
        self.change(self.preview(3).json()["quote"])

        preview = self.preview(1).json()
        self.change(preview["quote"])

        assert (preview["due_now"], self.quantity()) == (0, 1)
        assert self.stripe[self.ada]["balance"] == -preview["credit"]

    def test_with_the_next_invoice(self) -> None:
        self.switch(proration_behavior="create_prorations")
        preview = self.preview(2).json()

        self.change(preview["quote"])

        assert (preview["due_now"], self.paid()) == (0, [4900])

    def test_a_repeated_click_counts_once(self) -> None:
        quote = self.preview(2).json()["quote"]

        for _click in range(2):
            assert self.change(quote, idempotency_key="one").status_code == 200

        assert len(self.paid()) == 2

    def test_an_add_on_can_be_counted_beside_a_plan(self) -> None:
        shop = self.acme.shop
        self.count("Starter")
        made = shop.stripe.v1.products.create(
            {
                "name": "Seats",
                "unit_label": "seat",
                "metadata": {"sb_addon": "true", "sb_quantity_enabled": "true"},
            }
        )
        shop.products["Seats"] = made.id
        seats = shop.price("Seats", 500, "month")
        items = [{"price": shop.prices["Business month"]}, {"price": seats, "quantity": 2}]
        self.ada_sub = shop.stripe.v1.subscriptions.create(
            {"customer": self.ada, "items": items}
        ).id

        self.change(self.preview(5).json()["quote"])

        rows = self.stripe[self.ada_sub]["items"]["data"]
        assert {(row["price"]["id"], row["quantity"]) for row in rows} == {
            (shop.prices["Business month"], 1),
            (seats, 5),
        }


class RuleTests(QuantityTestCase):
    def test_what_the_rule_leaves_out_is_refused(self) -> None:
        rule = {"unit_label": "seat", "min": 2, "max": 10, "step": 4}
        self.switch(quantity_rules=[{"unit_label": "user", "max": 1}, rule])

        for quantity in (0, -1, 3, 11, 10**9):
            with self.subTest(quantity=quantity):
                response = self.preview(quantity)

                assert (response.status_code, response.json()["code"]) == (400, "invalid")
                assert response.json()["errors"] == {"quantity": ["2 to 10, 4 apart"]}
        assert self.preview(6).status_code == 200

    def test_a_rule_made_stricter_meanwhile_is_heeded(self) -> None:
        quote = self.preview(6).json()["quote"]
        self.switch(quantity_rules=[{"unit_label": "seat", "max": 5}])

        response = self.change(quote)

        assert response.json()["reason"] == "quantity_not_offered"
        assert self.quantity() == 1

    def test_nothing_and_the_same_are_no_change(self) -> None:
        assert self.preview(None).json()["errors"] == {"quantity": ["required"]}
        assert self.preview("many").status_code == 400
        assert self.preview(1).json()["reason"] == "same_quantity"


class RefusalTests(QuantityTestCase):
    def test_what_the_merchant_doesnt_let_count_is_not_counted(self) -> None:
        self.ada_sub = self.acme.shop.subscribe(self.ada, "Starter month")

        response = self.preview(2)

        assert (response.status_code, response.json()["reason"]) == (409, "not_counted")

    def test_of_two_that_can_be_counted_neither_is(self) -> None:
        self.count("Starter")
        prices = self.acme.shop.prices
        items = [{"price": prices["Team month"]}, {"price": prices["Starter month"]}]
        params = {"customer": self.ada, "items": items}
        self.ada_sub = self.acme.shop.stripe.v1.subscriptions.create(params).id

        assert self.preview(2).json()["reason"] == "several_counted"

    def test_switched_off_it_is_refused_whatever_is_sent(self) -> None:
        self.switch(can_change_quantity=False)

        for response in (self.preview("x"), self.change("x")):
            assert (response.status_code, response.json()["setting"]) == (
                403,
                "can_change_quantity",
            )
