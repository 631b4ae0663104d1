"""How an account is protected, as its own page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession


@dataclass(frozen=True)
class Protection:
    """What an account has beside its password."""

    passkeys: int
    passkey_used_at: datetime | None
    app: Authenticator | None
    codes: Authenticator | None
    codes_left: int
    sessions: int

    @property
    def asks_twice(self) -> bool:
        """Whether a password alone no longer opens the account."""
        return bool(self.passkeys or self.app)


def protection_of(user: Any) -> Protection:
    """Return how a user's account is protected now."""
    kinds: dict[str, list[Authenticator]] = {kind: [] for kind in Authenticator.Type}
    for authenticator in user.authenticator_set.order_by("pk"):
        kinds[authenticator.type].append(authenticator)
    passkeys = kinds[Authenticator.Type.WEBAUTHN]
    app = next(iter(kinds[Authenticator.Type.TOTP]), None)
    codes = next(iter(kinds[Authenticator.Type.RECOVERY_CODES]), None)
    used = [passkey.last_used_at for passkey in passkeys if passkey.last_used_at]
    return Protection(
        passkeys=len(passkeys),
        passkey_used_at=max(used, default=None),
        app=app,
        codes=codes,
        codes_left=len(codes.wrap().get_unused_codes()) if codes else 0,
        sessions=len(UserSession.objects.purge_and_list(user)),
    )
