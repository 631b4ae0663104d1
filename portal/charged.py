"""Subscriptions with their prices as they are charged: in their own currency, with their steps.

With a subscription Stripe tells a price's amount in the price's default currency alone, and no
steps. The catalogue knows both of what is on sale; what no longer is, is read by itself where the
amount would be another currency's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial

from django.core.cache import cache

from accounts.models import StripeConnection
from portal.catalogue import Catalogue, place_of
from servicebot.gateway.billing_shapes import Subscription
from servicebot.gateway.shapes import Item, Price
from servicebot.gateway.wire import together


def as_charged(
    connection: StripeConnection, catalogue: Catalogue, subscriptions: Iterable[Subscription]
) -> tuple[Subscription, ...]:
    """Return subscriptions whose items have whole prices, none in another currency.

    Where Stripe doesn't tell an amount in the subscription's currency, the price has none.
    """
    found = tuple(subscriptions)
    prices = {**catalogue.prices, **_off_sale(connection, _unknown(catalogue, found))}
    return tuple(
        replace(s, items=tuple(_charged(prices, item, s.currency) for item in s.items))
        for s in found
    )


def _unknown(catalogue: Catalogue, subscriptions: Iterable[Subscription]) -> set[str]:
    return {
        item.price.id
        for subscription in subscriptions
        for item in subscription.items
        if _known(catalogue.prices, item).in_currency(subscription.currency) is None
    }


def _off_sale(connection: StripeConnection, ids: set[str]) -> dict[str, Price]:
    """Read single prices, or return them as they were read since the catalogue was."""
    if not ids:
        return {}
    place = place_of(connection)
    places = {f"{place.key}:{id_}": id_ for id_ in sorted(ids)}
    kept: dict[str, Price] = cache.get_many(places)
    missing = [key for key in places if key not in kept]
    reads = [partial(connection.gateway.price, places[key]) for key in missing]
    read = dict(zip(missing, together(reads), strict=True))
    cache.set_many(read, place.seconds)
    return {price.id: price for price in (*kept.values(), *read.values())}


def _charged(prices: Mapping[str, Price], item: Item, currency: str) -> Item:
    known = _known(prices, item)
    whole = known.in_currency(currency) or replace(
        known, currency=currency, unit_amount=None, unit_amount_decimal=None, steps=()
    )
    # Whether it is on sale Stripe says with the subscription, newer than the catalogue.
    return replace(item, price=replace(whole, is_active=item.price.is_active))


def _known(prices: Mapping[str, Price], item: Item) -> Price:
    return prices.get(item.price.id, item.price)
