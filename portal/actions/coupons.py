"""Promotion codes and coupons: finding what a customer typed, and saying why it doesn't work.

Codes ignore case. One that is for another customer doesn't exist for this one; whether a customer
has paid before is Stripe's to judge, and its refusal is put into words here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from portal import pace
from portal.problems import Problem
from portal.standing import Standing
from portal.visit import Visit
from servicebot.gateway.billing_shapes import Subscription
from servicebot.gateway.errors import NotFoundError, RefusedError
from servicebot.gateway.shapes import Coupon, Price, PromotionCode
from servicebot.gateway.wire import in_time

TYPED_AT_MOST = 200


@dataclass(frozen=True)
class Code:
    """A coupon with the way to it: what was `typed`, and how Stripe is told of it."""

    typed: str
    coupon: Coupon
    params: dict[str, str]
    promotion: PromotionCode | None = None

    @property
    def minimum_amount(self) -> int | None:
        """What has to be paid at least, in minor units."""
        return self.promotion.minimum_amount if self.promotion else None


def find(visit: Visit, standing: Standing, typed: str, price: Price) -> Code:
    """Return the coupon that was typed for a price.

    Raises Problem invalid where nothing was, action_blocked with why it can't be used.
    """
    wanted = typed.strip()
    if not wanted:
        raise Problem("invalid", reason="coupon_missing", errors={"coupon": ["required"]})
    if len(wanted) > TYPED_AT_MOST:
        raise blocked("coupon_unknown")
    pace.require_code(visit)
    code = _known(visit, standing, wanted)
    if code is None:
        pace.note_unknown_code(visit)
        raise blocked("coupon_unknown")
    if not (code.coupon.is_valid and (code.promotion is None or code.promotion.is_active)):
        raise blocked("coupon_expired")
    _require_fitting(code.coupon, standing.subscription, price)
    return code


def is_on(visit: Visit, standing: Standing, typed: str) -> bool:
    """Whether a subscription has the coupon that was typed."""
    code = _known(visit, standing, typed.strip())
    has = {discount.coupon.id for discount in standing.subscription.discounts}
    return code is not None and code.coupon.id in has


def _known(visit: Visit, standing: Standing, wanted: str) -> Code | None:
    return _promotion(visit, standing, wanted) or _coupon(visit, wanted)


def require_addable(subscription: Subscription, code: Code) -> None:
    """Raise Problem action_blocked where a code can't be put on a subscription that runs.

    Stripe takes no code with a minimum amount there, since nothing is bought with it.
    """
    if code.coupon.id in {discount.coupon.id for discount in subscription.discounts}:
        raise blocked("coupon_applied_already")
    if code.minimum_amount is not None:
        raise blocked("coupon_minimum")


def with_code(subscription: Subscription, code: Code) -> list[dict[str, str]]:
    """Return all discounts with the new one: Stripe drops those that are not sent along."""
    return [*({"discount": discount.id} for discount in subscription.discounts), code.params]


@contextmanager
def refusals_said(code: Code | None) -> Iterator[None]:
    """Say in words what Stripe has against a code, where it refuses a change that has one."""
    try:
        yield
    except RefusedError as error:
        if code is None or not error.param.startswith(("discounts", "promotion_code", "coupon")):
            raise
        raise blocked(_why(code)) from error


def blocked(reason: str) -> Problem:
    """Return the problem that says why a code can't be used."""
    return Problem("action_blocked", reason=reason)


def _why(code: Code) -> str:
    if code.promotion and code.promotion.is_for_first_payment:
        return "coupon_first_time_only"
    return "coupon_minimum" if code.minimum_amount is not None else "coupon_refused"


def _promotion(visit: Visit, standing: Standing, typed: str) -> Code | None:
    """Return the best of the codes that are spelled so: one's own first, one that works first."""
    found = in_time(lambda: visit.gateway.promotion_codes(typed))
    mine = [code for code in found if code.customer_id in {"", standing.customer.id}]
    if not mine:
        return None
    best = max(mine, key=lambda code: (code.is_active, bool(code.customer_id)))
    return Code(typed, best.coupon, {"promotion_code": best.id}, best)


def _coupon(visit: Visit, typed: str) -> Code | None:
    if not visit.settings.accepts_coupon_ids:
        return None
    try:
        coupon = in_time(lambda: visit.gateway.coupon(typed))
    except NotFoundError:
        return None
    return Code(typed, coupon, {"coupon": coupon.id})


def _require_fitting(coupon: Coupon, subscription: Subscription, price: Price) -> None:
    """Raise where a coupon takes nothing off: other products, or another currency."""
    products = {price.product_id, *(item.price.product_id for item in subscription.items)}
    if coupon.product_ids is not None and not coupon.product_ids & products:
        raise blocked("coupon_not_for_plan")
    if coupon.amount_off is not None and subscription.currency not in coupon.currencies:
        raise blocked("coupon_other_currency")
