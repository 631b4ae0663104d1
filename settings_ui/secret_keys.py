"""What members do with a portal's keys and sessions, noted with it; for page and API alike."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.activity import ActivityAction, note_member
from accounts.models import Membership
from portal.ending import end_sessions
from portal.models import Portal, PortalSecret
from portal.secrets import Revoked, revoke, rotate

NOTED_FOR = timedelta(minutes=10)


def rotate_key(
    membership: Membership, portal: Portal, overlap_seconds: int, *, replaces: int | None = None
) -> PortalSecret:
    """Make a new key and let the old one end; raises what portal.secrets.rotate raises."""
    with transaction.atomic():
        made = rotate(portal, timedelta(seconds=overlap_seconds), replaces=replaces)
        after = {"overlap_seconds": overlap_seconds}
        _note(membership, portal, ActivityAction.SECRET_ROTATED, made.hint, after)
    return made


def revoke_key(membership: Membership, portal: Portal, secret_id: int) -> Revoked:
    """End a key at once; raises Problem not_found."""
    with transaction.atomic():
        revoked = revoke(portal, secret_id)
        if revoked.ended is not None:
            after = {"made": revoked.made.hint} if revoked.made else None
            _note(membership, portal, ActivityAction.SECRET_REVOKED, revoked.ended.hint, after)
    return revoked


def end_sessions_of(membership: Membership, portal: Portal, subject: str) -> None:
    """End the sessions of everybody (empty), an identity, or a token (`token:JTI`)."""
    with transaction.atomic():
        end_sessions(portal, subject)
        _note(membership, portal, ActivityAction.SESSIONS_ENDED, subject[:255])


def show_keys(membership: Membership, portal: Portal) -> list[PortalSecret]:
    """Return the active keys for somebody who is about to see them, newest first.

    It is noted once for all that they open in a while.
    """
    secrets = portal.active_secrets()
    shown = ", ".join(secret.hint for secret in secrets)[:255]
    if secrets and not _was_shown(membership, portal, shown):
        _note(membership, portal, ActivityAction.SECRET_SHOWN, shown)
    return secrets


def _was_shown(membership: Membership, portal: Portal, shown: str) -> bool:
    noted = membership.merchant.activity.filter(
        action=ActivityAction.SECRET_SHOWN,
        who=membership.user.email,
        portal_id=portal.public_id,
        subject=shown,
    )
    return noted.filter(at__gt=timezone.now() - NOTED_FOR).exists()


def _note(
    membership: Membership,
    portal: Portal,
    action: ActivityAction,
    subject: str,
    after: dict[str, str] | dict[str, int] | None = None,
) -> None:
    note_member(
        membership,
        action,
        portal_id=portal.public_id,
        mode=portal.mode,
        subject=subject,
        after=after,
    )
