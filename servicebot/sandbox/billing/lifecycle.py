"""The passing of time: everything that falls due, in order, each at its own moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import islice
from typing import TYPE_CHECKING, Any

from servicebot.sandbox.billing import (
    collection,
    ending,
    invoicing,
    renewing,
    schedules,
    standing,
    terms,
)
from servicebot.sandbox.billing.periods import HOUR, days

if TYPE_CHECKING:
    from servicebot.sandbox.world import Account

Object = dict[str, Any]
UNSETTLED = frozenset({"draft", "open"})
TRIAL_WARNING = days(3)
INCOMPLETE_FOR = 23 * HOUR


@dataclass(frozen=True)
class Task:
    """Something that is to happen at a moment; the lower rank comes first."""

    at: int
    rank: int
    run: Callable[[], None]


def advance(account: Account, clock: str | None, to: int) -> None:
    """Let everything on a test clock, or on none, happen that is due by a moment."""
    note = account.hidden.setdefault("billing", {}).setdefault(clock or "", {})
    if note.get("events") == len(account.tables.get("event", {})) and note["due"] > to:
        return
    timeline = Timeline(account, clock)
    while (task := timeline.next(to)) is not None:
        with _moved(account, clock, task.at):
            task.run()
        timeline.refresh()
    if clock:
        account.tables["test_helpers.test_clock"][clock]["frozen_time"] = to
    note |= {"events": len(account.tables.get("event", {})), "due": timeline.horizon}


@contextmanager
def _moved(account: Account, clock: str | None, moment: int) -> Iterator[None]:
    """Let it be a moment of the past while what fell due then happens."""
    if clock:
        account.tables["test_helpers.test_clock"][clock]["frozen_time"] = moment
        yield
        return
    real = account.sandbox.clock
    account.sandbox.clock = lambda: moment
    try:
        yield
    finally:
        account.sandbox.clock = real


@dataclass
class Timeline:
    """What is due of each subscription, with its invoices, and of each other invoice."""

    account: Account
    clock: str | None
    heap: list[tuple[int, int, str]] = field(default_factory=list)
    unsettled: dict[str, list[Object]] = field(default_factory=dict)
    seen: int = 0
    current: str | None = None

    def __post_init__(self) -> None:
        self._read_invoices()
        on_clock = {s["id"] for s in self._rows("subscription") if s["status"] not in ENDED}
        for owner in sorted(on_clock | set(self.unsettled)):
            self._push(owner)

    @property
    def horizon(self) -> int:
        """Return when the next thing is due."""
        return self.heap[0][0] if self.heap else 2**62

    def next(self, to: int) -> Task | None:
        """Return the next task that is due by a moment."""
        while self.heap and self.heap[0][0] <= to:
            at, rank, owner = heappop(self.heap)
            task = self._due(owner)
            if task and (task.at, task.rank) == (at, rank):
                self.current = owner
                return task
            self._push(owner)
        return None

    def refresh(self) -> None:
        """Look again at what the last task has changed."""
        self._read_invoices()
        if self.current:
            self._push(self.current)

    def _rows(self, kind: str) -> list[Object]:
        rows = self.account.tables.get(kind, {}).values()
        return [row for row in rows if row["test_clock"] == self.clock]

    def _read_invoices(self) -> None:
        """Sort invoices made since the last look under their owners."""
        table = self.account.tables.get("invoice", {})
        fresh = list(islice(table.values(), self.seen, None))
        self.seen = len(table)
        for invoice in fresh:
            if invoice["test_clock"] == self.clock and invoice["status"] in UNSETTLED:
                owner = invoicing.subscription_of(invoice) or invoice["id"]
                self.unsettled.setdefault(owner, []).append(invoice)

    def _push(self, owner: str) -> None:
        task = self._due(owner)
        if task:
            heappush(self.heap, (task.at, task.rank, owner))

    def _due(self, owner: str) -> Task | None:
        """Return what happens next to a subscription or to an invoice of none."""
        found = [task for inv in self._open(owner) for task in invoice_tasks(self.account, inv)]
        subscription = self.account.tables.get("subscription", {}).get(owner)
        if subscription and subscription["status"] not in ENDED:
            found += subscription_tasks(self.account, subscription)
        return min(found, key=lambda task: (task.at, task.rank), default=None)

    def _open(self, owner: str) -> list[Object]:
        kept = [i for i in self.unsettled.get(owner, []) if i["status"] in UNSETTLED]
        self.unsettled[owner] = kept
        return kept


ENDED = standing.ENDED


def invoice_tasks(account: Account, invoice: Object) -> Iterator[Task]:
    """Yield what waits for an invoice: its finalization, a retry, the day it is due."""
    if invoice["status"] == "draft":
        at = invoice["automatically_finalizes_at"]
        if at and invoice["auto_advance"]:
            yield Task(at, 6, lambda: renewing.advance_draft(account, invoice, at))
        return
    if invoice["next_payment_attempt"]:
        at = invoice["next_payment_attempt"]
        yield Task(at, 7, lambda: collection.collect_automatically(account, invoice))
    noted = account.hidden.get(invoice["id"], {}).get("overdue")
    if invoice["due_date"] and not noted:
        yield Task(invoice["due_date"], 8, lambda: renewing.overdue(account, invoice))


def subscription_tasks(account: Account, subscription: Object) -> Iterator[Task]:
    """Yield what waits for a subscription."""
    yield from _limits(account, subscription)
    yield from _cycle(account, subscription)
    schedule = account.tables.get("subscription_schedule", {}).get(subscription["schedule"] or "")
    if schedule and schedule["current_phase"]:
        at = schedule["current_phase"]["end_date"]
        yield Task(at, 0, lambda: schedules.enter_next_phase(account, schedule, at))


def _limits(account: Account, subscription: Object) -> Iterator[Task]:
    """Yield the ends of what lasts for a time."""
    for id_ in subscription["discounts"]:
        discount = account.tables["discount"][id_]
        if discount["end"]:
            yield _end_of(account, subscription, discount)
    pending = subscription["pending_update"]
    if pending:
        at = pending["expires_at"]
        yield Task(at, 3, lambda: standing.drop_pending(account, subscription))
    resumption = standing.open_resumption(account, subscription)
    if resumption:
        at_latest = resumption["until"]
        yield Task(at_latest, 3, lambda: standing.give_up_resumption(account, subscription))
    pause = subscription["pause_collection"] or {}
    if pause.get("resumes_at"):
        at = pause["resumes_at"]
        yield Task(at, 2, lambda: renewing.end_collection_pause(account, subscription))


def _end_of(account: Account, subscription: Object, discount: Object) -> Task:
    return Task(discount["end"], 1, lambda: renewing.end_discount(account, subscription, discount))


def _cycle(account: Account, subscription: Object) -> Iterator[Task]:
    """Yield what the cycle brings: expiry, the trial's end, cancellation, renewal."""
    status = subscription["status"]
    if status == "incomplete":
        at = subscription["created"] + INCOMPLETE_FOR
        yield Task(at, 3, lambda: renewing.expire_incomplete(account, subscription, at))
        return
    if subscription["cancel_at"]:
        at = subscription["cancel_at"]
        yield Task(at, 4, lambda: ending.run_out(account, subscription, at))
    if status == "paused":
        return
    if status == "trialing":
        yield from _trial(account, subscription)
        return
    at_end = terms.period_end(subscription)
    yield Task(at_end, 5, lambda: renewing.renew(account, subscription, at_end))


def _trial(account: Account, subscription: Object) -> Iterator[Task]:
    end = subscription["trial_end"]
    if account.hidden.get(subscription["id"], {}).get("warned") != end:
        at = max(end - TRIAL_WARNING, subscription["trial_start"])
        yield Task(at, 4, lambda: renewing.warn_of_trial_end(account, subscription))
    yield Task(end, 5, lambda: renewing.end_trial(account, subscription, end))
