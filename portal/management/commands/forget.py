"""`manage.py forget`: what is older than it is kept is deleted; run it once a day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from accounts import people
from accounts.models import Activity, StripeEvent
from portal import clicks, ending, refusals

KEPT = timedelta(days=396)  # thirteen months, so that a year can be compared with the one before


class Command(BaseCommand):
    """Deletes what is older than it is kept; docs/privacy.md has how long that is."""

    help = "Delete what is older than it is kept. Run it once a day."

    def handle(self, *args: Any, **given: Any) -> None:
        """Delete it and say how much there was."""
        now = timezone.now()
        counts = {
            "Events": StripeEvent.objects.filter(created_at__lt=now - KEPT).delete()[0],
            "Activity": Activity.objects.forget(now - timedelta(days=settings.ACTIVITY_KEPT_DAYS)),
            "Refused attempts": refusals.forget(),
            "Signed tokens and ended sessions": ending.forget(),
            "Clicks": clicks.forget(),
            "Invitations": people.forget_invitations(),
            "Log-ins": people.forget_log_ins(),
            "Accounts never proven": people.forget_unproven(),
        }
        for what, count in counts.items():
            self.stdout.write(f"{what} deleted: {count}.")
