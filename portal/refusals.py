"""Who was not let in lately, and why: what the install page shows of a portal."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import models
from django.utils import timezone

from accounts.limits import MINUTE, hits, so_far
from accounts.notices import REFUSALS_WITHIN, tell_of_refusals

if TYPE_CHECKING:
    from portal.models import Portal

KEPT = 100  # of one portal
KEPT_FOR = timedelta(days=90)
NOTED_A_MINUTE = 30  # of one portal: who is refused on purpose must not fill the table
MANY_ADDRESSES = "many_addresses"  # who was let in all the same; portal/spread.py notes it
SECRET_LIKE = re.compile(r"[0-9A-Fa-f]{32,}|sb_(?:test|live)_")


class RefusedAttempt(models.Model):
    """Somebody whose identity or site was refused; the hash that they sent is not kept."""

    portal = models.ForeignKey("portal.Portal", models.CASCADE, related_name="refused")
    at = models.DateTimeField(default=timezone.now)
    code = models.CharField(max_length=30)  # one of PROBLEMS, or MANY_ADDRESSES
    fault = models.CharField(max_length=40, blank=True, default="")  # what exactly, if known
    origin = models.CharField(max_length=255, blank=True, default="")
    identity = models.CharField(max_length=512, blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["portal", "-at"], name="refused_newest")]

    def __str__(self) -> str:
        return f"{self.code} at {self.portal_id}"


def note_refusal(
    portal: Portal,
    code: str,
    *,
    origin: str = "",
    identity: str = "",
    find_fault: Callable[[], str] = str,
) -> None:
    """Note that somebody was refused, unless that was noted just now or there are too many.

    `find_fault` is asked what exactly was wrong only where it is noted. The owners are told by
    e-mail where there are very many.
    """
    said = _kept_of(identity)
    if not _is_news(portal, code, origin, said):
        return
    if hits(_counted(portal), MINUTE) == 1:
        _trim(portal)
    portal.refused.create(code=code, fault=find_fault(), origin=origin, identity=said)
    lately = portal.refused.filter(at__gt=timezone.now() - REFUSALS_WITHIN)
    count = lately.exclude(code=MANY_ADDRESSES).count()
    tell_of_refusals(portal.merchant, portal.public_id, portal.name, count)


def latest_refusals(portal: Portal) -> list[RefusedAttempt]:
    """Return the last refusals of a portal, newest first."""
    return list(portal.refused.order_by("-at", "-pk")[:KEPT])


def forget() -> int:
    """Delete what is older than it is kept; return how many rows that were."""
    return RefusedAttempt.objects.filter(at__lt=timezone.now() - KEPT_FOR).delete()[0]


def _kept_of(identity: str) -> str:
    """Return what is kept of an identity: text that a database takes, and never a hash or key."""
    printable = "".join(filter(str.isprintable, identity))[:512]
    return "" if SECRET_LIKE.search(printable) else printable


def _is_news(portal: Portal, code: str, origin: str, identity: str) -> bool:
    if so_far(_counted(portal), MINUTE) >= NOTED_A_MINUTE:
        return False
    said = hashlib.sha256("\0".join([code, origin, identity]).encode()).hexdigest()
    return hits(f"refused:{portal.pk}:{said}", MINUTE) == 1


def _counted(portal: Portal) -> str:
    return f"refused:{portal.pk}"


def _trim(portal: Portal) -> None:
    """Forget the oldest, so that with the next there are as many as are kept."""
    older = portal.refused.order_by("-at", "-pk").values("pk")[KEPT - 1 :]
    RefusedAttempt.objects.filter(pk__in=older).delete()
