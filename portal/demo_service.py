"""A service to try things with: three plans by month and year, made at a merchant's test Stripe."""

from __future__ import annotations

from accounts.models import Mode, StripeConnection
from portal import catalogue as catalogues
from portal.catalogue import FEATURED, ORDER, SERVICE, TIER, Catalogue, catalogue_of
from portal.problems import Problem

NAME = "Demo"
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
    is_all_ours = all(product.metadata.get(SERVICE) == NAME for product in active)
    is_whole = len(made) >= len(PLANS) * len(INTERVALS)
    return connection.mode == Mode.TEST and is_all_ours and not is_whole


def make(connection: StripeConnection) -> None:
    """Make the plans with their prices; made again, they are the same ones.

    Raises Problem action_blocked where something is sold already, GatewayError where Stripe fails.
    """
    catalogues.drop(connection)
    catalogue = catalogue_of(connection)
    if not is_offered(connection, catalogue):
        raise Problem("action_blocked", reason="not_empty")
    # Stripe remembers a key for a day: what was archived since is made anew.
    archived = sum(not product.is_active for product in catalogue.products.values())
    try:
        for place, name in enumerate(PLANS, start=1):
            _make(connection, f"demo-service:{connection.merchant_id}:{archived}", name, place)
    finally:
        catalogues.drop(connection)


def _make(connection: StripeConnection, key: str, name: str, place: int) -> None:
    amount, features = PLANS[name]
    metadata = {SERVICE: NAME, TIER: name, ORDER: str(place)}
    if name == RECOMMENDED:
        metadata[FEATURED] = "true"
    params = {
        "name": f"{NAME} {name}",
        "metadata": metadata,
        "marketing_features": [{"name": feature} for feature in features],
    }
    product = connection.gateway.create_product(params, key=f"{key}:{name}")
    for interval, times in INTERVALS.items():
        price = {
            "product": product.id,
            "currency": CURRENCY,
            "unit_amount": amount * times,
            "recurring": {"interval": interval},
        }
        connection.gateway.create_price(price, key=f"{key}:{name}:{interval}")
