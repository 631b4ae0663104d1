"""Updating a subscription: one proposal, which a preview shows and an update carries out."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from servicebot.sandbox.billing import (
    automatic_tax,
    collection,
    invoicing,
    ledger,
    pending,
    standing,
    terms,
)
from servicebot.sandbox.billing.changes import Plan, Planner
from servicebot.sandbox.billing.invoicing import Bill
from servicebot.sandbox.resources import coupons
from servicebot.sandbox.wire import clone

if TYPE_CHECKING:
    from servicebot.sandbox.world import Account

Object = dict[str, Any]


@dataclass
class Proposal:
    """What an update would make of a subscription."""

    plan: Plan
    change: Object
    running: list[Object]
    proration_date: int | None
    now: int


def propose(account: Account, subscription: Object, params: Object, now: int) -> Proposal:
    """Return what an update makes of a subscription; nothing is stored."""
    done = terms.terms_of(subscription, params, now)
    fields = terms.plain_fields(account, subscription, params)
    running = terms.discounts_for(account, subscription, params.get("discounts"))
    fields["discounts"] = [each["id"] for each in running]
    asked = terms.asked_items(account, subscription, params, now)
    planner = Planner(account, subscription, running)
    plan = planner.update(asked, done)
    plan.after |= fields
    plan.after |= terms.cancellation_fields(plan.after, params, now)
    plan.after = terms.follow_period(plan.after)
    automatic_tax.check_alone(plan.after)
    change = {k: v for k, v in plan.after.items() if subscription.get(k) != v}
    dated = done.moment if any(line.proration for line in plan.lines) else None
    return Proposal(plan, change, running, dated, now)


def bill_for(account: Account, subscription: Object, proposal: Proposal) -> Bill:
    """Return the bill of a change that is invoiced now, with what was waiting."""
    waiting = pending.lines(account, subscription["customer"], subscription["id"])
    if not proposal.plan.takes_waiting:
        waiting = []
    return Bill(
        customer=account.tables["customer"][subscription["customer"]],
        currency=subscription["currency"],
        lines=[*waiting, *proposal.plan.lines],
        now=proposal.now,
        period=(proposal.now, proposal.now),
        reason="subscription_update",
        subscription=proposal.plan.after,
        running=proposal.running,
        proration_date=proposal.proration_date,
    )


def update(account: Account, subscription: Object, params: Object) -> Object:
    """Change a subscription and bill what the change costs."""
    terms.check_open(subscription, params)
    terms.check_schedule(subscription, params)
    terms.check_pending(subscription, params)
    automatic_tax.check(account.tables["customer"][subscription["customer"]], params)
    now = account.now(subscription)
    if subscription["status"] in standing.ENDED:
        return _noted(account, subscription, params, now)
    strict = params.get("payment_behavior") == "error_if_incomplete"
    with account.all_or_nothing() if strict else nullcontext():
        proposal = propose(account, subscription, params, now)
        if subscription["pending_update"] and proposal.plan.bills_now:
            standing.drop_pending(account, subscription)
        if params.get("trial_end") == "now" and subscription["status"] == "trialing":
            account.emit("customer.subscription.trial_will_end", subscription)
        _carry_out(account, subscription, proposal, params)
    return subscription


def _noted(account: Account, subscription: Object, params: Object, now: int) -> Object:
    """Write notes on an ended subscription; its end itself stays as it is."""
    before = clone(subscription)
    noted = {k: v for k, v in params.items() if k in terms.AFTER_THE_END}
    subscription |= terms.cancellation_fields(subscription, noted, now)
    if "metadata" in noted:
        subscription |= {"metadata": terms.plain_fields(account, subscription, noted)["metadata"]}
    account.changed(subscription, before, emit="customer.subscription.updated")
    return subscription


def _carry_out(account: Account, subscription: Object, proposal: Proposal, params: Object) -> None:
    if proposal.plan.bills_now:
        _bill(account, subscription, proposal, params)
        return
    commit(account, subscription, proposal)
    pending.add(account, subscription["customer"], subscription["currency"], proposal.plan.lines)


def redeem(account: Account, running: list[Object]) -> None:
    """Store the discounts that are new."""
    for each in running:
        coupons.redeem(account, each)


def commit(
    account: Account, subscription: Object, proposal: Proposal, invoice: Object | None = None
) -> None:
    """Write a change down: fields, what was credited, and what was charged."""
    before = clone(subscription)
    redeem(account, proposal.running)
    subscription |= proposal.change
    ledger.carry_out(account, proposal.plan.carried)
    if invoice:
        invoicing.record_debits(account, invoice)
        invoicing.use_up(account, subscription, invoice)
        subscription["latest_invoice"] = invoice["id"]
    account.changed(subscription, before, emit="customer.subscription.updated")


def _bill(account: Account, subscription: Object, proposal: Proposal, params: Object) -> None:
    """Invoice a change now; how its payment goes decides what becomes of it."""
    bill = bill_for(account, subscription, proposal)
    invoice = invoicing.compose(account, bill)
    behavior = params.get("payment_behavior", "allow_incomplete")
    charged = invoice["collection_method"] == "charge_automatically" and invoice["amount_due"] > 0
    if charged and behavior != "default_incomplete":
        _check_method(account, invoice)
    invoicing.store(account, invoice, bill)
    if "days_until_due" in proposal.plan.after:
        due_days = proposal.plan.after["days_until_due"]
        account.hidden[invoice["id"]]["days_until_due"] = due_days
    invoicing.finalize(account, invoice, proposal.now)
    if charged and behavior == "pending_if_incomplete":
        _pay_first(account, subscription, proposal, invoice, params)
        return
    commit(account, subscription, proposal, invoice)
    _pay_after(account, subscription, invoice, behavior, params)


def _check_method(account: Account, invoice: Object) -> None:
    if collection.invoice_method(account, invoice) is None:
        raise collection.no_method()


def _pay_first(
    account: Account, subscription: Object, proposal: Proposal, invoice: Object, params: Object
) -> None:
    """Change a subscription if its invoice is paid, else hold the change until it is."""
    off_session = params.get("off_session", False)
    collection.attempt(account, invoice, off_session=off_session)
    if invoice["status"] == "paid":
        commit(account, subscription, proposal, invoice)
        return
    subscription["latest_invoice"] = invoice["id"]
    redeem(account, proposal.running)
    standing.hold_pending(account, subscription, invoice, proposal.change, proposal.plan.carried)


def _pay_after(
    account: Account, subscription: Object, invoice: Object, behavior: str, params: Object
) -> None:
    """Collect for a change that is made already."""
    if invoice["amount_due"] == 0:
        collection.settle(account, invoice)
        return
    if invoice["collection_method"] == "send_invoice":
        collection.open_intent(account, invoice)
        return
    if behavior == "default_incomplete":
        collection.open_intent(account, invoice)
        standing.after_failure(account, invoice, end=None)
        return
    intent = collection.attempt(account, invoice, off_session=params.get("off_session", False))
    if invoice["status"] == "paid":
        return
    if behavior == "error_if_incomplete":
        raise collection.refusal(intent, "subscription")
    collection.plan_retry(account, invoice)
