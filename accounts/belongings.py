"""All that is kept of one merchant: found by what hangs on it, and written down for its owner.

What hangs on a merchant goes with it, so the same walk says what an export holds and what deleting
takes. Secrets are never in an export: neither in clear nor encrypted, nor what tokens are known by.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.fields import EncryptedTextField
from accounts.models import ApiToken, Invitation, Merchant, User

VERSION = 1  # of what an export looks like
AT_A_TIME = 2000
SECRET = {(ApiToken, "digest"), (Invitation, "digest")}
"""Beside what is encrypted."""


@dataclass(frozen=True)
class Table:
    """A model whose rows hang on a merchant, and by which way."""

    model: type[models.Model]
    path: str

    def rows(self, merchant: Merchant) -> models.QuerySet[Any]:
        """Return what is a merchant's, oldest first."""
        return self.model._base_manager.filter(**{self.path: merchant.pk}).order_by("pk")

    def fields(self) -> list[models.Field[Any, Any]]:
        """Return what is told of a row."""
        return [each for each in self.model._meta.concrete_fields if not self._is_secret(each)]

    def _is_secret(self, field: models.Field[Any, Any]) -> bool:
        return isinstance(field, EncryptedTextField) or (self.model, field.name) in SECRET


def tables() -> list[Table]:
    """Return every model whose rows are a merchant's, the merchant itself first."""
    found = [Table(Merchant, "pk")]
    for table in found:
        for relation in table.model._meta.related_objects:
            model: Any = relation.related_model
            hangs = relation.on_delete is models.CASCADE
            if hangs and model not in {each.model for each in found}:
                path = relation.field.name + ("" if table.path == "pk" else f"__{table.path}")
                found.append(Table(model, path))
    return found


def exported(merchant: Merchant) -> Iterator[str]:
    """Yield all that is kept of a merchant, a line of JSON for each thing."""
    yield _line({"model": "export", "version": VERSION, "at": timezone.now(), "of": merchant.name})
    for table in tables():
        people = [each.name for each in table.fields() if each.related_model is User]
        for row in table.rows(merchant).select_related(*people).iterator(AT_A_TIME):
            told = {field.name: _told(row, field) for field in table.fields()}
            yield _line({"model": table.model._meta.label, **told})


def merchant_named(named: str) -> Merchant | None:
    """Return the merchant with this number, or that has the portal with this id."""
    own = Q(pk=int(named)) if named.isdecimal() else Q(portals__public_id=named)
    return Merchant.objects.filter(own).distinct().first()


def _told(row: models.Model, field: models.Field[Any, Any]) -> Any:
    """Return a value; of a person their address, of anything else that is named its number."""
    if field.related_model is User:
        person = getattr(row, field.name)
        return person.email if person else None
    return getattr(row, field.attname)


def _line(told: dict[str, Any]) -> str:
    return json.dumps(told, cls=DjangoJSONEncoder, ensure_ascii=False) + "\n"
