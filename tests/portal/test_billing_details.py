"""Billing details: what invoices say of their customer, changed whole or not at all."""

from __future__ import annotations

from typing import Any

from portal.actions.billing_details import COUNTRIES
from portal.billing_views import likely_tax_type
from tests.base import ServicebotTestCase

HOME = {"line1": "1 Main St", "postal_code": "10115", "city": "Berlin", "country": "DE"}


class BillingTestCase(ServicebotTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.switch(can_update_billing_details=True)

    def change(self, customer: str = "", **details: Any) -> Any:
        """Change Ada's details by the API."""
        return self.api("patch", f"/customers/{customer or self.ada}", **details)

    def tax_ids(self) -> set[tuple[str, str]]:
        """Return Ada's tax ids at Stripe."""
        mine = [t for t in self.stripe.all("tax_id") if t["customer"] == self.ada]
        return {(t["type"], t["value"]) for t in mine}

    def give(self, kind: str, value: str) -> str:
        """Give Ada a tax id at Stripe."""
        params = {"type": kind, "value": value}
        return str(self.acme.shop.stripe.v1.customers.tax_ids.create(self.ada, params).id)


class ApiTests(BillingTestCase):
    def test_what_is_sent_is_changed_and_nothing_else(self) -> None:
        self.change(phone="+49 30 1234", address=HOME)

        response = self.change(name="Ada Ltd", address={"city": "Potsdam"})

        assert response.status_code == 200, response.content
        now = self.stripe[self.ada]
        assert (now["name"], now["phone"]) == ("Ada Ltd", "+49 30 1234")
        assert now["address"] == {**HOME, "city": "Potsdam", "line2": None, "state": None}
        assert now["email"] == "ada@example.com"
        answer = response.json()
        assert answer["address"]["city"] == "Potsdam"
        assert set(answer) == {"id", "name", "email", "phone", "address", "tax_ids"}

    def test_an_address_with_nothing_in_it_is_none(self) -> None:
        self.change(address=HOME)

        self.change(address=dict.fromkeys(HOME, ""))

        assert self.stripe[self.ada]["address"] is None

    def test_a_list_of_tax_ids_takes_the_place_of_the_old_one(self) -> None:
        self.give("eu_vat", "DE123456789")
        kept = {"type": "us_ein", "value": "12-3456789"}
        self.change(tax_ids=[{"type": "eu_vat", "value": "DE123456789"}, kept])
        before = self.tax_ids()

        response = self.change(tax_ids=[kept])

        assert before == {("eu_vat", "DE123456789"), ("us_ein", "12-3456789")}
        assert self.tax_ids() == {("us_ein", "12-3456789")}
        assert response.json()["tax_ids"] == [kept]

    def test_a_number_that_stripe_refuses_changes_nothing(self) -> None:
        self.give("eu_vat", "DE123456789")
        good, bad = ({"type": "us_ein", "value": v} for v in ("12-3456789", "zz"))

        response = self.change(name="New", tax_ids=[good, bad])

        answer = response.json()
        assert (response.status_code, answer["code"]) == (400, "invalid")
        assert (answer["reason"], list(answer["errors"])) == ("tax_id_invalid", ["tax_ids"])
        assert self.tax_ids() == {("eu_vat", "DE123456789")}
        assert self.stripe[self.ada]["name"] == "Ada"
        self.refuses_requests = True

    def test_what_cant_be_is_named_by_field(self) -> None:
        wrong: list[tuple[str, dict[str, Any]]] = [
            ("name", {"name": "x" * 201}),
            ("phone", {"phone": "0" * 21}),
            ("country", {"address": {"country": "Germany"}}),
            ("country", {"address": {"country": "EU"}}),
            ("city", {"address": {"city": "x" * 201}}),
            ("tax_ids", {"tax_ids": [{"type": "vat", "value": "1"}]}),
            ("address", {"address": "nowhere"}),
        ]
        for name, details in wrong:
            with self.subTest(field=name):
                response = self.change(**details)
                assert response.status_code == 400
                assert name in response.json()["errors"]

    def test_the_email_is_not_changed(self) -> None:
        self.change(email="eve@example.com")

        assert self.stripe[self.ada]["email"] == "ada@example.com"

    def test_somebody_else_is_not_found(self) -> None:
        assert self.change(self.ben, name="Eve").status_code == 404

    def test_one_that_went_meanwhile_is_gone(self) -> None:
        tax_id = self.give("eu_vat", "DE123456789")
        weather = self.sandbox.account(self.acme.shop.api_key).weather
        weather.bring("lost", method="DELETE", path=rf"/v1/customers/.*/tax_ids/{tax_id}")

        assert self.change(tax_ids=[]).status_code == 200
        assert self.tax_ids() == set()

    def test_they_are_shown_with_the_portal(self) -> None:
        self.change(address=HOME)

        (customer,) = self.api("get", "").json()["customers"]

        assert customer["address"]["country"] == "DE"
        assert customer["tax_ids"] == []


class PageTests(BillingTestCase):
    def test_the_form_is_filled_in_and_saved(self) -> None:
        self.change(name="Ada Ltd", address=HOME)
        tax_id = self.give("eu_vat", "DE123456789")
        form = self.page_post("billing", customer=self.ada).content.decode()

        given: dict[str, Any] = {**HOME, "city": "Potsdam", "name": "Ada Ltd", "kept": [tax_id]}
        added = {"tax_type": "us_ein", "tax_value": " 12-3456789 "}
        page = self.page_post("billing/save", customer=self.ada, **given, **added)

        assert 'value="Berlin"' in form
        assert '<option value="DE" selected>Germany</option>' in form
        assert '<option value="eu_vat" selected>EU VAT</option>' in form
        text = page.content.decode()
        assert "The details are saved." in text
        assert "Potsdam" in text
        assert "Germany" in text
        assert self.tax_ids() == {("eu_vat", "DE123456789"), ("us_ein", "12-3456789")}

    def test_an_unticked_tax_id_goes(self) -> None:
        self.give("eu_vat", "DE123456789")

        self.page_post("billing/save", customer=self.ada, name="Ada")

        assert self.tax_ids() == set()

    def test_a_wrong_number_is_said_beside_the_form(self) -> None:
        given = {"tax_type": "us_ein", "tax_value": "zz"}

        response = self.page_post("billing/save", customer=self.ada, **given)

        assert response.status_code == 400
        assert "Check its kind and number." in response.content.decode()
        self.refuses_requests = True

    def test_switched_off_they_are_shown_only(self) -> None:
        self.change(address=HOME)
        self.switch(can_update_billing_details=False)

        page = self.page_post("page").content.decode()

        assert "Berlin" in page
        assert "/billing" not in page
        for path in ("billing", "billing/save"):
            assert self.page_post(path, customer=self.ada).status_code == 403


def test_a_likely_kind_is_offered_first() -> None:
    assert likely_tax_type("FR") == "eu_vat"
    assert likely_tax_type("GB") == "gb_vat"
    assert likely_tax_type("") == "eu_vat"
    assert {"DE", "US", "JP"} <= COUNTRIES
    assert not {"EU", "ZZ"} & COUNTRIES
