"""Signed tokens as a merchant's server makes them."""

from __future__ import annotations

import time
from typing import Any

import jwt

from tests.world import Tenant


def signed_token(
    tenant: Tenant,
    subject: str = "email:ada@example.com",
    *,
    key: str = "",
    algorithm: str = "HS256",
    without: tuple[str, ...] = (),
    **claims: Any,
) -> str:
    """Make a token of five minutes for a tenant's portal; claims are added, or taken out."""
    now = int(time.time())
    said = {
        "aud": tenant.portal.public_id,
        "sub": subject,
        "iat": now,
        "exp": now + 300,
        "jti": "one",
        **claims,
    }
    kept = {name: value for name, value in said.items() if name not in without}
    return jwt.encode(kept, key or tenant.secret, algorithm=algorithm)
