"""Signed tokens: an identity with an end of its own, made by the merchant's server.

A JSON Web Token (RFC 7519) signed by HS256 with a secret key of the portal. Claims: `aud` is the
portal's id, `sub` is `email:…` or `customer:…`, `iat` and `exp` are at most an hour apart, `jti`
names the token. `subscription` and `permissions` narrow what it is good for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import jwt

from portal.ending import JTI_AT_MOST
from portal.models import IdentifyBy, Portal, PortalSecret
from portal.policy import Permission
from portal.problems import Problem

LIFETIME = 60 * 60
LEEWAY = 30  # seconds that clocks may differ by
LONGEST = 4096
SUBJECTS = {"email": IdentifyBy.EMAIL, "customer": IdentifyBy.CUSTOMER_ID}
REQUIRED = ("aud", "sub", "iat", "exp", "jti")


@dataclass(frozen=True)
class Claims:
    """What a signed token says, checked but for its identity; `kind` is a field of the snippet."""

    kind: str
    value: str
    jti: str
    expires_at: datetime
    subscription: str
    permissions: tuple[str, ...]
    secret: PortalSecret


def read(portal: Portal, token: str) -> Claims:
    """Return a token's claims.

    Raises Problem token_expired where it was good once, token_invalid for everything else: another
    portal's, another key's, another algorithm, a claim that is missing or not what it has to be.
    """
    secret, claims = _decoded(portal, token)
    kind, _, value = _text(claims, "sub").partition(":")
    if kind not in SUBJECTS:
        raise _invalid("sub")
    if claims["aud"] != portal.public_id:
        raise _invalid("aud")
    if not 0 < claims["exp"] - claims["iat"] <= LIFETIME:
        raise _invalid("exp")
    return Claims(
        kind=str(SUBJECTS[kind]),
        value=value,
        jti=_text(claims, "jti", JTI_AT_MOST),
        expires_at=datetime.fromtimestamp(claims["exp"], UTC),
        subscription=_text(claims, "subscription") if "subscription" in claims else "",
        permissions=_permissions(claims),
        secret=secret,
    )


def _decoded(portal: Portal, token: str) -> tuple[PortalSecret, dict[str, Any]]:
    """Return the key that signed it and what it says; every active key is tried."""
    if len(token) > LONGEST:
        raise _invalid("token")
    for secret in portal.good_secrets():
        try:
            found: dict[str, Any] = jwt.decode(
                token,
                secret.value,
                algorithms=["HS256"],
                audience=portal.public_id,
                leeway=LEEWAY,
                options={"require": list(REQUIRED)},
            )
        except jwt.InvalidSignatureError:
            continue
        except jwt.ExpiredSignatureError as error:
            raise Problem("token_expired") from error
        except (jwt.InvalidTokenError, ValueError, OverflowError) as error:
            raise _invalid(_claim_of(error)) from error
        if not all(_is_whole(found[name]) for name in ("iat", "exp")):
            raise _invalid("exp")
        return secret, found
    raise _invalid("signature")


def _is_whole(value: Any) -> bool:
    """Whether a time is one that a calendar has: whole seconds, in this age."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**33


def _claim_of(error: Exception) -> str:
    """Name the claim that an error of the library is about."""
    if isinstance(error, jwt.MissingRequiredClaimError):
        return str(error.claim)
    named = {
        jwt.InvalidAudienceError: "aud",
        jwt.ImmatureSignatureError: "iat",
        jwt.InvalidIssuedAtError: "iat",
        jwt.InvalidAlgorithmError: "alg",
    }
    return next((name for kind, name in named.items() if isinstance(error, kind)), "token")


def _text(claims: Mapping[str, Any], name: str, most: int = 600) -> str:
    value = claims[name]
    if not isinstance(value, str) or not value or len(value) > most or not value.isprintable():
        raise _invalid(name)
    return value


def _permissions(claims: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what is allowed, empty where the token names nothing: everything then."""
    if "permissions" not in claims:
        return ()
    named = claims["permissions"]
    if not isinstance(named, list) or not named or not all(isinstance(n, str) for n in named):
        raise _invalid("permissions")
    if not set(named) <= set(Permission):
        raise _invalid("permissions")
    return tuple(sorted(set(named)))


def _invalid(claim: str) -> Problem:
    return Problem("token_invalid", claim=claim)
