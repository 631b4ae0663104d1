"""Who is there: an identity proven by a hash that only the merchant's server can make.

`hash = hex(HMAC-SHA256(secret key, e-mail or customer id))`, over the exact bytes, for one portal.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass

from portal import ending, signed_tokens
from portal.models import IdentifyBy, Portal, PortalSecret
from portal.problems import Problem
from portal.secrets import note_use

CUSTOMER_ID = re.compile(r"cus_[A-Za-z0-9]+")
LONGEST = 512  # Stripe's own limit for a customer's e-mail


@dataclass(frozen=True)
class Identity:
    """An e-mail or a Stripe customer id, as the merchant's server signed it."""

    kind: str
    value: str


@dataclass(frozen=True)
class Proof:
    """An identity that was let in, and by which key; 0 where test mode asked for none.

    The rest is what a signed token says of what it is good for.
    """

    identity: Identity
    secret_id: int
    jti: str = ""
    subscription: str = ""
    permissions: tuple[str, ...] = ()


def hash_of(secret: str, value: str) -> str:
    """Return what a merchant's server sends beside an identity."""
    return hmac.new(secret.encode(), value.encode(), hashlib.sha256).hexdigest()


def prove(portal: Portal, given: Mapping[str, str]) -> Proof:
    """Check what a page or a server says about its customer.

    `given` has `email` or `customer_id`, and `hash`; or `token`, in place of both. Raises Problem
    with the code that says what is wrong: identity_mismatch, invalid, hash_missing, hash_invalid,
    signed_token_required, token_invalid, token_expired.
    """
    if given.get("token"):
        return _prove_by_token(portal, given)
    if needs_token(portal):
        raise Problem("signed_token_required")
    identity = read_identity(portal.settings.identify_by, given)
    hash_ = given.get("hash") or ""
    if not hash_ and not needs_hash(portal):
        return Proof(identity, 0)
    if not hash_:
        raise Problem("hash_missing")
    secret = matching_secret(portal, identity, hash_)
    if secret is None:
        raise Problem("hash_invalid")
    note_use(secret)
    return Proof(identity, secret.pk)


def _prove_by_token(portal: Portal, given: Mapping[str, str]) -> Proof:
    """Check a signed token; what stands beside it has to be the same, and proves nothing."""
    claims = signed_tokens.read(portal, given["token"])
    identity = read_identity(portal.settings.identify_by, {claims.kind: claims.value})
    for kind in IdentifyBy.values:
        if given.get(kind) and (kind, given[kind]) != (identity.kind, identity.value):
            raise Problem("identity_mismatch", expected="token")
    if not ending.note_token(portal, claims.jti, subject_of(identity), claims.expires_at):
        raise Problem("token_invalid", claim="jti")
    note_use(claims.secret)
    return Proof(identity, claims.secret.pk, claims.jti, claims.subscription, claims.permissions)


def subject_of(identity: Identity) -> str:
    """Return an identity as a signed token's `sub` writes it."""
    kind = "email" if identity.kind == IdentifyBy.EMAIL else "customer"
    return f"{kind}:{identity.value}"


def needs_hash(portal: Portal) -> bool:
    """Whether a hash is asked for: always in live mode, whatever the row says."""
    return portal.mode != "test" or portal.settings.requires_security_hash


def needs_token(portal: Portal) -> bool:
    """Whether a hash alone doesn't do. Where nothing is asked for, no token is either."""
    return portal.settings.requires_signed_token and needs_hash(portal)


def read_identity(identify_by: str, given: Mapping[str, str]) -> Identity:
    """Return the identity in the field that this portal reads; the other one must be absent."""
    other = ({IdentifyBy.EMAIL, IdentifyBy.CUSTOMER_ID} - {IdentifyBy(identify_by)}).pop()
    value = given.get(identify_by) or ""
    if given.get(other):
        raise Problem("identity_mismatch", expected=str(identify_by))
    if not value:
        raise Problem("invalid", errors={str(identify_by): ["required"]})
    if not is_well_formed(identify_by, value):
        raise Problem("invalid", errors={str(identify_by): ["malformed"]})
    return Identity(str(identify_by), value)


def is_well_formed(kind: str, value: str) -> bool:
    """Whether this can be an e-mail address, or a Stripe customer id."""
    if len(value) > LONGEST or not value.isprintable():
        return False
    return "@" in value if kind == IdentifyBy.EMAIL else bool(CUSTOMER_ID.fullmatch(value))


def matching_secret(portal: Portal, identity: Identity, hash_: str) -> PortalSecret | None:
    """Return the active key that made this hash; every key is tried, in constant time each."""
    given = hash_.encode()
    found = None
    for secret in portal.good_secrets():
        if hmac.compare_digest(hash_of(secret.value, identity.value).encode(), given):
            found = secret
    return found
