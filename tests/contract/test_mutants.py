"""Proves that the check can fail: every spoiled copy of a good request or answer is caught."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from servicebot.sandbox.contract import check_answer, checked_request
from tests.contract.corpus import ANSWERS, REQUESTS, Answer, Request
from tests.contract.mutants import Mutant, answer_mutants, error_mutants, request_mutants

Record = Callable[[str, object], None]

# A value that is none of an enum's may be called either.
NAMES = {"type": {"type", "enum"}, "enum": {"enum"}, "missing": {"missing"}, "unknown": {"unknown"}}


def survivors(mutants: list[Mutant], check: Callable[[Any], list[Any]]) -> list[str]:
    """Return the mutants that go unnoticed, or are blamed on another place or for another fault."""
    return [
        f"{mutant.kind} {mutant.path}"
        for mutant in mutants
        if not any(
            found.path.startswith(mutant.path) and found.problem in NAMES[mutant.kind]
            for found in check(mutant.body)
        )
    ]


@pytest.mark.parametrize("request_", REQUESTS, ids=str)
def test_every_spoiled_request_is_caught(request_: Request, record_property: Record) -> None:
    mutants = list(request_mutants(request_.raw, request_.hint))

    missed = survivors(mutants, lambda raw: checked_request(*request_[:2], raw)[1])

    record_property("request mutants", (len(mutants) - len(missed), len(mutants)))
    assert missed == []


@pytest.mark.parametrize("answer", ANSWERS, ids=str)
def test_every_spoiled_answer_is_caught(answer: Answer, record_property: Record) -> None:
    bad = answer.status >= 400
    mutants = list(error_mutants(answer.body) if bad else answer_mutants(answer.body, answer.hint))

    missed = survivors(
        mutants, lambda body: check_answer(answer.method, answer.path, answer.status, body)
    )

    record_property("answer mutants", (len(mutants) - len(missed), len(mutants)))
    assert mutants
    assert missed == []
