"""How a merchant's portals stand: what the home page shows of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Q
from django.utils import timezone

from accounts.activity import ActivityKind
from accounts.models import Merchant, Mode
from portal.models import Portal


@dataclass(frozen=True)
class Standing:
    """A portal, when a hash for it was last accepted, and how many were refused today."""

    portal: Portal
    let_in_at: datetime | None
    refused_today: int

    @property
    def is_open(self) -> bool:
        """Whether customers find the portal on."""
        return bool(self.portal.settings.is_on)


def standings_of(merchant: Merchant) -> list[Standing]:
    """Return how each portal of a merchant stands, oldest first."""
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    today = Count("refused", filter=Q(refused__at__gte=midnight), distinct=True)
    portals = merchant.portals.select_related("settings").order_by("pk")
    rows = portals.annotate(let_in_at=Max("secrets__last_used_at"), refused_today=today)
    return [Standing(row, row.let_in_at, row.refused_today) for row in rows]


def is_used_in_test(merchant: Merchant) -> bool:
    """Whether customers did something in a test portal, where a hash isn't always asked for."""
    done = merchant.activity.filter(kind=ActivityKind.CUSTOMER, mode=Mode.TEST)
    return done.exists()
