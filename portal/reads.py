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

    def __init__(
        self,
        connection: StripeConnection,
        names: Iterable[str],
        turn: str = "",
        *,
        is_read: bool = True,
    ) -> None:
        """Find the places of these names: customers' ids, or others that share one `turn`.

        What is kept there is asked for at the same time, unless it isn't wanted.
        """
        self._turns: dict[str, str] = {}
        self._keys: dict[str, str] = {}
        self._found: dict[str, tuple[float, Row]] = {}
        self._refreshed: set[str] = set()  # who is to be read anew, by this asker alone
        if connection.is_told:
            self._look(connection, list(names), turn, is_read=is_read)

    def _look(
        self, connection: StripeConnection, names: list[str], turn: str, *, is_read: bool
    ) -> None:
        of_all = _turn(connection, EVERYBODY)
        turn_of = {name: _turn(connection, turn or name) for name in names}
        since = connection.checked_at.timestamp()
        self._keys = {name: f"rows:{SHAPES}:{connection.pk}:{since}:{name}" for name in names}
        rows = self._keys.values() if is_read else ()
        found = cache.get_many({of_all, *turn_of.values(), *rows})
        for name, place in turn_of.items():
            self._turns[name] = f"{found.get(of_all, '')}:{found.get(place, '')}"
            row = found.get(self._keys[name])
            if row and row[0] == self._turns[name]:
                self._found[name] = row[1:]

    def places(self) -> list[str]:
        """Return the cache's keys of the rows, in the order of the names."""
        return [*self._keys.values()]

    def shown(self) -> dict[str, Row]:
        """Return the rows that are good to be shown. Of those that aren't new any more one asker
        is told nothing, and so reads them anew."""
        return {name: row for name, (at, row) in self._found.items() if self._is_good(name, at)}

    def oldest(self, names: Iterable[str]) -> tuple[datetime, dict[str, Row]] | None:
        """Return the rows of all these names, up to SECONDS_KEPT old, and since when.

        None where one of them lacks.
        """
        found, wanted = self._found, list(names)
        if not wanted or not found.keys() >= set(wanted):
            return None
        since = min(found[name][0] for name in wanted)
        if time.time() - since >= SECONDS_KEPT:
            return None
        return datetime.fromtimestamp(since, UTC), {name: found[name][1] for name in wanted}

    def keep(self, rows: Mapping[str, Row]) -> None:
        """Keep rows that have just been read, as what they were when this was made."""
        now = time.time()
        for name in rows.keys() & self._keys.keys():
            cache.set(self._keys[name], (self._turns[name], now, rows[name]), SECONDS_KEPT)
            if name in self._refreshed:
                cache.delete(self._refreshing(name))

    def _is_good(self, name: str, at: float) -> bool:
        age = time.time() - at
        if age < FRESH_SECONDS:
            return True
        if age >= SECONDS_SHOWN:
            return False
        if not cache.add(self._refreshing(name), 1, REFRESH_SECONDS):
            return True
        self._refreshed.add(name)
        return False

    def _refreshing(self, name: str) -> str:
        return f"{self._keys[name]}:{self._turns[name]}:refreshing"


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
