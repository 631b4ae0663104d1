"""Planting a fault in the sandbox for a while, and judging it by tests that know nothing of it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from itertools import chain
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest
from stripe import StripeClient

from servicebot.sandbox.doors import InProcessClient
from servicebot.sandbox.world import Sandbox
from tests.sandbox.billing.conftest import Shop
from tests.sandbox.conftest import KEY, Clock

Judge = Callable[..., Any]


@dataclass(frozen=True)
class Fault:
    """A line of the sandbox that is wrong, and the tests that must notice."""

    what: str
    module: str
    line: str
    faulty: str
    judges: tuple[Judge, ...]

    def __str__(self) -> str:
        return self.what


@contextmanager
def planted(fault: Fault) -> Iterator[None]:
    """Let a fault be there: the functions that its line is in run other code, wherever they are."""
    module = import_module(f"servicebot.sandbox.{fault.module}")
    path = str(module.__file__)
    text = Path(path).read_text()
    assert text.count(fault.line) == 1, f"{fault.what}: its line must be in the source, once"
    good, bad = (
        dict(_codes(compile(source, path, "exec")))
        for source in (text, text.replace(fault.line, fault.faulty))
    )
    changed = {name for name in good if good[name] != bad[name]}
    found = [each for each in _functions(module) if each.__code__.co_qualname in changed]
    assert found, f"{fault.what}: no function of {fault.module} has changed"
    kept = [each.__code__ for each in found]
    for each in found:
        each.__code__ = bad[each.__code__.co_qualname]
    try:
        yield
    finally:
        for each, code in zip(found, kept, strict=True):
            each.__code__ = code


def _codes(code: CodeType) -> Iterator[tuple[str, CodeType]]:
    """Yield the code of each function and method of a module by its qualified name."""
    for inner in code.co_consts:
        if isinstance(inner, CodeType) and "<" not in inner.co_name:
            yield inner.co_qualname, inner
            if not inner.co_flags & inspect.CO_OPTIMIZED:
                yield from _codes(inner)


def _functions(module: ModuleType) -> Iterator[FunctionType]:
    """Yield the functions and methods that a module defines."""
    mine = [each for each in vars(module).values() if _defined_in(each, module)]
    classes = [vars(each).values() for each in mine if inspect.isclass(each)]
    for each in chain(mine, *classes):
        plain = inspect.unwrap(getattr(each, "fget", None) or getattr(each, "__func__", each))
        if isinstance(plain, FunctionType) and plain.__module__ == module.__name__:
            yield plain


def _defined_in(each: Any, module: ModuleType) -> bool:
    return getattr(each, "__module__", None) == module.__name__


def verdicts(judge: Judge) -> Iterator[bool]:
    """Run a test in each of its cases, with a shop of its own; yield whether it passes."""
    for case in cases(judge):
        shop = fresh_shop()
        given = {"shop": shop} if "shop" in inspect.signature(judge).parameters else {}
        try:
            judge(**given, **case)
        except (Exception, pytest.fail.Exception):
            yield False
        else:
            yield shop.account.sandbox.findings == []


def cases(judge: Judge) -> list[dict[str, Any]]:
    """Return what the marks of a parametrized test put into it: every combination."""
    found: list[dict[str, Any]] = [{}]
    for mark in getattr(judge, "pytestmark", []):
        names, values = mark.args[:2]
        listed = names.split(",") if isinstance(names, str) else list(names)
        rows = [value if len(listed) > 1 else (value,) for value in values]
        found = [
            {**before, **dict(zip(listed, row, strict=True))} for before in found for row in rows
        ]
    return found


def fresh_shop() -> Shop:
    """Return a shop in a world of its own."""
    clock = Clock()
    sandbox = Sandbox(clock=clock)
    client = StripeClient(KEY, http_client=InProcessClient(sandbox), max_network_retries=0)
    return Shop(client.v1, clock, sandbox)
