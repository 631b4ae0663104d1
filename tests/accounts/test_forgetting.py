"""What is old is deleted: events of Stripe, and activity as long as the operator keeps it."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

from django.core.management import call_command
from django.test import override_settings
from django.utils import timezone

from accounts.activity import Activity, ActivityKind
from tests.base import ServicebotTestCase


class ForgettingTests(ServicebotTestCase):
    def forget(self) -> str:
        told = StringIO()
        call_command("forget", stdout=told)
        return told.getvalue()

    def note(self, *days: int) -> None:
        """Note a cancellation some days ago, or several."""
        for each in days:
            Activity.objects.create(
                merchant=self.acme.merchant,
                kind=ActivityKind.CUSTOMER,
                action="cancel",
                who="ada@example.com",
                at=timezone.now() - timedelta(days=each),
                subject=f"sub_{each}",
            )

    def kept(self) -> list[str]:
        return [entry.subject for entry in Activity.objects.order_by("pk")]

    def test_old_events_go_and_newer_ones_stay(self) -> None:
        events = self.acme.merchant.connections.get().events
        for name, days in (("evt_old", 397), ("evt_new", 395)):
            happened = timezone.now() - timedelta(days=days)
            events.create(event_id=name, type="invoice.paid", created_at=happened)

        assert self.forget() == "Events deleted: 1. Activity deleted: 0.\n"
        assert [event.event_id for event in events.all()] == ["evt_new"]

    def test_activity_is_kept_thirteen_months(self) -> None:
        self.note(397, 395)

        assert self.forget() == "Events deleted: 0. Activity deleted: 1.\n"
        assert self.kept() == ["sub_395"]

    @override_settings(ACTIVITY_KEPT_DAYS=30)
    def test_or_as_long_as_the_operator_says(self) -> None:
        self.note(31, 29)

        self.forget()

        assert self.kept() == ["sub_29"]
