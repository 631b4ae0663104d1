"""Letting a paused subscription go on. The rule for page and API.

Stripe pauses one when a trial ends without a card, or when payments fail. After the first a new
period begins; after the second what is owed is paid first, and the period goes on as it was.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from portal import facts, pace, quotes
from portal.actions import previews
from portal.actions.outcome import Outcome, waiting
from portal.actions.previews import Preview
from portal.alone import one_at_a_time
from portal.noting import PAYMENT, note, note_found, state_of
from portal.once import Click
from portal.policy import Action, Pause
from portal.problems import Problem
from portal.standing import Standing, read_standing, require, require_setting
from portal.visit import Visit
from servicebot.gateway.billing_shapes import Invoice, Subscription
from servicebot.gateway.wire import together

OWED = {"open", "draft"}


def preview_resume(visit: Visit, subscription_id: str) -> Preview:
    """Say what going on costs, with a quote to confirm."""
    require_setting(visit, Action.RESUME)
    standing = read_standing(visit, subscription_id)
    require(standing, Action.RESUME)
    _require_paid(visit, standing)
    return _preview(visit, standing)


@one_at_a_time
def resume(visit: Visit, subscription_id: str, quote_token: str, key: str) -> Outcome:
    """Resume as quoted. Where its first payment fails, it stays paused and that invoice open.

    Raises Problem preview_stale, with a new preview, where amount or subscription have changed.
    """
    require_setting(visit, Action.RESUME)
    click = Click(visit, Action.RESUME, key, {"quote": quote_token, "id": subscription_id})
    if click.was_done():
        return _outcome(visit, read_standing(visit, subscription_id))
    quote = quotes.read(quote_token, Action.RESUME, subscription_id)
    standing = read_standing(visit, subscription_id)
    if click.was_begun() and _is_resumed(visit, standing):
        note_found(visit, Action.RESUME, standing.subscription, click=click)
        return _outcome(visit, standing)
    require(standing, Action.RESUME)
    _require_paid(visit, standing)
    previews.require_same(quote, _preview(visit, standing))
    pace.require_invoice(subscription_id)
    with click.under_way():
        resumed = visit.gateway.resume(subscription_id, _terms(standing), key=click.step("resume"))
    _note(visit, standing, resumed, click)
    return _outcome(visit, replace(standing, subscription=resumed))


def _is_resumed(visit: Visit, standing: Standing) -> bool:
    """Whether it goes on, or waits for the payment that its going on began with."""
    now = standing.subscription
    if now.status == "paused":
        return bool(now.latest_invoice_id) and _is_owed(visit.invoice(now.latest_invoice_id))
    return not facts.has_ended(now)


def _note(visit: Visit, standing: Standing, resumed: Subscription, click: Click) -> None:
    """Note that it goes on, or as begun where its payment has to be confirmed first."""
    old, catalogue = standing.subscription, visit.catalogue
    waits = PAYMENT if resumed.status == "paused" else {}
    after = {**state_of(catalogue, resumed), **waits}
    before = state_of(catalogue, old)
    note(visit, Action.RESUME, old.id, old.customer_id, before=before, after=after, click=click)


def _outcome(visit: Visit, standing: Standing) -> Outcome:
    """Answer how it stands, with the payment that its going on waits for."""
    now = standing.subscription
    return waiting(visit, now, standing.card) if now.status == "paused" else Outcome(now)


def _terms(standing: Standing) -> dict[str, Any]:
    """Return Stripe's parameters: it goes on only when it is paid for."""
    if standing.facts.pause is Pause.PAYMENT_FAILED:
        return {"billing_cycle_anchor": {"type": "unchanged"}, "proration_behavior": "none"}
    paid_for = "resume_on_payment_success"
    return {"billing_cycle_anchor": {"type": "now"}, "payment_behavior": paid_for}


def _require_paid(visit: Visit, standing: Standing) -> None:
    """Raise Problem action_blocked where an invoice is to be paid first.

    That of an unfinished resumption is one as well: paying it resumes, and a second isn't made.
    """
    latest = standing.subscription.latest_invoice_id
    if latest and _is_owed(visit.invoice(latest)):
        raise Problem("action_blocked", reason="payment_open")


def _is_owed(invoice: Invoice) -> bool:
    return invoice.status in OWED and invoice.amount_remaining > 0


def _preview(visit: Visit, standing: Standing) -> Preview:
    subscription = standing.subscription
    item = subscription.items[0]
    now = following = None
    if standing.facts.pause is not Pause.PAYMENT_FAILED:
        asked = {"resume_at": "now", "billing_cycle_anchor": {"type": "now"}}
        ask = {"subscription": subscription.id, "subscription_details": asked}
        recurring = ask | {"preview_mode": "recurring"}
        now, following = together([partial(visit.gateway.preview, p) for p in (ask, recurring)])
    preview = previews.made(visit, standing, Action.RESUME, item.price, now, following)
    return previews.from_new_period(preview, now) if now else preview
