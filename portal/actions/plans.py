"""Moving a subscription to another plan or interval. The rule for page and API."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from portal import facts
from portal.actions import changes, coupons
from portal.actions.changes import Change
from portal.actions.outcome import Outcome
from portal.actions.previews import Preview
from portal.catalogue import Catalogue, Tier, tier_name
from portal.policy import Action
from portal.problems import Problem
from portal.quotes import Quote
from portal.standing import Standing, read_standing, require, require_setting
from portal.visit import Visit
from servicebot.gateway.shapes import Item, Price

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
    """One price of one tier in the picker; the present one is in it, `is_offered` or not."""

    tier: Tier
    price: Price
    is_current: bool
    is_offered: bool = True


@dataclass(frozen=True)
class Choice:
    """What the picker shows: the billing intervals that there are, and under each its prices."""

    intervals: tuple[tuple[str, int], ...]
    offered: tuple[Offered, ...]
    current: Price

    @property
    def loses_current(self) -> bool:
        """Whether there is no way back to the present plan."""
        return any(not each.is_offered for each in self.offered)


def choice(catalogue: Catalogue, tiers: Tiers, current: Price) -> Choice:
    """Arrange what is offered for the picker; the present plan is always in it, sold or not."""
    offered = [
        Offered(tier, price, price.id == current.id) for tier, prices in tiers for price in prices
    ]
    if offered and not any(each.is_current for each in offered):
        offered.insert(0, _kept(catalogue, current))
    periods = sorted({o.price.period for o in offered}, key=lambda p: (ORDER.index(p[0]), p[1]))
    return Choice(tuple(periods), tuple(offered), current)


def _kept(catalogue: Catalogue, current: Price) -> Offered:
    product = catalogue.products[current.product_id]
    tier = Tier(tier_name(product), product, ())
    return Offered(tier, current, is_current=True, is_offered=False)


def preview_change(
    visit: Visit, subscription_id: str, price_id: str, *, coupon: str = ""
) -> Preview:
    """Say what moving to a price costs: now, next and from when, with a quote to confirm.

    `coupon` is a code to put on with the change, where the portal takes codes.
    """
    standing, _tiers = plans(visit, subscription_id)
    return changes.preview(visit, standing, _change(visit, standing, price_id, coupon))


def change_plan(visit: Visit, subscription_id: str, quote_token: str, key: str) -> Outcome:
    """Move the subscription as quoted; changes.confirm says what else may come of it."""
    build = partial(_quoted, visit)
    return changes.confirm(visit, subscription_id, Action.CHANGE_PLAN, quote_token, key, build)


def _quoted(visit: Visit, standing: Standing, quote: Quote) -> Change:
    return _change(visit, standing, quote.price_id, quote.coupon)


def _change(visit: Visit, standing: Standing, price_id: str, typed: str) -> Change:
    item = plan_item(visit, standing)
    if item.price.id == price_id:
        raise Problem("action_blocked", reason="same_plan")
    price = target(facts.tiers_for(standing.subscription, visit.catalogue), price_id)
    code = None
    if typed.strip():
        require_setting(visit, Action.APPLY_COUPON)
        code = coupons.find(visit, standing, typed, price)
        coupons.require_addable(standing.subscription, code)
    return Change(Action.CHANGE_PLAN, item, price, item.quantity, code)


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
