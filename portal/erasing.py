"""Forgetting one customer of a merchant, wherever something of theirs is kept.

What keeps an ended session or signed token from coming back stays for the day that it is needed:
portal/ending.py forgets it.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from accounts.activity import Activity, ActivityKind, ActivityQuerySet
from accounts.models import Merchant, StripeEvent
from portal.refusals import RefusedAttempt


@dataclass(frozen=True)
class Traces:
    """What is kept of one customer, and the names that they came by."""

    names: list[str]
    entries: ActivityQuerySet
    refused: QuerySet[RefusedAttempt]
    events: QuerySet[StripeEvent]

    @property
    def count(self) -> int:
        """How much that is."""
        return self.entries.count() + self.refused.count() + self.events.count()


def traces_of(merchant: Merchant, customer_id: str) -> Traces:
    """Return what is kept of a customer of this merchant's."""
    entries = Activity.objects.of_customer(merchant.pk, customer_id)
    theirs = entries.filter(kind=ActivityKind.CUSTOMER).order_by("who")
    names = list(theirs.values_list("who", flat=True).distinct())
    return Traces(
        names,
        entries,
        RefusedAttempt.objects.filter(
            portal__merchant=merchant, identity__in=[*names, customer_id]
        ),
        StripeEvent.objects.filter(connection__merchant=merchant, customer_id=customer_id),
    )


@transaction.atomic
def erase(merchant: Merchant, customer_id: str) -> int:
    """Forget a customer; return how much that was.

    Of an event stays that it came, so that it counts once; not whose it was or what it was about.
    """
    found = traces_of(merchant, customer_id)
    count = found.count
    found.refused.delete()
    found.events.update(customer_id="", object_id="")
    Activity.objects.erase(merchant.pk, customer_id)
    return count
