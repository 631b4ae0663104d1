"""Provides the shapes that the values of a request or an answer must have."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][-+]?\d+)?")
WHOLE = re.compile(r"-?\d+")
MISFIT = object()


@dataclass
class Report:
    """What is wrong with one request or answer."""

    from_form: bool  # a string may stand for a number or a truth
    problems: list[tuple[str, str, str]] = field(default_factory=list)

    def add(self, path: str, problem: str, detail: str) -> None:
        self.problems.append((path, problem, detail))


class Record(Protocol):
    """An object with declared keys."""

    tag: str | None  # the value of its key `object`

    @property
    def fields(self) -> Mapping[str, Shape]: ...

    def read(self, value: Mapping[str, Any], path: str, report: Report) -> dict[str, Any]: ...


def read_bool(value: Any, from_form: bool) -> Any:
    if isinstance(value, bool):
        return value
    return {"true": True, "false": False}.get(value, MISFIT) if from_form else MISFIT


def read_int(value: Any, from_form: bool) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return int(value) if from_form and matches(WHOLE, value) else MISFIT


def read_float(value: Any, from_form: bool) -> Any:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return value
    return float(value) if from_form and matches(NUMBER, value) else MISFIT


def read_decimal(value: Any, from_form: bool) -> Any:
    """Keep a decimal as the string that it is on the wire."""
    if matches(NUMBER, value):
        return value
    return value if from_form and isinstance(value, (Decimal, int, float)) else MISFIT


def read_str(value: Any, _from_form: bool) -> Any:
    return value if isinstance(value, str) else MISFIT


def matches(pattern: re.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


# In the order in which a form's string is tried: everything is a string.
SCALARS = {
    bool: read_bool,
    int: read_int,
    float: read_float,
    Decimal: read_decimal,
    str: read_str,
}


@dataclass
class Shape:
    """What a value may be; any of these will do."""

    nullable: bool = False
    anything: bool = False
    choices: frozenset[Any] = frozenset()
    scalars: tuple[type, ...] = ()
    items: Shape | None = None  # of a list
    values: Shape | None = None  # of an object with free keys
    records: tuple[Record, ...] = ()
    by_tag: Callable[[str], Record | None] | None = None  # where the SDK says Any
    tagged: bool = False  # an object here says in its key `object` what it is

    def read(self, value: Any, path: str, report: Report) -> Any:
        """Return the value as its type, and report what is wrong with it."""
        if isinstance(value, dict):
            return self.read_object(value, path, report)
        if isinstance(value, (list, tuple)):
            return self.read_list(value, path, report)
        if self.anything or (value is None and self.nullable):
            return value
        if isinstance(value, (str, bool)) and value in self.choices:
            return value
        return self.read_scalar(value, path, report)

    def read_scalar(self, value: Any, path: str, report: Report) -> Any:
        for kind in self.scalars:
            known = SCALARS[kind](value, report.from_form)
            if known is not MISFIT:
                return known
        return self.refuse(value, path, report)

    def read_list(self, value: Sequence[Any], path: str, report: Report) -> Any:
        if self.items is None:
            return value if self.anything else self.refuse(value, path, report)
        return [self.items.read(item, f"{path}[{at}]", report) for at, item in enumerate(value)]

    def read_object(self, value: dict[str, Any], path: str, report: Report) -> Any:
        if self.items is not None and report.from_form and is_indexed(value):
            return self.read_list([value[at] for at in sorted(value, key=int)], path, report)
        if record := self.record_for(value):
            return record.read(value, path, report)
        if self.values is not None and self.tagged:
            problem = "enum" if "object" in value else "missing"
            report.add(f"{path}.object", problem, "an object that doesn't say what it is")
        if self.values is not None:
            return {k: self.values.read(v, f"{path}.{k}", report) for k, v in value.items()}
        return value if self.anything else self.refuse(value, path, report)

    def record_for(self, value: dict[str, Any]) -> Record | None:
        """Return the record that the object wants to be."""
        tag = value.get("object")
        if self.by_tag and isinstance(tag, str):
            return self.by_tag(tag)
        if len(self.records) < 2:
            return self.records[0] if self.records else None
        return min(self.records, key=lambda record: misfits(record, value))

    def refuse(self, value: Any, path: str, report: Report) -> Any:
        """Report a value that is nothing of what it may be."""
        wrong_choice = isinstance(value, str) and any(self.choices)
        detail = f"{value!r} is not {self}" if wrong_choice else f"{kind_of(value)} is not {self}"
        report.add(path, "enum" if wrong_choice else "type", detail)
        return value

    def __str__(self) -> str:
        words = [repr(choice) for choice in sorted(self.choices, key=str)[:12]]
        words += ["…"] * (len(self.choices) > 12)
        words += [kind.__name__ for kind in self.scalars]
        words += ["list"] * bool(self.items)
        words += ["object"] * bool(self.values or self.records)
        return " or ".join(words + ["null"] * self.nullable)


def misfits(record: Record, value: dict[str, Any]) -> int:
    """Count what is wrong with an object as such a record; a foreign tag outweighs the rest."""
    report = Report(from_form=True)
    record.read(value, "", report)
    foreign = record.tag is not None and record.tag != value.get("object", record.tag)
    return len(report.problems) + 1000 * foreign


def is_indexed(value: dict[str, Any]) -> bool:
    return bool(value) and all(key.isdecimal() for key in value)


def kind_of(value: Any) -> str:
    return f"{type(value).__name__} {value!r:.60}"
