"""What the tests of the services page share: a restricted key, and its steps."""

from __future__ import annotations

from typing import Any

from accounts.models import StripeConnection
from portal.catalogue import catalogue_of
from portal.services import version_of
from tests.settings_ui.base import HTMX, DashboardTestCase


class ServicesTestCase(DashboardTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.url = f"{self.home}/services/"
        self.products = self.acme.shop.products
        self.restrict()

    def restrict(self, *denied: str) -> None:
        """Connect by a restricted key that lacks some permissions."""
        self.sandbox.account("rk_test_acme").config["denied"] = list(denied)
        self.acme.merchant.connections.update(api_key="rk_test_acme")

    @property
    def connection(self) -> StripeConnection:
        found: StripeConnection = self.acme.merchant.connections.get()
        return found

    def page(self) -> str:
        return self.client.get(self.url).content.decode()

    def step(self, path: str, client: Any = None, **posted: str) -> Any:
        """Take a step as htmx does."""
        return (client or self.client).post(f"{self.url}{path}", posted, headers=HTMX)

    def save_product(self, which: str, **posted: str) -> Any:
        """Save a product's form, otherwise as it is."""
        product = catalogue_of(self.connection).products[self.products[which]]
        form = {"service": "Notes", "tier": which, "version": version_of(product)}
        return self.step(f"{product.id}/save/", **form | posted)

    def metadata(self, tier: str) -> Any:
        """Return what Stripe has."""
        return self.stripe[self.products[tier]]["metadata"]

    def order(self) -> list[str]:
        """Return the plans in the order in which they are offered."""
        return [tier.name for tier in catalogue_of(self.connection).services["Notes"].tiers]

    def add(self, name: str, **params: Any) -> str:
        """Add a product at Stripe, with a price by the month."""
        price = {"currency": "usd", "unit_amount": 700, "recurring": {"interval": "month"}}
        params = {"name": name, "default_price_data": price, **params}
        self.products[name] = self.acme.shop.stripe.v1.products.create(params).id
        self.step("read/")
        return self.products[name]
