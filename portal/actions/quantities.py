"""Changing how many of something a customer has. The rule for page and API."""

from __future__ import annotations

from functools import partial

from portal import facts
from portal.actions import changes
from portal.actions.changes import Change
from portal.actions.outcome import Outcome
from portal.actions.previews import Preview
from portal.policy import Action
from portal.problems import Problem
from portal.quantities import Rule, rule_for
from portal.quotes import Quote
from portal.standing import Standing, read_standing, require, require_setting
from portal.visit import Visit
from servicebot.gateway.shapes import Item


def counted(visit: Visit, subscription_id: str) -> tuple[Standing, Item, Rule]:
    """Return what of a subscription can be counted, and which quantities are offered."""
    require_setting(visit, Action.CHANGE_QUANTITY)
    standing = read_standing(visit, subscription_id)
    require(standing, Action.CHANGE_QUANTITY)
    item, rule = _counted(visit, standing)
    return standing, item, rule


def preview_quantity(visit: Visit, subscription_id: str, quantity: int | None) -> Preview:
    """Say what another quantity costs, with a quote to confirm.

    Raises Problem invalid for one that isn't offered, action_blocked for the present one.
    """
    standing, item, _rule = counted(visit, subscription_id)
    if quantity is None:
        missing = {"quantity": ["required"]}
        raise Problem("invalid", reason="quantity_not_offered", errors=missing)
    if quantity == item.quantity:
        raise Problem("action_blocked", reason="same_quantity")
    return changes.preview(visit, standing, _change(visit, standing, quantity))


def change_quantity(visit: Visit, subscription_id: str, quote_token: str, key: str) -> Outcome:
    """Change the quantity as quoted; changes.confirm says what else may come of it."""
    build = partial(_quoted, visit)
    return changes.confirm(visit, subscription_id, Action.CHANGE_QUANTITY, quote_token, key, build)


def _quoted(visit: Visit, standing: Standing, quote: Quote) -> Change:
    change = _change(visit, standing, quote.quantity or 0)
    if not change.moves_item:
        raise Problem("action_blocked", reason="same_quantity")
    return change


def _change(visit: Visit, standing: Standing, quantity: int) -> Change:
    item, rule = _counted(visit, standing)
    if not rule.allows(quantity):
        offered = f"{rule.minimum} to {rule.maximum}, {rule.step} apart"
        raise Problem("invalid", reason="quantity_not_offered", errors={"quantity": [offered]})
    return Change(Action.CHANGE_QUANTITY, item, item.price, quantity)


def _counted(visit: Visit, standing: Standing) -> tuple[Item, Rule]:
    """Return the item and its rule; call it where the policy found exactly one."""
    (item,) = facts.counted_items(standing.subscription, visit.catalogue)
    label = visit.catalogue.products[item.price.product_id].unit_label
    return item, rule_for(visit.settings.quantity_rules, label)
