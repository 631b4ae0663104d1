"""A service to try things with: three plans by month and year, made at a merchant's test Stripe."""

from __future__ import annotations

import hashlib

from accounts.models import Mode, StripeConnection
from portal import catalogue as catalogues
from portal.catalogue import FEATURED, ORDER, SERVICE, TIER, Catalogue, catalogue_of
from portal.problems import Problem

NAME = "Demo"
OURS = "sb_demo"
"""Tells what was made here from what a merchant calls the same."""
CURRENCY = "usd"
PLANS = {
    "Starter": (900, ("1 project", "Help by e-mail")),
    "Team": (2900, ("10 projects", "Help within a day")),
    "Business": (7900, ("Any number of projects", "Help at once")),
}
RECOMMENDED = "Team"
INTERVALS = {"month": 1, "year": 10}  # two months are free


def is_offered(connection: StripeConnection, catalogue: Catalogue) -> bool:
    """Whether nothing is sold yet, or no more than a part of what `make` makes."""
    active = [product for product in catalogue.products.values() if product.is_active]
    ids = {product.id for product in active}
    made = [price for price in catalogue.prices.values() if price.product_id in ids]
    is_all_ours = all(OURS in product.metadata for product in active)
    is_whole = len(made) >= len(PLANS) * len(INTERVALS)
    return connection.mode == Mode.TEST and is_all_ours and not is_whole


def make(connection: StripeConnection) -> None:
    """Make the plans and prices that aren't there yet; asked twice at once, it makes them once.

    Raises Problem action_blocked where something is sold already, GatewayError where Stripe fails.
    """
    catalogues.drop(connection)
    catalogue = catalogue_of(connection)
    if not is_offered(connection, catalogue):
        raise Problem("action_blocked", reason="not_empty")
    try:
        for place, name in enumerate(PLANS, start=1):
            product_id = _made(catalogue, name) or _make(connection, catalogue, name, place)
            _price(connection, catalogue, name, product_id)
    finally:
        catalogues.drop(connection)


def _made(catalogue: Catalogue, name: str) -> str:
    """Return the product of a plan that is there, empty where it isn't."""
    service = catalogue.services.get(NAME)
    tiers = service.tiers if service else ()
    ours = (tier for tier in tiers if OURS in tier.product.metadata)
    return next((tier.product.id for tier in ours if tier.name == name), "")


def _make(connection: StripeConnection, catalogue: Catalogue, name: str, place: int) -> str:
    metadata = {SERVICE: NAME, TIER: name, ORDER: str(place), OURS: "true"}
    if name == RECOMMENDED:
        metadata[FEATURED] = "true"
    params = {
        "name": f"{NAME} {name}",
        "metadata": metadata,
        "marketing_features": [{"name": feature} for feature in PLANS[name][1]],
    }
    return connection.gateway.create_product(params, key=_key(connection, catalogue, name)).id


def _price(connection: StripeConnection, catalogue: Catalogue, name: str, product_id: str) -> None:
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
        connection.gateway.create_price(price, key=_key(connection, catalogue, name, interval))


def _key(connection: StripeConnection, catalogue: Catalogue, *parts: str) -> str:
    """Return Stripe's idempotency key for one thing to make beside what is there."""
    said = "\0".join([str(connection.pk), *parts, *sorted(catalogue.products)])
    return f"demo-service:{hashlib.sha256(said.encode()).hexdigest()}"
