"""Letting a paused subscription run again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicebot.sandbox.billing import (
    catalogue,
    collection,
    invoicing,
    items,
    pending,
    standing,
    starting,
    terms,
)
from servicebot.sandbox.billing.changes import Plan, Planner
from servicebot.sandbox.billing.invoicing import Bill
from servicebot.sandbox.errors import invalid
from servicebot.sandbox.wire import clone

if TYPE_CHECKING:
    from servicebot.sandbox.world import Account

Object = dict[str, Any]


def resume(account: Account, subscription: Object, params: Object) -> Object:
    """Let a paused subscription run again, from now or on its old cycle."""
    _check(subscription)
    now = account.now(subscription)
    plan = resumption(account, subscription, params, now)
    customer = account.tables["customer"][subscription["customer"]]
    bill = resumption_bill(account, plan, terms.running(account, subscription), now)
    due = invoicing.compose(account, bill)["amount_due"] if bill.lines else 0
    if due:
        starting.require_method(account, customer, subscription)
    _resumed(account, subscription, plan, wakes=not due)
    if bill.lines:
        waits = params.get("payment_behavior") == "resume_on_payment_success"
        _bill_resumption(account, subscription, bill, now, charges=waits)
    return subscription


def _check(subscription: Object) -> None:
    if subscription["status"] != "paused":
        message = "You can only resume a subscription that is paused."
        raise invalid(message)
    if subscription["collection_method"] != "charge_automatically":
        message = "You can only resume subscriptions that are charged automatically."
        raise invalid(message)


def resumption(account: Account, subscription: Object, params: Object, now: int) -> Plan:
    """Return what resuming makes of a subscription and what it bills."""
    planner = Planner(account, subscription, terms.running(account, subscription))
    anchor = (params.get("billing_cycle_anchor") or {}).get("type", "now")
    kept = subscription["items"]["data"]
    start = now if anchor == "now" else subscription["billing_cycle_anchor"]
    moved = [items.placed(i, catalogue.price_period(i["price"], start, now)) for i in kept]
    after = {
        **subscription,
        "items": {**subscription["items"], "data": moved},
        "billing_cycle_anchor": start,
        "status": "active",
        "status_details": None,
    }
    if anchor == "now":
        return Plan(after, planner.first_lines(after), bills_now=True)
    moment = params.get("proration_date", now)
    prorates = params.get("proration_behavior", "create_prorations") != "none"
    return Plan(after, planner.charges(moved, moved, moment) if prorates else [], bills_now=True)


def resumption_bill(account: Account, plan: Plan, running: list[Object], now: int) -> Bill:
    """Return the bill of a resumption."""
    customer = plan.after["customer"]
    return Bill(
        customer=account.tables["customer"][customer],
        currency=plan.after["currency"],
        lines=[*pending.lines(account, customer, plan.after["id"]), *plan.lines],
        now=now,
        period=(now, now),
        reason="subscription_update",
        subscription=plan.after,
        running=running,
    )


def _resumed(account: Account, subscription: Object, plan: Plan, *, wakes: bool) -> None:
    before = clone(subscription)
    kept = {"items": plan.after["items"]} | {
        name: plan.after[name] for name in ("billing_cycle_anchor", "status", "status_details")
    }
    if not wakes:
        kept = {name: kept[name] for name in ("items", "billing_cycle_anchor")}
    subscription |= kept
    account.changed(subscription, before, emit="customer.subscription.updated")
    if wakes:
        account.emit("customer.subscription.resumed", subscription)


def _bill_resumption(
    account: Account, subscription: Object, bill: Bill, now: int, *, charges: bool
) -> None:
    """Invoice a resumption; unless it is charged for now, it waits for somebody to pay it."""
    invoice = invoicing.compose(account, bill)
    invoicing.store(account, invoice, bill)
    invoicing.finalize(account, invoice, now)
    invoicing.record_debits(account, invoice)
    invoicing.use_up(account, subscription, invoice)
    subscription["latest_invoice"] = invoice["id"]
    if invoice["amount_due"] == 0:
        collection.settle(account, invoice)
        return
    standing.await_resumption(account, subscription, invoice, on_attempt=not charges)
    if not charges:
        collection.open_intent(account, invoice)
        return
    collection.attempt(account, invoice, off_session=False)
    if invoice["status"] == "open":
        collection.plan_retry(account, invoice)
