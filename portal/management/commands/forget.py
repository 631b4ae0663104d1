"""`manage.py forget`: what is older than it is kept is deleted; run it once a day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts.models import Activity, StripeEvent
from portal import clicks, ending

KEPT = timedelta(days=396)  # thirteen months, so that a year can be compared with the one before


class Command(BaseCommand):
    """Deletes old events, ended signed tokens, and activity older than ACTIVITY_KEPT_DAYS."""

    help = "Delete events of Stripe after thirteen months, and activity after ACTIVITY_KEPT_DAYS."

    def handle(self, *args: Any, **given: Any) -> None:
        """Delete them and say how many there were."""
        now = timezone.now()
        events, _by_model = StripeEvent.objects.filter(created_at__lt=now - KEPT).delete()
        entries = Activity.objects.forget(now - timedelta(days=settings.ACTIVITY_KEPT_DAYS))
        ending.forget()
        clicks.forget()
        self.stdout.write(f"Events deleted: {events}. Activity deleted: {entries}.")
