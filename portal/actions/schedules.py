"""Changes that start with the next period: Stripe carries them out by a subscription schedule.

Ours carries the metadata `sb_scheduled_change`. A schedule without phases to come has nothing left
to do; one that was made and not yet filled, when an answer was lost, is continued.
"""

from __future__ import annotations

from typing import Any

from portal import facts
from portal.actions.coupons import Code
from portal.actions.outcome import Outcome
from portal.alone import one_at_a_time
from portal.facts import SCHEDULED_CHANGE
from portal.noting import RENEWAL, note, note_found, price_state, state_of
from portal.once import Click
from portal.policy import Action, Ending, Planned
from portal.problems import Problem
from portal.standing import Standing, read_standing, require, require_setting
from portal.visit import Visit
from servicebot.gateway.schedule_shapes import Phase, Schedule
from servicebot.gateway.shapes import Item, Price

DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}
OF_THIS_PHASE = ("start_date", "end_date", "trial_end", "billing_cycle_anchor", "add_invoice_items")


def is_downgrade(current: Price, wanted: Price) -> bool:
    """Whether a price is a downgrade: less per period, or a shorter interval.

    These are the two conditions of Stripe's own portal (`schedule_at_period_end.conditions`,
    https://docs.stripe.com/api/customer_portal/configurations). Without two fixed amounts to
    compare, of one currency and for as many units, only the interval counts.
    """
    if _length(wanted) < _length(current):
        return True
    amounts = (current.unit_amount_decimal, wanted.unit_amount_decimal)
    is_alike = _unit(current) == _unit(wanted) and not wanted.is_metered
    if None in amounts or not is_alike or _length(wanted) > _length(current):
        return False
    before, after = amounts
    return before is not None and after is not None and after < before


def _unit(price: Price) -> tuple[str, int]:
    return price.currency, price.package_size


def _length(price: Price) -> int:
    return DAYS[price.interval] * price.interval_count


def require_no_end(standing: Standing) -> None:
    """Raise Problem action_blocked where a subscription ends before its next period."""
    if standing.facts.ending is not Ending.NONE:
        raise Problem("action_blocked", reason="already_ending")


def plan(
    visit: Visit, standing: Standing, item: Item, price: Price, code: Code | None, click: Click
) -> Schedule:
    """Let an item have another price from the next period on; all else stays as it is."""
    subscription = standing.subscription
    schedule = subscription.schedule
    if schedule is None or SCHEDULED_CHANGE in schedule.metadata:
        release_ours(visit, standing, click)
        schedule = visit.gateway.create_schedule(subscription.id, key=click.step("schedule"))
    now = schedule.phases[-1]
    change = {
        "phases": [now.repeated(), _next_phase(now, item, price, code)],
        "end_behavior": "release",
        "metadata": {SCHEDULED_CHANGE: price.id},
    }
    return visit.gateway.update_schedule(schedule.id, change, key=click.step("phases"))


def _next_phase(now: Phase, item: Item, price: Price, code: Code | None) -> dict[str, Any]:
    """Return the phase that follows: this one's terms with one price changed, for one interval."""
    kept = {name: value for name, value in now.repeated().items() if name not in OF_THIS_PHASE}
    rows = [
        {**row, "price": price.id} if row["price"] == item.price.id else row
        for row in kept["items"]
    ]
    lasting = {"interval": price.interval, "interval_count": price.interval_count}
    found = {**kept, "items": rows, "duration": lasting, "proration_behavior": "none"}
    if code:
        found["discounts"] = [*kept.get("discounts", []), code.params]
    if price.period != item.price.period:
        found["billing_cycle_anchor"] = "phase_start"
    return found


@one_at_a_time
def undo_scheduled_change(visit: Visit, subscription_id: str, key: str) -> Outcome:
    """Keep a subscription as it is: what was to come doesn't."""
    action = Action.UNDO_SCHEDULED_CHANGE
    require_setting(visit, action)
    click = Click(visit, action, key, {"id": subscription_id})
    if click.was_done():
        return Outcome(visit.subscription(subscription_id))
    standing = read_standing(visit, subscription_id)
    if click.was_begun() and standing.facts.planned is Planned.NONE:
        note_found(visit, action, standing.subscription, click=click)
        return Outcome(standing.subscription)
    require(standing, action)
    with click.under_way():
        visit.gateway.release_schedule(standing.subscription.schedule_id, key=click.step("release"))
    _note_undone(visit, standing, click)
    return Outcome(visit.subscription(subscription_id))


def _note_undone(visit: Visit, standing: Standing, click: Click) -> None:
    """Note which plan was to come, and the one that stays."""
    now = standing.subscription
    kept = state_of(visit.catalogue, now)
    price_id = now.schedule.metadata.get(SCHEDULED_CHANGE, "") if now.schedule else ""
    price = visit.catalogue.prices.get(price_id)
    planned = price_state(visit.catalogue, price, kept.get("quantity")) if price else {}
    action = Action.UNDO_SCHEDULED_CHANGE
    before = {**kept, **planned, **RENEWAL}
    note(visit, action, now.id, now.customer_id, before=before, after=kept, click=click)


def release_ours(visit: Visit, standing: Standing, click: Click) -> None:
    """Let go of a schedule of ours, so that Stripe takes other changes."""
    if standing.facts.planned is not Planned.MERCHANTS and standing.subscription.schedule_id:
        visit.gateway.release_schedule(standing.subscription.schedule_id, key=click.step("release"))


def with_card(schedule: Schedule, card_id: str) -> dict[str, Any]:
    """Return the change that puts a new card in the place of those that a schedule names."""
    changed: dict[str, Any] = {}
    name = "default_payment_method"
    if schedule.default_payment_method_id not in {"", card_id}:
        changed["default_settings"] = {name: card_id}
    left = [phase.repeated() for phase in facts.phases_left(schedule)]
    if any(phase.get(name, card_id) != card_id for phase in left):
        phases = [{**phase, name: card_id} if name in phase else phase for phase in left]
        changed["phases"] = phases
    return changed
