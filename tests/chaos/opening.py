"""What a run begins with: merchants with portals that differ, and customers who have bought.

    python -m tests.chaos.opening CUSTOMERS

It makes the tables, fills database and sandbox, and prints who there is, as JSON.
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict
from typing import Any

import django
import stripe

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402

from portal.models import PortalSettings, Proration  # noqa: E402
from portal.opening import open_merchant  # noqa: E402
from tests.chaos.buyers import CODES, Buyer, code  # noqa: E402
from tests.chaos.plan import MERCHANTS  # noqa: E402

TIERS = {"Starter": 1900, "Team": 4900, "Business": 9900}
PAUSES = {"end_behavior": {"missing_payment_method": "pause"}}
TRIED = ("Starter month", "Team month", "Business month")
SECONDS_OF_TRIAL = 2
SPARE = ("pm_card_mastercard", "pm_card_amex", "pm_card_discover")
ALL_ON = (
    *("can_change_plan", "can_change_quantity", "can_use_coupon", "can_resubscribe", "can_cancel"),
    *("can_change_plan_when_canceled", "can_use_coupon_to_resubscribe", "can_update_card"),
    *("asks_cancellation_reason", "can_update_billing_details", "requires_security_hash"),
    "shows_all_invoices",
)
PORTALS: tuple[dict[str, Any], ...] = (
    {"proration_behavior": Proration.ALWAYS_INVOICE},
    {"proration_behavior": Proration.ALWAYS_INVOICE, "schedules_downgrades": True},
    {"proration_behavior": Proration.ALWAYS_INVOICE, "cancels_immediately": True},
    {"proration_behavior": Proration.CREATE_PRORATIONS, "schedules_downgrades": True},
    {"proration_behavior": Proration.NONE},
)
"""The settings in which the merchants' portals differ."""


class Shop:
    """A merchant's own backend, at the sandbox over HTTP."""

    def __init__(self, number: int) -> None:
        self.api_key = f"sk_test_chaos{number}"
        self.publishable_key = f"pk_test_chaos{number}"
        # The sandbox checks every parameter; the SDK's own types don't take plain dicts.
        client: Any = stripe.StripeClient
        self.v1 = client(self.api_key, base_addresses={"api": settings.STRIPE_API_BASE}).v1
        self.prices: dict[str, str] = {}

    def stock(self) -> None:
        """Sell three plans by month and by year, counted in seats, and give codes out."""
        for tier, amount in TIERS.items():
            product = self.v1.products.create(
                {
                    "name": tier,
                    "unit_label": "seat",
                    "metadata": {
                        "sb_service": "Notes",
                        "sb_tier": tier,
                        "sb_quantity_enabled": "true",
                    },
                }
            )
            for interval, times in (("month", 1), ("year", 10)):
                price = {"product": product.id, "currency": "usd", "unit_amount": amount * times}
                made = self.v1.prices.create({**price, "recurring": {"interval": interval}})
                self.prices[f"{tier} {interval}"] = made.id
        for number in range(CODES):
            lasts = "once" if number % 3 == 0 else "forever"
            coupon = self.v1.coupons.create({"percent_off": 3 + number, "duration": lasts})
            promotion = {"type": "coupon", "coupon": coupon.id}
            self.v1.promotion_codes.create({"promotion": promotion, "code": code(number)})

    def try_out(self, email: str) -> str:
        """Let somebody without a card try plans, for a moment: then Stripe pauses them."""
        customer = self.v1.customers.create({"email": email, "name": "Somebody"}).id
        ends = {"trial_end": int(time.time()) + SECONDS_OF_TRIAL, "trial_settings": PAUSES}
        for price in TRIED:
            self.buy(customer, price, **ends)
        return str(customer)

    def sell(self, customer: str) -> None:
        """Let them buy: one subscription runs, one has ended; of their cards one is charged."""
        for card in (*SPARE, "pm_card_visa"):
            method = self.v1.payment_methods.attach(card, {"customer": customer}).id
        default = {"invoice_settings": {"default_payment_method": method}}
        self.v1.customers.update(customer, default)
        self.buy(customer, "Team month")
        self.v1.subscriptions.cancel(self.buy(customer, "Starter month"))

    def buy(self, customer: str, price: str, **terms: Any) -> str:
        """Start a subscription for two."""
        items = [{"price": self.prices[price], "quantity": 2}]
        made = self.v1.subscriptions.create({"customer": customer, "items": items, **terms})
        return str(made.id)


def open_all(customers: int) -> list[Buyer]:
    """Make the merchants, and customers of theirs in turn."""
    shops = [Shop(number) for number in range(MERCHANTS)]
    opened = []
    for number, shop in enumerate(shops):
        shop.stock()
        made = open_merchant(
            email=f"owner{number}@example.com",
            name=f"Merchant {number}",
            mode="test",
            api_key=shop.api_key,
            publishable_key=shop.publishable_key,
        )
        asked = {**dict.fromkeys(ALL_ON, True), **PORTALS[number]}
        PortalSettings.objects.filter(portal=made.portal).update(**asked)
        opened.append(made)
    buyers = []
    for number in range(customers):
        shop, made = shops[number % MERCHANTS], opened[number % MERCHANTS]
        email = f"customer{number}@example.com"
        keys = (made.secret_key, shop.api_key, shop.publishable_key)
        buyers.append(Buyer(number, shop.try_out(email), email, made.portal.public_id, *keys))
    time.sleep(SECONDS_OF_TRIAL + 1)
    for buyer in buyers:
        shops[buyer.number % MERCHANTS].sell(buyer.id)
    return buyers


if __name__ == "__main__":
    call_command("migrate", verbosity=0)
    sys.stdout.write(json.dumps([asdict(buyer) for buyer in open_all(int(sys.argv[1]))]))
