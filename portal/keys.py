"""Portal ids and secret keys: random, recognisable, and checkable by a scanner."""

from __future__ import annotations

import hashlib
import secrets
import string

LETTERS_AND_DIGITS = string.ascii_letters + string.digits
SECRET_LENGTH = 32
CHECKSUM_LENGTH = 6


def _random(length: int) -> str:
    return "".join(secrets.choice(LETTERS_AND_DIGITS) for _ in range(length))


def new_portal_id() -> str:
    """Return a public id: 20 letters and digits."""
    return _random(20)


def new_secret(mode: str) -> str:
    """Return `sb_test_…` or `sb_live_…`, ending in a checksum so that leak scanners can be sure."""
    body = f"sb_{mode}_{_random(SECRET_LENGTH)}"
    return body + checksum(body)


def checksum(body: str) -> str:
    """Return what a secret key with this body ends in."""
    return hashlib.sha256(body.encode()).hexdigest()[:CHECKSUM_LENGTH]
