"""The actions that have a price: a preview, and doing as it said. The same for page and API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from portal.actions import discounts, plans, quantities, resubscribing, resuming
from portal.actions.outcome import Outcome
from portal.actions.previews import Preview
from portal.policy import Action
from portal.problems import Problem
from portal.visit import Visit


@dataclass(frozen=True)
class Asked:
    """What a preview is asked for; each action takes what it needs of it."""

    price: str = ""
    quantity: int | None = None
    coupon: str = ""


@dataclass(frozen=True)
class Quoted:
    """How an action is previewed for a subscription, and confirmed by a quote and a click's key."""

    preview: Callable[[Visit, str, Asked], Preview]
    confirm: Callable[[Visit, str, str, str], Outcome]


def _change_plan(visit: Visit, id_: str, asked: Asked) -> Preview:
    if not asked.price:
        raise Problem("invalid", errors={"price": ["required"]})
    return plans.preview_change(visit, id_, asked.price, coupon=asked.coupon)


def _change_quantity(visit: Visit, id_: str, asked: Asked) -> Preview:
    return quantities.preview_quantity(visit, id_, asked.quantity)


def _apply_coupon(visit: Visit, id_: str, asked: Asked) -> Preview:
    return discounts.preview_coupon(visit, id_, asked.coupon)


def _resubscribe(visit: Visit, id_: str, asked: Asked) -> Preview:
    return resubscribing.preview_resubscribe(visit, id_, asked.price, coupon=asked.coupon)


def _resume(visit: Visit, id_: str, asked: Asked) -> Preview:
    return resuming.preview_resume(visit, id_)


QUOTED: Mapping[Action, Quoted] = {
    Action.CHANGE_PLAN: Quoted(_change_plan, plans.change_plan),
    Action.CHANGE_QUANTITY: Quoted(_change_quantity, quantities.change_quantity),
    Action.APPLY_COUPON: Quoted(_apply_coupon, discounts.apply_coupon),
    Action.RESUME: Quoted(_resume, resuming.resume),
    Action.RESUBSCRIBE: Quoted(_resubscribe, resubscribing.resubscribe),
}
