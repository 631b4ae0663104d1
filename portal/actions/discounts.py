"""Putting a code on a subscription that runs. The rule for page and API."""

from __future__ import annotations

from functools import partial

from portal.actions import changes, coupons
from portal.actions.changes import Change
from portal.actions.outcome import Outcome
from portal.actions.previews import Preview
from portal.policy import Action
from portal.quotes import Quote
from portal.standing import Standing, read_standing, require, require_setting
from portal.visit import Visit


def preview_coupon(visit: Visit, subscription_id: str, typed: str) -> Preview:
    """Say what is paid from the next invoice on with a code, with a quote to confirm.

    Raises Problem action_blocked with why a code can't be used.
    """
    require_setting(visit, Action.APPLY_COUPON)
    standing = read_standing(visit, subscription_id)
    require(standing, Action.APPLY_COUPON)
    return changes.preview(visit, standing, _change(visit, standing, typed))


def apply_coupon(visit: Visit, subscription_id: str, quote_token: str, key: str) -> Outcome:
    """Put the quoted code on; what is there already stays."""
    build = partial(_quoted, visit)
    return changes.confirm(visit, subscription_id, Action.APPLY_COUPON, quote_token, key, build)


def _quoted(visit: Visit, standing: Standing, quote: Quote) -> Change:
    return _change(visit, standing, quote.coupon)


def _change(visit: Visit, standing: Standing, typed: str) -> Change:
    item = standing.subscription.items[0]
    code = coupons.find(visit, standing, typed, item.price)
    coupons.require_addable(standing.subscription, code)
    return Change(Action.APPLY_COUPON, item, item.price, item.quantity, code)
