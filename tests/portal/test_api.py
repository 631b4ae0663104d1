"""The portal API shows what the page shows, in the words that its description promises."""

from __future__ import annotations

from typing import Any

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from portal import serializers
from portal.api_reference import operations
from tests.base import ServicebotTestCase


def promised(serializer: Any, shown: Any) -> None:
    """Fail where what is shown has other fields than the serializer describes, all the way down."""
    fields = serializer.fields
    missing = {name for name, field in fields.items() if field.required} - set(shown)
    assert not missing, missing
    assert set(shown) <= set(fields), set(shown) - set(fields)
    for name, field in fields.items():
        value = shown.get(name)
        if value is not None and hasattr(field, "fields"):
            promised(field, value)
        elif value and hasattr(getattr(field, "child", None), "fields"):
            for one in value.values() if isinstance(value, dict) else value:
                promised(field.child, one)


class ReadTests(ServicebotTestCase):
    def test_shows_the_customers_own_subscription_with_its_verdicts(self) -> None:
        response = self.api("get", "")

        (customer,) = response.json()["customers"]
        (subscription,) = customer["subscriptions"]
        assert subscription["id"] == self.ada_sub
        assert subscription["tier"] == "Team"
        assert subscription["actions"]["cancel"] == {"allowed": True}
        assert customer["upcoming_invoice"]["amount_due"] == 4900

    def test_shows_no_site_that_embeds_the_portal(self) -> None:
        assert "allowed_origins" not in self.api("get", "").json()["settings"]


class ShapeTests(ServicebotTestCase):
    def test_answers_have_the_fields_that_are_described(self) -> None:
        coupon = self.acme.shop.stripe.v1.coupons.create({"percent_off": 5, "duration": "once"})
        self.acme.shop.subscribe(self.ada, discounts=[{"coupon": coupon.id}], trial_period_days=3)
        at = f"/subscriptions/{self.ada_sub}"
        price = self.acme.shop.prices["Business month"]

        preview = self.api("post", f"{at}/preview", action="change_plan", price=price).json()
        promised(serializers.PortalAnswer(), self.api("get", "").json())
        promised(serializers.InvoicesAnswer(), self.api("get", "/invoices").json())
        promised(serializers.PlanAnswer(), self.api("get", f"{at}/plans").json()[0])
        promised(serializers.PreviewAnswer(), preview)
        changed = self.api("post", f"{at}/change-plan", quote=preview["quote"]).json()
        promised(serializers.OutcomeAnswer(), changed)

    def test_the_description_is_valid_openapi(self) -> None:
        schema = SchemaGenerator().get_schema(public=True)

        validate_schema(schema)
        assert len(schema["paths"]) >= 12

    def test_every_refusal_is_described_as_problem_details(self) -> None:
        schema = SchemaGenerator().get_schema(public=True)

        for _path, _method, operation in operations(schema):
            for status, answer in operation["responses"].items():
                if int(status) >= 400:
                    (kind,) = answer["content"]
                    assert kind == "application/problem+json"

    def test_refusals_have_the_fields_that_are_described(self) -> None:
        self.switch(can_cancel=False)
        at = f"/subscriptions/{self.ada_sub}"

        for refused in (
            self.api("get", "", "nonsense"),
            self.api("post", f"{at}/cancel"),
            self.api("post", f"{at}/change-plan"),
        ):
            given = refused.json()
            assert isinstance(given.pop("errors", {}), dict)
            promised(serializers.ProblemAnswer(), given)

    def test_an_address_of_the_api_that_is_not_there_is_a_problem_too(self) -> None:
        response = self.client.get("/api/v1/portals/none")

        assert response.status_code == 404
        assert response.headers["Content-Type"] == "application/problem+json"
        assert response.json()["code"] == "not_found"
        self.assertContains(self.client.get("/none"), "<html", status_code=404)
