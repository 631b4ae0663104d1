"""A change of a running subscription: what it costs by Stripe's previews, and making it as quoted.

Plan, quantity and coupon are all one kind of change; each action says which one it is.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from django.utils import timezone

from portal import pace, quotes
from portal.actions import coupons, previews, schedules
from portal.actions.coupons import Code
from portal.actions.outcome import Outcome, waiting
from portal.actions.previews import Preview, params
from portal.alone import one_at_a_time
from portal.facts import SCHEDULED_CHANGE
from portal.models import Proration
from portal.noting import PAYMENT, RENEWAL, note, note_found, price_state, state_of
from portal.once import Click
from portal.periods import outlasts_period
from portal.policy import Action, Planned
from portal.problems import Problem
from portal.quotes import Quote
from portal.standing import Standing, read_standing, require, require_setting
from portal.visit import Visit
from servicebot.gateway.billing_shapes import Invoice, Subscription
from servicebot.gateway.errors import NothingUpcomingError
from servicebot.gateway.shapes import Coupon, Discount, Item, Price
from servicebot.gateway.wire import together


@dataclass(frozen=True)
class Change:
    """What one item of a subscription is to become, and what code is to be put on."""

    action: Action
    item: Item
    price: Price
    quantity: int | None
    code: Code | None = None

    @property
    def moves_item(self) -> bool:
        """Whether the item itself changes."""
        return (self.price.id, self.quantity) != (self.item.price.id, self.item.quantity)

    @property
    def items(self) -> list[dict[str, Any]]:
        """The item in Stripe's parameters: named, or Stripe adds one; with its quantity, or Stripe
        makes it 1."""
        new_price = self.price.id if self.price.id != self.item.price.id else ""
        return [{"id": self.item.id} | params(price=new_price, quantity=self.quantity)]


Building = Callable[[Standing, Quote], Change]


def preview(visit: Visit, standing: Standing, change: Change) -> Preview:
    """Say what a change costs now and next, with a quote to confirm."""
    with coupons.refusals_said(change.code):
        return _preview(visit, standing, change, _moment(change.item))


@one_at_a_time
def confirm(
    visit: Visit, subscription_id: str, action: Action, token: str, key: str, build: Building
) -> Outcome:
    """Make the change that a quote names; a payment that can't go through leaves it pending.

    `build` says what the quote asks for and raises where that isn't offered any more. Raises
    Problem preview_stale, with a new preview, where amount or subscription have changed.
    """
    require_setting(visit, action)
    click = Click(visit, action, key, {"quote": token, "id": subscription_id})
    if click.was_done():
        return _as_it_is(visit, read_standing(visit, subscription_id))
    quote = quotes.read(token, action, subscription_id)
    standing = read_standing(visit, subscription_id)
    if click.was_begun() and _is_made(visit, standing, quote):
        note_found(visit, action, standing.subscription, click=click)
        return _as_it_is(visit, standing)
    require(standing, action)
    change = build(standing, quote)
    # An old quote is asked anew at the present second, a good one at its own.
    moment = _moment(change.item, quote.proration_date if quote.fingerprint else 0)
    with coupons.refusals_said(change.code):
        now = _preview(visit, standing, change, moment)
        previews.require_same(quote, now)
        with click.under_way():
            outcome = _made(visit, standing, change, now, moment, click)
    _note(visit, change, now, standing.subscription, outcome.subscription, click)
    return outcome


def _note(
    visit: Visit,
    change: Change,
    preview: Preview,
    old: Subscription,
    now: Subscription,
    click: Click,
) -> None:
    """Note a change as made, or as begun where it waits for its payment or for the next period."""
    catalogue, item_id = visit.catalogue, change.item.id
    after = state_of(catalogue, now, item_id)
    if now.pending_update or preview.quote.at_period_end:
        waits_for = PAYMENT if now.pending_update else RENEWAL
        after |= {**price_state(catalogue, change.price, change.quantity), **waits_for}
    before = state_of(catalogue, old, item_id)
    owner = old.customer_id
    note(visit, change.action, old.id, owner, before=before, after=after, click=click)


def _made(
    visit: Visit, standing: Standing, change: Change, preview: Preview, moment: int, click: Click
) -> Outcome:
    subscription_id = standing.subscription.id
    if preview.quote.at_period_end:
        schedules.plan(visit, standing, change.item, change.price, change.code, click)
        return Outcome(visit.subscription(subscription_id))
    asked = _change(visit, standing, change, moment)
    if change.moves_item:
        _require_pace(visit, standing, change, asked)
        asked |= _paying(standing)
    schedules.release_ours(visit, standing, click)
    updated = visit.gateway.update_subscription(subscription_id, asked, key=click.step("update"))
    return waiting(visit, updated, standing.card) if updated.pending_update else Outcome(updated)


def _require_pace(visit: Visit, standing: Standing, change: Change, asked: dict[str, Any]) -> None:
    """Raise Problem rate_limited before Stripe refuses one change too many of a subscription."""
    subscription_id = standing.subscription.id
    if change.action is Action.CHANGE_QUANTITY:
        pace.require_quantity(subscription_id)
    is_charged = visit.settings.proration_behavior == Proration.ALWAYS_INVOICE
    if is_charged or "billing_cycle_anchor" in asked:
        pace.require_invoice(subscription_id)


def _is_made(visit: Visit, standing: Standing, quote: Quote) -> bool:
    """Whether all is as a quote wants it, once its payment or the next period comes."""
    now = standing.subscription
    if quote.action == Action.APPLY_COUPON:
        return coupons.is_on(visit, standing, quote.coupon)
    if quote.at_period_end:
        planned = now.schedule.metadata.get(SCHEDULED_CHANGE) if now.schedule else None
        return standing.facts.planned is Planned.OURS and planned == quote.price_id
    wanted = (quote.price_id, quote.quantity)
    if now.pending_update:
        return wanted in now.pending_update.items
    return wanted in {(item.price.id, item.quantity) for item in now.items}


def _as_it_is(visit: Visit, standing: Standing) -> Outcome:
    """Answer a click that was done before; a payment that it waits for still waits."""
    now = standing.subscription
    return waiting(visit, now, standing.card) if now.pending_update else Outcome(now)


def _moment(item: Item, quoted: int = 0) -> int:
    """Return the second to prorate from: the one that was quoted, while its period still runs.

    0 where it is Stripe's: on a test clock it isn't ours.
    """
    start, end = item.period_start.timestamp(), item.period_end.timestamp()
    return next((at for at in (quoted, int(time.time())) if start <= at <= end), 0)


def _bills_at_once(standing: Standing, change: Change) -> bool:
    """Whether this starts a new period: a changed interval does, but not while a trial runs."""
    return change.item.price.period != change.price.period and not _is_trial(standing)


def _from_new_period(standing: Standing, made: Preview, now: Invoice) -> Preview:
    """Return a preview of what starts a new period; an end by agreement doesn't move with it."""
    subscription = standing.subscription
    if subscription.cancel_at and not subscription.cancels_at_period_end:
        return made
    return previews.from_new_period(made, now)


def _is_trial(standing: Standing) -> bool:
    return standing.subscription.status == "trialing"


def _waits(visit: Visit, standing: Standing, change: Change) -> bool:
    """Whether a change is a downgrade that starts with the next period.

    A schedule says the present phase once more, and no archived price can be said: beside one, a
    downgrade starts at once.
    """
    return (
        visit.settings.schedules_downgrades
        and not _is_trial(standing)
        and schedules.is_downgrade(change.item.price, change.price)
        and all(item.price.is_active for item in standing.subscription.items)
    )


def _change(visit: Visit, standing: Standing, change: Change, moment: int) -> dict[str, Any]:
    """Return a change in Stripe's parameters, the same for its preview and for itself."""
    found: dict[str, Any] = {}
    if change.code:
        found["discounts"] = coupons.with_code(standing.subscription, change.code)
    if not change.moves_item:
        return found
    resets = _bills_at_once(standing, change)
    behavior = visit.settings.proration_behavior
    found |= {"items": change.items, "proration_behavior": behavior}
    if behavior != Proration.NONE and moment:
        found["proration_date"] = moment
    if resets:
        found["billing_cycle_anchor"] = {"type": "now"}
    return found


def _paying(standing: Standing) -> dict[str, Any]:
    """A failing payment leaves the old plan in force; by invoice there is no payment to fail."""
    if not standing.facts.is_charged_automatically:
        return {}
    return {"payment_behavior": "pending_if_incomplete"}


def _preview(visit: Visit, standing: Standing, change: Change, moment: int) -> Preview:
    """Ask Stripe for what is due now and for what follows.

    Stripe answers one invoice a preview, so these are two. Where nothing is charged at once, the
    change itself is in the one that follows; where the subscription is set to end, none does.
    """
    subscription = standing.subscription
    waits = change.moves_item and _waits(visit, standing, change)
    if waits:
        schedules.require_no_end(standing)
    asked = _change(visit, standing, change, moment)
    resets = "billing_cycle_anchor" in asked
    prorates_now = change.moves_item and (
        visit.settings.proration_behavior == Proration.ALWAYS_INVOICE
    )
    charges_now = not waits and (resets or prorates_now)
    later = _later(asked, resets=resets) if charges_now or waits else {**asked}
    now, following = _answers(
        partial(_ask, visit, standing),
        asked if charges_now else None,
        None if _ends_first(standing, change) else later,
        partial(_unspent, standing, change, resets),
    )
    if now and not _is_charged(now, resets=resets):
        now = None
    made = previews.made(
        visit,
        standing,
        change.action,
        change.price,
        now,
        following,
        quantity=change.quantity,
        code=change.code,
        proration_date=0 if waits else asked.get("proration_date", 0),
        at_period_end=waits,
    )
    _require_card(standing, made)
    if waits:
        return replace(made, next_at=subscription.period_end)
    return _from_new_period(standing, made, now) if resets and now else made


def _require_card(standing: Standing, made: Preview) -> None:
    """Raise Problem action_blocked where Stripe would have nothing to charge: it refuses then."""
    by_card = standing.facts.is_charged_automatically
    if made.due_now and by_card and not standing.facts.has_card:
        raise Problem("action_blocked", reason="card_missing")


def _ends_first(standing: Standing, change: Change) -> bool:
    """Whether nothing follows, since the subscription ends with what is paid for now."""
    end, period_end = standing.subscription.cancel_at, standing.subscription.period_end
    if not (change.moves_item and end and period_end):
        return False
    # In a new period that is taken to be so of every end: Stripe previews none that is cut short.
    return end <= period_end or _bills_at_once(standing, change)


Ask = Callable[[dict[str, Any]], Invoice | None]


def _answers(
    ask: Ask,
    now: dict[str, Any] | None,
    later: dict[str, Any] | None,
    unspent: Callable[[Invoice], dict[str, Any]],
) -> tuple[Invoice | None, Invoice | None]:
    """Ask for both invoices at the same time, unless the first uses up what the second lacks."""
    asks = [asked for asked in (now, later) if asked is not None]
    found = together([partial(ask, asked) for asked in asks])
    first = found[0] if now is not None else None
    second = found[-1] if later is not None else None
    if first and second and later is not None:
        spent = unspent(first)
        second = ask({**later, **spent}) if spent else second
    return first, second


def _unspent(standing: Standing, change: Change, resets: bool, now: Invoice) -> dict[str, Any]:
    """Return the discounts that what follows still has, where it lacks some of those now.

    An invoice uses up a coupon that is good for one. What a new period's successor costs Stripe
    shows at the prices of now, so a coupon that runs out before it is left out here.
    """
    if not _is_charged(now, resets=resets):
        return {}
    running = standing.subscription.discounts
    until = previews.first_period_end(now) if resets else None
    lasting: list[dict[str, str]] = [
        {"discount": each.id} for each in running if _outlasts(each, now, until)
    ]
    code = change.code
    if code and _outlasts_too(standing, code.coupon, change.price, now, resets=resets):
        lasting.append(code.params)
    if len(lasting) == len(running) + (1 if code else 0):
        return {}
    return {"discounts": lasting or ""}


def _is_charged(now: Invoice, *, resets: bool) -> bool:
    """Whether what Stripe answered is an invoice of the change.

    With nothing to prorate, as in a trial, it answers the next one in its place.
    """
    return resets or any(line.is_proration for line in now.lines)


def _outlasts(discount: Discount, now: Invoice, until: datetime | None) -> bool:
    """Whether a discount is there after an invoice, and where that is asked until a time."""
    if discount.coupon.duration == "once":
        return discount.id not in now.discount_ids
    return until is None or discount.ends_at is None or discount.ends_at > until


def _outlasts_too(
    standing: Standing, coupon: Coupon, price: Price, now: Invoice, *, resets: bool
) -> bool:
    """Whether a new code's coupon takes something off the invoice after this one as well."""
    if coupon.duration == "once":
        known = {discount.id for discount in standing.subscription.discounts}
        return not now.discount_ids - known
    return not resets or outlasts_period(coupon, price, timezone.now())


def _later(asked: dict[str, Any], *, resets: bool) -> dict[str, Any]:
    """Return what to ask for the invoice after a change that is charged at once, or not yet."""
    kept = {name: value for name, value in asked.items() if name in {"items", "discounts"}}
    if resets:
        return {"preview_mode": "recurring", **kept}
    return {**kept, "proration_behavior": Proration.NONE.value}


def _ask(visit: Visit, standing: Standing, asked: dict[str, Any]) -> Invoice | None:
    """Preview a change: Stripe takes discounts beside the subscription's details.

    None where nothing would be billed, as in a trial that ends with its subscription.
    """
    beside = {n: value for n, value in asked.items() if n in {"discounts", "preview_mode"}}
    details = {n: value for n, value in asked.items() if n not in beside}
    named = {"subscription_details": details} if details else {}
    try:
        return visit.gateway.preview({"subscription": standing.subscription.id, **beside, **named})
    except NothingUpcomingError:
        return None
