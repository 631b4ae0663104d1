"""What the tests of the activity share: entries of Acme's, and its pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.activity import Activity, ActivityAction, ActivityKind
from tests.settings_ui.base import DashboardTestCase


class ActivityTestCase(DashboardTestCase):
    def note(self, action: str = "change_plan", *, days: float = 0, **given: Any) -> Activity:
        """Note something of Ada's, some days ago."""
        defaults: dict[str, Any] = {
            "merchant": self.acme.merchant,
            "at": timezone.now() - timedelta(days=days),
            "kind": ActivityKind.CUSTOMER,
            "who": "ada@example.com",
            "portal_id": self.portal.public_id,
            "mode": "test",
            "customer_id": self.ada,
            "subject": self.ada_sub,
            "before": {"plan": "Starter", "interval": "month"},
            "after": {"plan": "Team", "interval": "month"},
        }
        made: Activity = Activity.objects.create(action=action, **{**defaults, **given})
        return made

    def left(self, reason: str = "", comment: str = "", **given: Any) -> Activity:
        """Note a cancellation of Ada's."""
        return self.note("cancel", reason=reason, comment=comment, **given)

    def by_owner(self, action: str = ActivityAction.STRIPE_CONNECTED, **given: Any) -> Activity:
        """Note something of the owner's."""
        team = {"kind": ActivityKind.MEMBER, "who": "owner@acme.example", "customer_id": ""}
        nothing: dict[str, Any] = {"before": None, "after": None, "subject": "", "portal_id": ""}
        return self.note(action, **{**team, **nothing, **given})

    def page(self, path: str = "/activity/", **query: str) -> str:
        """Return a page of the owner's."""
        response = self.client.get(path, query)
        assert response.status_code == 200, response.content
        return response.content.decode()

    def actions(self) -> list[str]:
        """Return what the team did, oldest first."""
        found = Activity.objects.filter(kind=ActivityKind.MEMBER).order_by("pk")
        return [entry.action for entry in found]
