"""Every address with each of its methods, as the URLconf has them: the rows of the table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, get_resolver

from tests import test_tenancy as doors
from tests.settings_ui.test_roles_and_urls import ANYBODY, LOGGED_IN, RIGHTS

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
ONES = "one's own account"  # of the log-in: nothing of a team's
TEAMS = "a team's"  # of the dashboard, naming nothing that has an owner
# Function views don't say which methods they have; test_cells.py proves each of these.
POSTED = {doors.PAGE, doors.EXCHANGE, doors.STRIPE}
BY_NAME = {
    "account_security": ("GET",),
    "account_email_verification_sent": ("GET", "POST", "PUT"),
    "account_end_session": ("POST",),
    "csp-report": ("POST",),
}


@dataclass(frozen=True)
class Row:
    """An address with one of its methods; `right` is what the dashboard asks a role for."""

    route: str
    method: str
    name: str
    kind: str
    right: str = ""

    def __str__(self) -> str:
        return f"{self.method} /{self.route}"

    def names(self, *placeholders: str) -> bool:
        """Whether the address names one of these."""
        return any(f":{each}>" in self.route for each in placeholders)


def rows() -> list[Row]:
    """Return every address with every method that it has."""
    return [
        row for route, pattern in leaves(get_resolver().url_patterns) for row in _of(route, pattern)
    ]


def leaves(patterns: list[Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Return every route with what stands there; Django's admin is one."""
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern) or getattr(pattern, "app_name", "") == "admin":
            yield route, pattern
        else:
            yield from leaves(pattern.url_patterns, route)


def _of(route: str, pattern: Any) -> Iterator[Row]:
    door = doors.TABLE[route]
    name = str(getattr(pattern, "name", None) or "staff")
    is_dashboards = name in RIGHTS and "settings_ui" in str(
        getattr(pattern.callback, "__module__", "")
    )
    rights: dict[str, str] = RIGHTS[name] if is_dashboards else {}
    for method in rights or _methods(door, name, pattern):
        right = rights.get(method, "")
        yield Row(route, method, name, _kind(door, right), right)


def _kind(door: str, right: str) -> str:
    """Return what kind of address it is; what a log-in opens is split by what it is about."""
    if right == ANYBODY:
        return door
    if door in {doors.HOME, doors.ACCOUNT}:
        return TEAMS if right and right != LOGGED_IN else ONES
    return door


def _methods(door: str, name: str, pattern: Any) -> tuple[str, ...]:
    view = getattr(pattern, "callback", None)
    made_of = getattr(view, "view_class", None) or getattr(view, "cls", None)
    if made_of is not None:
        return tuple(method for method in METHODS if hasattr(made_of, method.lower()))
    if door in POSTED:
        return ("POST",)
    if door == doors.STAFF:
        return ("GET", "POST")
    return BY_NAME[name] if door != doors.PUBLIC else BY_NAME.get(name, ("GET",))
