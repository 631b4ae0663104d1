"""Replacing a card. Its number goes from the customer's browser to Stripe and never comes here."""

from __future__ import annotations

from functools import partial

from portal import facts
from portal.actions.schedules import with_card
from portal.once import Click
from portal.policy import Action
from portal.problems import Problem
from portal.standing import require_setting
from portal.visit import Visit
from servicebot.gateway.billing_shapes import SetupIntent
from servicebot.gateway.wire import in_time


def begin_card(visit: Visit, customer_id: str, key: str) -> SetupIntent:
    """Start saving a card for one of the visit's customers; its client secret is for Stripe.js."""
    require_setting(visit, Action.UPDATE_CARD)
    customer = visit.customer(customer_id)
    metadata = {"sb_portal": visit.portal.public_id}
    click = Click(visit, "begin_card", key, {"customer": customer_id})
    return visit.gateway.create_setup_intent(customer.id, metadata, key=click.step("create"))


def save_card(visit: Visit, intent_id: str) -> str:
    """Charge the card that was saved from now on; returns its customer's id.

    It becomes the customer's default and that of every running subscription or schedule which had
    a card of its own. All steps are named by the intent, so repeating it changes nothing more.
    Raises Problem not_found for an attempt that isn't this visit's, action_blocked where it isn't
    finished.
    """
    require_setting(visit, Action.UPDATE_CARD)
    intent = visit.setup_intent(intent_id)
    if intent.status != "succeeded":
        raise Problem("action_blocked", reason="card_not_confirmed")
    card_id = intent.payment_method_id
    for subscription in visit.gateway.subscriptions(intent.customer_id):
        own = subscription.default_payment_method_id
        schedule = subscription.schedule
        planned = with_card(schedule, card_id) if schedule else {}
        if schedule and planned:
            key = visit.key("save_card", intent_id, schedule.id)
            visit.gateway.update_schedule(schedule.id, planned, key=key)
        if own not in {"", card_id} and not facts.has_ended(subscription):
            visit.gateway.update_subscription(
                subscription.id,
                {"default_payment_method": card_id},
                key=visit.key("save_card", intent_id, subscription.id),
            )
    visit.gateway.make_default(
        intent.customer_id, card_id, key=visit.key("save_card", intent_id, "customer")
    )
    return intent.customer_id


def remove_card(visit: Visit, method_id: str, key: str) -> str:
    """Forget a card that nothing is paid with; returns whose it was.

    Raises Problem action_blocked where something still is: the customer's default while anything
    of theirs runs, or a card that a subscription or a schedule names.
    """
    require_setting(visit, Action.UPDATE_CARD)
    method = visit.payment_method(method_id)
    subscriptions = in_time(partial(visit.gateway.subscriptions, method.customer_id))
    if method.id in facts.cards_in_use(visit.owner(method.customer_id), subscriptions):
        raise Problem("action_blocked", reason="card_in_use")
    click = Click(visit, "remove_card", key, {"method": method_id})
    visit.gateway.detach(method_id, key=click.step("detach"))
    return method.customer_id
