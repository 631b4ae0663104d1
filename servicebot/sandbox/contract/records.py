"""Provides the SDK's classes as records: which keys, of which shape, and which must be there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from importlib import import_module
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

from stripe import StripeObject
from stripe._object_classes import OBJECT_CLASSES
from stripe._stripe_object import UntypedStripeObject
from typing_extensions import is_typeddict

from servicebot.sandbox.contract.always_present import (
    ALWAYS_PRESENT,
    DELETED,
    NOT_IN_PREVIEW,
    PREVIEW_ID,
)
from servicebot.sandbox.contract.resolving import hints_of, takes_options
from servicebot.sandbox.contract.shapes import SCALARS, Report, Shape

FREE = (dict, Mapping, UntypedStripeObject)


class ClassRecord:
    """A class of the SDK, read when first needed: they refer to each other in circles."""

    def __init__(self, cls: Any, argument: Any = Any) -> None:
        self.cls = cls
        self.argument = argument  # what a list is a list of
        self.is_params = is_typeddict(cls)
        self.tag: str | None = getattr(cls, "OBJECT_NAME", None)

    @cached_property
    def fields(self) -> dict[str, Shape]:
        hints = hints_of(self.cls)
        if self.tag is not None:
            hints.setdefault("object", Literal[self.tag])
        if takes_options(self.cls):
            hints.setdefault("expand", list[str])  # every operation takes it
        fields = {name: shape_of(hint, argument=self.argument) for name, hint in hints.items()}
        if "object" in fields:  # a tag, or an object of any kind, which then has a tag
            fields["object"].tagged = True
        return fields

    @cached_property
    def required(self) -> frozenset[str]:
        """What must be there whatever else is."""
        if self.is_params:
            return frozenset(self.cls.__required_keys__) & self.fields.keys()
        never_null = {name for name, shape in self.fields.items() if not shape.nullable}
        return ALWAYS_PRESENT.get(name_of(self.cls), frozenset()) | never_null

    def required_of(self, value: Mapping[str, Any]) -> frozenset[str]:
        """What must be there of an object that says so much of itself."""
        if self.is_params:
            return self.required
        if value.get("deleted") is True and "deleted" in self.fields:
            return DELETED
        if str(value.get("id")).startswith(PREVIEW_ID):
            return self.required - NOT_IN_PREVIEW
        kind = value.get("type")
        if isinstance(kind, str) and kind in self.fields:  # {"type": "card", "card": …}
            return self.required | {kind}
        return self.required

    def read(self, value: Mapping[str, Any], path: str, report: Report) -> dict[str, Any]:
        """Return the object with its values as their types, and report what is wrong with it."""
        prefix = f"{path}." if path else ""
        result = {}
        for name, item in value.items():
            shape = self.fields.get(name)
            if shape is None:
                report.add(f"{prefix}{name}", "unknown", f"{self} has no {name!r}")
                result[name] = item
            else:
                result[name] = shape.read(item, f"{prefix}{name}", report)
        for name in sorted(self.required_of(value) - value.keys()):
            report.add(f"{prefix}{name}", "missing", f"{self} always has {name!r}")
        return result

    def __str__(self) -> str:
        return name_of(self.cls)


record_of = cache(ClassRecord)


@cache
def record_tagged(tag: str) -> ClassRecord | None:
    """Return the record of objects whose key `object` says this."""
    if tag not in OBJECT_CLASSES:
        return None
    module, name = OBJECT_CLASSES[tag]
    return record_of(getattr(import_module(module), name))


def name_of(cls: type) -> str:
    """Return 'Invoice.Parent' or 'test_helpers.TestClock'."""
    return ".".join([*cls.__module__.split(".")[1:-1], cls.__qualname__])


def shape_of(*hints: Any, argument: Any = Any) -> Shape:
    """Return the shape that type hints of the SDK mean, any of them."""
    parts = [part for hint in hints for part in alternatives(hint, argument)]
    choices = [value for part in parts if get_origin(part) is Literal for value in get_args(part)]
    items = [get_args(part)[0] for part in parts if get_origin(part) is list]
    values = [value for part in parts for value in values_of(part)]
    return Shape(
        nullable=NoneType in parts,
        anything=Any in parts,
        choices=frozenset(choices),
        # The SDK lets every enum be any string besides; '' alone is no enum.
        scalars=tuple(k for k in SCALARS if k in parts and not (k is str and any(choices))),
        items=shape_of(*items, argument=argument) if items else None,
        values=shape_of(*values) if values else None,
        records=tuple(record for part in parts for record in records_of(part)),
        by_tag=record_tagged if Any in (*parts, *values) else None,
    )


def alternatives(hint: Any, argument: Any) -> Iterator[Any]:
    if isinstance(hint, TypeVar):
        yield from alternatives(argument, Any)
    elif get_origin(hint) in (Union, UnionType):
        for part in get_args(hint):
            yield from alternatives(part, argument)
    else:
        yield hint


def values_of(part: Any) -> Iterator[Any]:
    """Yield what an object with free keys holds."""
    if part is StripeObject:
        yield Any
    elif get_origin(part) in FREE:
        yield get_args(part)[-1]


def records_of(part: Any) -> Iterator[ClassRecord]:
    cls = get_origin(part) or part
    if cls in (StripeObject, *FREE) or not isinstance(cls, type):
        return
    if is_typeddict(cls) or issubclass(cls, StripeObject):
        yield record_of(cls, *get_args(part))
