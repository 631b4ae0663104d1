"""Operations: which function answers which verb and path, and which parameters it honours."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeAlias

from servicebot.sandbox import contract, resources
from servicebot.sandbox.errors import StripeFault, invalid

if TYPE_CHECKING:
    from servicebot.sandbox.world import Account

Function: TypeAlias = "Callable[[Request], dict[str, Any]]"
CatchUp: TypeAlias = "Callable[[Account, str | None, int], None]"


@dataclass(frozen=True)
class Request:
    """One call to an operation: whose it is, and what was asked."""

    account: Account
    params: dict[str, Any]
    path: dict[str, str] = field(default_factory=dict)
    publishable: bool = False
    idempotency_key: str | None = None
    request_id: str = "req_"
    url: str = ""


@dataclass(frozen=True)
class Operation:
    """A function with the verb and path that it answers."""

    method: str
    template: str
    function: Function
    honours: frozenset[str]
    publishable: bool

    def matches(self, segments: list[str]) -> dict[str, str] | None:
        """Return the path's placeholders, or None where another path is meant."""
        found = {}
        for part, segment in zip(self.template.split("/"), segments, strict=True):
            if part.startswith("{"):
                found[part[1:-1]] = segment
            elif part != segment:
                return None
        return found

    def unsupported(self, params: dict[str, Any]) -> str | None:
        """Return the first parameter given that this operation does not honour."""
        given = {name: value for name, value in params.items() if name != "expand"}
        return next((path for path in leaves(given) if not self._honours(path)), None)

    def _honours(self, path: str) -> bool:
        return path in self.honours or any(self._covers(name, path) for name in self.honours)

    def _covers(self, name: str, path: str) -> bool:
        """Tell whether a listed name stands for everything under it."""
        stem = name.removesuffix(".*")
        if not path.startswith((f"{stem}.", f"{stem}[")):
            return stem == path
        deeper = (f"{name}.", f"{name}[")
        return stem != name or not any(other.startswith(deeper) for other in self.honours)


_operations: dict[tuple[str, int], list[Operation]] = {}
catch_ups: list[CatchUp] = []


def operation(
    method: str, template: str, *, honours: set[str] | None = None, publishable: bool = False
) -> Callable[[Function], Function]:
    """Register a function for a verb and path.

    `honours` names the parameters that it obeys, nested ones dotted ("items[].price"). A name
    ending in ".*", or one without deeper ones listed, stands for all below it.
    """

    def register(function: Function) -> Function:
        known = _operations.setdefault((method, template.count("/")), [])
        known.append(Operation(method, template, function, frozenset(honours or ()), publishable))
        known.sort(key=lambda each: each.template.count("{"))
        return function

    return register


@cache
def discover() -> None:
    """Import every resource, so that its operations are registered."""
    for module in pkgutil.iter_modules(resources.__path__):
        import_module(f"{resources.__name__}.{module.name}")


def find(method: str, url: str) -> tuple[Operation, dict[str, str]]:
    """Return the operation for a call and its placeholders, else Stripe's 404."""
    segments = url.rstrip("/").split("/")
    for candidate in _operations.get((method, len(segments) - 1), []):
        placeholders = candidate.matches(segments)
        if placeholders is not None:
            return candidate, placeholders
    if contract.match(method, url):
        message = f"The sandbox does not have {method} {url}."
        raise invalid(message, code="sandbox_unsupported")
    message = f"Unrecognized request URL ({method}: {url}). Please see https://stripe.com/docs."
    raise StripeFault(404, "invalid_request_error", message=message)


def leaves(value: Any, path: str = "") -> Iterator[str]:
    """Yield the dotted path of every value in nested parameters; lists are `[]`."""
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from leaves(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list) and any(isinstance(inner, dict) for inner in value):
        for inner in value:
            yield from leaves(inner, f"{path}[]")
    else:
        yield path


def refuse_unsupported(found: Operation, params: dict[str, Any]) -> None:
    """Raise for a parameter of Stripe's that this sandbox would otherwise ignore."""
    path = found.unsupported(params)
    if path:
        message = f"The sandbox does not support {path} on {found.method} {found.template}."
        raise invalid(message, param=path, code="sandbox_unsupported")
