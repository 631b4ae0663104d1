"""Session tokens: what an identified person carries from the exchange on.

Signed by us, bound to portal, identity, customers and secret key; 15 minutes, renewed in passing,
never past eight hours. They live in the page's memory and travel in the Authorization header.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.core import signing

from portal import ending
from portal.identity import Identity, Proof, needs_hash, needs_token, subject_of
from portal.models import Portal
from portal.problems import Problem

SALT = "portal.session"
GOOD_FOR = 15 * 60
RENEWED_AFTER = 5 * 60
NEVER_PAST = 8 * 60 * 60


@dataclass(frozen=True)
class Session:
    """What a token says. `only_subscription` and `service` narrow what is shown, `permissions` what
    may be done (empty: all); `jti` is that of the signed token it was exchanged for, if any.

    `language` is what the page is in, chosen at the exchange; empty, it is English.
    """

    portal_id: str
    identity: Identity
    customer_ids: tuple[str, ...]
    secret_id: int
    exchanged_at: int
    issued_at: int
    only_subscription: str = ""
    service: str = ""
    language: str = ""
    permissions: tuple[str, ...] = ()
    jti: str = ""

    @property
    def subject(self) -> str:
        """The identity as a signed token names it."""
        return subject_of(self.identity)

    @property
    def expires_at(self) -> datetime:
        """When a token made of this stops working."""
        end = min(self.issued_at + GOOD_FOR, self.exchanged_at + NEVER_PAST)
        return datetime.fromtimestamp(end, UTC)

    def token(self) -> str:
        """Return the signed token."""
        return signing.dumps(self._claims(), salt=SALT, compress=True)

    def renewed(self) -> Session | None:
        """Return the next session where this one is old enough, and the eight hours allow."""
        now = int(time.time())
        if now - self.issued_at <= RENEWED_AFTER or now >= self.exchanged_at + NEVER_PAST:
            return None
        return Session(**{**self.__dict__, "issued_at": now})

    def _claims(self) -> dict[str, Any]:
        return {**self.__dict__, "identity": [self.identity.kind, self.identity.value]}


def begin(
    portal: Portal,
    proof: Proof,
    customer_ids: tuple[str, ...],
    *,
    only_subscription: str = "",
    service: str = "",
    language: str = "",
) -> Session:
    """Begin a session for someone whose identity was proven."""
    now = int(time.time())
    return Session(
        portal_id=portal.public_id,
        identity=proof.identity,
        customer_ids=customer_ids,
        secret_id=proof.secret_id,
        exchanged_at=now,
        issued_at=now,
        only_subscription=proof.subscription or only_subscription,
        service=service,
        language=language,
        permissions=proof.permissions,
        jti=proof.jti,
    )


def read(token: str) -> Session:
    """Return a token's session; raises Problem token_missing, token_invalid, token_expired."""
    if not token:
        raise Problem("token_missing")
    try:
        claims = signing.loads(token, salt=SALT)
    except signing.BadSignature as error:
        raise Problem("token_invalid") from error
    try:
        kind, value = claims.pop("identity")
        claims["identity"] = Identity(kind, value)
        for name in ("customer_ids", "permissions"):
            claims[name] = tuple(claims[name])
        session = Session(**claims)
    except (KeyError, TypeError) as error:  # made by another version of this
        raise Problem("token_expired") from error
    if time.time() >= session.expires_at.timestamp():
        raise Problem("token_expired")
    return session


def check(session: Session, portal: Portal) -> None:
    """Raise Problem unless the portal still stands by this session."""
    if session.portal_id != portal.public_id:
        raise Problem("token_invalid")
    require_on(portal)
    if session.identity.kind != portal.settings.identify_by:
        raise Problem("token_expired")
    if not session.secret_id:
        if needs_hash(portal):
            raise Problem("token_expired")
    elif session.secret_id not in {secret.pk for secret in portal.good_secrets()}:
        raise Problem("token_expired")
    if needs_token(portal) and not session.jti:
        raise Problem("token_expired")
    if ending.has_ended(portal, session.subject, session.jti, session.exchanged_at):
        raise Problem("token_expired")


def require_on(portal: Portal) -> None:
    """Raise Problem portal_off, with the merchant's own text where there is one."""
    if not portal.settings.is_on:
        raise off(portal)


def off(portal: Portal) -> Problem:
    """Return the problem of a portal that is off."""
    text = portal.settings.off_text
    return Problem("portal_off", off_text=text) if text else Problem("portal_off")
