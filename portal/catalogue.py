"""What a merchant sells: products grouped into services by their Stripe metadata.

`sb_service` names the service that a product belongs to, `sb_tier` its plan's name there;
`sb_addon` marks what is sold beside a plan. `sb_order` says where a plan stands, `sb_hidden` that
it isn't offered, `sb_featured` that it is recommended. An existing Stripe catalogue works as it is.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from django.core.cache import cache

from accounts.models import StripeConnection
from portal.kept import kept_for
from servicebot.at_hand import Hand
from servicebot.gateway.shapes import Price, Product
from servicebot.gateway.wire import together

SECONDS_KEPT = 30
SECONDS_KEPT_WHEN_TOLD = 3600

SERVICE = "sb_service"
TIER = "sb_tier"
ADD_ON = "sb_addon"
QUANTITY_ENABLED = "sb_quantity_enabled"
ORDER = "sb_order"
HIDDEN = "sb_hidden"
FEATURED = "sb_featured"
YES = {"true", "1", "yes"}


@dataclass(frozen=True)
class Tier:
    """One plan of a service. What `is_hidden` is offered to nobody."""

    name: str
    product: Product
    prices: tuple[Price, ...]

    @property
    def is_hidden(self) -> bool:
        """Whether only who is on it sees it."""
        return says(self.product, HIDDEN)

    @property
    def is_featured(self) -> bool:
        """Whether the merchant recommends it."""
        return says(self.product, FEATURED)

    @property
    def order(self) -> int | None:
        """Where the merchant put it, if anywhere."""
        return order_of(self.product)


@dataclass(frozen=True)
class Service:
    """The plans that a customer may move between."""

    name: str
    tiers: tuple[Tier, ...]


@dataclass(frozen=True)
class Catalogue:
    """Products and prices by id, and the services that they make.

    `kept` is what of the products' metadata is kept here and not at Stripe, by product.
    """

    products: Mapping[str, Product]
    services: Mapping[str, Service]
    prices: Mapping[str, Price]
    kept: Mapping[str, Mapping[str, str]]

    def only(self, names: Collection[str]) -> Catalogue:
        """Return the catalogue with these services alone, with all where none is named."""
        if not names:
            return self
        return replace(self, services={n: s for n, s in self.services.items() if n in names})

    def product_name(self, product_id: str) -> str:
        """Return what a product is called, empty where Stripe no longer has it."""
        product = self.products.get(product_id)
        return product.name if product else ""

    def tier_name(self, product_id: str) -> str:
        """Return a product's name as a plan of its service, else its own."""
        product = self.products.get(product_id)
        return tier_name(product) if product else ""

    def service_of(self, product_id: str) -> Service | None:
        """Return the service that a product is a plan of."""
        product = self.products.get(product_id)
        if product is None or is_addon(product):
            return None
        return self.services.get(service_name(product))

    def is_sold(self, price: Price) -> bool:
        """Whether somebody may begin with a price: neither it, its product nor its plan is gone."""
        product = self.products.get(price.product_id)
        if product is None:
            return price.is_active
        is_hidden = says(product, HIDDEN) and not is_addon(product)
        return price.is_active and product.is_active and not is_hidden


_catalogues = Hand[Catalogue](1000)


@dataclass(frozen=True)
class Place:
    """Where and how long a catalogue is kept."""

    key: str
    seconds: int


def says(product: Product, name: str) -> bool:
    """Whether a product's metadata says yes to something."""
    return product.metadata.get(name, "").strip().lower() in YES


def is_addon(product: Product) -> bool:
    """Whether a product is sold beside a plan and is none itself."""
    return says(product, ADD_ON)


def tier_name(product: Product) -> str:
    """Return what a product is called as a plan."""
    return product.metadata.get(TIER, "").strip() or product.name


def service_name(product: Product) -> str:
    """Return the service that a product's metadata names, if any."""
    return product.metadata.get(SERVICE, "").strip()


def order_of(product: Product) -> int | None:
    """Return the place that a product was given among its service's plans, if it is a number."""
    try:
        return int(product.metadata.get(ORDER, ""))
    except ValueError:
        return None


def catalogue_of(connection: StripeConnection) -> Catalogue:
    """Return a merchant's catalogue as it was read not long ago, or is now."""
    place = place_of(connection)
    found = kept(place)
    if found is not None:
        return found
    gateway = connection.gateway
    return keep(connection, place, *together([gateway.products, gateway.prices]))


def place_of(connection: StripeConnection) -> Place:
    """Return where a merchant's catalogue is kept, as `drop` had left it when this was loaded.

    Nothing is older than SECONDS_KEPT, or SECONDS_KEPT_WHEN_TOLD where Stripe tells of changes.
    """
    turn = f"{connection.checked_at.timestamp()}:{connection.catalogue_turn}"
    return Place(
        key=f"catalogue:3:{connection.pk}:{turn}",
        seconds=SECONDS_KEPT_WHEN_TOLD if connection.is_told else SECONDS_KEPT,
    )


def kept(place: Place) -> Catalogue | None:
    """Return the catalogue that was read not long ago, if it was."""
    near = _catalogues.get(place.key)
    if near is not None:
        return near
    found: tuple[float, Catalogue] | None = cache.get(place.key)
    if found is None:
        return None
    until, catalogue = found
    _catalogues.put(place.key, catalogue, until)
    return catalogue


def keep(
    connection: StripeConnection, place: Place, products: list[Product], prices: list[Price]
) -> Catalogue:
    """Group what was read from Stripe, and what is kept here, and keep it for a while."""
    made = group(products, prices, kept_for(connection))
    until = time.time() + place.seconds
    cache.set(place.key, (until, made), place.seconds)
    _catalogues.put(place.key, made, until)
    return made


def drop(connection: StripeConnection) -> None:
    """Have the catalogue read anew; a read that has begun already keeps nothing for the next.

    The database says so, and not the cache, whose copies may be one a process.
    """
    connection.catalogue_turn = secrets.token_hex(8)
    rows = StripeConnection.objects.filter(pk=connection.pk)
    rows.update(catalogue_turn=connection.catalogue_turn)


def group(
    products: list[Product], prices: list[Price], kept_here: Mapping[str, Mapping[str, str]]
) -> Catalogue:
    """Group what Stripe has into services; plans stand in their order, then by lowest price."""
    laid = [_laid_over(product, kept_here.get(product.id, {})) for product in products]
    tiers: dict[str, list[Tier]] = {}
    for product in laid:
        service = service_name(product)
        if service and product.is_active and not is_addon(product):
            own = [p for p in prices if p.product_id == product.id and p.is_recurring]
            tier = Tier(tier_name(product), product, tuple(sorted(own, key=rank)))
            tiers.setdefault(service, []).append(tier)
    services = {
        name: Service(name, tuple(sorted(found, key=_place))) for name, found in tiers.items()
    }
    by_id = {product.id: product for product in laid}
    known = {id_: values for id_, values in kept_here.items() if id_ in by_id}
    return Catalogue(by_id, services, {price.id: price for price in prices}, known)


def _laid_over(product: Product, values: Mapping[str, str]) -> Product:
    metadata = {**product.metadata, **values}
    # Whoever types in Stripe leaves a space at an end that nobody sees.
    trimmed = {name: text.strip() for name, text in metadata.items()}
    return replace(product, metadata={name: text for name, text in trimmed.items() if text})


def rank(price: Price) -> tuple[Decimal, str]:
    """Return where a price stands among others: by amount, a tiered one by its first step."""
    first = price.steps[0].unit_amount if price.steps else Decimal(0)
    return price.unit_amount_decimal or first, price.id


def _place(tier: Tier) -> tuple[bool, int, Decimal, str]:
    lowest = min((rank(price)[0] for price in tier.prices), default=Decimal(0))
    return tier.order is None, tier.order or 0, lowest, tier.product.id
