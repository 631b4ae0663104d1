"""Who was not let in lately, and why: what the install page shows of a portal."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

KEPT = 100  # of one portal


class RefusedAttempt(models.Model):
    """Somebody whose identity or site was refused; the hash that they sent is not kept."""

    portal = models.ForeignKey("portal.Portal", models.CASCADE, related_name="refused")
    at = models.DateTimeField(default=timezone.now)
    code = models.CharField(max_length=30)  # one of PROBLEMS
    fault = models.CharField(
        max_length=40, blank=True, default=""
    )  # what exactly, where it is known
    origin = models.CharField(max_length=255, blank=True, default="")
    identity = models.CharField(max_length=512, blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["portal", "-at"], name="refused_newest")]

    def __str__(self) -> str:
        return f"{self.code} at {self.portal_id}"
