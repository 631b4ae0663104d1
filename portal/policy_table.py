"""The policy's rules as rows that people and tests can read: worked out from the policy itself.

An action's reasons are looked at in their order; a row says of one of them when it holds. What no
row holds of is allowed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from itertools import product
from typing import Any, get_type_hints

from portal.models import PortalSettings
from portal.policy import CHECKS, SETTING_OF, Action, Facts, Reason

STATUSES = (
    *("active", "trialing", "past_due", "unpaid", "incomplete", "paused"),
    *("canceled", "incomplete_expired"),
)
SETTINGS = ("cancels_immediately", "can_change_plan_when_canceled")
"""The settings that have a say besides those of SETTING_OF."""

Cell = Mapping[str, Any]
Condition = dict[str, tuple[Any, ...]]


@dataclass(frozen=True)
class Rule:
    """A reason, and when it holds: each named fact or setting is one of these values."""

    reason: Reason
    when: Condition


class _Seen(Facts):
    """Facts that note which of them are looked at."""

    looks: set[str]

    def __getattribute__(self, name: str) -> Any:
        if name in FACTS:
            object.__getattribute__(self, "__dict__").setdefault("looks", set()).add(name)
        return object.__getattribute__(self, name)


FACTS = frozenset(field.name for field in dataclasses.fields(Facts))


@cache
def values_of(name: str) -> tuple[Any, ...]:
    """Return everything that a fact or setting can be."""
    if name == "status":
        return STATUSES
    kind = get_type_hints(Facts).get(name, bool)
    return tuple(kind) if issubclass(kind, Enum) else (False, True)


@cache
def rules(action: Action) -> tuple[Rule, ...]:
    """Return an action's rules in the order in which they are looked at."""
    cells = list(combinations([*looks_at(action), *SETTINGS]))
    truths = [[holds for _reason, holds in _checks(action, cell)] for cell in cells]
    found: list[Rule] = []
    for number, reason in enumerate(_reasons(action)):
        true = [cell for cell, row in zip(cells, truths, strict=True) if row[number]]
        found += (Rule(reason, when) for when in cover(cells, true))
    return tuple(found)


def looks_at(action: Action) -> list[str]:
    """Return the facts that an action's rules look at, in the order of Facts."""
    names: set[str] = {"status"}
    before: set[str] = set()
    while names != before:
        before = set(names)
        for cell in combinations([*sorted(names), *SETTINGS]):
            facts = _Seen(**{n: v for n, v in cell.items() if n in FACTS})
            facts.__dict__["looks"] = set()
            CHECKS[action](_settings(*(cell[name] for name in SETTINGS)), facts)
            names |= facts.__dict__["looks"]
    return [field.name for field in dataclasses.fields(Facts) if field.name in names]


def combinations(names: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Return every combination of what these facts and settings can be."""
    named = list(names)
    for row in product(*(values_of(name) for name in named)):
        yield dict(zip(named, row, strict=True))


def cover(cells: list[dict[str, Any]], true: list[dict[str, Any]]) -> Iterator[Condition]:
    """Return conditions that hold of the true cells and of no others, each as wide as can be."""
    names = [name for name in (cells[0] if cells else {}) if _matters(name, true)]
    wanted = {tuple(cell[name] for name in names) for cell in true}
    left = dict.fromkeys(tuple(cell[name] for name in names) for cell in true)
    while left:
        condition = _widened(names, next(iter(left)), wanted)
        for row in product(*condition.values()):
            left.pop(row, None)
        yield {n: each for n, each in condition.items() if len(each) < len(values_of(n))}


def _matters(name: str, true: list[dict[str, Any]]) -> bool:
    """Tell whether what is true depends on a fact: elsewhere it holds for all values or none."""
    kept: dict[tuple[Any, ...], int] = {}
    for cell in true:
        others = tuple(value for other, value in cell.items() if other != name)
        kept[others] = kept.get(others, 0) + 1
    return any(count < len(values_of(name)) for count in kept.values())


def _widened(names: list[str], row: tuple[Any, ...], wanted: set[tuple[Any, ...]]) -> Condition:
    condition: Condition = {name: (value,) for name, value in zip(names, row, strict=True)}
    for name in names:
        for value in values_of(name):
            more = (*condition[name], value)
            wider = {**condition, name: tuple(v for v in values_of(name) if v in more)}
            if set(product(*wider.values())) <= wanted:
                condition = wider
    return condition


def _checks(action: Action, cell: Cell) -> list[tuple[Reason, bool]]:
    facts = Facts(**{name: value for name, value in cell.items() if name in FACTS})
    return CHECKS[action](_settings(*(cell[name] for name in SETTINGS)), facts)


def _reasons(action: Action) -> list[Reason]:
    return [reason for reason, _holds in CHECKS[action](_settings(False, False), Facts("active"))]


@cache
def _settings(*given: bool) -> PortalSettings:
    """Return settings with every action on."""
    on = dict.fromkeys(SETTING_OF.values(), True)
    return PortalSettings(mode="test", **on, **dict(zip(SETTINGS, given, strict=True)))
