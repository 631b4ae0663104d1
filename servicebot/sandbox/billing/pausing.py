"""Pausing a subscription: what is billed and credited then.

https://docs.stripe.com/billing/subscriptions/pause says when that is refused.
"""

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
from servicebot.sandbox.billing.ledger import Carried
from servicebot.sandbox.errors import invalid

if TYPE_CHECKING:
    from servicebot.sandbox.billing.lines import Line
    from servicebot.sandbox.world import Account

Object = dict[str, Any]


def check(subscription: Object) -> None:
    """Raise where a subscription can't be paused."""
    why = standing.cannot_pause(subscription)
    if why:
        raise invalid(why)


def pause(account: Account, subscription: Object, params: Object) -> Object:
    """Pause a subscription now; what is owed and owing is invoiced, or waits for an invoice."""
    check(subscription)
    now = account.now(subscription)
    plan = pausing(account, subscription, params, now)
    bill = bill_for(account, subscription, plan, now)
    ledger.carry_out(account, plan.carried)
    standing.pause(account, subscription, now, "pause_requested", items=plan.after["items"])
    if params.get("invoicing_behavior") == "invoice":
        _invoice(account, subscription, bill)
    else:
        pending.add(account, subscription["customer"], subscription["currency"], plan.lines)
    return subscription


def pausing(account: Account, subscription: Object, params: Object, now: int) -> Plan:
    """Return what pausing makes of a subscription: its periods end now, unused time comes back."""
    asked = params.get("bill_for") or {}
    unused, used = (
        (asked.get(name) or {}).get("type", "now")
        for name in ("unused_time_from", "outstanding_usage_through")
    )
    planner = Planner(account, subscription, terms.running(account, subscription))
    kept = subscription["items"]["data"]
    licensed = [item for item in kept if not items.is_metered(item)]
    metered = [item for item in kept if items.is_metered(item)]
    back = [] if unused == "none" else _credits(planner, licensed, unused, now)
    uses = [] if used == "none" else [planner.usage_lines(item, now) for item in metered]
    carried = Carried(
        credited=[item["id"] for item in licensed] if unused != "none" else [],
        used=[item["id"] for item in metered],
    )
    ended = [{**item, "current_period_end": now} for item in kept]
    after = {**subscription, "items": {**subscription["items"], "data": ended}}
    return Plan(after, [*back, *(u for use in uses for u in use if u.amount)], carried=carried)


def _credits(planner: Planner, licensed: list[Object], since: str, now: int) -> list[Line]:
    return [
        line
        for item in licensed
        for line in planner.credits(item, now if since == "now" else item["current_period_start"])
    ]


def bill_for(account: Account, subscription: Object, plan: Plan, now: int) -> Bill:
    """Return the bill of a pause, with what was waiting."""
    customer = subscription["customer"]
    waiting = pending.lines(account, customer, subscription["id"])
    return Bill(
        customer=account.tables["customer"][customer],
        currency=subscription["currency"],
        lines=[*waiting, *plan.lines],
        now=now,
        period=(now, now),
        reason="subscription_update",
        subscription=plan.after,
        running=terms.running(account, subscription),
    )


def _invoice(account: Account, subscription: Object, bill: Bill) -> None:
    if not bill.lines:
        return
    invoice = invoicing.compose(account, bill)
    invoicing.store(account, invoice, bill)
    invoicing.finalize(account, invoice, bill.now)
    subscription["latest_invoice"] = invoice["id"]
    collection.collect_automatically(account, invoice)
