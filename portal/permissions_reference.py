"""docs/reference/permissions.md: what a key must allow, said by the table that checks it."""

from __future__ import annotations

from collections.abc import Iterator

from portal.markdown import FOOT
from servicebot.gateway.permissions import LIVE, NEEDED, Permission

HEAD = """# What a restricted key must allow

These are rows of Stripe's page for a restricted key. Set them and leave all others at None; write
includes read. A key that lacks a **required** row isn't taken. One that lacks another row connects
all the same, and the dashboard's Stripe page says what isn't possible then.

| row at Stripe | set to | for | |
| --- | --- | --- | --- |
"""


def markdown() -> str:
    """Return the page."""
    return HEAD + "".join(f"{row}\n" for row in _rows()) + FOOT


def _rows() -> Iterator[str]:
    for each in NEEDED:
        yield f"| {each.section}: {each.row} | {each.level} | {each.serves} | {_note(each)} |"


def _note(each: Permission) -> str:
    if each.is_required:
        return "**required**"
    return "" if LIVE in each.modes else "test mode only"
