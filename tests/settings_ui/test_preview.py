"""The portal beside its settings."""

from __future__ import annotations

from typing import Any

from portal.identity import hash_of
from portal.models import PortalSecret
from tests.settings_ui.base import DashboardTestCase


class CustomersTests(DashboardTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.url = f"{self.home}/customers/"

    def test_offers_the_merchants_own_customers(self) -> None:
        response = self.client.get(self.url)

        self.assertContains(response, "Ada · ada@example.com")
        self.assertContains(response, "Ben · ben@example.com")
        self.assertNotContains(response, "Carla")

    def test_leaves_out_whom_the_portal_can_not_identify(self) -> None:
        nameless = self.acme.shop.stripe.v1.customers.create({"name": "Dora"}).id

        by_email = self.client.get(self.url)
        self.switch(identify_by="customer_id")
        by_id = self.client.get(self.url)

        self.assertNotContains(by_email, nameless)
        self.assertContains(by_id, nameless)

    def test_says_when_there_is_nobody(self) -> None:
        self.acme.merchant.connections.update(api_key="sk_test_empty")

        response = self.client.get(self.url)

        self.assertContains(response, "No customers in test mode yet.")

    def test_leads_to_connecting_stripe(self) -> None:
        self.acme.merchant.connections.all().delete()

        response = self.client.get(self.url)

        self.assertContains(response, "Without Stripe there are no customers")
        self.assertContains(response, 'href="/stripe/"')

    def test_offers_to_try_again_when_stripe_is_down(self) -> None:
        self.sandbox.account(self.acme.shop.api_key).weather.bring("500", times=9)

        response = self.client.get(self.url)

        self.assertContains(response, "Try again")

    def test_asks_for_no_customers_in_live_mode(self) -> None:
        response = self.client.get(f"/portals/{self.live.public_id}/customers/")

        self.assertContains(response, "The preview is for test mode.")
        assert self.sandbox.calls == []


class PreviewTests(DashboardTestCase):
    def preview(self, customer: str, home: str = "") -> Any:
        return self.client.post(f"{home or self.home}/preview/", {"customer": customer})

    def test_answers_what_the_merchants_server_would(self) -> None:
        response = self.preview(self.ada)

        assert response.json() == {
            "portal_id": self.portal.public_id,
            "email": "ada@example.com",
            "hash": hash_of(self.acme.secret, "ada@example.com"),
        }
        assert "no-store" in response["Cache-Control"]

    def test_identifies_as_the_portal_does(self) -> None:
        self.switch(identify_by="customer_id")

        response = self.preview(self.ada)

        assert response.json()["customer_id"] == self.ada
        assert response.json()["hash"] == hash_of(self.acme.secret, self.ada)

    def test_signs_with_the_newest_key(self) -> None:
        newest = PortalSecret.make(self.portal)

        response = self.preview(self.ada)

        assert response.json()["hash"] == hash_of(newest.value, "ada@example.com")

    def test_the_portal_takes_it(self) -> None:
        settings = self.preview(self.ada).json()

        response = self.client.post(
            "/api/v1/portal/session", settings, content_type="application/json"
        )

        assert response.status_code == 201

    def test_sends_no_hash_where_no_key_is_left(self) -> None:
        self.portal.secrets.all().delete()

        assert "hash" not in self.preview(self.ada).json()

    def test_signs_for_nobody_elses_customer(self) -> None:
        self.refuses_requests = True

        response = self.preview(self.carla)

        assert response.status_code == 404
        assert "hash" not in response.json()

    def test_asks_stripe_for_customers_alone(self) -> None:
        for customer in ("", "../products", f"{self.ada}?expand[]=x", f"{self.ada}/sources"):
            with self.subTest(customer=customer):
                assert self.preview(customer).status_code == 404
        assert self.sandbox.calls == []

    def test_never_signs_in_live_mode(self) -> None:
        response = self.preview(self.ada, f"/portals/{self.live.public_id}")

        assert response.status_code == 403
        assert response.json()["code"] == "permission_missing"

    def test_signs_for_nobody_without_address(self) -> None:
        nameless = self.acme.shop.stripe.v1.customers.create({"name": "Dora"}).id

        response = self.preview(nameless)

        assert response.json()["code"] == "no_customer"

    def test_says_why_it_fails(self) -> None:
        self.acme.merchant.connections.all().delete()

        response = self.preview(self.ada)

        assert response.status_code == 503
        assert response.json()["code"] == "stripe_disconnected"
