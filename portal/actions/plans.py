"""Moving a subscription to another plan or interval. The rule for page and API."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import partial
from typing import Any

from portal import facts, quotes
from portal.actions import previews
from portal.actions.outcome import Outcome, confirmation_of
from portal.actions.previews import Preview
from portal.catalogue import Tier
from portal.models import Proration
from portal.once import Click
from portal.policy import Action
from portal.problems import Problem
from portal.standing import Standing, read_standing, require, require_setting
from portal.visit import Visit
from servicebot.gateway.billing_shapes import Invoice
from servicebot.gateway.shapes import Item, Price
from servicebot.gateway.wire import together

ORDER = ("day", "week", "month", "year")
Tiers = list[tuple[Tier, tuple[Price, ...]]]


def plans(visit: Visit, subscription_id: str) -> tuple[Standing, Tiers]:
    """Return what a subscription may move to, its present plan among it."""
    require_setting(visit, Action.CHANGE_PLAN)
    standing = read_standing(visit, subscription_id)
    require(standing, Action.CHANGE_PLAN)
    return standing, facts.tiers_for(standing.subscription, visit.catalogue)


@dataclass(frozen=True)
class Offered:
    """One price of one tier in the picker."""

    tier: Tier
    price: Price
    is_current: bool


@dataclass(frozen=True)
class Choice:
    """What the picker shows: the billing intervals that there are, and under each its prices."""

    intervals: tuple[tuple[str, int], ...]
    offered: tuple[Offered, ...]
    current: Price


def choice(tiers: Tiers, current: Price) -> Choice:
    """Arrange what is offered for the picker."""
    offered = tuple(
        Offered(tier, price, price.id == current.id) for tier, prices in tiers for price in prices
    )
    periods = sorted({o.price.period for o in offered}, key=lambda p: (ORDER.index(p[0]), p[1]))
    return Choice(tuple(periods), offered, current)


def preview_change(visit: Visit, subscription_id: str, price_id: str) -> Preview:
    """Say what moving to a price costs: now, next and from when, with a quote to confirm."""
    standing, tiers = plans(visit, subscription_id)
    return _preview(visit, standing, target(tiers, price_id), int(time.time()))


def change_plan(visit: Visit, subscription_id: str, quote_token: str, key: str) -> Outcome:
    """Move the subscription as quoted; a payment that can't go through leaves a pending update.

    Raises Problem preview_stale, with a new preview, where amount or subscription have changed.
    """
    require_setting(visit, Action.CHANGE_PLAN)
    click = Click(visit, Action.CHANGE_PLAN, key, {"quote": quote_token, "id": subscription_id})
    if click.was_done():
        return Outcome(visit.subscription(subscription_id))
    quote = quotes.read(quote_token, Action.CHANGE_PLAN, subscription_id)
    standing, tiers = plans(visit, subscription_id)
    price = target(tiers, quote.price_id)
    # An old quote is asked anew at the present second, a good one at its own.
    moment = (quote.fingerprint and quote.proration_date) or int(time.time())
    previews.require_same(quote, _preview(visit, standing, price, moment))
    change = _change(visit, standing, price, moment) | _paying(standing)
    updated = visit.gateway.update_subscription(subscription_id, change, key=click.step("update"))
    click.is_done()
    if updated.pending_update is None:
        return Outcome(updated)
    card_id = standing.card.id if standing.card else ""
    return Outcome(updated, confirmation_of(visit, updated, card_id))


def target(tiers: Tiers, price_id: str) -> Price:
    """Return the price among what is offered; Problem not_found for any other."""
    found = (price for _tier, prices in tiers for price in prices if price.id == price_id)
    price = next(found, None)
    if price is None:
        raise Problem("not_found")
    return price


def plan_item(visit: Visit, standing: Standing) -> Item:
    """Return the item that is the plan; call it where the policy found exactly one."""
    return facts.plan_items(standing.subscription, visit.catalogue)[0]


def _items(item: Item, price: Price) -> list[dict[str, Any]]:
    """Name the item, or Stripe adds one; send the quantity, or Stripe makes it 1."""
    return [{"id": item.id, "price": price.id} | previews.params(quantity=item.quantity)]


def _bills_at_once(standing: Standing, item: Item, price: Price) -> bool:
    """Whether this starts a new period: a changed interval does, but not while a trial runs."""
    return item.price.period != price.period and standing.subscription.status != "trialing"


def _change(visit: Visit, standing: Standing, price: Price, moment: int) -> dict[str, Any]:
    """Return the change in Stripe's parameters, the same for preview and update.

    `moment` is the proration date; Stripe takes none where nothing is prorated.
    """
    item = plan_item(visit, standing)
    behavior = visit.settings.proration_behavior
    change: dict[str, Any] = {"items": _items(item, price), "proration_behavior": behavior}
    if behavior != Proration.NONE:
        change["proration_date"] = moment
    if _bills_at_once(standing, item, price):
        change["billing_cycle_anchor"] = {"type": "now"}
    return change


def _paying(standing: Standing) -> dict[str, Any]:
    """A failing payment leaves the old plan in force; by invoice there is no payment to fail."""
    if not standing.facts.is_charged_automatically:
        return {}
    return {"payment_behavior": "pending_if_incomplete"}


def _preview(visit: Visit, standing: Standing, price: Price, moment: int) -> Preview:
    """Ask Stripe for what is due now and for what follows, at the same time.

    Stripe answers one invoice a preview, so these are two. Where nothing is charged at once, the
    change itself is in the one that follows; where the subscription is set to end, none does.
    """
    if plan_item(visit, standing).price.id == price.id:
        raise Problem("action_blocked", reason="same_plan")
    subscription = standing.subscription
    change = _change(visit, standing, price, moment)
    resets = "billing_cycle_anchor" in change
    charges_now = resets or visit.settings.proration_behavior == Proration.ALWAYS_INVOICE
    later = _later(change, resets=resets) if charges_now else {"subscription_details": change}
    asks = [{"subscription_details": change}] * charges_now + [later] * (not subscription.cancel_at)
    answers = together([partial(_ask, visit, standing, ask) for ask in asks])
    now = answers[0] if charges_now else None
    if now and not resets and not any(line.is_proration for line in now.lines):
        # With nothing to prorate, as in a trial, Stripe answers the next invoice in its place.
        now = None
    following = None if subscription.cancel_at else answers[-1]
    preview = previews.made(
        subscription,
        Action.CHANGE_PLAN,
        price,
        now,
        following,
        proration_date=change.get("proration_date", 0),
    )
    return previews.from_new_period(preview, now) if resets and now else preview


def _later(change: dict[str, Any], *, resets: bool) -> dict[str, Any]:
    """Return what to ask for the invoice after a change that is charged at once."""
    if resets:
        return {"preview_mode": "recurring", "subscription_details": {"items": change["items"]}}
    none = Proration.NONE.value
    return {"subscription_details": {"items": change["items"], "proration_behavior": none}}


def _ask(visit: Visit, standing: Standing, asked: dict[str, Any]) -> Invoice:
    return visit.gateway.preview({"subscription": standing.subscription.id, **asked})
