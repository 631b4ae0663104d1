"""A service to try things with: three plans by month and year, made at a merchant's test Stripe."""

from __future__ import annotations

import secrets

from django.core.cache import cache

from accounts.activity import ActivityAction, note_member
from accounts.models import Membership, Mode, StripeConnection
from portal import catalogue as catalogues
from portal.catalogue import FEATURED, ORDER, SERVICE, TIER, Catalogue, catalogue_of
from portal.problems import Problem

NAME = "Demo"
MADE_HERE = "sb_demo"
"""Marks a product as one of these plans, by the plan's name, whatever it is called since."""
CURRENCY = "usd"
PLANS = {
    "Starter": (900, ("1 project", "Help by e-mail")),
    "Team": (2900, ("10 projects", "Help within a day")),
    "Business": (7900, ("Any number of projects", "Help at once")),
}
RECOMMENDED = "Team"
SECONDS_STRIPE_REPEATS = 25 * 60 * 60  # what it answered under a key, for a day
INTERVALS = {"month": 1, "year": 10}  # two months are free


def is_offered(connection: StripeConnection, catalogue: Catalogue) -> bool:
    """Whether nothing is sold yet, or no more than a part of what `make` makes."""
    active = [product for product in catalogue.products.values() if product.is_active]
    ids = {product.id for product in active}
    made = [price for price in catalogue.prices.values() if price.product_id in ids]
    is_all_ours = all(product.metadata.get(MADE_HERE) in PLANS for product in active)
    is_whole = len(made) >= len(PLANS) * len(INTERVALS)
    return connection.mode == Mode.TEST and is_all_ours and not is_whole


def make(connection: StripeConnection, *, by: Membership) -> None:
    """Make the plans and prices that aren't there yet, once however many ask at the same time.

    Raises Problem action_blocked where something is sold already, GatewayError where Stripe fails.
    """
    key = _key(connection)  # before reading: who reads an empty catalogue has the key of its maker
    catalogues.drop(connection)
    catalogue = catalogue_of(connection)
    if not is_offered(connection, catalogue):
        raise Problem("action_blocked", reason="not_empty")
    try:
        for place, name in enumerate(PLANS, start=1):
            product_id = _made(catalogue, name) or _make(connection, key, name, place)
            _price(connection, key, name, product_id, catalogue)
        cache.set(_generation_of(connection), secrets.token_hex(8), SECONDS_STRIPE_REPEATS)
    finally:
        catalogues.drop(connection)
    made = {"service": NAME}
    note_member(by, ActivityAction.SERVICE_CHANGED, mode=connection.mode, subject=NAME, after=made)


def _made(catalogue: Catalogue, name: str) -> str:
    """Return the product of a plan that is there, empty where it isn't."""
    active = (product for product in catalogue.products.values() if product.is_active)
    return next((p.id for p in active if p.metadata.get(MADE_HERE) == name), "")


def _make(connection: StripeConnection, key: str, name: str, place: int) -> str:
    metadata = {SERVICE: NAME, TIER: name, ORDER: str(place), MADE_HERE: name}
    if name == RECOMMENDED:
        metadata[FEATURED] = "true"
    params = {
        "name": f"{NAME} {name}",
        "metadata": metadata,
        "marketing_features": [{"name": feature} for feature in PLANS[name][1]],
    }
    return connection.gateway.create_product(params, key=f"{key}:{name}").id


def _price(
    connection: StripeConnection, key: str, name: str, product_id: str, catalogue: Catalogue
) -> None:
    own = [price for price in catalogue.prices.values() if price.product_id == product_id]
    for interval, times in INTERVALS.items():
        if interval in {price.interval for price in own}:
            continue
        price = {
            "product": product_id,
            "currency": CURRENCY,
            "unit_amount": PLANS[name][0] * times,
            "recurring": {"interval": interval},
        }
        connection.gateway.create_price(price, key=f"{key}:{product_id}:{interval}")


def _key(connection: StripeConnection) -> str:
    """Return what Stripe's idempotency keys begin with, another once the service is made.

    Made anew after it was archived or deleted, it would else be the old one that Stripe repeats.
    """
    generation = cache.get(_generation_of(connection), "")
    return f"demo-service:{connection.pk}:{generation}"


def _generation_of(connection: StripeConnection) -> str:
    return f"demo-service:{connection.pk}"
