"""Encrypting anew, with the first of ENCRYPTION_KEYS, all that is encrypted in the database.

Where that is, is read off the models: every EncryptedTextField, and what allauth keeps encrypted of
a second factor. A row is replaced only if it still is as it was read, so this runs beside all else:
whoever writes meanwhile wins, and their row is looked at again.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken
from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Value
from django.db.models.functions import Cast

from accounts.fields import EncryptedTextField, box

BATCH = 500
# What the MFA adapter's `encrypt` has made, in an authenticator's `data`.
IN_AUTHENTICATORS = ("secret", "seed", "migrated_codes")


@dataclass(frozen=True)
class Column:
    """A column that has something encrypted in each of its rows."""

    model: type[models.Model]
    name: str

    def __str__(self) -> str:
        return f"{self.model._meta.label}.{self.name}"

    def tokens(self, raw: str) -> list[str]:
        """Return what is encrypted in what the database holds."""
        return [raw] if raw else []

    def written(self, raw: str, anew: dict[str, str]) -> Any:
        """Return what is to be written in its place."""
        return Value(anew[raw], output_field=models.TextField())

    def rows(self) -> Any:
        """Return all rows with what the database itself holds, `raw`, in order."""
        found = self.model._base_manager.annotate(raw=Cast(self.name, models.TextField()))
        return found.exclude(raw=None).order_by("pk")

    def replace(self, pk: Any, raw: str, anew: dict[str, str]) -> bool:
        """Write a row anew; False where it isn't any more as it was read."""
        mine = self.rows().order_by().filter(pk=pk, raw=raw)
        return bool(mine.update(**{self.name: self.written(raw, anew)}))


class DataColumn(Column):
    """What a second factor keeps: JSON, in which some values are encrypted."""

    def tokens(self, raw: str) -> list[str]:
        """Return what is encrypted in it."""
        kept = json.loads(raw)
        values = [kept[name] for name in IN_AUTHENTICATORS if name in kept]
        return [token for each in values for token in (each if isinstance(each, list) else [each])]

    def written(self, raw: str, anew: dict[str, str]) -> Any:
        """Return it with those values replaced."""
        kept = json.loads(raw)
        for name in IN_AUTHENTICATORS:
            if isinstance(kept.get(name), list):
                kept[name] = [anew[token] for token in kept[name]]
            elif name in kept:
                kept[name] = anew[kept[name]]
        return kept


@dataclass
class Found:
    """What was found: how many values each key opens, by its place in ENCRYPTION_KEYS from 1 on."""

    by_key: Counter[int] = field(default_factory=Counter)
    unreadable: list[str] = field(default_factory=list)
    replaced: int = 0

    @property
    def old_keys(self) -> list[int]:
        """The places of keys, but for the first, that something still needs."""
        return sorted(place for place in self.by_key if place > 1)


def columns() -> list[Column]:
    """Return every column with something encrypted, of every model that there is."""
    found = [
        Column(model, each.name)
        for model in apps.get_models(include_auto_created=True)
        for each in model._meta.local_fields
        if isinstance(each, EncryptedTextField)
    ]
    return [*found, DataColumn(Authenticator, "data")]


def look() -> Found:
    """Find out which keys are needed, and change nothing."""
    found = Found()
    for column in columns():
        for pk, raw in _all(column):
            _count(found, column, pk, raw)
    return found


def reencrypt() -> Found:
    """Encrypt anew what another key than the first has encrypted.

    What no key opens is left as it is and named in `unreadable`.
    """
    found = Found()
    for column in columns():
        for pk, raw in _all(column):
            _reencrypt(found, column, pk, raw)
    return found


def _all(column: Column) -> Iterator[tuple[Any, str]]:
    """Yield every row in batches, so that neither memory nor a lock holds them all."""
    rows = column.rows().values_list("pk", "raw")
    batch = list(rows[:BATCH])
    while batch:
        yield from batch
        batch = list(rows.filter(pk__gt=batch[-1][0])[:BATCH])


def _reencrypt(found: Found, column: Column, pk: Any, raw: str | None) -> None:
    """Replace a row, and look at it again where somebody has written it meanwhile."""
    while raw is not None:
        here = Found()
        _count(here, column, pk, raw)
        if here.unreadable or not here.old_keys:
            found.by_key += here.by_key
            found.unreadable += here.unreadable
            return
        anew = {token: box().rotate(token).decode() for token in column.tokens(raw)}
        if column.replace(pk, raw, anew):
            found.by_key[1] += here.by_key.total()
            found.replaced += 1
            return
        raw = column.rows().filter(pk=pk).values_list("raw", flat=True).first()


def _count(found: Found, column: Column, pk: Any, raw: str) -> None:
    """Count which keys open what is in a row."""
    for token in column.tokens(raw):
        place = _place_of_key(token)
        if place:
            found.by_key[place] += 1
        else:
            found.unreadable.append(f"{column} {pk}")


def _place_of_key(token: str) -> int:
    """Return which of ENCRYPTION_KEYS opens it, counted from 1; 0 where none does."""
    for place, key in enumerate(settings.ENCRYPTION_KEYS, start=1):
        try:
            Fernet(key).decrypt(token.encode())
        except InvalidToken:
            continue
        return place
    return 0
