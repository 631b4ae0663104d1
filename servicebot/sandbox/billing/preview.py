"""Previews of invoices: worked out by the code that makes them, and never stored."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from servicebot.sandbox.billing import (
    ending,
    invoicing,
    pausing,
    renewing,
    resuming,
    schedules,
    starting,
    terms,
    updating,
)
from servicebot.sandbox.billing.changes import Plan, Planner
from servicebot.sandbox.billing.invoicing import Bill
from servicebot.sandbox.billing.lines import Line
from servicebot.sandbox.billing.standing import ENDED
from servicebot.sandbox.errors import invalid

if TYPE_CHECKING:
    from servicebot.sandbox.world import Account

Object = dict[str, Any]
UPCOMING = "upcoming"
BESIDE = ("automatic_tax", "discounts")  # what a preview takes beside the subscription's details


def preview(account: Account, params: Object) -> Object:
    """Return the invoice that is next, or that a change would make.

    Discounts that a change would make exist nowhere else, so they are put in whole where the call
    expands them.
    """
    bill, invoice = _previewed(account, params)
    known = account.tables.get("discount", {})
    fresh = {each["id"]: each for each in bill.running if each["id"] not in known}
    roots = {path.split(".")[0] for path in params.get("expand", [])}
    if "discounts" in roots:
        invoice["discounts"] = [fresh.get(id_, id_) for id_ in invoice["discounts"]]
    if "total_discount_amounts" in roots:
        for each in invoice["total_discount_amounts"]:
            each["discount"] = fresh.get(each["discount"], each["discount"])
    return invoice


def _previewed(account: Account, params: Object) -> tuple[Bill, Object]:
    details = dict(params.get("subscription_details") or {})
    if "subscription" in params:
        subscription = account.get("subscription", params["subscription"], param="subscription")
        return _of_subscription(account, subscription, details, params)
    if "customer" not in params:
        raise invalid("You must provide `customer`, `subscription` or `schedule`.", "customer")
    if "items" in details:
        return _of_new(account, details, params)
    return _of_customer(account, params)


def _of_customer(account: Account, params: Object) -> tuple[Bill, Object]:
    """Return the earliest of the customer's upcoming invoices."""
    customer = account.get("customer", params["customer"], param="customer")
    coming = []
    for subscription in account.find("subscription", customer=customer["id"]):
        bill = upcoming_bill(account, subscription, terms.running(account, subscription))
        if bill:
            coming.append(bill)
    if not coming:
        raise invoicing.none_upcoming()
    return _shown(account, min(coming, key=lambda bill: bill.now), params)


def _of_new(account: Account, details: Object, params: Object) -> tuple[Bill, Object]:
    """Return the first invoice of a subscription that does not exist yet."""
    customer = account.get("customer", params["customer"], param="customer")
    now = account.now(customer)
    wanted = {**details, "customer": customer["id"]}
    wanted |= {name: params[name] for name in BESIDE if name in params}
    if isinstance(wanted.get("billing_cycle_anchor"), dict):
        given = wanted.pop("billing_cycle_anchor")
        wanted |= {"billing_cycle_anchor": given["timestamp"]} if "timestamp" in given else {}
    plan, running = starting.propose(account, wanted, now)
    return _shown(account, starting.bill_for(account, plan, running, now), params)


def _of_subscription(
    account: Account, subscription: Object, details: Object, params: Object
) -> tuple[Bill, Object]:
    if subscription["status"] in ENDED:
        raise invoicing.none_upcoming()
    now = account.now(subscription)
    if details.get("cancel_now"):
        return _of_ending(account, subscription, details, params, now)
    if details.get("pause"):
        return _of_pause(account, subscription, details["pause"], params, now)
    if details.get("resume_at") or subscription["status"] == "paused":
        plan = resuming.resumption(account, subscription, {}, now)
        running = terms.discounts_for(account, subscription, params.get("discounts"))
        return _shown(account, resuming.resumption_bill(account, plan, running, now), params)
    asked = {**details, **{name: params[name] for name in BESIDE if name in params}}
    proposal = updating.propose(account, subscription, asked, now)
    if proposal.plan.bills_now and params.get("preview_mode") != "recurring":
        bill = updating.bill_for(account, subscription, proposal)
        return _shown(account, bill, params)
    return _of_next(account, proposal, params)


def _of_pause(
    account: Account, subscription: Object, asked: Object, params: Object, now: int
) -> tuple[Bill, Object]:
    """Return the invoice of a pause; there is none where everything waits for another one."""
    pausing.check(subscription)
    plan = pausing.pausing(account, subscription, asked, now)
    bill = pausing.bill_for(account, subscription, plan, now)
    if asked.get("invoicing_behavior") != "invoice" or not bill.lines:
        raise invoicing.none_upcoming()
    return _shown(account, bill, params)


def _of_next(account: Account, proposal: updating.Proposal, params: Object) -> tuple[Bill, Object]:
    """Return the next renewal after a change, with the prorations that wait for it."""
    after = proposal.plan.after
    # What is billed now doesn't wait for the renewal.
    waiting = [] if proposal.plan.bills_now else proposal.plan.lines
    bill = upcoming_bill(account, after, proposal.running, waiting)
    if bill is None:
        raise invoicing.none_upcoming()
    dated = replace(bill, proration_date=proposal.proration_date)
    return _shown(account, dated, params)


def upcoming_bill(
    account: Account, subscription: Object, running: list[Object], waiting: list[Line] | None = None
) -> Bill | None:
    """Return the bill of a subscription's next renewal, None where nothing will be billed."""
    if subscription["status"] in ENDED | {"paused", "incomplete"}:
        return None
    moment = terms.period_end(subscription)
    ends = subscription["cancel_at"]
    if ends is not None and ends <= moment:
        planner = Planner(account, subscription, running)
        found = planner.ending(ends, prorate=ends < moment, invoice=True)
        last = ending.final_bill(account, subscription, running, found, ends, UPCOMING)
        return replace(last, lines=[*last.lines, *(waiting or [])]) if _any(last, waiting) else None
    at_renewal, running = schedules.as_of(account, subscription, running, moment)
    plan = renewing.plan_renewal(account, at_renewal, running, moment)
    bill = renewing.bill_for(account, at_renewal, running, plan, moment)
    return replace(bill, lines=_placed(bill, plan, waiting or []), reason=UPCOMING, running=running)


def _any(bill: Bill, waiting: list[Line] | None) -> bool:
    return bool(bill.lines or waiting)


def _placed(bill: Bill, plan: Plan, waiting: list[Line]) -> list[Line]:
    """Put new prorations behind those that wait already and before the next period."""
    pending = len(bill.lines) - len(plan.lines)
    return [*bill.lines[:pending], *waiting, *bill.lines[pending:]]


def _of_ending(
    account: Account, subscription: Object, details: Object, params: Object, now: int
) -> tuple[Bill, Object]:
    """Return the last invoice of a subscription that is canceled now."""
    prorates = details.get("proration_behavior") != "none"
    moment = details.get("proration_date", now)
    running = terms.running(account, subscription)
    found = Planner(account, subscription, running).ending(moment, prorate=prorates, invoice=True)
    bill = ending.final_bill(account, subscription, running, found, now, UPCOMING)
    if not bill.lines:
        raise invoicing.none_upcoming()
    return _shown(account, bill, params)


def _shown(account: Account, bill: Bill, params: Object) -> tuple[Bill, Object]:
    """Return a bill as the invoice that it would be."""
    if params.get("preview_mode") == "recurring":
        bill = _recurring(account, bill)
    invoice = invoicing.compose(
        account, replace(bill, reason=UPCOMING), account.new_id("upcoming_in_")
    )
    invoice["lines"]["url"] = f"/v1/invoices/{invoice['id']}/lines"
    invoice["ending_balance"] = invoicing.balance_after(invoice)
    invoice["next_payment_attempt"] = _attempt(bill, invoice)
    return bill, invoice


def _attempt(bill: Bill, invoice: Object) -> int | None:
    if invoice["collection_method"] == "send_invoice":
        return None
    return bill.now + 3600


def _recurring(account: Account, bill: Bill) -> Bill:
    """Return only what each period costs, without prorations and one-time items."""
    kept = [line for line in bill.lines if line.item and not line.proration]
    return replace(bill, lines=kept)
