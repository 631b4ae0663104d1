"""What a setting decides without opening or shutting, as the tables of settings say it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.matrix import MatrixTestCase

Look = Callable[[MatrixTestCase, str], Any]


@dataclass(frozen=True)
class Effect:
    """What a look says for each value of a setting: on the page, and in the API."""

    what: str
    look: Look
    page: tuple[Any, ...]
    api: tuple[Any, ...]
    beside: Mapping[str, Any] = field(default_factory=dict)

    def expected(self, face: str) -> tuple[Any, ...]:
        """Return the answers of one face, in the order of the setting's values."""
        return self.page if face == "page" else self.api


def both(what: str, look: Look, answers: tuple[Any, ...], **beside: Any) -> Effect:
    """Return an effect that is the same on the page and in the API."""
    return Effect(what, look, answers, answers, beside)
