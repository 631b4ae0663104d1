"""Starting an ended subscription again. Stripe can't revive one, so a new one is made.

An unfinished attempt is continued and a second never made: the new one carries the old one's id,
and the key that Stripe is given depends on the old one and what became of earlier attempts alone.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from django.utils import timezone

from portal import facts, quotes
from portal.actions import coupons, previews, unfinished
from portal.actions.coupons import Code
from portal.actions.outcome import Outcome, waiting
from portal.actions.plans import Choice, Tiers, choice, target
from portal.actions.previews import Preview, params
from portal.alone import one_at_a_time
from portal.facts import RESUBSCRIBED_FROM, STARTED_WITH
from portal.noting import PAYMENT, note, state_of
from portal.once import Click
from portal.periods import outlasts_period
from portal.policy import Action
from portal.problems import Problem
from portal.quotes import Quote
from portal.standing import Standing, read_standing, require, require_setting
from portal.visit import Visit
from servicebot.gateway.billing_shapes import Subscription
from servicebot.gateway.shapes import Price
from servicebot.gateway.wire import together

PICKING = ("can_change_plan", "can_change_plan_when_canceled")


def offers(visit: Visit, standing: Standing) -> Tiers:
    """Return the plans to choose from while resubscribing; none where the old plan is kept."""
    if _shutting(visit):
        return []
    if len(facts.plan_items(standing.subscription, visit.catalogue)) != 1:
        return []
    return facts.tiers_for(standing.subscription, visit.catalogue)


def choices(visit: Visit, subscription_id: str) -> Choice:
    """Return the plans to move to, or to start again on where the subscription was canceled."""
    require_setting(visit, Action.CHANGE_PLAN)
    standing = read_standing(visit, subscription_id)
    if standing.subscription.status == "canceled":
        require_setting(visit, Action.RESUBSCRIBE)
        require(standing, Action.RESUBSCRIBE)
        tiers = offers(visit, standing)
    else:
        require(standing, Action.CHANGE_PLAN)
        tiers = facts.tiers_for(standing.subscription, visit.catalogue)
    return choice(visit.catalogue, tiers, main_price(visit, standing))


def preview_resubscribe(
    visit: Visit, subscription_id: str, price_id: str = "", *, coupon: str = ""
) -> Preview:
    """Say what starting again costs: now and with the period after.

    `coupon` is a code to start with, where the portal takes codes there.
    """
    require_setting(visit, Action.RESUBSCRIBE)
    standing = read_standing(visit, subscription_id)
    require(standing, Action.RESUBSCRIBE)
    start = _start(visit, standing, price_id, coupon)
    with coupons.refusals_said(start.code):
        return _quoted(visit, standing, start)


@one_at_a_time
def resubscribe(visit: Visit, subscription_id: str, quote_token: str, key: str) -> Outcome:
    """Make the new subscription as quoted; its first payment may need the customer's bank.

    Raises Problem preview_stale, with a new preview, where the amount has changed.
    """
    require_setting(visit, Action.RESUBSCRIBE)
    click = Click(visit, Action.RESUBSCRIBE, key, {"quote": quote_token, "id": subscription_id})
    standing = read_standing(visit, subscription_id)
    if click.was_done():
        return _outcome(visit, standing, _newest_successor(standing) or standing.subscription)
    if click.was_begun() and (started := _started(standing)):
        click.is_done()
        _note(visit, standing, started)
        return Outcome(started)
    require(standing, Action.RESUBSCRIBE)
    quote = quotes.read(quote_token, Action.RESUBSCRIBE, subscription_id)
    start = _start(visit, standing, quote.price_id, quote.coupon)
    with coupons.refusals_said(start.code):
        previews.require_same(quote, _quoted(visit, standing, start))
        begun = _unfinished(visit, standing, start, quote.due_now)
        with click.under_way():
            begun = begun or _begin(visit, standing, start, quote)
    click.is_done()
    _note(visit, standing, begun)
    return _outcome(visit, standing, begun)


def _note(visit: Visit, standing: Standing, begun: Subscription) -> None:
    """Note what was begun, once however often it is gone on with until it is paid."""
    old, catalogue = standing.subscription, visit.catalogue
    waits = PAYMENT if begun.status == "incomplete" else {}
    after = {**state_of(catalogue, begun), **waits}
    before = {**state_of(catalogue, old), "subscription": old.id}
    once = Click(visit, "note_resubscribe", begun.id, {})
    owner = begun.customer_id
    note(visit, Action.RESUBSCRIBE, begun.id, owner, before=before, after=after, click=once)


def _outcome(visit: Visit, standing: Standing, begun: Subscription) -> Outcome:
    """Answer what was begun, with its first payment where that waits."""
    if begun.status == "incomplete":
        return waiting(visit, begun, standing.card)
    return Outcome(begun)


@dataclass(frozen=True)
class Start:
    """What is started again: the plan's price, and a code where one is given."""

    price: Price
    code: Code | None

    @property
    def discounts(self) -> dict[str, Any]:
        """The code in Stripe's parameters."""
        return {"discounts": [self.code.params]} if self.code else {}

    @property
    def noted(self) -> dict[str, str]:
        """The coupon, noted on what is started: one good for once leaves its discounts at once."""
        return {STARTED_WITH: self.code.coupon.id} if self.code else {}


def _start(visit: Visit, standing: Standing, price_id: str, typed: str) -> Start:
    price = _chosen(visit, standing, price_id)
    if not typed.strip():
        return Start(price, None)
    if not visit.settings.can_use_coupon_to_resubscribe:
        raise Problem("setting_off", setting="can_use_coupon_to_resubscribe")
    return Start(price, coupons.find(visit, standing, typed, price))


def _newest_successor(standing: Standing) -> Subscription | None:
    return next(iter(facts.successors(standing.subscription, standing.siblings)), None)


def _started(standing: Standing) -> Subscription | None:
    """Return what has taken an ended subscription's place and runs."""
    found = facts.successors(standing.subscription, standing.siblings)
    return next((each for each in found if facts.was_started(each)), None)


def _quoted(visit: Visit, standing: Standing, start: Start) -> Preview:
    """Return the preview of a start; one that goes on with an attempt has that one's period."""
    preview = _preview(visit, standing, start)
    attempt = _unfinished(visit, standing, start, preview.due_now)
    return replace(preview, next_at=attempt.period_end) if attempt else preview


def _unfinished(visit: Visit, standing: Standing, start: Start, due: int) -> Subscription | None:
    """Return an earlier attempt at the same start that still waits for the same first payment."""
    same = (each for each in _waiting(standing) if _is_same(each, start))
    return next((s for s in same if visit.invoice(s.latest_invoice_id).amount_due == due), None)


def _waiting(standing: Standing) -> list[Subscription]:
    attempts = facts.successors(standing.subscription, standing.siblings)
    return [attempt for attempt in attempts if attempt.status == "incomplete"]


def _begin(visit: Visit, standing: Standing, start: Start, quote: Quote) -> Subscription:
    """Make the new one; other attempts end first, so that two never come to be paid."""
    key = _creation_key(visit, standing)
    others = _waiting(standing)
    for attempt in others:
        unfinished.give_up(visit, attempt)
    if others:
        # The credit that they had taken is there again.
        previews.require_same(quote, _preview(visit, standing, start))
    return visit.gateway.create_subscription(_creation(visit, standing, start), key=key)


def _is_same(attempt: Subscription, start: Start) -> bool:
    wanted = start.code.coupon.id if start.code else ""
    has = attempt.metadata.get(STARTED_WITH, "")
    return has == wanted and start.price.id in {item.price.id for item in attempt.items}


def _creation_key(visit: Visit, standing: Standing) -> str:
    """Return the same key for every tab and process until an attempt has come to its end."""
    attempts = sorted(
        f"{attempt.id}:{attempt.status}"
        for attempt in facts.successors(standing.subscription, standing.siblings)
    )
    digest = hashlib.sha256("|".join(attempts).encode()).hexdigest()
    return visit.key(Action.RESUBSCRIBE, standing.subscription.id, digest)


def _own_card(standing: Standing) -> str:
    """Return the card that the old one had, where that is what is charged."""
    own = standing.subscription.default_payment_method_id
    return own if standing.card and standing.card.id == own else ""


def main_price(visit: Visit, standing: Standing) -> Price:
    """Return the old plan: of several items the one that is a plan, else the first."""
    plans = facts.plan_items(standing.subscription, visit.catalogue)
    return (plans or list(standing.subscription.items))[0].price


def _chosen(visit: Visit, standing: Standing, price_id: str) -> Price:
    old = main_price(visit, standing)
    if price_id in {"", old.id}:
        if not visit.catalogue.is_sold(old):
            raise Problem("action_blocked", reason="price_not_sold")
        return old
    if shutting := _shutting(visit):
        raise Problem("setting_off", setting=shutting)
    return target(offers(visit, standing), price_id)


def _shutting(visit: Visit) -> str:
    """Return the setting that keeps another plan from being picked, if one does."""
    return next((name for name in PICKING if not getattr(visit.settings, name)), "")


def _items(visit: Visit, standing: Standing, price: Price) -> list[dict[str, Any]]:
    old = main_price(visit, standing)
    return [
        {"price": price.id if item.price.id == old.id else item.price.id}
        | params(quantity=item.quantity, tax_rates=list(item.tax_rate_ids))
        for item in standing.subscription.items
    ]


def _preview(visit: Visit, standing: Standing, start: Start) -> Preview:
    old = standing.subscription
    details = {"items": _items(visit, standing, start.price), **_rates(old)}
    plain = {"customer": standing.customer.id, "subscription_details": details} | _tax(old)
    ask = plain | start.discounts
    lasts = start.code and outlasts_period(start.code.coupon, start.price, timezone.now())
    recurring = (ask if lasts else plain) | {"preview_mode": "recurring"}
    now, following = together([partial(visit.gateway.preview, p) for p in (ask, recurring)])
    if now.needs_location:
        raise Problem("action_blocked", reason="address_missing")
    preview = previews.made(
        visit, standing, Action.RESUBSCRIBE, start.price, now, following, code=start.code
    )
    return previews.from_new_period(preview, now)


def _tax(old: Subscription) -> dict[str, Any]:
    return {"automatic_tax": {"enabled": True}} if old.automatic_tax else {}


def _rates(old: Subscription) -> dict[str, Any]:
    return params(default_tax_rates=list(old.default_tax_rate_ids))


def _creation(visit: Visit, standing: Standing, start: Start) -> dict[str, Any]:
    """Return Stripe's parameters: all that the old one had, without its discount and trial."""
    old = standing.subscription
    paying: dict[str, Any] = {"collection_method": old.collection_method}
    if standing.facts.is_charged_automatically:
        paying["payment_behavior"] = "default_incomplete"
        paying |= params(default_payment_method=_own_card(standing))
    else:
        paying |= params(days_until_due=old.days_until_due)
    return {
        "customer": standing.customer.id,
        "items": _items(visit, standing, start.price),
        **start.discounts,
        "metadata": {RESUBSCRIBED_FROM: old.id, **start.noted},
        "off_session": False,
        **paying,
        **_rates(old),
        **_tax(old),
    }
