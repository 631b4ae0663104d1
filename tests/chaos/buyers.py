"""Who clicks."""

from __future__ import annotations

from dataclasses import dataclass

CODES = 12


@dataclass(frozen=True)
class Buyer:
    """A customer, and the portal that theirs is."""

    number: int
    id: str
    email: str
    portal_id: str
    secret: str
    api_key: str
    publishable_key: str


def code(number: int) -> str:
    """Return how a promotion code is spelled."""
    return f"CODE{number % CODES}"
