"""Events of Stripe are deleted after thirteen months."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

from django.core.management import call_command
from django.utils import timezone

from tests.base import ServicebotTestCase


class ForgettingTests(ServicebotTestCase):
    def test_old_events_go_and_newer_ones_stay(self) -> None:
        events = self.acme.merchant.connections.get().events
        for name, days in (("evt_old", 397), ("evt_new", 395)):
            happened = timezone.now() - timedelta(days=days)
            events.create(event_id=name, type="invoice.paid", created_at=happened)
        told = StringIO()

        call_command("forget_old_events", stdout=told)

        assert [event.event_id for event in events.all()] == ["evt_new"]
        assert told.getvalue() == "Events deleted: 1.\n"
