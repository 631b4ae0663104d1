"""A portal's secret keys over time: replaced with an overlap, revoked, noted when used.

A portal always has one key that doesn't end, which new hashes are made with.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import is_due
from portal.models import Portal, PortalSecret
from portal.problems import Problem

HOUR = 60 * 60
OVERLAPS = (0, HOUR, 24 * HOUR, 7 * 24 * HOUR)
"""For how many seconds the old key may stay good."""


@dataclass(frozen=True)
class Revoked:
    """What a revocation did: the key that ended, and the one that was made in its place."""

    ended: PortalSecret | None  # None where it had ended before
    made: PortalSecret | None  # None where another one stays


def rotate(portal: Portal, overlap: timedelta, *, replaces: int | None = None) -> PortalSecret:
    """Make a new key; the present one stays good for the overlap.

    `replaces` names the key that the caller takes for the present one. Raises Problem:
    changed_meanwhile where it isn't, action_blocked while an earlier overlap runs.
    """
    with transaction.atomic():
        active = _locked(portal)
        if replaces is not None and replaces not in {secret.pk for secret in active[:1]}:
            told = _("This isn't the newest key any more: somebody has replaced it.")
            raise Problem("changed_meanwhile", detail=told)
        if any(secret.expires_at for secret in active):
            told = _("The key before this one is still good. Revoke it first, or wait for its end.")
            raise Problem("action_blocked", reason="keys_overlap", detail=told)
        for secret in active:
            secret.end(overlap)
        return PortalSecret.make(portal)


def revoke(portal: Portal, secret_id: int) -> Revoked:
    """End a key and every session that it let in, at once; raises Problem not_found.

    Where no key is left that doesn't end, a new one is made in the same step.
    """
    with transaction.atomic():
        active = _locked(portal)
        ended = next((secret for secret in active if secret.pk == secret_id), None)
        if ended is None:
            if not portal.secrets.filter(pk=secret_id).exists():
                raise Problem("not_found")
            return Revoked(None, None)
        ended.end()
        if any(secret.expires_at is None for secret in active if secret is not ended):
            return Revoked(ended, None)
        return Revoked(ended, PortalSecret.make(portal))


def note_use(secret: PortalSecret) -> None:
    """Note that somebody was let in with this key, at most once a minute."""
    if is_due(secret.last_used_at):
        PortalSecret.objects.filter(pk=secret.pk).update(last_used_at=timezone.now())


def _locked(portal: Portal) -> list[PortalSecret]:
    """Return the active keys, newest first, which nobody else changes until this is done."""
    Portal.objects.select_for_update().get(pk=portal.pk)
    return portal.active_secrets()
