"""Provides the places of a good request or answer that can be spoiled, and with what.

What a place may hold is read from the SDK's type hints by another road than the check takes, so
that the check is not measured by itself. What can't be spoiled, by rule: a value under a hint of
Any, where everything is right, and so the tag of an object there, which only its tag makes one of
Stripe's (but the object of an event always is one); the keys of an object with free keys
(metadata); in a form the scalars of a free text, as every scalar is a text.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from importlib import import_module
from typing import Any, Literal, NamedTuple, TypeVar, Union, get_args, get_origin

from stripe import StripeObject
from stripe._object_classes import OBJECT_CLASSES
from stripe._stripe_object import UntypedStripeObject
from typing_extensions import is_typeddict

from servicebot.sandbox.contract.resolving import hints_of

Step = str | int


class Site(NamedTuple):
    """A value, where it is, and what the SDK says of it."""

    steps: tuple[Step, ...]
    value: Any
    options: list[Any]  # the alternatives of its hint
    cls: type | None = None  # of an object with declared keys
    tagged: bool = True  # the object has to say what it is


def sites(value: Any, hint: Any, steps: tuple[Step, ...] = (), item: Any = Any) -> Iterator[Site]:
    """Yield a value and all that is in it."""
    options = flattened(hint, item)
    if isinstance(value, list):
        yield Site(steps, value, options)
        yield from inside_list(value, options, steps)
    elif isinstance(value, dict) and is_list(value, options):
        yield Site(steps, value, options)
        yield from inside_list(list(value.values()), options, steps, named=True)
    elif isinstance(value, dict):
        yield from object_sites(value, options, steps)
    else:
        yield Site(steps, value, options)


def inside_list(
    values: list[Any], options: list[Any], steps: tuple[Step, ...], *, named: bool = False
) -> Iterator[Site]:
    inner = [get_args(option)[0] for option in options if get_origin(option) is list]
    hint = Union[tuple(inner)] if inner else Any  # noqa: UP007 (there may be one or many)
    for at, value in enumerate(values):
        yield from sites(value, hint, (*steps, str(at) if named else at))


def object_sites(
    value: dict[str, Any], options: list[Any], steps: tuple[Step, ...]
) -> Iterator[Site]:
    cls, inner = class_of(value, options)
    tagged = Any not in (*options, free_hint(options)) or steps[-1:] == ("object",)
    yield Site(steps, value, options, cls, tagged)
    hints = {"object": str, "expand": list[str], **hints_of(cls)} if cls else {}
    free = free_hint(options)
    for name, part in value.items():
        if tagged or name != "object":
            yield from sites(part, hints[name] if cls else free, (*steps, name), inner)


def class_of(value: dict[str, Any], options: list[Any]) -> tuple[type | None, Any]:
    """Return the class that an object is of, and of what it is a list."""
    if Any in (*options, free_hint(options)) and value.get("object") in OBJECT_CLASSES:
        module, name = OBJECT_CLASSES[value["object"]]
        return getattr(import_module(module), name), Any
    for option in options:
        cls = get_origin(option) or option
        if is_declared(cls) and getattr(cls, "OBJECT_NAME", None) in (None, value.get("object")):
            return cls, (*get_args(option), Any)[0]
    return None, Any


def is_declared(cls: Any) -> bool:
    if cls in (StripeObject, UntypedStripeObject) or not isinstance(cls, type):
        return False
    return is_typeddict(cls) or issubclass(cls, StripeObject)


def is_list(value: dict[str, Any], options: list[Any]) -> bool:
    """Tell a form's list, an object with numbers for keys."""
    return "0" in value and any(get_origin(option) is list for option in options)


def free_hint(options: list[Any]) -> Any:
    """Return what an object with free keys may hold."""
    free = [get_args(o)[-1] for o in options if get_origin(o) in (dict, UntypedStripeObject)]
    return (*free, None)[0]


def flattened(hint: Any, item: Any) -> list[Any]:
    if isinstance(hint, TypeVar):
        hint = item
    parts = get_args(hint) if "Union" in type(hint).__name__ or get_origin(hint) is Union else ()
    return [option for part in parts for option in flattened(part, item)] if parts else [hint]


def is_enum(options: list[Any]) -> bool:
    return any(get_origin(o) is Literal and any(get_args(o)) for o in options)


def may_be(kind: Any, options: list[Any]) -> bool:
    """Tell whether JSON of that kind is right there."""
    return Any in options or any(kind in kinds_of(option) for option in options)


def kinds_of(option: Any) -> set[Any]:
    """Return the kinds of JSON that one alternative of a hint allows."""
    cls = get_origin(option) or option
    if cls is Literal:
        return {type(value) for value in get_args(option)}
    if is_declared(cls) or cls in (dict, StripeObject, UntypedStripeObject):
        return {dict}
    on_wire: dict[Any, set[Any]] = {Decimal: {str}, float: {int, float}}
    return on_wire.get(cls, {cls})
