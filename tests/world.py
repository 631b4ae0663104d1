"""A small world to test in: two merchants with a catalogue each, and who buys from them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import stripe
from django.utils import timezone

from accounts.models import Membership, Merchant, Mode, StripeConnection, User
from accounts.roles import Role
from accounts.signing_up import vouch_for
from portal.models import Portal, open_portal
from servicebot.sandbox.doors import client, current, use
from servicebot.sandbox.world import SAVED, Sandbox

CATALOGUE = {"Starter": 1900, "Team": 4900, "Business": 9900}


class Shop:
    """A merchant's own backend: what it has at Stripe, made with Stripe's SDK as published."""

    def __init__(self, account: str, mode: str = "test") -> None:
        self.api_key = f"sk_{mode}_{account}"
        self.publishable_key = f"pk_{mode}_{account}"
        # The sandbox checks every parameter; the SDK's own types don't take plain dicts.
        self.stripe: Any = stripe.StripeClient(self.api_key, http_client=client())
        self.prices: dict[str, str] = {}
        self.products: dict[str, str] = {}

    def stock(self) -> None:
        """Sell three plans, by month and by year."""
        for tier, amount in CATALOGUE.items():
            product = self.stripe.v1.products.create(
                {"name": f"Notes {tier}", "metadata": {"sb_service": "Notes", "sb_tier": tier}}
            )
            self.products[tier] = product.id
            for interval, times in (("month", 1), ("year", 10)):
                self.prices[f"{tier} {interval}"] = self.price(tier, amount * times, interval)

    def price(self, tier: str, amount: int, interval: str, **extra: Any) -> str:
        """Add a price to a plan."""
        params = {
            "product": self.products[tier],
            "currency": "usd",
            "unit_amount": amount,
            "recurring": {"interval": interval},
            **extra,
        }
        return str(self.stripe.v1.prices.create(params).id)

    def customer(self, name: str, card: str = "pm_card_visa", **extra: Any) -> str:
        """Add a customer, who pays with a test card unless `card` is empty."""
        params = {"name": name, "email": f"{name.lower()}@example.com", **extra}
        made = self.stripe.v1.customers.create(params)
        if card:
            method = self.stripe.v1.payment_methods.attach(card, {"customer": made.id})
            default = {"invoice_settings": {"default_payment_method": method.id}}
            self.stripe.v1.customers.update(made.id, default)
        return str(made.id)

    def subscribe(self, customer: str, price: str = "Team month", **extra: Any) -> str:
        """Subscribe a customer to a price of the catalogue."""
        params = {"customer": customer, "items": [{"price": self.prices[price]}], **extra}
        return str(self.stripe.v1.subscriptions.create(params).id)


@dataclass
class Tenant:
    """A merchant with its owner, its portal, and its shop; who buys there, with what they have."""

    merchant: Merchant
    owner: User
    portal: Portal
    shop: Shop
    buyers: Mapping[str, tuple[str, str]]

    @property
    def secret(self) -> str:
        """The key that its server signs with."""
        return self.portal.active_secrets()[0].value


@dataclass(frozen=True)
class Prepared:
    """What a shop has at Stripe at a moment, to begin with again and again."""

    state: str
    at: int
    prices: Mapping[str, str]
    products: Mapping[str, str]
    buyers: Mapping[str, tuple[str, str]]

    def begun(self, name: str) -> Shop:
        """Return the shop as if all of it had just been made, in a sandbox where it is new."""
        shop = Shop(name)
        shop.prices, shop.products = dict(self.prices), dict(self.products)
        account = current().account(shop.api_key)
        later = account.now() - self.at
        # Ten digits are a time in seconds, and nothing else that these shops have.
        state = json.loads(self.state, parse_int=lambda n: int(n) + later * (len(n) == 10))
        account.restore(state)
        return shop


@lru_cache
def _prepared(name: str, buyers: tuple[tuple[str, str], ...], _day: int) -> Prepared:
    """Do once a day what is the same each time: to ask the sandbox takes longer than most tests."""
    sandbox = Sandbox(clock=current().clock)
    with use(sandbox):
        shop = Shop(name)
        shop.stock()
        made = {buyer: shop.customer(buyer) for buyer, _price in buyers}
        bought = {
            buyer: (made[buyer], shop.subscribe(made[buyer], price)) for buyer, price in buyers
        }
    assert sandbox.findings == sandbox.refused == []
    account = sandbox.account(shop.api_key)
    state = json.dumps({saved: getattr(account, saved) for saved in SAVED})
    return Prepared(state, sandbox.clock(), shop.prices, shop.products, bought)


def make_tenant(name: str, **buyers: str) -> Tenant:
    """Make a merchant that sells the catalogue and has a portal in test mode.

    Each buyer subscribes to a price of it.
    """
    day = current().clock() // 86_400  # within which a month from then is as long
    prepared = _prepared(name.lower(), tuple(buyers.items()), day)
    shop = prepared.begun(name.lower())
    merchant = Merchant.objects.create(name=name)
    owner = User.objects.create_user(f"owner@{name.lower()}.example", "a long password")
    vouch_for(owner)
    Membership.objects.create(user=owner, merchant=merchant, role=Role.OWNER)
    # As connecting leaves it, without trying all that the key may do before each test.
    StripeConnection.objects.create(
        merchant=merchant,
        mode=Mode.TEST,
        api_key=shop.api_key,
        publishable_key=shop.publishable_key,
        checked_at=timezone.now(),
    )
    return Tenant(
        merchant, owner, open_portal(merchant, Mode.TEST, f"{name} portal"), shop, prepared.buyers
    )


class Objects:
    """What is at Stripe now, by id: `stripe["sub_…"]["status"]`."""

    def __init__(self, sandbox: Sandbox, api_key: str) -> None:
        self._account = sandbox.account(api_key)

    def __getitem__(self, id_: str) -> Any:
        """Return an object of any kind."""
        return next(table[id_] for table in self._account.tables.values() if id_ in table)

    def all(self, kind: str) -> list[Any]:
        """Return every object of a kind, oldest first."""
        return list(self._account.tables.get(kind, {}).values())
