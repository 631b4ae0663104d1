"""That nothing has changed: every row of the database, and what was written at Stripe."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from django.apps import apps
from django.contrib.admin.utils import NestedObjects
from django.db import connection
from django.db.models import Model

from servicebot.sandbox.world import Sandbox

# Where a refusal may leave something, and why.
KEPT_OUT = {
    "portal_refusedattempt": "what was refused is noted for the merchant",
    "django_session": "a log-in page remembers where to go on",
    "usersessions_usersession": "when a log-in was last used",
}
# And one column: these know the address that Stripe alone is told, and a signature that doesn't fit
# there may be Stripe's own, by a secret that isn't ours now.
NOTED = ("accounts_stripeconnection", "failing_since")


def everything() -> dict[str, list[Any]]:
    """Return every row of every table that a refusal must leave alone."""
    found = {}
    with connection.cursor() as cursor:
        for table, columns in tables().items():
            names = ", ".join(f'"{column}"' for column in columns)
            cursor.execute(f'SELECT {names} FROM "{table}" ORDER BY 1')  # noqa: S608 -- our own names
            found[table] = cursor.fetchall()
    return found


@cache
def tables() -> dict[str, list[str]]:
    """Return the tables of every model, and those between two, with their columns."""
    found: dict[str, list[str]] = {}
    for model in apps.get_models(include_auto_created=True):
        table = model._meta.db_table
        columns = [str(field.column) for field in model._meta.local_concrete_fields]
        found[table] = [column for column in columns if (table, column) != NOTED]
    return {table: columns for table, columns in found.items() if table not in KEPT_OUT}


def rows_of(things: Iterable[Model]) -> dict[tuple[str, Any], Any]:
    """Return every row that would go with these things: all that is theirs."""
    found: dict[tuple[str, Any], Any] = {}
    for thing in things:
        collector = NestedObjects(using="default")
        collector.collect([thing])
        fast = ((queryset.model, queryset) for queryset in collector.fast_deletes)
        for model, rows in [*collector.data.items(), *fast]:
            found |= {(model._meta.db_table, row.pk): _values(row) for row in rows}
    return {key: values for key, values in found.items() if key[0] not in KEPT_OUT}


def _values(row: Model) -> tuple[Any, ...]:
    return tuple(getattr(row, field.attname) for field in row._meta.concrete_fields)


def writes(sandbox: Sandbox) -> list[str]:
    """Return what was asked of Stripe that isn't reading."""
    return [
        f"{call.method} {call.path} of {call.account}"
        for call in sandbox.calls
        if call.method != "GET"
    ]
