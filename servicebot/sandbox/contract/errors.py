"""Provides the shape of Stripe's errors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

from stripe import ErrorObject

from servicebot.sandbox.contract.records import ClassRecord
from servicebot.sandbox.contract.shapes import Report, Shape

# The kinds that the SDK names in words only.
TYPES = frozenset({"api_error", "card_error", "idempotency_error", "invalid_request_error"})


class ErrorRecord(ClassRecord):
    """The inside of an error: Stripe leaves out what it would have to leave null."""

    @cached_property
    def fields(self) -> dict[str, Shape]:
        fields = {name: replace(shape, nullable=False) for name, shape in super().fields.items()}
        return fields | {"type": Shape(choices=TYPES)}

    @cached_property
    def required(self) -> frozenset[str]:
        return frozenset({"type", "message"})


class Envelope:
    """The outside of an error."""

    tag: str | None = None
    fields: Mapping[str, Shape] = {"error": Shape(records=(ErrorRecord(ErrorObject),))}

    def read(self, value: Mapping[str, Any], path: str, report: Report) -> dict[str, Any]:
        for name in value.keys() - self.fields:
            report.add(name, "unknown", "an error has nothing but its key 'error'")
        if "error" not in value:
            report.add("error", "missing", "an error has a key 'error'")
            return dict(value)
        return {"error": self.fields["error"].read(value["error"], "error", report)}


ERROR = Shape(records=(Envelope(),))
