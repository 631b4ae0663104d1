from __future__ import annotations

import os
import time
import uuid

import jwt  # PyJWT


def servicebot_token(identity: str, **narrowed: object) -> str:
    """Make a token for who your own session says is logged in: email:… or customer:…"""
    now = int(time.time())
    claims = {
        "aud": os.environ["SERVICEBOT_PORTAL_ID"],
        "sub": identity,
        "iat": now,
        "exp": now + 600,
        "jti": str(uuid.uuid4()),
        **narrowed,
    }
    return jwt.encode(claims, os.environ["SERVICEBOT_SECRET_KEY"], algorithm="HS256")
