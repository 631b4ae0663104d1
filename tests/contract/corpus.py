"""Provides good requests and good answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from servicebot.sandbox.contract import Operation, match
from tests.contract.requests import GOOD


class Request(NamedTuple):
    """What is sent."""

    method: str
    path: str
    raw: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.method} {self.path} {','.join(self.raw)}"

    @property
    def hint(self) -> Any:
        return operation(self.method, self.path).params_hint


class Answer(NamedTuple):
    """What comes back."""

    name: str
    method: str
    path: str
    status: int
    body: dict[str, Any]

    def __str__(self) -> str:
        return self.name

    @property
    def hint(self) -> Any:
        return operation(self.method, self.path).answer_hint


def operation(method: str, path: str) -> Operation:
    found = match(method, path)
    assert found is not None
    return found


def read(file: Path) -> Answer:
    return Answer(name=file.stem, **json.loads(file.read_text(encoding="utf-8")))


REQUESTS = [Request(*good) for good in GOOD]
ANSWERS = [read(file) for file in sorted(Path(__file__).with_name("answers").glob("*.json"))]
