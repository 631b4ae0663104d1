"""What the benchmark looks at: a merchant, a portal by customer id, and one customer."""

from __future__ import annotations

from typing import Any

import stripe
from django.conf import settings

from accounts.connecting import connect
from accounts.models import Merchant, Mode
from portal.models import IdentifyBy, Portal, open_portal

SUBSCRIPTIONS = 3


def open_bench(key: str) -> tuple[Portal, str, int]:
    """Return a portal, and a customer with some subscriptions at the sandbox."""
    client: Any = stripe.StripeClient(key, base_addresses={"api": settings.STRIPE_API_BASE})
    product = client.v1.products.create(
        {"name": "Team", "metadata": {"sb_service": "Notes", "sb_tier": "Team"}}
    )
    price = client.v1.prices.create(
        {
            "product": product.id,
            "currency": "usd",
            "unit_amount": 4900,
            "recurring": {"interval": "month"},
        }
    )
    customer = client.v1.customers.create({"email": "ada@example.com"})
    card = client.v1.payment_methods.attach("pm_card_visa", {"customer": customer.id})
    default = {"default_payment_method": card.id}
    client.v1.customers.update(customer.id, {"invoice_settings": default})
    for _ in range(SUBSCRIPTIONS):
        client.v1.subscriptions.create({"customer": customer.id, "items": [{"price": price.id}]})
    merchant = Merchant.objects.create(name="Bench")
    connect(merchant, Mode.TEST, key, key.replace("sk_", "pk_"))
    portal = open_portal(merchant, Mode.TEST, "Bench")
    portal.settings.identify_by = IdentifyBy.CUSTOMER_ID
    portal.settings.save()
    return portal, customer.id, SUBSCRIPTIONS
