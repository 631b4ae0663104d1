"""Ending a subscription: now, or when its time has come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicebot.sandbox.billing import collection, invoicing, pending, standing, terms
from servicebot.sandbox.billing.changes import Planner
from servicebot.sandbox.billing.invoicing import Bill
from servicebot.sandbox.billing.lines import Line
from servicebot.sandbox.errors import missing
from servicebot.sandbox.fields import cleared

if TYPE_CHECKING:
    from servicebot.sandbox.world import Account

Object = dict[str, Any]


def cancel_now(account: Account, subscription: Object, params: Object) -> Object:
    """End a subscription at once, billing or crediting what the call asks for."""
    if subscription["status"] in standing.ENDED:
        raise missing("subscription", subscription["id"], "id")
    now = account.now(subscription)
    invoices, prorates = params.get("invoice_now", False), params.get("prorate", False)
    planner = Planner(account, subscription, terms.running(account, subscription))
    found = planner.ending(now, prorate=prorates, invoice=invoices)
    for name, value in (params.get("cancellation_details") or {}).items():
        subscription["cancellation_details"][name] = cleared(value)
    if not invoices and not prorates:
        _drop_waiting(account, subscription)
    subscription["canceled_at"] = now
    standing.cancel(account, subscription, reason="cancellation_requested")
    if invoices:
        _bill_rest(account, subscription, found, now)
    elif found:
        pending.add(account, subscription["customer"], subscription["currency"], found)
    return subscription


def _drop_waiting(account: Account, subscription: Object) -> None:
    for item in pending.waiting(account, subscription["customer"], subscription["id"]):
        if pending.subscription_of(item) == subscription["id"]:
            account.remove(item, emit="invoiceitem.deleted")


def final_bill(
    account: Account,
    subscription: Object,
    running: list[Object],
    found: list[Line],
    now: int,
    reason: str,
) -> Bill:
    """Return the last bill of a subscription, with what was waiting."""
    customer = subscription["customer"]
    start = min(item["current_period_start"] for item in subscription["items"]["data"])
    return Bill(
        customer=account.tables["customer"][customer],
        currency=subscription["currency"],
        lines=[*pending.lines(account, customer, subscription["id"]), *found],
        now=now,
        period=(start, now),
        reason=reason,
        subscription=subscription,
        running=running,
    )


def _bill_rest(account: Account, subscription: Object, found: list[Line], now: int) -> None:
    running = terms.running(account, subscription)
    bill = final_bill(account, subscription, running, found, now, "subscription_update")
    if not bill.lines:
        return
    invoice = invoicing.compose(account, bill)
    invoicing.store(account, invoice, bill)
    account.hidden[invoice["id"]]["days_until_due"] = subscription["days_until_due"]
    invoicing.finalize(account, invoice, now)
    subscription["latest_invoice"] = invoice["id"]
    collection.collect_automatically(account, invoice)


def run_out(account: Account, subscription: Object, moment: int) -> None:
    """End a subscription whose last day has come, and draft its last bill if there is one."""
    early = moment < terms.period_end(subscription)
    running = terms.running(account, subscription)
    found = Planner(account, subscription, running).ending(moment, prorate=early, invoice=True)
    standing.cancel(account, subscription, reason="cancellation_requested")
    bill = final_bill(account, subscription, running, found, moment, "subscription_cycle")
    if bill.lines:
        invoice = invoicing.compose(account, bill)
        invoicing.store(account, invoice, bill, waits=True)
        account.hidden[invoice["id"]]["days_until_due"] = subscription["days_until_due"]
        subscription["latest_invoice"] = invoice["id"]
