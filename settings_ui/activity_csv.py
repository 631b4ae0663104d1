"""The activity as CSV, written row by row while it is read."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from accounts.activity import Activity

COLUMNS = (
    *("at", "kind", "who", "action", "portal_id", "mode", "customer_id", "subject"),
    *("before", "after", "reason", "comment", "request_id"),
)
A_FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r")
AT_A_TIME = 2000


class _Echo:
    """A file that gives back what is written to it."""

    def write(self, value: str) -> str:
        return value


def csv_lines(found: QuerySet[Activity]) -> Iterator[str]:
    """Yield a line of names, then one for each entry."""
    writer = csv.writer(_Echo())
    yield writer.writerow(COLUMNS)
    for entry in found.iterator(AT_A_TIME):
        yield writer.writerow([_cell(getattr(entry, name)) for name in COLUMNS])


def _cell(value: Any) -> str:
    """Return a value as text that no spreadsheet takes for a formula."""
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    if value is None:
        return ""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"'{text}" if text.startswith(A_FORMULA_BEGINS) else text
