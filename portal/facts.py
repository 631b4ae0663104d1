"""What the policy needs to know, drawn from Stripe's objects and the merchant's catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from portal.catalogue import QUANTITY_ENABLED, Catalogue, Tier, says
from portal.policy import Counting, Ending, Facts, Offer, Pause, Planned
from servicebot.gateway.billing_shapes import Invoice, Subscription
from servicebot.gateway.schedule_shapes import Phase, Schedule
from servicebot.gateway.shapes import Customer, Item, PaymentMethod, Price

RESUBSCRIBED_FROM = "sb_resubscribed_from"
STARTED_WITH = "sb_started_with"
GIVEN_UP = "sb_given_up"
SCHEDULED_CHANGE = "sb_scheduled_change"
DISCOUNTS_AT_MOST = 20  # Stripe's own limit, https://docs.stripe.com/billing/subscriptions/coupons
PAUSES = {
    "pause_requested": Pause.BY_SELLER,
    "system": Pause.BY_SELLER,
    "final_payment_failure": Pause.PAYMENT_FAILED,
    "first_payment_failure": Pause.PAYMENT_FAILED,
}
"""Stripe's `status_details.paused.subscription.type`; all others are a trial without a card."""


def facts_of(
    subscription: Subscription,
    catalogue: Catalogue,
    siblings: Iterable[Subscription],
    customer: Customer,
    card: PaymentMethod | None,
) -> Facts:
    """Return the facts of a subscription; `siblings` are all of its customer's."""
    return Facts(
        status="incomplete_expired" if was_given_up(subscription) else subscription.status,
        ending=ending_of(subscription),
        planned=planned_of(subscription.schedule),
        has_pending_update=subscription.pending_update is not None,
        pause=pause_of(subscription),
        is_charged_automatically=subscription.collection_method == "charge_automatically",
        has_card=card is not None,
        offer=offer_of(subscription, catalogue),
        is_sold=all(catalogue.is_sold(item.price) for item in subscription.items),
        are_extras_sold=all(catalogue.is_sold(i.price) for i in extras_of(subscription, catalogue)),
        is_resubscribed=any(was_started(s) for s in successors(subscription, siblings)),
        counting=counting_of(subscription, catalogue),
        has_all_discounts=len(subscription.discounts) >= DISCOUNTS_AT_MOST,
        is_other_currency=is_other_currency(subscription, siblings, customer),
    )


def is_other_currency(
    subscription: Subscription, siblings: Iterable[Subscription], customer: Customer
) -> bool:
    """Say whether a customer is charged in another currency: Stripe takes one at a time.

    Where nothing runs in it, a new subscription changes the customer's currency
    (https://support.stripe.com/questions/set-or-change-currency-for-an-invoice-or-customer-in-stripe-billing).
    """
    current = customer.currency
    runs = any(s.currency == current and not has_ended(s) for s in siblings)
    return runs and current not in {"", subscription.currency}


def ending_of(subscription: Subscription) -> Ending:
    """Say how a subscription is set to end. Stripe fills cancel_at beside the flag too."""
    if subscription.cancels_at_period_end:
        return Ending.PERIOD_END
    return Ending.BY_AGREEMENT if subscription.cancel_at else Ending.NONE


def planned_of(schedule: Schedule | None) -> Planned:
    """Say whose schedule has something to come.

    One of ours whose change has come, and one that was made and never filled, have nothing left.
    """
    if schedule is None:
        return Planned.NONE
    if SCHEDULED_CHANGE in schedule.metadata:
        return Planned.OURS if schedule.coming else Planned.NONE
    is_empty = len(schedule.phases) == 1 and schedule.end_behavior == "release"
    return Planned.NONE if is_empty and not schedule.metadata else Planned.MERCHANTS


def phases_left(schedule: Schedule) -> tuple[Phase, ...]:
    """Return the phase that runs and those to come: Stripe changes no others."""
    start = schedule.current_start
    return tuple(phase for phase in schedule.phases if start is None or phase.starts_at >= start)


def pause_of(subscription: Subscription) -> Pause:
    """Say why nothing is charged for now."""
    if subscription.status == "paused":
        return PAUSES.get(subscription.paused_because, Pause.NO_CARD)
    return Pause.COLLECTION if subscription.pause_behavior else Pause.NONE


def counting_of(subscription: Subscription, catalogue: Catalogue) -> Counting:
    """Say whether there is one item whose quantity the customer may change."""
    counted = counted_items(subscription, catalogue)
    if not counted:
        return Counting.NONE
    return Counting.ONE if len(counted) == 1 else Counting.SEVERAL


def counted_items(subscription: Subscription, catalogue: Catalogue) -> list[Item]:
    """Return the items that the merchant lets customers count; a plan comes before add-ons."""
    counted = [i for i in subscription.items if _is_counted(i, catalogue)]
    plans = [i for i in counted if catalogue.service_of(i.price.product_id)]
    return plans or counted


def _is_counted(item: Item, catalogue: Catalogue) -> bool:
    product = catalogue.products.get(item.price.product_id)
    if product is None or item.quantity is None:
        return False
    return bool(product.unit_label) and says(product, QUANTITY_ENABLED)


def offer_of(subscription: Subscription, catalogue: Catalogue) -> Offer:
    """Say whether there is something to move to."""
    plans = plan_items(subscription, catalogue)
    if not plans:
        return Offer.NOT_A_PLAN
    if len(plans) > 1:
        return Offer.SEVERAL_PLANS
    others = [
        price
        for _tier, prices in tiers_for(subscription, catalogue)
        for price in prices
        if price.id != plans[0].price.id
    ]
    return Offer.OTHER_PLANS if others else Offer.NO_OTHER_PLAN


def plan_items(subscription: Subscription, catalogue: Catalogue) -> list[Item]:
    """Return the items that are plans of a service; the rest is sold beside them."""
    return [i for i in subscription.items if catalogue.service_of(i.price.product_id)]


def extras_of(subscription: Subscription, catalogue: Catalogue) -> list[Item]:
    """Return the items that are no plans of a service."""
    return [i for i in subscription.items if not catalogue.service_of(i.price.product_id)]


def tiers_for(
    subscription: Subscription, catalogue: Catalogue
) -> list[tuple[Tier, tuple[Price, ...]]]:
    """Return what is offered of the subscription's service: prices in its own currency.

    A hidden plan is offered to nobody. A price whose quantity is metered and one that isn't don't
    stand in for each other, and items of one subscription must share what interval the others
    leave free (Stripe's own rule in classic billing), so beside other items only prices of the
    same interval are offered.
    """
    plans = plan_items(subscription, catalogue)
    if not plans:
        return []
    current = plans[0].price
    service = catalogue.service_of(current.product_id)
    tiers = service.tiers if service else ()
    is_alone = len(subscription.items) == 1
    fitting = [
        (tier, tuple(_fitting(tier, subscription.currency, current, alone=is_alone)))
        for tier in tiers
        if not tier.is_hidden
    ]
    return [(tier, prices) for tier, prices in fitting if prices]


def _fitting(tier: Tier, currency: str, current: Price, *, alone: bool) -> Iterator[Price]:
    for price in tier.prices:
        charged = price.in_currency(currency)
        is_alike = price.is_metered == current.is_metered
        if charged and is_alike and (alone or price.period == current.period):
            yield charged


def successors(subscription: Subscription, siblings: Iterable[Subscription]) -> list[Subscription]:
    """Return what was begun to take an ended subscription's place."""
    return [s for s in siblings if s.metadata.get(RESUBSCRIBED_FROM) == subscription.id]


def was_given_up(subscription: Subscription) -> bool:
    """Whether a subscription ended before its first payment, for Stripe or by what was noted."""
    if subscription.status == "incomplete_expired":
        return True
    return subscription.status == "canceled" and GIVEN_UP in subscription.metadata


def was_started(subscription: Subscription) -> bool:
    """Whether a subscription was ever paid for, if it has ended since or not.

    What took an ended one's place and ended too is what can be started again; both never can.
    """
    return subscription.status != "incomplete" and not was_given_up(subscription)


def has_ended(subscription: Subscription) -> bool:
    """Whether Stripe changes a subscription no more."""
    return subscription.status in {"canceled", "incomplete_expired"}


def card_of(
    subscription: Subscription, customer: Customer, methods: Iterable[PaymentMethod]
) -> PaymentMethod | None:
    """Return what Stripe will charge: the subscription's own, else the customer's default.

    An ended one keeps the card that it had, which nobody can change any more; where that is gone,
    or a newer one became the default since, starting it again is paid with the default.
    """
    found = {method.id: method for method in methods}
    own = found.get(subscription.default_payment_method_id)
    default = found.get(customer.default_payment_method_id)
    if has_ended(subscription):
        return default if default and _is_outdated(own, default, subscription) else own
    return default if not subscription.default_payment_method_id else own


def _is_outdated(own: PaymentMethod | None, default: PaymentMethod, ended: Subscription) -> bool:
    end = ended.ended_at or ended.created_at
    return own is None or default.created_at > end


def cards_in_use(customer: Customer, subscriptions: Iterable[Subscription]) -> frozenset[str]:
    """Return the payment methods that something is paid with, by name or by default."""
    running = [s for s in subscriptions if not has_ended(s)]
    found = {s.default_payment_method_id for s in running}
    if running:
        found.add(customer.default_payment_method_id)
    for schedule in (s.schedule for s in running if s.schedule):
        found.add(schedule.default_payment_method_id)
        found |= {p.repeated().get("default_payment_method", "") for p in phases_left(schedule)}
    return frozenset(found - {""})


def is_owed(invoice: Invoice, subscription: Subscription | None) -> bool:
    """Whether an invoice waits for its customer's money; `subscription` is what it is for.

    Of an unpaid subscription Stripe leaves the newest invoice a draft, which is owed all the same.
    """
    if invoice.amount_remaining <= 0:
        return False
    if invoice.status == "open":
        return True
    if invoice.status != "draft" or subscription is None:
        return False
    return subscription.status == "unpaid" and invoice.id == subscription.latest_invoice_id
