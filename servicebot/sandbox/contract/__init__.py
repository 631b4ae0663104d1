"""Checks requests to Stripe and answers of Stripe against the types of the installed SDK."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from servicebot.sandbox.contract.errors import ERROR
from servicebot.sandbox.contract.operations import Operation, match, operations
from servicebot.sandbox.contract.shapes import Report

__all__ = ["Finding", "Operation", "check_answer", "checked_request", "match", "operations"]


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong."""

    where: str  # "request" or "answer"
    operation: str  # "POST /v1/customers/{customer}"
    path: str  # "items[0].price"
    problem: str  # "unknown", "type", "enum", "missing" or "operation"
    detail: str


def checked_request(
    method: str, path: str, raw: Mapping[str, Any]
) -> tuple[dict[str, Any], list[Finding]]:
    """Return the parameters as their types, from a form's strings, and what is wrong with them."""
    operation = match(method, path)
    if operation is None:
        return dict(raw), [unknown_operation("request", method, path)]
    report = Report(from_form=True)
    params = operation.params.read(raw, "", report)
    return params, found("request", str(operation), report)


def check_answer(method: str, path: str, status: int, body: Mapping[str, Any]) -> list[Finding]:
    """Return what is wrong with an answer."""
    operation = match(method, path)
    report = Report(from_form=False)
    if status >= 400:
        ERROR.read(body, "", report)
        return found("answer", str(operation or f"{method} {path}"), report)
    if operation is None:
        return [unknown_operation("answer", method, path)]
    operation.answer.read(body, "", report)
    if operation.deletes and "deleted" not in body:
        report.add("deleted", "missing", "what was deleted says so")
    return found("answer", str(operation), report)


def found(where: str, operation: str, report: Report) -> list[Finding]:
    return [Finding(where, operation, *problem) for problem in report.problems]


def unknown_operation(where: str, method: str, path: str) -> Finding:
    return Finding(where, f"{method} {path}", "", "operation", "the SDK has no such operation")
