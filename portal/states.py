"""The states that a made-up customer's subscription is looked at in, by the preview."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.facts import SCHEDULED_CHANGE
from portal.fixtures import CARD, COUPON, DECLINED_CARD, Dates, Json, Person, Row, priced, seconds
from portal.periods import months_after


def _active(person: Person) -> Row:
    return person.row(person.subscription(), upcoming=person.upcoming())


def _trialing(person: Person, card: Mapping[str, str] | None = CARD) -> Row:
    began, end = person.dates.ago(days=4), person.dates.ago(days=-10)
    trial = person.subscription(
        status="trialing", created=seconds(began), trial_end=seconds(end), period=(began, end)
    )
    free = [person.invoice(began, 0)]
    return person.row(trial, invoices=free, upcoming=person.upcoming(at=end), card=card)


def _trialing_without_card(person: Person) -> Row:
    return _trialing(person, card=None)


def _downgrading(person: Person) -> Row:
    dates = person.dates
    moments = (dates.turn, dates.ends, months_after(dates.ends, 1))
    turn, end, then = (seconds(moment) for moment in moments)
    phases = [
        {"start_date": turn, "end_date": end, "items": [{"price": priced("Team month")["id"]}]},
        {"start_date": end, "end_date": then, "items": [{"price": priced("Starter month")["id"]}]},
    ]
    schedule = {
        "id": "sub_sched_preview",
        "status": "active",
        "end_behavior": "release",
        "default_settings": {},
        "metadata": {SCHEDULED_CHANGE: priced("Starter month")["id"]},
        "current_phase": {"start_date": turn, "end_date": end},
        "phases": phases,
    }
    return person.row(person.subscription(schedule=schedule), upcoming=person.upcoming(1900))


def _ending(person: Person) -> Row:
    end, now = seconds(person.dates.ends), seconds(person.dates.now)
    ending = person.subscription(cancel_at_period_end=True, cancel_at=end, canceled_at=now)
    return person.row(ending)


def _owing(person: Person, status: str) -> Row:
    newest, *older = person.dates.turns
    owed = person.invoice(newest, 4900, status="open")
    paid = [person.invoice(at, 4900) for at in older]
    return person.row(
        person.subscription(status=status),
        invoices=[owed, *paid],
        upcoming=person.upcoming(),
        card=DECLINED_CARD,
    )


def _past_due(person: Person) -> Row:
    return _owing(person, "past_due")


def _unpaid(person: Person) -> Row:
    return _owing(person, "unpaid")


def _incomplete(person: Person) -> Row:
    began = person.dates.ago(hours=2)
    period = (began, months_after(began, 1))
    begun = person.subscription(status="incomplete", created=seconds(began), period=period)
    return person.row(begun, invoices=[person.invoice(began, 4900, status="open")])


def _paused_without_card(person: Person) -> Row:
    began, end = person.dates.ago(days=20), person.dates.ago(days=6)
    paused = person.subscription(
        status="paused", created=seconds(began), trial_end=seconds(end), period=(began, end)
    )
    return person.row(paused, invoices=[person.invoice(began, 0)], card=None)


def _paused_because(person: Person, why: str) -> Row:
    details = {"paused": {"subscription": {"type": why}}}
    return person.row(person.subscription(status="paused", status_details=details))


def _paused_after_failure(person: Person) -> Row:
    return _paused_because(person, "final_payment_failure")


def _paused_by_merchant(person: Person) -> Row:
    return _paused_because(person, "pause_requested")


def _collection_paused(person: Person) -> Row:
    paused = person.subscription(pause_collection={"behavior": "void"})
    return person.row(paused, upcoming=person.upcoming())


def _canceled(person: Person) -> Row:
    at = seconds(person.dates.ago(days=3))
    return person.row(person.subscription(status="canceled", ended_at=at, canceled_at=at))


def _pending(person: Person) -> Row:
    dates = person.dates
    asked = dates.ago(hours=1)
    left = (dates.ends - asked) / (dates.ends - dates.turn)
    difference = round(9900 * left) - round(4900 * left)
    owed = person.invoice(asked, difference, status="open")
    waiting = {"expires_at": seconds(asked + timedelta(hours=23))}
    return person.row(
        person.subscription(pending_update=waiting),
        invoices=[owed, *({**paid, "id": "in_paid"} for paid in person.paid())],
        upcoming=person.upcoming(),
        card=DECLINED_CARD,
    )


def _discounted(person: Person) -> Row:
    coupon = {"id": "preview", "valid": True, **COUPON}
    end = seconds(months_after(person.dates.began, COUPON["duration_in_months"]))
    discount = {"id": "di_preview", "source": {"coupon": coupon}, "end": end}
    running = person.subscription(discounts=[discount])
    return person.row(running, invoices=person.paid(3920), upcoming=person.upcoming(3920))


def _counted(person: Person) -> Row:
    seats = person.subscription("Business month", quantity=5)
    return person.row(seats, invoices=person.paid(49500), upcoming=person.upcoming(49500))


def _free(person: Person) -> Row:
    free = person.subscription("Free")
    return person.row(free, invoices=person.paid(0), upcoming=person.upcoming(0), card=None)


def _by_invoice(person: Person) -> Row:
    newest, *older = person.dates.turns
    due = seconds(newest + timedelta(days=14))
    owed = person.invoice(newest, 4900, status="open", due_date=due)
    paid = [person.invoice(at, 4900) for at in older]
    running = person.subscription(collection_method="send_invoice", days_until_due=14)
    return person.row(running, invoices=[owed, *paid], upcoming=person.upcoming(), card=None)


def _several(person: Person) -> Row:
    dates = person.dates
    at = seconds(dates.ago(days=3))
    ended: Json = {"id": "sub_ended", "status": "canceled", "ended_at": at, "canceled_at": at}
    year = (dates.began, months_after(dates.began, 12))
    other = person.subscription("Starter year", period=year, **ended)
    parent = {"subscription_details": {"subscription": other["id"]}}
    invoices = [*person.paid(), person.invoice(dates.began, 19000, parent=parent)]
    return person.row(person.subscription(), other, invoices=invoices, upcoming=person.upcoming())


def _nothing(person: Person) -> Row:
    return person.row(invoices=[], card=None)


@dataclass(frozen=True)
class State:
    """One thing to look at; `people` is how many customers one address has."""

    label: Any
    row: Callable[[Person], Row]
    people: int = 1
    is_unsecured: bool = False
    is_off: bool = False

    def rows(self, now: datetime) -> list[Row]:
        """Return what a page would read."""
        return [self.row(Person(Dates(now), n + 1)) for n in range(self.people)]


STATES: dict[str, State] = {
    "active": State(_("Active"), _active),
    "trialing": State(_("In trial"), _trialing),
    "trialing_without_card": State(_("In trial, no card yet"), _trialing_without_card),
    "downgrading": State(_("Active, cheaper plan with the next period"), _downgrading),
    "ending": State(_("Ends with the period"), _ending),
    "discounted": State(_("With a discount"), _discounted),
    "counted": State(_("With a quantity"), _counted),
    "free": State(_("Free"), _free),
    "by_invoice": State(_("Paid by invoice"), _by_invoice),
    "past_due": State(_("Past due, invoice open"), _past_due),
    "unpaid": State(_("Unpaid"), _unpaid),
    "incomplete": State(_("First payment open"), _incomplete),
    "pending": State(_("Plan change waits for payment"), _pending),
    "paused_without_card": State(_("Paused, trial ended without card"), _paused_without_card),
    "paused_after_failure": State(_("Paused, payment failed"), _paused_after_failure),
    "paused_by_merchant": State(_("Paused by you"), _paused_by_merchant),
    "collection_paused": State(_("Payments paused by you"), _collection_paused),
    "canceled": State(_("Canceled"), _canceled),
    "several": State(_("Several subscriptions"), _several),
    "two_customers": State(_("Two customers of one e-mail"), _active, people=2),
    "nothing": State(_("No subscription"), _nothing),
    "unsecured": State(_("Test mode without a hash"), _active, is_unsecured=True),
    "off": State(_("Portal is off"), _nothing, is_off=True),
}
"""Everything that there is to look at, in the order of the choice."""
