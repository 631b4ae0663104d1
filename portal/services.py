"""What a merchant sets for what they sell: written to Stripe as metadata, or kept here.

The rule for the dashboard's page and the merchant API. Whatever Stripe can be told it is told; it
is kept here only while the merchant's key may not write products.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.activity import ActivityAction, note_member
from accounts.models import Membership, StripeConnection
from portal import catalogue as catalogues
from portal.catalogue import Catalogue, Service, Tier, catalogue_of, is_addon, rank, says, tier_name
from portal.kept import give_up, keep_values, kept_for
from portal.names import clean_name
from portal.problems import Problem
from servicebot.gateway.errors import NotFoundError, PermissionMissingError, RefusedError
from servicebot.gateway.shapes import Product

METADATA = {
    "service": catalogues.SERVICE,
    "tier": catalogues.TIER,
    "is_addon": catalogues.ADD_ON,
    "quantity_enabled": catalogues.QUANTITY_ENABLED,
    "order": catalogues.ORDER,
    "is_hidden": catalogues.HIDDEN,
    "is_featured": catalogues.FEATURED,
}
ORDERS = range(-9999, 10_000)


@dataclass(frozen=True)
class Overview:
    """All that is sold: services, what stands beside a plan, and what belongs to neither."""

    services: tuple[Service, ...]
    add_ons: tuple[Tier, ...]
    outside: tuple[Tier, ...]


@dataclass(frozen=True)
class Saved:
    """What became of a step; `lacks` is the permission without which it is kept here alone."""

    name: str
    lacks: str = ""
    is_kept_here: bool = False


def overview_of(catalogue: Catalogue) -> Overview:
    """Return what is sold, archived products aside."""
    active = [product for product in catalogue.products.values() if product.is_active]
    beside = [product for product in active if is_addon(product)]
    others = [p for p in active if not is_addon(p) and not p.metadata.get(catalogues.SERVICE)]
    return Overview(
        tuple(sorted(catalogue.services.values(), key=lambda service: service.name)),
        tuple(shown(catalogue, product) for product in beside),
        tuple(shown(catalogue, product) for product in others),
    )


def shown(catalogue: Catalogue, product: Product) -> Tier:
    prices = (price for price in catalogue.prices.values() if price.product_id == product.id)
    recurring = (price for price in prices if price.is_recurring)
    return Tier(tier_name(product), product, tuple(sorted(recurring, key=rank)))


def values_of(product: Product) -> dict[str, Any]:
    """Return what is set for a product."""
    return {
        "service": product.metadata.get(catalogues.SERVICE, ""),
        "tier": product.metadata.get(catalogues.TIER, ""),
        "is_addon": is_addon(product),
        "quantity_enabled": says(product, catalogues.QUANTITY_ENABLED),
        "order": catalogues.order_of(product),
        "is_hidden": says(product, catalogues.HIDDEN),
        "is_featured": says(product, catalogues.FEATURED),
    }


def version_of(product: Product) -> str:
    """Return what tells one state of a product's settings from another."""
    return hashlib.sha256(json.dumps(values_of(product)).encode()).hexdigest()[:16]


def product_of(connection: StripeConnection, product_id: str) -> Product:
    """Return a product that is sold; raises Problem not_found."""
    product = catalogue_of(connection).products.get(product_id)
    if product is None or not product.is_active:
        raise Problem("not_found")
    return product


def save_product(
    connection: StripeConnection,
    product_id: str,
    changes: Mapping[str, Any],
    version: str = "",
    *,
    by: Membership,
) -> Saved:
    """Set some of what is set for a product, and note what; the names are those of METADATA.

    Raises Problem: invalid, with `errors` by name; changed_meanwhile where the product is no
    longer as it was in the `version` that the changes were made for. GatewayError where Stripe
    fails.
    """
    product = product_of(connection, product_id)
    if version and version != version_of(product):
        raise Problem("changed_meanwhile")
    metadata = _metadata(product, changes)
    saved = _write(connection, product, metadata)
    _note(by, connection, product, metadata)
    return saved


def _note(
    by: Membership, connection: StripeConnection, product: Product, metadata: Mapping[str, str]
) -> None:
    """Note what a member set for a product, by our names for it."""
    changed = {name: metadata[key] for name, key in METADATA.items() if key in metadata}
    if not changed:
        return
    note_member(
        by,
        ActivityAction.SERVICE_CHANGED,
        mode=connection.mode,
        subject=product.id,
        before={name: _texts(values_of(product)[name]) for name in changed},
        after=changed,
    )


def move(connection: StripeConnection, product_id: str, position: int, *, by: Membership) -> Saved:
    """Put a plan at a place among its service's, counted from 0; the others close up."""
    product = product_of(connection, product_id)
    service = catalogue_of(connection).service_of(product_id)
    if service is None:
        raise Problem("not_found")
    products = [tier.product for tier in service.tiers if tier.product.id != product_id]
    products.insert(max(position, 0), product)
    saved = Saved(tier_name(product))
    for place, each in enumerate(products, start=1):
        if catalogues.order_of(each) != place:
            wrote = _write(connection, each, {catalogues.ORDER: str(place)})
            saved = Saved(saved.name, wrote.lacks, wrote.is_kept_here)
            if each.id == product_id:
                _note(by, connection, each, {catalogues.ORDER: str(place)})
    return saved


def write_kept(connection: StripeConnection) -> Saved:
    """Write all that is kept here to Stripe, as far as the key may.

    A product that is gone from Stripe is passed over. So is one that it refuses, and the first
    RefusedError is raised once the others are written.
    """
    catalogue = catalogue_of(connection)
    saved = Saved("")
    refused: list[RefusedError] = []
    for product_id in catalogue.kept:
        try:
            saved = _write(connection, catalogue.products[product_id], {})
        except NotFoundError:
            continue
        except RefusedError as error:
            refused.append(error)
            continue
        if saved.is_kept_here:
            break
    if refused:
        raise refused[0]
    return saved


def _write(connection: StripeConnection, product: Product, metadata: Mapping[str, str]) -> Saved:
    """Write to Stripe, with what is kept here of the product; keep it here where that's refused."""
    name = metadata.get(catalogues.TIER) or tier_name(product)
    wanted = {**kept_for(connection).get(product.id, {}), **metadata}
    if not wanted:
        return Saved(name)
    try:
        connection.gateway.set_product_metadata(product.id, wanted)
    except PermissionMissingError as error:
        keep_values(connection, product.id, metadata)
        catalogues.drop(connection)
        return Saved(name, error.permission, is_kept_here=True)
    except NotFoundError:
        catalogues.drop(connection)
        raise
    give_up(connection, product.id)
    catalogues.drop(connection)
    return Saved(name)


def _metadata(product: Product, changes: Mapping[str, Any]) -> dict[str, str]:
    """Return what is to be different, as metadata."""
    errors: dict[str, list[str]] = {}
    found: dict[str, str] = {}
    before = values_of(product)
    for name, value in changes.items():
        if name in before and value == before[name] and type(value) is type(before[name]):
            continue  # what is as it was in Stripe stands, sensible here or not
        try:
            text = _text(product, name, value)
        except ValidationError as error:
            errors[name] = error.messages
            continue
        if text != _texts(before[name]):
            found[METADATA[name]] = text
    if errors:
        raise Problem("invalid", errors=errors)
    return found


def _text(product: Product, name: str, value: Any) -> str:
    """Return a value as metadata; raises ValidationError where it can't be one."""
    if name not in CHECKS:
        raise ValidationError("unknown")
    checked = CHECKS[name](value)
    was_on = says(product, catalogues.QUANTITY_ENABLED)
    if name == "quantity_enabled" and checked and not was_on and not product.unit_label:
        raise ValidationError(_("Give the product a unit label in Stripe first, such as seat."))
    return _texts(checked)


def _texts(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else ""
    return "" if value is None else str(value)


def _yes_or_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValidationError(_("Say true or false."))
    return value


def _order(value: Any) -> int | None:
    if value is not None and (type(value) is not int or value not in ORDERS):
        raise ValidationError(_("Give a whole number, or null."))
    return value


CHECKS: Mapping[str, Callable[[Any], Any]] = {
    "service": clean_name,
    "tier": clean_name,
    "order": _order,
    "is_addon": _yes_or_no,
    "quantity_enabled": _yes_or_no,
    "is_hidden": _yes_or_no,
    "is_featured": _yes_or_no,
}
