"""What an action changed at Stripe: an account is looked at before and after, and put back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.cache import cache

from servicebot.sandbox.world import Account

Json = dict[str, Any]
COUNTED = {"coupon", "promotion_code"}
"""What belongs to nobody and counts how often it was used."""


@dataclass
class Changes:
    """What differs: the names of changed fields by object id, and what was made, by kind."""

    fields: dict[str, frozenset[str]] = field(default_factory=dict)
    made: dict[str, list[Json]] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    owners: set[str] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.fields or self.made or self.gone)

    def of(self, id_: str) -> frozenset[str]:
        """Return which fields of an object differ."""
        return self.fields.get(id_, frozenset())

    @property
    def invoices(self) -> list[Json]:
        """The invoices that were made."""
        return self.made.get("invoice", [])


class Watched:
    """A merchant's account in the sandbox, as it was when this was made."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self._kept = account.snapshot()
        self._was: dict[str, dict[str, Json]] = json.loads(self._kept.state)[0]

    def was(self, id_: str) -> Json:
        """Return an object as it was."""
        return _find(self._was, id_)

    def now(self, id_: str) -> Json:
        """Return an object as it is."""
        return _find(self.account.tables, id_)

    def time_of(self, owner: Json) -> int:
        """Return what time it is for an object, on its clock if it has one."""
        return self.account.now(owner)

    def changes(self) -> Changes:
        """Return what differs from then; events aside, which only tell of it."""
        found = Changes()
        for kind, row, before in self._rows():
            if before is None:
                found.made.setdefault(kind, []).append(row)
            elif row != before:
                names = {**before, **row}
                differing = (n for n in names if before.get(n) != row.get(n))
                found.fields[row["id"]] = frozenset(differing)
            else:
                continue
            found.owners |= self._owner(kind, row)
        found.gone = self._gone()
        return found

    def put_back(self) -> None:
        """Return to how it was, answers to idempotency keys forgotten and our own cache too."""
        self.account.return_to(self._kept)
        self.account.answers.clear()
        cache.clear()

    def _rows(self) -> Iterator[tuple[str, Json, Json | None]]:
        for kind, rows in self.account.tables.items():
            if kind != "event":
                were = self._was.get(kind, {})
                yield from ((kind, row, were.get(id_)) for id_, row in rows.items())

    def _gone(self) -> list[str]:
        now = {id_ for rows in self.account.tables.values() for id_ in rows}
        return [id_ for rows in self._was.values() for id_ in rows if id_ not in now]

    def _owner(self, kind: str, row: Json) -> set[str]:
        if kind in COUNTED:
            return set()
        if kind == "customer":
            return {row["id"]}
        if kind == "invoice_payment":
            return {self.now(row["invoice"])["customer"]}
        return {row["customer"]}


def _find(tables: dict[str, dict[str, Json]], id_: str) -> Json:
    return next(rows[id_] for rows in tables.values() if id_ in rows)
