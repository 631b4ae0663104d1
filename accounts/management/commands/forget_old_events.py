"""`manage.py forget_old_events`: what Stripe told us long ago is deleted; run it once a day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.models import StripeEvent

KEPT = timedelta(days=396)  # thirteen months, so that a year can be compared with the one before


class Command(BaseCommand):
    """Deletes the events of Stripe that are older than thirteen months."""

    help = "Delete the events of Stripe that are older than thirteen months."

    def handle(self, *args: Any, **given: Any) -> None:
        """Delete them and say how many there were."""
        old = StripeEvent.objects.filter(created_at__lt=timezone.now() - KEPT)
        count, _by_model = old.delete()
        self.stdout.write(f"Events deleted: {count}.")
