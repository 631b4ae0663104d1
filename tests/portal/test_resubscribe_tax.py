"""Starting again is taxed as before."""

from __future__ import annotations

from typing import Any

from tests.portal.test_resubscribe import ResubscribeTestCase


class TaxTests(ResubscribeTestCase):
    """What the old one was taxed with, the new one is; the preview says what is then charged."""

    def rate(self, percentage: int, *, inclusive: bool = False) -> str:
        params = {"display_name": "VAT", "percentage": percentage, "inclusive": inclusive}
        return str(self.acme.shop.stripe.v1.tax_rates.create(params).id)

    def had(self, **taxed: Any) -> None:
        """Let Ada have had a subscription that was taxed so."""
        self.ada_sub = self.acme.shop.subscribe(self.ada, **taxed)
        self.end(self.ada_sub)

    def lives_in(self, country: str) -> None:
        address = {"address": {"country": country}}
        self.acme.shop.stripe.v1.customers.update(self.ada, address)

    def collects(self, **rates: int) -> None:
        account = self.sandbox.account(self.acme.shop.api_key)
        account.config["tax"] = {"rates": rates, "behavior": "exclusive"}

    def charged(self) -> Any:
        """Start it again and return the new subscription's first invoice."""
        self.again()
        (made,) = self.successors()
        return self.stripe[made["latest_invoice"]]

    def test_by_the_subscriptions_rates(self) -> None:
        rate = self.rate(20)
        self.had(default_tax_rates=[rate])
        preview = self.preview().json()

        invoice = self.charged()

        (made,) = self.successors()
        assert (preview["due_now"], preview["tax"], preview["next_amount"]) == (5880, 980, 5880)
        assert (invoice["amount_due"], invoice["total_excluding_tax"]) == (5880, 4900)
        assert [each["id"] for each in made["default_tax_rates"]] == [rate]

    def test_by_the_rates_of_its_items(self) -> None:
        reduced, usual = self.rate(7), self.rate(20)
        prices = self.acme.shop.prices
        items = [
            {"price": prices["Team month"], "tax_rates": [reduced]},
            {"price": prices["Starter month"]},
        ]
        self.had(items=items, default_tax_rates=[usual])
        preview = self.preview().json()

        invoice = self.charged()

        (made,) = self.successors()
        rates = [[rate["id"] for rate in item["tax_rates"]] for item in made["items"]["data"]]
        assert (preview["due_now"], preview["tax"]) == (7523, 723)
        assert invoice["amount_due"] == 7523
        assert rates == [[reduced], []]

    def test_on_another_plan_too(self) -> None:
        self.switch(can_change_plan_when_canceled=True)
        prices = self.acme.shop.prices
        items = [{"price": prices["Team month"], "tax_rates": [self.rate(10)]}]
        self.had(items=items)

        preview = self.preview(price=prices["Business month"]).json()
        self.resubscribe(preview["quote"])

        (made,) = self.successors()
        assert (preview["due_now"], preview["tax"]) == (10890, 990)
        assert self.stripe[made["latest_invoice"]]["amount_due"] == 10890

    def test_the_page_adds_tax_up_or_says_that_it_is_inside(self) -> None:
        for inclusive in (False, True):
            with self.subTest(inclusive=inclusive):
                self.had(default_tax_rates=[self.rate(25, inclusive=inclusive)])

                path = f"subscriptions/{self.ada_sub}/preview-resubscribe"
                panel = self.page_post(path).content.decode()

                assert ("<span>Tax</span>" in panel) is not inclusive
                assert ("That includes <bdi>$9.80</bdi> of tax." in panel) is inclusive

    def test_tax_inside_the_price_changes_no_amount(self) -> None:
        self.had(default_tax_rates=[self.rate(25, inclusive=True)])
        preview = self.preview().json()

        invoice = self.charged()

        assert (preview["due_now"], preview["tax"], preview["tax_included"]) == (4900, 980, 980)
        assert (invoice["amount_due"], invoice["total_excluding_tax"]) == (4900, 3920)

    def test_automatically(self) -> None:
        self.collects(DE=19)
        self.lives_in("DE")
        self.had(automatic_tax={"enabled": True})
        preview = self.preview().json()

        invoice = self.charged()

        (made,) = self.successors()
        assert (preview["due_now"], preview["tax"], preview["next_amount"]) == (5831, 931, 5831)
        assert invoice["amount_due"] == 5831
        assert made["automatic_tax"]["enabled"] is True

    def test_of_who_has_moved_by_the_new_address(self) -> None:
        self.collects(DE=19, FR=20)
        self.lives_in("DE")
        self.had(automatic_tax={"enabled": True})
        quote = self.preview().json()["quote"]
        self.lives_in("FR")

        response = self.resubscribe(quote)

        assert (response.status_code, response.json()["code"]) == (409, "preview_stale")
        assert response.json()["preview"]["due_now"] == 5880

    def test_without_an_address_the_page_asks_for_it(self) -> None:
        self.collects(DE=19)
        self.lives_in("DE")
        self.had(automatic_tax={"enabled": True})
        self.acme.shop.stripe.v1.customers.update(self.ada, {"address": ""})

        response = self.preview()
        page = self.page_post(f"subscriptions/{self.ada_sub}/preview-resubscribe")

        assert (response.status_code, response.json()["reason"]) == (409, "address_missing")
        assert "Add it to your billing details" in page.content.decode()
        assert self.successors() == []

    def test_a_rate_that_is_archived_is_refused_and_nothing_made(self) -> None:
        rate = self.rate(20)
        self.had(default_tax_rates=[rate])
        self.acme.shop.stripe.v1.tax_rates.update(rate, {"active": False})

        response = self.preview()

        assert (response.status_code, response.json()["reason"]) == (409, "refused_by_stripe")
        assert self.successors() == []

    def test_the_page_says_how_much_is_tax(self) -> None:
        self.had(default_tax_rates=[self.rate(20)])

        page = self.page_post(f"subscriptions/{self.ada_sub}/ask-resubscribe").content.decode()

        assert "$58.80" in page
        assert "$9.80" in page
