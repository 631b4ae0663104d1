"""A subscription with all that is needed to judge it, and the one gate before every action."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial

from portal import facts as facts_
from portal.catalogue import Catalogue
from portal.charged import as_charged
from portal.policy import PERMISSION_OF, Action, Facts, Reason, Verdict, setting_verdict, verdicts
from portal.problems import Problem
from portal.visit import Visit
from servicebot.gateway.billing_shapes import Subscription
from servicebot.gateway.shapes import Customer, PaymentMethod
from servicebot.gateway.wire import together


@dataclass(frozen=True)
class Standing:
    """A subscription, who pays for it and how, and what may be done with it."""

    subscription: Subscription
    customer: Customer
    card: PaymentMethod | None
    siblings: tuple[Subscription, ...] = field(compare=False)  # what counts of them is in `facts`
    facts: Facts
    verdicts: dict[Action, Verdict]


def standing_of(
    visit: Visit,
    catalogue: Catalogue,
    subscription: Subscription,
    customer: Customer,
    siblings: tuple[Subscription, ...],
    methods: Iterable[PaymentMethod],
) -> Standing:
    """Judge a subscription among its customer's other things."""
    card = facts_.card_of(subscription, customer, methods)
    facts = facts_.facts_of(subscription, catalogue, siblings, customer, card)
    judged = verdicts(visit.settings, facts, visit.permissions)
    return Standing(subscription, customer, card, siblings, facts, judged)


def read_standing(visit: Visit, subscription_id: str) -> Standing:
    """Read one of the visit's subscriptions and judge it; anyone else's is Problem not_found."""
    subscription = visit.subscription(subscription_id)
    customer_id = subscription.customer_id
    customer = visit.owner(customer_id)
    siblings, methods = together(
        [
            partial(visit.gateway.subscriptions, customer_id),
            partial(visit.gateway.payment_methods, customer_id),
        ]
    )
    (charged,) = as_charged(visit.connection, visit.catalogue, [subscription])
    return standing_of(visit, visit.catalogue, charged, customer, siblings, methods)


def require_setting(visit: Visit, action: Action) -> None:
    """Raise Problem setting_off where the merchant doesn't offer this, or permission_missing.

    Asked before all else.
    """
    verdict = setting_verdict(visit.settings, action, visit.permissions)
    if verdict.reason is Reason.NOT_PERMITTED:
        visit.require_permission(PERMISSION_OF[action])
    if not verdict.allowed:
        raise Problem("setting_off", setting=verdict.setting)


def require(standing: Standing, action: Action) -> None:
    """Raise Problem action_blocked, or update_pending, where the policy says no."""
    verdict = standing.verdicts[action]
    if verdict.reason is Reason.UPDATE_PENDING:
        raise Problem("update_pending", reason=verdict.reason.value)
    if verdict.reason is not None:
        raise Problem("action_blocked", reason=verdict.reason.value)
