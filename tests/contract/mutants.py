"""Provides spoiled copies of good requests and answers, one fault in each."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from types import NoneType
from typing import Any, NamedTuple

from stripe import ErrorObject

from servicebot.sandbox.contract.always_present import ALWAYS_PRESENT
from servicebot.sandbox.contract.records import name_of
from servicebot.sandbox.contract.resolving import hints_of
from tests.contract.sites import Site, flattened, is_enum, may_be, sites

FOREIGN = "no_such_thing"
JSON = {
    int: 7,
    bool: True,
    float: 1.5,
    str: FOREIGN,
    list: [FOREIGN],
    dict: {FOREIGN: 1},
    NoneType: None,
}


class Mutant(NamedTuple):
    """A spoiled body, and what was done to it."""

    kind: str  # "unknown", "type", "enum" or "missing", as the check should call it
    path: str
    body: Any


def answer_mutants(body: Any, hint: Any) -> Iterator[Mutant]:
    for site in sites(body, hint):
        yield from answer_faults(body, site, always_there(site))


def error_mutants(body: Any) -> Iterator[Mutant]:
    """Spoil an error, in which nothing is null and only two keys are always there."""
    yield Mutant("missing", "error", {})
    yield Mutant("unknown", FOREIGN, {**body, FOREIGN: "1"})
    yield Mutant("enum", "error.type", spoiled(body, ("error", "type"), FOREIGN))
    whole, *parts = sites(body["error"], ErrorObject, ("error",))
    yield from answer_faults(body, whole, {"type", "message"})
    for site in parts:
        if len(site.steps) == 2:
            site = site._replace(options=[o for o in site.options if o is not NoneType])
        yield from answer_faults(body, site, always_there(site))


def answer_faults(body: Any, site: Site, required: set[str]) -> Iterator[Mutant]:
    yield from unknown_keys(body, site)
    yield from missing_keys(body, site, required)
    yield from enums(body, site)
    if site.steps:
        wrong = [JSON[kind] for kind in JSON if not may_be(kind, site.options)]
        wrong += [FOREIGN] * is_decimal(site)
        for value in wrong:
            yield Mutant("type", shown(site.steps), spoiled(body, site.steps, value))


def request_mutants(raw: Any, hint: Any) -> Iterator[Mutant]:
    for site in sites(raw, hint):
        yield from unknown_keys(raw, site)
        yield from missing_keys(raw, site, set(getattr(site.cls, "__required_keys__", ())))
        yield from enums(raw, site)
        if site.steps:
            for wrong in form_faults(site):
                yield Mutant("type", shown(site.steps), spoiled(raw, site.steps, wrong))


def form_faults(site: Site) -> Iterator[Any]:
    """Yield what a form can say wrongly: a word is no number, and an object is no word."""
    if not may_be(str, site.options):
        yield FOREIGN
        yield ""
    if not may_be(list, site.options):
        yield [FOREIGN]
    if not may_be(dict, site.options):
        yield {FOREIGN: "1"}
        yield from [] if may_be(list, site.options) else [{"0": FOREIGN}]


def unknown_keys(body: Any, site: Site) -> Iterator[Mutant]:
    if site.cls is not None:
        steps = (*site.steps, FOREIGN)
        yield Mutant("unknown", shown(steps), spoiled(body, steps, "1"))


def enums(body: Any, site: Site) -> Iterator[Mutant]:
    if isinstance(site.value, str) and is_enum(site.options):
        yield Mutant("enum", shown(site.steps), spoiled(body, site.steps, FOREIGN))


def missing_keys(body: Any, site: Site, names: set[str]) -> Iterator[Mutant]:
    if site.cls is not None:
        names = names if site.tagged else names - {"object"}
        for name in sorted(names & site.value.keys()):
            steps = (*site.steps, name)
            yield Mutant("missing", shown(steps), without(body, steps))


def always_there(site: Site) -> set[str]:
    """Return the keys that Stripe always sends of such an object."""
    if site.cls is None:
        return set()
    if site.value.get("deleted"):
        return {"id", "object", "deleted"}
    hints = hints_of(site.cls)
    names = {name for name, hint in hints.items() if NoneType not in flattened(hint, Any)}
    names |= ALWAYS_PRESENT.get(name_of(site.cls), set())
    if hasattr(site.cls, "OBJECT_NAME"):
        names.add("object")
    if site.value.get("type") in hints:
        names.add(site.value["type"])
    return names


def is_decimal(site: Site) -> bool:
    return Decimal in site.options and isinstance(site.value, str)


def spoiled(body: Any, steps: tuple[Any, ...], wrong: Any) -> Any:
    """Return the body with something wrong in one place."""
    copy = copied(body)
    copy[steps[0]] = spoiled(body[steps[0]], steps[1:], wrong) if steps[1:] else wrong
    return copy


def without(body: Any, steps: tuple[Any, ...]) -> Any:
    """Return the body less one key."""
    copy = copied(body)
    if steps[1:]:
        copy[steps[0]] = without(body[steps[0]], steps[1:])
    else:
        del copy[steps[0]]
    return copy


def copied(body: Any) -> Any:
    return list(body) if isinstance(body, list) else dict(body)


def shown(steps: tuple[Any, ...]) -> str:
    """Write a place as the check writes it: items[0].price."""
    parts = [f"[{step}]" if str(step).isdecimal() else f".{step}" for step in steps]
    return "".join(parts).removeprefix(".")
