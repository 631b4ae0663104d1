"""What time does to a subscription: the next period, the end of a trial, a paused start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicebot.sandbox.billing import (
    collection,
    invoicing,
    items,
    ledger,
    pending,
    standing,
    terms,
)
from servicebot.sandbox.billing.changes import Plan, Planner
from servicebot.sandbox.billing.invoicing import Bill
from servicebot.sandbox.wire import clone

if TYPE_CHECKING:
    from servicebot.sandbox.world import Account

Object = dict[str, Any]
CLOSINGS = {"void": invoicing.void, "mark_uncollectible": invoicing.write_off}


def plan_renewal(
    account: Account, subscription: Object, running: list[Object], moment: int
) -> Plan:
    """Return the next period of what has run out by a moment, and what it costs."""
    plan = Planner(account, subscription, running).renewal(moment)
    if subscription["status"] == "trialing":
        plan.after["status"] = "active"
        plan.lines = [line for line in plan.lines if not _used_in_trial(line.item, subscription)]
    plan.after = terms.follow_period(plan.after)
    return plan


def _used_in_trial(item: str | None, subscription: Object) -> bool:
    found = {each["id"]: each for each in subscription["items"]["data"]}
    return item in found and items.is_metered(found[item])


def bill_for(
    account: Account, subscription: Object, running: list[Object], plan: Plan, moment: int
) -> Bill:
    """Return the bill of a renewal, with what was waiting for it."""
    customer = subscription["customer"]
    due = [i for i in subscription["items"]["data"] if i["current_period_end"] <= moment]
    start = min((item["current_period_start"] for item in due), default=moment)
    return Bill(
        customer=account.tables["customer"][customer],
        currency=subscription["currency"],
        lines=[*pending.lines(account, customer, subscription["id"]), *plan.lines],
        now=moment,
        period=(start, moment),
        reason="subscription_cycle",
        subscription=plan.after,
        running=running,
    )


def renew(account: Account, subscription: Object, moment: int) -> None:
    """Start the next period and draft its invoice."""
    running = terms.running(account, subscription)
    plan = plan_renewal(account, subscription, running, moment)
    bill = bill_for(account, subscription, running, plan, moment)
    before = clone(subscription)
    subscription |= plan.after
    ledger.carry_out(account, plan.carried)
    if bill.lines:
        invoice = _draft(account, subscription, bill)
        subscription["latest_invoice"] = invoice["id"]
        invoicing.use_up(account, subscription, invoice)
    account.changed(subscription, before, emit="customer.subscription.updated")


def _draft(account: Account, subscription: Object, bill: Bill) -> Object:
    """Draft the invoice of a renewal; while collection is paused it goes no further, or is closed.

    https://docs.stripe.com/billing/subscriptions/pause-payment
    """
    invoice = invoicing.compose(account, bill)
    behavior = (subscription["pause_collection"] or {}).get("behavior")
    held = subscription["status"] == "unpaid" or behavior is not None
    if held:
        invoice["auto_advance"] = False
    invoicing.store(account, invoice, bill, waits=not held)
    account.hidden[invoice["id"]]["days_until_due"] = subscription["days_until_due"]
    invoicing.record_debits(account, invoice)
    close = CLOSINGS.get(behavior or "")
    if close:
        invoicing.finalize(account, invoice, bill.now)
        close(account, invoice, bill.now)
    return invoice


def advance_draft(account: Account, invoice: Object, moment: int) -> None:
    """Open and collect a draft whose hour has passed."""
    invoicing.finalize(account, invoice, moment)
    collection.collect_automatically(account, invoice)


def warn_of_trial_end(account: Account, subscription: Object) -> None:
    """Tell that a trial ends in three days."""
    account.hidden.setdefault(subscription["id"], {})["warned"] = subscription["trial_end"]
    account.emit("customer.subscription.trial_will_end", subscription)


def end_trial(account: Account, subscription: Object, moment: int) -> None:
    """Start billing after a trial, or do what is set for a customer without a card."""
    customer = account.tables["customer"][subscription["customer"]]
    method = collection.method_for(account, customer, subscription)
    needs_method = subscription["collection_method"] == "charge_automatically"
    settings = subscription["trial_settings"] or {"end_behavior": {}}
    without = settings["end_behavior"].get("missing_payment_method", "create_invoice")
    if method is None and needs_method and without == "cancel":
        standing.cancel(account, subscription, reason="cancellation_requested")
    elif method is None and needs_method and without == "pause":
        standing.pause(account, subscription, moment, "trial_end_without_payment_method")
    else:
        renew(account, subscription, moment)


def expire_incomplete(account: Account, subscription: Object, moment: int) -> None:
    """Give up a subscription whose first invoice was not paid in time."""
    before = clone(subscription)
    subscription |= {"status": "incomplete_expired", "ended_at": moment}
    for invoice in invoicing.of_subscription(account, subscription["id"], "open"):
        invoicing.void(account, invoice, moment)
    account.changed(subscription, before, emit="customer.subscription.updated")


def end_discount(account: Account, subscription: Object, discount: Object) -> None:
    """Take a discount that has run out off a subscription."""
    before = clone(subscription)
    subscription["discounts"] = [d for d in subscription["discounts"] if d != discount["id"]]
    account.emit("customer.discount.deleted", discount)
    account.changed(subscription, before, emit="customer.subscription.updated")


def end_collection_pause(account: Account, subscription: Object) -> None:
    """Collect again from now on."""
    before = clone(subscription)
    subscription["pause_collection"] = None
    account.changed(subscription, before, emit="customer.subscription.updated")


def overdue(account: Account, invoice: Object) -> None:
    """Let a subscription know that a sent invoice has not been paid in time."""
    account.hidden.setdefault(invoice["id"], {})["overdue"] = True
    account.emit("invoice.overdue", invoice)
    standing.after_failure(account, invoice, end=None)
