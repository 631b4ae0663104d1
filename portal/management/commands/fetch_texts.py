"""`manage.py fetch_texts`: reads the texts that merchants keep at addresses of theirs; for cron."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from portal.fetched import refresh
from portal.models import Portal


class Command(BaseCommand):
    """Fetches the texts of each portal that has an address for them and uses its own."""

    help = "Fetch the portals' custom texts from their addresses anew. What is faulty isn't taken."

    def handle(self, *args: Any, **options: Any) -> None:
        """Fetch them one after another, and say what came of it."""
        portals = Portal.objects.select_related("settings").order_by("pk")
        asked = portals.filter(settings__uses_custom_resource=True)
        good = bad = 0
        for portal in asked.exclude(settings__custom_resource_url=""):
            row = refresh(portal)
            if row is None:
                continue
            good, bad = (good, bad + 1) if row.faults else (good + 1, bad)
            for told in row.told:
                self.stderr.write(f"{portal.public_id}: {told}")
        self.stdout.write(f"Texts fetched: {good}. Left as they were: {bad}.")
