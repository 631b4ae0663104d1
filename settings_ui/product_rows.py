"""The services page as data: a group for each service, a row for each product with its form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.catalogue import Catalogue, Service, Tier
from portal.models import PortalSettings
from portal.services import overview_of, values_of, version_of
from servicebot.gateway.shapes import Price
from settings_ui.forms import ProductForm


@dataclass(frozen=True)
class Refused:
    """A step that was not taken: about which product, why, and what was typed, to go on from."""

    product_id: str
    said: str
    typed: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ProductRow:
    """A product: what it is, its place among its service's plans, and the form to change it."""

    tier: Tier
    position: int
    is_kept_here: bool
    form: ProductForm
    version: str
    error: str

    @property
    def prices(self) -> list[list[Price]]:
        """Its prices, those of one currency together."""
        found: dict[str, list[Price]] = {}
        for price in self.tier.prices:
            found.setdefault(price.currency, []).append(price)
        return list(found.values())

    @property
    def before(self) -> int:
        """The place one up."""
        return max(self.position - 1, 0)

    @property
    def after(self) -> int:
        """The place one down."""
        return self.position + 1


@dataclass(frozen=True)
class Group:
    """A service with its plans; `in_portal` says whether customers move in it here."""

    name: str
    rows: Sequence[ProductRow]
    in_portal: bool = True


@dataclass(frozen=True)
class Page:
    """All that is sold, as the page shows it."""

    services: Sequence[Group]
    add_ons: Sequence[ProductRow]
    outside: Sequence[ProductRow]
    names: Sequence[str]
    absent: Sequence[str]
    is_kept_here: bool

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to group."""
        return not (self.services or self.add_ons or self.outside)


def page_of(settings: PortalSettings, catalogue: Catalogue, refused: Refused | None) -> Page:
    """Arrange what is sold; `refused` is what to go on from where a step wasn't taken."""
    found = overview_of(catalogue)
    row = _Rows(catalogue.kept, refused)
    return Page(
        services=[_group(settings, service, row) for service in found.services],
        add_ons=row.many(found.add_ons),
        outside=row.many(found.outside),
        names=sorted(catalogue.services),
        absent=sorted(set(settings.services) - set(catalogue.services)),
        is_kept_here=bool(catalogue.kept),
    )


def _group(settings: PortalSettings, service: Service, rows: _Rows) -> Group:
    is_in = not settings.services or service.name in settings.services
    return Group(service.name, rows.many(service.tiers), is_in)


@dataclass(frozen=True)
class _Rows:
    kept: Mapping[str, Any]
    refused: Refused | None

    def many(self, tiers: Sequence[Tier]) -> list[ProductRow]:
        return [self._one(position, tier) for position, tier in enumerate(tiers)]

    def _one(self, position: int, tier: Tier) -> ProductRow:
        product = tier.product
        own = self.refused if self.refused and self.refused.product_id == product.id else None
        values = values_of(product) | dict(own.typed if own else {})
        form = ProductForm(product, values)
        version = version_of(product)
        said = own.said if own else ""
        return ProductRow(tier, position, product.id in self.kept, form, version, said)
