"""The merchant API's services: read by every member, written by owners and admins."""

from __future__ import annotations

from typing import Any

from django.test import Client

from accounts.connecting import disconnect
from accounts.roles import Role
from tests.settings_ui.base import DashboardTestCase


class ServicesApiTests(DashboardTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.url = f"/api/v1/portals/{self.portal.public_id}/services"
        self.headers = self.bearer()
        self.products = self.acme.shop.products

    def read(self) -> Any:
        return Client().get(self.url, headers=self.headers)

    def patch(self, product: str, change: Any, headers: Any = None) -> Any:
        return Client().patch(
            f"{self.url}/{self.products.get(product, product)}",
            change,
            content_type="application/json",
            headers=headers or self.headers,
        )

    def metadata(self, tier: str) -> Any:
        return self.stripe[self.products[tier]]["metadata"]

    def test_answers_services_with_their_plans(self) -> None:
        products = self.acme.shop.stripe.v1.products
        self.products["Hour"] = products.create({"name": "Hour", "unit_label": "hour"}).id
        products.create({"name": "Archive", "metadata": {"sb_addon": "true"}})

        answer = self.read().json()

        (service,) = answer["services"]
        assert (service["name"], service["in_portal"]) == ("Notes", True)
        assert [tier["tier"] for tier in service["tiers"]] == ["Starter", "Team", "Business"]
        team = service["tiers"][1]
        assert {name: team[name] for name in ("id", "name", "order", "is_hidden", "kept_here")} == {
            "id": self.products["Team"],
            "name": "Notes Team",
            "order": None,
            "is_hidden": False,
            "kept_here": False,
        }
        assert [price["unit_amount"] for price in team["prices"]] == [4900, 49000]
        assert [product["name"] for product in answer["outside"]] == ["Hour"]
        assert [product["name"] for product in answer["add_ons"]] == ["Archive"]

    def test_says_which_service_is_not_of_this_portal(self) -> None:
        self.switch(services=["Projects"])

        assert self.read().json()["services"][0]["in_portal"] is False

    def test_writes_to_stripe_what_is_sent_alone(self) -> None:
        response = self.patch("Team", {"is_featured": True, "order": 1, "tier": "Crew"})

        assert response.status_code == 200
        assert response.json()["is_featured"] is True
        assert (response.json()["tier"], response.json()["order"]) == ("Crew", 1)
        assert self.metadata("Team") == {
            "sb_service": "Notes",
            "sb_tier": "Crew",
            "sb_order": "1",
            "sb_featured": "true",
        }

    def test_null_and_empty_take_away(self) -> None:
        self.patch("Team", {"order": 1, "is_hidden": True})

        response = self.patch("Team", {"order": None, "tier": "", "is_hidden": False})

        assert response.json()["order"] is None
        assert self.metadata("Team") == {"sb_service": "Notes"}

    def test_keeps_here_what_the_key_may_not_write(self) -> None:
        self.sandbox.account("rk_test_acme").config["denied"] = ["product_write"]
        self.acme.merchant.connections.update(api_key="rk_test_acme")

        response = self.patch("Team", {"is_hidden": True})

        assert response.status_code == 200
        assert (response.json()["is_hidden"], response.json()["kept_here"]) == (True, True)
        assert "sb_hidden" not in self.metadata("Team")

    def test_refuses_what_makes_no_sense(self) -> None:
        cases: list[tuple[Any, str]] = [
            ({"colour": "red"}, "colour"),
            ({"service": 3}, "service"),
            ({"tier": "two\nlines"}, "tier"),
            ({"is_hidden": "yes"}, "is_hidden"),
            ({"order": "first"}, "order"),
            ({"order": True}, "order"),
            ({"order": 10_000}, "order"),
            ({"quantity_enabled": True}, "quantity_enabled"),
            ("[]", "body"),
        ]
        for change, name in cases:
            with self.subTest(change=change):
                response = self.patch("Team", change)

                assert (response.status_code, response.json()["code"]) == (400, "invalid")
                assert name in response.json()["errors"]
        assert self.metadata("Team") == {"sb_service": "Notes", "sb_tier": "Team"}

    def test_a_product_of_another_merchant_or_none_is_not_found(self) -> None:
        for product in (self.globex.shop.products["Team"], "prod_none"):
            with self.subTest(product=product):
                assert self.patch(product, {"is_hidden": True}).status_code == 404

    def test_a_viewer_reads_and_does_not_write(self) -> None:
        headers = self.bearer(Role.VIEWER)

        refused = self.patch("Team", {"is_hidden": True}, headers)

        assert Client().get(self.url, headers=headers).status_code == 200
        assert (refused.status_code, refused.json()["code"]) == (403, "permission_missing")

    def test_without_stripe_it_says_so(self) -> None:
        disconnect(self.acme.merchant, "test")

        assert self.read().json()["code"] == "stripe_disconnected"
        assert self.patch("Team", {"tier": "x"}).status_code == 503

    def test_stripe_down_is_said(self) -> None:
        self.sandbox.account("sk_test_acme").weather.bring("500", times=99)

        assert self.read().json()["code"] == "stripe_unavailable"
