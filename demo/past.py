"""What Acme's customers did in its portal in the past year, so that there is something to see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.activity import Activity, ActivityAction, ActivityKind
from demo.people import PEOPLE
from portal.models import Portal

CANCEL, UNDO = ActivityAction.CANCEL, ActivityAction.UNDO_CANCEL
LEFT = (
    (330, "leo@lumen-studio.example", "Starter", "too_expensive", "Too much for what we use."),
    (322, "nadia@oakandpine.example", "Team", "missing_features", "We need exports to our CRM."),
    (301, "hugo@papertrail.example", "Starter", "unused", ""),
    (276, "rosa@calle9.example", "Team", "too_expensive", ""),
    (270, "amir@northwind-shop.example", "Business", "switched_service", "Our group uses another."),
    (215, "julia@julia-reiter.example", "Starter", "unused", "The project is over, thank you."),
    (211, "sam@fieldnotes.example", "Team", "", ""),
    (198, "mei@blueharbor.example", "Team", "missing_features", "No single sign-on."),
    (150, "oscar@tallgrass.example", "Starter", "too_expensive", ""),
    (142, "vera@atelier-vera.example", "Starter", "unused", ""),
    (121, "pavel@ridgeline.example", "Team", "too_complex", "Nobody but me got on with it."),
    (44, "dina@saltandstone.example", "Team", "too_expensive", "Half the price would be right."),
    (40, "kofi@brightlane.example", "Starter", "switched_service", ""),
    (16, "iris@meadowworks.example", "Team", "missing_features", "Dashboards to share, please."),
)
STAYED = (
    (228, "sven@kjellberg.example", "Team", "too_expensive", "Can you do better on the price?"),
    (88, "lina@harborlight.example", "Business", "other", "Clicked the wrong one."),
)


@dataclass(frozen=True)
class Past:
    """Entries of one portal, made with the time at which they are said to have happened."""

    portal: Portal
    now: datetime

    def entry(self, days: float, who: str, customer: str, action: str, **given: Any) -> Activity:
        """Make an entry of some days ago."""
        return Activity(
            merchant_id=self.portal.merchant_id,
            at=self.now - timedelta(days=days),
            kind=ActivityKind.CUSTOMER,
            action=action,
            who=who,
            customer_id=customer,
            portal_id=self.portal.public_id,
            mode=self.portal.mode,
            **given,
        )

    def cancellations(self) -> Iterator[Activity]:
        """Yield those who left, and those who stayed after all."""
        for number, (days, who, plan, reason, comment) in enumerate([*LEFT, *STAYED]):
            customer, subject = f"cus_demoPast{number}", f"sub_demoPast{number}"
            running = {"plan": plan, "interval": "month", "status": "active"}
            end = self.now - timedelta(days=days - 20)
            ending = running | {"ends_at": end.isoformat()}
            yield self.entry(
                days,
                who,
                customer,
                CANCEL,
                subject=subject,
                before=running,
                after=ending,
                reason=reason,
                comment=comment,
            )
            if number >= len(LEFT):
                states = {"before": ending, "after": running}
                yield self.entry(days - 1, who, customer, UNDO, subject=subject, **states)

    def others(self, customers: Mapping[str, str]) -> Iterator[Activity]:
        """Yield what some of today's customers did, by the ids that they have at Stripe."""
        starter, team = ({"plan": name, "interval": "month"} for name in ("Starter", "Team"))
        seats = {"before": {"quantity": 5}, "after": {"quantity": 7}}
        card = {"brand": "visa", "last4": "4242", "exp_month": 8, "exp_year": self.now.year + 2}
        done: tuple[tuple[float, str, str, dict[str, Any]], ...] = (
            (45, "active", "change_plan", {"before": starter, "after": team}),
            (
                20,
                "quantity",
                "change_quantity",
                seats,
            ),
            (9, "many_invoices", "update_card", {"after": card}),
            (4, "sends_invoice", "update_billing_details", {"after": {"changed": ["address"]}}),
        )
        for days, key, action, states in done:
            yield self.entry(days, PEOPLE[key].email, customers[key], action, **states)


def remember(portal: Portal, customers: Mapping[str, str]) -> None:
    """Write the past of a portal of which nothing was noted yet."""
    if portal.merchant.activity.exists():
        return
    past = Past(portal, timezone.now())
    entries = [*past.cancellations(), *past.others(customers)]
    Activity.objects.bulk_create(sorted(entries, key=lambda entry: entry.at))
