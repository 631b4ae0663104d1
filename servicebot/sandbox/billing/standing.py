"""Where a subscription stands after its invoices were paid, or were not."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from servicebot.sandbox.billing import invoicing, ledger
from servicebot.sandbox.wire import clone

if TYPE_CHECKING:
    from servicebot.sandbox.world import Account

Object = dict[str, Any]
ENDED = frozenset({"canceled", "incomplete_expired"})
NEVER_PAUSED = ENDED | {"incomplete", "paused", "trialing"}
REVIVED = frozenset({"incomplete", "past_due", "unpaid"})
WHY_PAUSED = {"pause": "final_payment_failure", "pause_at_first": "first_payment_failure"}
PENDING_HOURS = 23


def subscription_of(account: Account, invoice: Object) -> Object | None:
    """Return the subscription that an invoice is for."""
    found = account.tables.get("subscription", {})
    return found.get(invoicing.subscription_of(invoice) or "")


def after_payment(account: Account, invoice: Object) -> None:
    """Let a subscription follow the payment of one of its invoices."""
    subscription = subscription_of(account, invoice)
    if subscription is None or subscription["status"] in ENDED:
        return
    if held_by(account, subscription) == invoice["id"]:
        apply_pending(account, subscription)
    before = clone(subscription)
    if resumed_by(account, subscription) == invoice["id"]:
        resume(account, subscription)
    elif subscription["status"] in REVIVED and subscription["latest_invoice"] == invoice["id"]:
        subscription["status"] = "trialing" if _in_trial(account, subscription) else "active"
        account.changed(subscription, before, emit="customer.subscription.updated")


def await_resumption(
    account: Account, subscription: Object, invoice: Object, *, on_attempt: bool
) -> None:
    """Let a paused subscription wait for an invoice; on attempt a refusal wakes it as well."""
    account.hidden.setdefault(subscription["id"], {})["resumption"] = {
        "invoice": invoice["id"],
        "on_attempt": on_attempt,
        "until": account.now(subscription) + PENDING_HOURS * 3600,
    }


def resumed_by(account: Account, subscription: Object) -> str | None:
    """Return the invoice that a paused subscription waits for."""
    waits = account.hidden.get(subscription["id"], {}).get("resumption") or {}
    return waits.get("invoice") if subscription["status"] == "paused" else None


def resume(account: Account, subscription: Object, status: str = "active") -> None:
    """Let a paused subscription run again."""
    before = clone(subscription)
    account.hidden[subscription["id"]].pop("resumption")
    subscription |= {"status": status, "status_details": None}
    account.changed(subscription, before, emit="customer.subscription.updated")
    account.emit("customer.subscription.resumed", subscription)


def after_refusal(account: Account, invoice: Object) -> None:
    """Let a subscription that resumes with the attempt to pay follow a refused one."""
    subscription = subscription_of(account, invoice)
    if subscription is None or resumed_by(account, subscription) != invoice["id"]:
        return
    if account.hidden[subscription["id"]]["resumption"]["on_attempt"]:
        resume(account, subscription, "past_due")


def after_write_off(account: Account, invoice: Object) -> None:
    """Let a paused subscription go on whose resumption the merchant has given up to collect."""
    subscription = subscription_of(account, invoice)
    if subscription and resumed_by(account, subscription) == invoice["id"]:
        resume(account, subscription)


def open_resumption(account: Account, subscription: Object) -> Object | None:
    """Return the resumption that waits for a first attempt to pay."""
    id_ = resumed_by(account, subscription)
    if id_ is None or account.tables["invoice"][id_]["attempted"]:
        return None
    found: Object = account.hidden[subscription["id"]]["resumption"]
    return found


def give_up_resumption(account: Account, subscription: Object) -> None:
    """Void the invoice of a resumption that nobody has tried to pay in time."""
    invoice = account.tables["invoice"][account.hidden[subscription["id"]]["resumption"]["invoice"]]
    invoicing.void(account, invoice, account.now(subscription))
    after_voiding(account, invoice)


def held_by(account: Account, subscription: Object) -> str | None:
    """Return the invoice that a pending update waits for."""
    pending = account.hidden.get(subscription["id"], {}).get("pending") or {}
    return pending.get("invoice")


def _in_trial(account: Account, subscription: Object) -> bool:
    return bool(subscription["trial_end"]) and subscription["trial_end"] > account.now(subscription)


def after_failure(account: Account, invoice: Object, *, end: str | None) -> None:
    """Let a subscription follow a failed payment; `end` says what follows the last attempt."""
    subscription = subscription_of(account, invoice)
    if subscription is None or subscription["status"] in ENDED | {"incomplete", "paused"}:
        return
    if end in WHY_PAUSED and cannot_pause(subscription) is None:
        pause(account, subscription, account.now(subscription), WHY_PAUSED[end])
        return
    if end in {"cancel", "pause"}:
        cancel(account, subscription, reason="payment_failed")
        return
    before = clone(subscription)
    if subscription["status"] != "unpaid":
        subscription["status"] = "past_due" if end in {None, "pause_at_first"} else end
    account.changed(subscription, before, emit="customer.subscription.updated")


def pause(account: Account, subscription: Object, moment: int, why: str, **more: Any) -> None:
    """Pause a subscription, saying why."""
    before = clone(subscription)
    subscription |= {
        **more,
        "status": "paused",
        "status_details": {
            "paused": {
                "subscription": {"type": why},
                "transitioned_at": moment,
                "type": "subscription",
            }
        },
    }
    account.changed(subscription, before, emit="customer.subscription.updated")
    account.emit("customer.subscription.paused", subscription)


def cannot_pause(subscription: Object) -> str | None:
    """Return why a subscription can't be paused, if it can't."""
    if subscription["status"] in NEVER_PAUSED:
        return f"You cannot pause a subscription that is {subscription['status']}."
    if subscription["billing_mode"]["type"] != "flexible":
        return "You can only pause subscriptions whose `billing_mode` is `flexible`."
    if subscription["collection_method"] != "charge_automatically":
        return "You can only pause subscriptions that are charged automatically."
    if subscription["schedule"]:
        return f"You cannot pause what the schedule `{subscription['schedule']}` manages."
    return None


def cancel(account: Account, subscription: Object, *, reason: str, at: int | None = None) -> None:
    """End a subscription now; what is open or in draft is left as it stands."""
    now = account.now(subscription)
    subscription |= {
        "status": "canceled",
        "canceled_at": subscription["canceled_at"] or now,
        "ended_at": at or now,
        "pending_update": None,
        "status_details": None,
    }
    details = subscription["cancellation_details"]
    subscription["cancellation_details"] = {**details, "reason": details["reason"] or reason}
    account.hidden.get(subscription["id"], {}).pop("pending", None)
    for invoice in invoicing.of_subscription(account, subscription["id"], "draft", "open"):
        invoicing.stop(account, invoice)
    _end_schedule(account, subscription)
    account.emit("customer.subscription.deleted", subscription)


def _end_schedule(account: Account, subscription: Object) -> None:
    schedule = account.tables.get("subscription_schedule", {}).get(subscription["schedule"] or "")
    if schedule is None:
        return
    now = account.now(subscription)
    schedule |= {"status": "canceled", "canceled_at": now, "current_phase": None}
    subscription["schedule"] = None
    account.emit("subscription_schedule.canceled", schedule)


def hold_pending(
    account: Account,
    subscription: Object,
    invoice: Object,
    change: Object,
    carried: ledger.Carried,
) -> None:
    """Keep a change until its invoice is paid; it expires sooner where period or trial end."""
    now = account.now(subscription)
    ends = [item["current_period_end"] for item in subscription["items"]["data"]]
    expires = min([now + PENDING_HOURS * 3600, *(end for end in ends if end > now)])
    account.hidden.setdefault(subscription["id"], {})["pending"] = {
        "invoice": invoice["id"],
        "change": change,
        "carried": asdict(carried),
    }
    items = change["items"]["data"]
    anchor = change.get("billing_cycle_anchor")
    before = clone(subscription)
    subscription["pending_update"] = {
        "billing_cycle_anchor": anchor,
        "cancel_at_period_end": change.get("cancel_at_period_end"),
        "discount": None,
        "discounts": change.get("discounts"),
        "expires_at": expires,
        "metadata": change.get("metadata"),
        "subscription_items": items,
        "trial_end": change.get("trial_end"),
        "trial_from_plan": None,
    }
    account.changed(subscription, before, emit="customer.subscription.updated")


def apply_pending(account: Account, subscription: Object) -> None:
    """Carry out the change whose invoice has been paid."""
    pending = account.hidden[subscription["id"]].pop("pending")
    before = clone(subscription)
    subscription |= {**pending["change"], "pending_update": None}
    ledger.carry_out(account, _carried(pending["carried"]))
    invoicing.record_debits(account, account.tables["invoice"][pending["invoice"]])
    account.changed(subscription, before, emit="customer.subscription.updated")
    account.emit("customer.subscription.pending_update_applied", subscription)


def _carried(kept: Object) -> ledger.Carried:
    switched = [(item, ledger.Segment(**segment)) for item, segment in kept["switched"]]
    return ledger.Carried(kept["credited"], kept["used"], switched)


def drop_pending(account: Account, subscription: Object) -> None:
    """Forget a change that was not paid in time, and void what asked for it."""
    pending = account.hidden.get(subscription["id"], {}).pop("pending", None)
    if pending is None:
        return
    subscription["pending_update"] = None
    account.emit("customer.subscription.pending_update_expired", subscription)
    invoice = account.tables["invoice"][pending["invoice"]]
    if invoice["status"] == "open":
        invoicing.void(account, invoice, account.now(subscription))


def after_voiding(account: Account, invoice: Object) -> None:
    """Let a subscription follow the voiding of an invoice: what it asked for is dropped, and
    a subscription that waited for its first payment is over.
    """
    subscription = subscription_of(account, invoice)
    if subscription is None:
        return
    if held_by(account, subscription) == invoice["id"]:
        drop_pending(account, subscription)
    if resumed_by(account, subscription) == invoice["id"]:
        account.hidden[subscription["id"]].pop("resumption")
    if subscription["status"] == "incomplete" and subscription["latest_invoice"] == invoice["id"]:
        before = clone(subscription)
        subscription |= {"status": "incomplete_expired", "ended_at": account.now(subscription)}
        account.changed(subscription, before, emit="customer.subscription.updated")
