"""What a merchant sells: products grouped into services by their Stripe metadata.

`sb_service` names the service that a product belongs to, `sb_tier` its plan's name there;
`sb_addon` marks what is sold beside a plan. An existing Stripe catalogue works as it is.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from django.core.cache import cache

from accounts.models import StripeConnection
from servicebot.gateway.shapes import Price, Product
from servicebot.gateway.wire import together

SECONDS_KEPT = 30
SECONDS_KEPT_WHEN_TOLD = 600


@dataclass(frozen=True)
class Tier:
    """One plan of a service."""

    name: str
    product: Product
    prices: tuple[Price, ...]


@dataclass(frozen=True)
class Service:
    """The plans that a customer may move between."""

    name: str
    tiers: tuple[Tier, ...]


@dataclass(frozen=True)
class Catalogue:
    """Products by id, and the services that they make."""

    products: Mapping[str, Product]
    services: Mapping[str, Service]

    def product_name(self, product_id: str) -> str:
        """Return what a product is called, empty where Stripe no longer has it."""
        product = self.products.get(product_id)
        return product.name if product else ""

    def tier_name(self, product_id: str) -> str:
        """Return a product's name as a plan of its service, else its own."""
        product = self.products.get(product_id)
        if product is None:
            return ""
        return product.metadata.get("sb_tier") or product.name

    def service_of(self, product_id: str) -> Service | None:
        """Return the service that a product is a plan of."""
        product = self.products.get(product_id)
        if product is None or is_addon(product):
            return None
        return self.services.get(product.metadata.get("sb_service", ""))


@dataclass(frozen=True)
class Place:
    """Where and how long a catalogue is kept."""

    key: str
    seconds: int


def is_addon(product: Product) -> bool:
    """Whether a product is sold beside a plan and is none itself."""
    return product.metadata.get("sb_addon", "").lower() in {"true", "1", "yes"}


def catalogue_of(connection: StripeConnection) -> Catalogue:
    """Return a merchant's catalogue as it was read not long ago, or is now."""
    place = place_of(connection)
    found = kept(place)
    if found is not None:
        return found
    gateway = connection.gateway
    return keep(place, *together([gateway.products, gateway.prices]))


def place_of(connection: StripeConnection) -> Place:
    """Return where a merchant's catalogue is kept; ask before reading, as `drop` moves it.

    Nothing is older than SECONDS_KEPT, or SECONDS_KEPT_WHEN_TOLD where Stripe tells of changes.
    """
    turn = cache.get(_turn_of(connection), "")
    return Place(
        key=f"catalogue:{connection.pk}:{connection.checked_at.timestamp()}:{turn}",
        seconds=SECONDS_KEPT_WHEN_TOLD if connection.is_told else SECONDS_KEPT,
    )


def kept(place: Place) -> Catalogue | None:
    """Return the catalogue that was read not long ago, if it was."""
    found: Catalogue | None = cache.get(place.key)
    return found


def keep(place: Place, products: list[Product], prices: list[Price]) -> Catalogue:
    """Group what was read from Stripe and keep it for a while."""
    made = group(products, prices)
    cache.set(place.key, made, place.seconds)
    return made


def drop(connection: StripeConnection) -> None:
    """Have the catalogue read anew; a read that has begun already keeps nothing for the next."""
    cache.set(_turn_of(connection), secrets.token_hex(8), 2 * SECONDS_KEPT_WHEN_TOLD)


def _turn_of(connection: StripeConnection) -> str:
    return f"catalogue-turn:{connection.pk}"


def group(products: list[Product], prices: list[Price]) -> Catalogue:
    """Group what Stripe has into services; plans stand in order of their lowest price."""
    tiers: dict[str, list[Tier]] = {}
    for product in products:
        service = product.metadata.get("sb_service", "")
        if service and product.is_active and not is_addon(product):
            own = [p for p in prices if p.product_id == product.id and p.is_recurring]
            name = product.metadata.get("sb_tier") or product.name
            tiers.setdefault(service, []).append(Tier(name, product, tuple(sorted(own, key=_rank))))
    services = {
        name: Service(name, tuple(sorted(found, key=_lowest))) for name, found in tiers.items()
    }
    return Catalogue({product.id: product for product in products}, services)


def _rank(price: Price) -> tuple[int, str]:
    return price.unit_amount or 0, price.id


def _lowest(tier: Tier) -> tuple[int, str]:
    return min((_rank(price) for price in tier.prices), default=(0, tier.name))
