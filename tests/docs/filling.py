"""Fills an example of the docs in, as its reader does, with what belongs to one portal."""

from __future__ import annotations

from pathlib import Path

from portal.identity import hash_of
from tests.world import Tenant

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"
ADA = "ada@example.com"


def filled(text: str, tenant: Tenant, host: str) -> str:
    """Return an example with address, portal id and hash in their places."""
    made = hash_of(tenant.secret, ADA)
    placed = {"https://HOST": host, "PORTAL_ID": tenant.portal.public_id, '"HASH"': f'"{made}"'}
    for name, value in placed.items():
        text = text.replace(name, value)
    return text
