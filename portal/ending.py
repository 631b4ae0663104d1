"""Ending sessions before their time: one signed token's, one customer's, everybody's.

What was ended stays ended for as long as a session made before could still be good. Signed tokens
are recorded when they are first used, so that one can be found and ended.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.utils import timezone

if TYPE_CHECKING:
    from portal.models import Portal

EVERYBODY = ""
TOKEN = "token:"  # noqa: S105 -- what a subject begins with
KEPT = timedelta(days=1)  # longer than any session lasts
SUBJECT_AT_MOST = 600
JTI_AT_MOST = 128


class SignedToken(models.Model):
    """A signed token that was used: whom it is for, when first, and until when it is good."""

    portal = models.ForeignKey("portal.Portal", models.CASCADE, related_name="signed_tokens")
    jti = models.CharField(max_length=JTI_AT_MOST)
    subject = models.CharField(max_length=SUBJECT_AT_MOST)
    used_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["portal", "jti"], name="one_token_of_a_jti")
        ]

    def __str__(self) -> str:
        return f"{self.jti} at {self.portal_id}"


class EndedSessions(models.Model):
    """Whose sessions were ended, and when: all that began before are dead."""

    portal = models.ForeignKey("portal.Portal", models.CASCADE, related_name="ended_sessions")
    subject = models.CharField(max_length=SUBJECT_AT_MOST, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["portal", "subject"], name="one_end_of_a_subject")
        ]

    def __str__(self) -> str:
        return f"{self.subject or 'everybody'} at {self.portal_id}"


def end_sessions(portal: Portal, subject: str) -> None:
    """End what was let in until now: of everybody (empty), an identity, or a token (`token:JTI`).

    An identity is written as a signed token's `sub` is. Whoever has a hash, or another token, gets
    in again; a token that was ended doesn't.
    """
    EndedSessions.objects.update_or_create(
        portal=portal, subject=subject, defaults={"at": timezone.now()}
    )


def has_ended(portal: Portal, subject: str, jti: str, began_at: int) -> bool:
    """Whether a session that began then (Unix seconds) was ended since."""
    subjects = [EVERYBODY, subject, *([TOKEN + jti] if jti else [])]
    ended = portal.ended_sessions.filter(subject__in=subjects)
    # In the second of the end itself nobody can be told from who was there before.
    return ended.filter(at__gte=datetime.fromtimestamp(began_at, UTC)).exists()


def note_token(portal: Portal, jti: str, subject: str, expires_at: datetime) -> bool:
    """Record that a signed token is used; say whether it is good still.

    It isn't where it was ended, or its `jti` was another identity's before.
    """
    if portal.ended_sessions.filter(subject=TOKEN + jti).exists():
        return False
    token, _is_first = SignedToken.objects.get_or_create(
        portal=portal, jti=jti, defaults={"subject": subject, "expires_at": expires_at}
    )
    return token.subject == subject


def forget() -> int:
    """Delete what can't be good any more; returns how many rows that were."""
    before = timezone.now() - KEPT
    tokens, _by_model = SignedToken.objects.filter(expires_at__lt=before).delete()
    ended, _by_model = EndedSessions.objects.filter(at__lt=before).delete()
    return tokens + ended
