"""Subscription schedules: phases that a subscription goes through by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicebot.sandbox.billing import (
    catalogue,
    collection,
    ending,
    invoicing,
    items,
    ledger,
    pending,
    standing,
    terms,
)
from servicebot.sandbox.billing.changes import Planner, Terms
from servicebot.sandbox.billing.items import Change
from servicebot.sandbox.resources import coupons
from servicebot.sandbox.wire import clone

if TYPE_CHECKING:
    from servicebot.sandbox.world import Account

Object = dict[str, Any]
CANNOT_BE_SCHEDULED = standing.ENDED | {"incomplete", "paused"}
CARRIED = ("automatic_tax", "collection_method", "default_payment_method", "description")


def of_subscription(account: Account, subscription: Object) -> Object | None:
    """Return the schedule that manages a subscription."""
    return account.tables.get("subscription_schedule", {}).get(subscription["schedule"] or "")


def next_phase(schedule: Object, moment: int) -> Object | None:
    """Return the phase that starts at a moment."""
    return next((p for p in schedule["phases"] if p["start_date"] == moment), None)


def as_of(
    account: Account, subscription: Object, running: list[Object], moment: int
) -> tuple[Object, list[Object]]:
    """Return a subscription and its discounts as a phase that starts at a moment makes them."""
    schedule = of_subscription(account, subscription)
    phase = next_phase(schedule, moment) if schedule else None
    if phase is None:
        return subscription, running
    changed = {**subscription, **phase_change(account, subscription, phase, moment)}
    return changed, phase_discounts(account, subscription, phase)


def phase_change(account: Account, subscription: Object, phase: Object, moment: int) -> Object:
    """Return the fields that a phase sets; a changed interval starts the cycle anew."""
    asked = phase_items(account, subscription, phase, moment)
    kept = [each.after for each in asked if each.after]
    moves = any(each.moves_interval for each in asked) or not any(
        each.before and each.after for each in asked
    )
    if moves or phase["billing_cycle_anchor"] == "phase_start":
        change: Object = {"billing_cycle_anchor": moment}
    else:
        change = {}
    data = [{**item, "current_period_end": _period_end(subscription, item)} for item in kept]
    listed = {**subscription["items"], "data": data}
    return {**change, **phase_fields(account, subscription, phase), "items": listed}


def _period_end(subscription: Object, item: Object) -> int:
    """Return an item's period end; one that is new joins the others."""
    ids = {each["id"] for each in subscription["items"]["data"]}
    return item["current_period_end"] if item["id"] in ids else terms.period_end(subscription)


def phase_fields(account: Account, subscription: Object, phase: Object) -> Object:
    """Return the plain fields that a phase sets, itself or by the schedule's default settings.

    What neither sets is cleared; the phase's metadata is added to the subscription's.
    """
    settings = (of_subscription(account, subscription) or {})["default_settings"]
    found = {name: phase[name] or settings[name] for name in CARRIED}
    invoices = phase["invoice_settings"] or settings["invoice_settings"]
    found["default_tax_rates"] = clone(phase["default_tax_rates"])
    sent = found["collection_method"] == "send_invoice"
    found["days_until_due"] = invoices["days_until_due"] if sent else None
    return {**found, "metadata": items.merged(subscription["metadata"], phase["metadata"])}


def phase_discounts(account: Account, subscription: Object, phase: Object) -> list[Object]:
    """Return the discounts of a phase; new ones are not stored yet."""
    given = [{k: v for k, v in each.items() if v} for each in phase["discounts"]]
    return terms.discounts_for(account, subscription, given or "")


def _redeem(account: Account, subscription: Object, phase: Object) -> None:
    running = phase_discounts(account, subscription, phase)
    subscription["discounts"] = [coupons.redeem(account, each)["id"] for each in running]


def phase_items(account: Account, subscription: Object, phase: Object, now: int) -> list[Change]:
    """Return what a phase makes of the items: same price or same product keeps the item."""
    left = list(subscription["items"]["data"])
    found = []
    for wanted in phase["items"]:
        price = catalogue.full_price(account, wanted["price"])
        before = _match(left, price)
        if before:
            left.remove(before)
        found.append(_changed(account, subscription, before, price, wanted, now))
    return [*found, *(Change(item, None) for item in left)]


def _match(left: list[Object], price: Object) -> Object | None:
    same = [item for item in left if item["price"]["id"] == price["id"]]
    if same:
        return same[0]
    return left[0] if len(left) == 1 else None


def _changed(
    account: Account,
    subscription: Object,
    before: Object | None,
    price: Object,
    wanted: Object,
    now: int,
) -> Change:
    quantity = wanted.get("quantity") or 1
    rates = clone(wanted["tax_rates"])
    if before is None:
        given = {"quantity": quantity, "metadata": wanted["metadata"], "tax_rates": rates}
        return Change(None, items.new_item(account, subscription["id"], price, given, now))
    metadata = items.merged(before["metadata"], wanted["metadata"])
    after = items.priced(account, before, price, quantity)
    return Change(before, {**after, "metadata": metadata, "tax_rates": rates})


def enter_current(account: Account, schedule: Object, proration: str) -> None:
    """Carry out what a call has changed in the phase that runs."""
    subscription = account.tables["subscription"][schedule["subscription"]]
    now = account.now(subscription)
    phase = next((p for p in schedule["phases"] if p["start_date"] <= now < p["end_date"]), None)
    if phase is None:
        return
    schedule["current_phase"] = {name: phase[name] for name in ("end_date", "start_date")}
    _enter_early(account, subscription, {**phase, "proration_behavior": proration}, now)


def enter_next_phase(account: Account, schedule: Object, moment: int) -> None:
    """End a phase: begin the next one, or end the schedule as it says."""
    subscription = account.tables["subscription"][schedule["subscription"]]
    phase = next_phase(schedule, moment)
    if phase is None:
        _finish(account, schedule, subscription)
        return
    before = clone(schedule)
    dates = {"start_date": phase["start_date"], "end_date": phase["end_date"]}
    schedule["current_phase"] = dates
    enter(account, subscription, phase, moment)
    account.changed(schedule, before, emit="subscription_schedule.updated")


def enter(account: Account, subscription: Object, phase: Object, moment: int) -> None:
    """Make a subscription what a phase says; inside a period the change is prorated."""
    if moment >= terms.period_end(subscription):
        before = clone(subscription)
        subscription |= phase_change(account, subscription, phase, moment)
        _redeem(account, subscription, phase)
        account.changed(subscription, before, emit="customer.subscription.updated")
        return
    _enter_early(account, subscription, phase, moment)


def _enter_early(account: Account, subscription: Object, phase: Object, moment: int) -> None:
    asked = phase_items(account, subscription, phase, moment)
    starts = phase["start_date"] == moment and phase["billing_cycle_anchor"] == "phase_start"
    planner = Planner(account, subscription, terms.running(account, subscription))
    done = Terms(moment, moment, phase["proration_behavior"], moment if starts else None)
    plan = planner.update(asked, done)
    before = clone(subscription)
    subscription |= {**plan.after, **phase_fields(account, subscription, phase)}
    _redeem(account, subscription, phase)
    ledger.carry_out(account, plan.carried)
    if plan.bills_now:
        _bill(account, subscription, plan.lines, moment)
    else:
        pending.add(account, subscription["customer"], subscription["currency"], plan.lines)
    account.changed(subscription, before, emit="customer.subscription.updated")


def _bill(account: Account, subscription: Object, found: list[Any], moment: int) -> None:
    waiting = pending.lines(account, subscription["customer"], subscription["id"])
    bill = invoicing.Bill(
        customer=account.tables["customer"][subscription["customer"]],
        currency=subscription["currency"],
        lines=[*waiting, *found],
        now=moment,
        period=(moment, moment),
        reason="subscription_update",
        subscription=subscription,
        running=terms.running(account, subscription),
    )
    invoice = invoicing.compose(account, bill)
    invoicing.store(account, invoice, bill)
    invoicing.finalize(account, invoice, moment)
    invoicing.record_debits(account, invoice)
    subscription["latest_invoice"] = invoice["id"]
    collection.collect_automatically(account, invoice)


def _finish(account: Account, schedule: Object, subscription: Object) -> None:
    if schedule["end_behavior"] == "cancel":
        now = account.now(subscription)
        schedule |= {"status": "completed", "completed_at": now, "current_phase": None}
        account.emit("subscription_schedule.completed", schedule)
        subscription["schedule"] = None
        ending.run_out(account, subscription, now)
        return
    release(account, schedule)


def release(account: Account, schedule: Object) -> None:
    """Let a subscription go on by itself."""
    subscription = account.tables["subscription"][schedule["subscription"]]
    before = clone(subscription)
    schedule |= {
        "status": "released",
        "released_at": account.now(schedule),
        "released_subscription": subscription["id"],
        "subscription": None,
        "current_phase": None,
    }
    subscription["schedule"] = None
    account.emit("subscription_schedule.released", schedule)
    account.changed(subscription, before, emit="customer.subscription.updated")
