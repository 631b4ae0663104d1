"""What Stripe said of customers not long ago: for what a page shows, never for what is to be done.

It is kept only where Stripe tells of changes (accounts/listening.py), by connection and customer.
Whatever a visit writes to Stripe drops what is kept of its customers, and so does each event about
them; a read that had begun by then keeps nothing for the next.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias

from django.core.cache import cache

from accounts.models import StripeConnection
from servicebot.gateway import billing_shapes, schedule_shapes, shapes

# Until then it is as good as new; then the next who asks reads anew, others don't wait for that.
FRESH_SECONDS = 60
SECONDS_SHOWN = 600
# For when Stripe doesn't answer at all.
SECONDS_KEPT = 3600
# As long as a page may take to be read (servicebot/gateway/wire.py), and some more.
REFRESH_SECONDS = 15
EVERYBODY = "everybody"
EMAILS = "emails"

Row: TypeAlias = tuple[Any, ...]


def _shapes() -> str:
    """Return what changes with the shapes of what is kept: while processes of two versions serve,
    neither reads the other's."""
    modules = (shapes, billing_shapes, schedule_shapes)
    kinds = {each for module in modules for each in vars(module).values() if is_dataclass(each)}
    said = sorted(f"{kind}{[field.name for field in fields(kind)]}" for kind in kinds)
    return hashlib.sha256("".join(said).encode()).hexdigest()[:16]


SHAPES = _shapes()


class Shelf:
    """Where the rows of some customers are kept; make it before reading, as a drop moves it."""

    def __init__(self, connection: StripeConnection, names: Iterable[str], turn: str = "") -> None:
        """Find the places of these names: customers' ids, or others that share one `turn`."""
        self._keys: dict[str, str] = {}
        if not connection.is_told:
            return
        turn_of = {name: _turn(connection, turn or name) for name in names}
        all_ = _turn(connection, EVERYBODY)
        turns = cache.get_many({all_, *turn_of.values()})
        since = connection.checked_at.timestamp()
        for name, place in turn_of.items():
            said = f"{turns.get(all_, '')}:{turns.get(place, '')}"
            self._keys[name] = f"rows:{SHAPES}:{connection.pk}:{since}:{said}:{name}"
        self._found: dict[str, tuple[float, Row]] | None = None

    def shown(self) -> dict[str, Row]:
        """Return the rows that are good to be shown. Of those that aren't new any more one asker
        is told nothing, and so reads them anew."""
        return {name: row for name, (at, row) in self._all().items() if self._is_good(name, at)}

    def oldest(self, names: Iterable[str]) -> tuple[datetime, dict[str, Row]] | None:
        """Return the rows of all these names, up to SECONDS_KEPT old, and since when.

        None where one of them lacks.
        """
        found = self._all()
        wanted = list(names)
        if not wanted or not found.keys() >= set(wanted):
            return None
        since = min(found[name][0] for name in wanted)
        if time.time() - since >= SECONDS_KEPT:
            return None
        return datetime.fromtimestamp(since, UTC), {name: found[name][1] for name in wanted}

    def keep(self, rows: Mapping[str, Row]) -> None:
        """Keep rows that have just been read."""
        now = time.time()
        made = {self._keys[name]: (now, row) for name, row in rows.items() if name in self._keys}
        if made:
            cache.set_many(made, SECONDS_KEPT)
            cache.delete_many([_refreshing(key) for key in made])

    def _all(self) -> dict[str, tuple[float, Row]]:
        if not self._keys:
            return {}
        if self._found is None:
            found = cache.get_many(self._keys.values())
            self._found = {n: found[key] for n, key in self._keys.items() if key in found}
        return self._found

    def _is_good(self, name: str, at: float) -> bool:
        age = time.time() - at
        if age < FRESH_SECONDS:
            return True
        refreshing = _refreshing(self._keys[name])
        return age < SECONDS_SHOWN and not cache.add(refreshing, 1, REFRESH_SECONDS)


def by_email(connection: StripeConnection, email: str) -> tuple[Shelf, str]:
    """Return where it is kept which customers have an e-mail, and under which name."""
    name = hashlib.sha256(email.encode()).hexdigest()
    return Shelf(connection, [name], EMAILS), name


def drop(connection: StripeConnection, *names: str) -> None:
    """Have the rows of these customers read anew, of EVERYBODY, or who has which of EMAILS."""
    if connection.is_told:
        turns = {_turn(connection, name): secrets.token_hex(8) for name in names}
        cache.set_many(turns, 2 * SECONDS_KEPT)


def _turn(connection: StripeConnection, name: str) -> str:
    return f"rows-turn:{connection.pk}:{name}"


def _refreshing(key: str) -> str:
    return f"{key}:refreshing"
