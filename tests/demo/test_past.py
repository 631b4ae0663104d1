"""The demo's activity: there is something to look at, written once."""

from __future__ import annotations

from datetime import timedelta

from django.test import TestCase
from django.utils import timezone

from accounts.models import Activity
from demo.merchant import open_demo
from demo.past import remember
from demo.people import PEOPLE
from servicebot.sandbox import doors
from servicebot.sandbox.world import Sandbox
from settings_ui.leaving import cancellations, leaving

CUSTOMERS = {key: f"cus_{number}" for number, key in enumerate(PEOPLE)}


class PastTests(TestCase):
    def setUp(self) -> None:
        super().setUp()
        self.enterContext(doors.use(Sandbox()))
        self.portal = open_demo({}, "http://localhost:8001").portal

    def test_is_a_year_of_leaving_for_several_reasons(self) -> None:
        remember(self.portal, CUSTOMERS)

        found = leaving(cancellations(self.portal.merchant), str, by_week=False)
        assert (found.left, found.kept) == (14, 2)
        assert sum(1 for period in found.periods if period.left) > 6
        assert len(found.shares) > 5

    def test_is_all_in_the_past_and_in_order(self) -> None:
        remember(self.portal, CUSTOMERS)

        times = [entry.at for entry in Activity.objects.order_by("pk")]
        assert times == sorted(times)
        assert times[0] > timezone.now() - timedelta(days=365)
        assert times[-1] < timezone.now()

    def test_is_written_once(self) -> None:
        remember(self.portal, CUSTOMERS)
        before = Activity.objects.count()

        remember(self.portal, CUSTOMERS)

        assert Activity.objects.count() == before
