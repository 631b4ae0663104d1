"""What a portal's identity hashes are made with."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import models
from django.utils import timezone

from accounts.fields import EncryptedTextField
from portal import keys

if TYPE_CHECKING:
    from portal.models import Portal


class PortalSecret(models.Model):
    """What signs a portal's identity hashes. Rotated by adding one and letting the old expire."""

    portal = models.ForeignKey("portal.Portal", models.CASCADE, related_name="secrets")
    value = EncryptedTextField()
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"key {self.pk} of {self.portal_id}"

    @property
    def hint(self) -> str:
        """Enough of the key to recognise it, too little to use it."""
        return f"{self.value[:8]}…{self.value[-4:]}"

    @property
    def has_ended(self) -> bool:
        """Whether nothing made with this key counts any more."""
        return self.expires_at is not None and self.expires_at <= timezone.now()

    @classmethod
    def make(cls, portal: Portal) -> PortalSecret:
        """Add a key to a portal."""
        return cls.objects.create(portal=portal, value=keys.new_secret(portal.mode))

    def end(self, after: timedelta = timedelta(0)) -> None:
        """Stop accepting hashes made with this key, at once or after a while."""
        self.expires_at = timezone.now() + after
        self.save(update_fields=["expires_at"])
