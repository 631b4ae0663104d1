"""Replacing a card. Its number goes from the customer's browser to Stripe and never comes here."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from portal import facts, pace
from portal.actions.schedules import with_card
from portal.alone import one_at_a_time
from portal.noting import card_state, note
from portal.once import Click
from portal.policy import Action
from portal.problems import Problem
from portal.standing import require_setting
from portal.visit import Visit
from servicebot.gateway.billing_shapes import SetupIntent
from servicebot.gateway.shapes import PaymentMethod
from servicebot.gateway.wire import in_time, together

REMOVED = "remove_card"


def begin_card(visit: Visit, customer_id: str, key: str) -> SetupIntent:
    """Start saving a card for one of the visit's customers; its client secret is for Stripe.js."""
    require_setting(visit, Action.UPDATE_CARD)
    customer = visit.customer(customer_id)
    pace.require_card(visit, customer.id)
    metadata = {"sb_portal": visit.portal.public_id}
    click = Click(visit, "begin_card", key, {"customer": customer_id})
    return visit.gateway.create_setup_intent(customer.id, metadata, key=click.step("create"))


@one_at_a_time
def save_card(visit: Visit, intent_id: str) -> str:
    """Charge the card that was saved from now on; returns its customer's id.

    It becomes the customer's default and that of every running subscription or schedule which had
    a card of its own. Once that is done, repeating it changes nothing more; until then it does all
    of it again, without Stripe's keys, since under those a step would be answered and not done
    where another card came in between.
    Raises Problem not_found for an attempt that isn't this visit's, action_blocked where it isn't
    finished.
    """
    require_setting(visit, Action.UPDATE_CARD)
    intent = visit.setup_intent(intent_id)
    if intent.status != "succeeded":
        raise Problem("action_blocked", reason="card_not_confirmed")
    click = Click(visit, "save_card", intent_id, {})
    if not click.was_done():
        cards = _put_everywhere(visit, intent.customer_id, intent.payment_method_id)
        _note_saved(visit, intent, cards, click)
    return intent.customer_id


def _note_saved(
    visit: Visit, intent: SetupIntent, cards: Mapping[str, PaymentMethod], click: Click
) -> None:
    """Note the card that is charged from now on, and the customer's default before."""
    old = visit.owner(intent.customer_id).default_payment_method_id
    note(
        visit,
        Action.UPDATE_CARD,
        intent.payment_method_id,
        intent.customer_id,
        before=card_state(cards.get(old)),
        after=card_state(cards.get(intent.payment_method_id)),
        click=click,
    )


def _put_everywhere(visit: Visit, customer_id: str, card_id: str) -> dict[str, PaymentMethod]:
    """Make a card the one that is charged, and return the customer's cards by id.

    The customer's default comes last, so that it stands for all.
    """
    gateway = visit.gateway
    subscriptions, methods = together(
        [partial(gateway.subscriptions, customer_id), partial(gateway.payment_methods, customer_id)]
    )
    for subscription in subscriptions:
        if facts.has_ended(subscription):
            continue
        schedule = subscription.schedule
        planned = with_card(schedule, card_id) if schedule else {}
        if schedule and planned:
            visit.gateway.update_schedule(schedule.id, planned, key="")
        if subscription.default_payment_method_id not in {"", card_id}:
            change = {"default_payment_method": card_id}
            visit.gateway.update_subscription(subscription.id, change, key="")
    visit.gateway.make_default(customer_id, card_id, key="")
    return {method.id: method for method in methods}


@one_at_a_time
def remove_card(visit: Visit, method_id: str, key: str) -> str:
    """Forget a card that nothing is paid with; returns whose it was.

    Raises Problem action_blocked where something still is: the customer's default while anything
    of theirs runs, or a card that a subscription or a schedule names. What is gone already is
    not_found, but for the click that removed it.
    """
    require_setting(visit, Action.UPDATE_CARD)
    try:
        method = visit.payment_method(method_id)
    except Problem:
        owner_id = _removed_from(visit, method_id, key)
        if not owner_id:
            raise
        return owner_id
    subscriptions = in_time(partial(visit.gateway.subscriptions, method.customer_id))
    if method.id in facts.cards_in_use(visit.owner(method.customer_id), subscriptions):
        raise Problem("action_blocked", reason="card_in_use")
    click = _removal(visit, method.customer_id, method_id, key)
    with click.under_way():
        visit.gateway.detach(method_id, key=click.step("detach"))
    _note_removed(visit, method, method.customer_id, click)
    return method.customer_id


def _removal(visit: Visit, customer_id: str, method_id: str, key: str) -> Click:
    """Return the click that takes this card from this customer: the card won't tell afterwards."""
    return Click(visit, REMOVED, f"{customer_id} {method_id} {key}", {})


def _removed_from(visit: Visit, method_id: str, key: str) -> str:
    """Return whose a card was that this very click has removed, empty where it hasn't."""
    for customer_id in visit.customer_ids:
        click = _removal(visit, customer_id, method_id, key)
        if click.was_begun():
            method = visit.gateway.payment_method(method_id)
            if not method.customer_id:
                _note_removed(visit, method, customer_id, click)
                return customer_id
    return ""


def _note_removed(visit: Visit, method: PaymentMethod, customer_id: str, click: Click) -> None:
    note(visit, REMOVED, method.id, customer_id, before=card_state(method), click=click)
