"""What the page does with one subscription, piece by piece. The rules are in actions/."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse

from portal import events
from portal.access import PortalRequest
from portal.actions import cancelling, plans, quantities, resubscribing, schedules
from portal.actions.outcome import Outcome
from portal.actions.previews import Preview
from portal.actions.quoted import QUOTED, Asked
from portal.answers import click_key, confirmed, page_action, piece
from portal.catalogue import Catalogue
from portal.events import Happened
from portal.page import PageView
from portal.policy import Action
from portal.problems import Problem
from portal.quotes import new_nonce
from portal.reasons import reasons_of
from portal.standing import Standing, read_standing, require, require_setting
from portal.visit import Visit


@page_action
def choose_plan(request: PortalRequest, subscription_id: str) -> HttpResponse:
    """Answer the plans to choose from."""
    standing, tiers = plans.plans(request.visit, subscription_id)
    current = plans.plan_item(request.visit, standing).price
    return piece(
        "plans",
        request.visit,
        standing=standing,
        choice=plans.choice(request.visit.catalogue, tiers, current),
        action=Action.CHANGE_PLAN,
        takes_coupon=request.visit.settings.can_use_coupon,
    )


@page_action
def choose_quantity(request: PortalRequest, subscription_id: str) -> HttpResponse:
    """Answer where to say how many."""
    visit = request.visit
    standing, item, rule = quantities.counted(visit, subscription_id)
    label = visit.catalogue.products[item.price.product_id].unit_label
    return piece("quantity", visit, standing=standing, item=item, rule=rule, label=label)


@page_action
def enter_coupon(request: PortalRequest, subscription_id: str) -> HttpResponse:
    """Answer where to type a code."""
    standing = _standing(request, subscription_id, Action.APPLY_COUPON)
    return piece("coupon", request.visit, standing=standing)


@page_action
def preview(request: PortalRequest, subscription_id: str, action: Action) -> HttpResponse:
    """Answer what an action costs, with its quote."""
    require_setting(request.visit, action)
    made = QUOTED[action].preview(request.visit, subscription_id, _asked(request))
    return _preview(request.visit, made)


@page_action
def confirm(request: PortalRequest, subscription_id: str, action: Action) -> HttpResponse:
    """Do as quoted; what has changed since is quoted anew."""
    visit, quote = request.visit, request.POST.get("quote", "")
    try:
        outcome = QUOTED[action].confirm(visit, subscription_id, quote, click_key(request))
    except Problem as problem:
        if "preview" not in problem.extra:
            raise
        return _preview(visit, problem.extra["preview"], problem.status)
    return _done(visit, outcome, action)


@page_action
def ask_cancel(request: PortalRequest, subscription_id: str) -> HttpResponse:
    """Answer what ends when, and ask why."""
    return _cancel_panel(request, subscription_id)


def _cancel_panel(
    request: PortalRequest, subscription_id: str, status: int = 200, **context: object
) -> HttpResponse:
    standing = _standing(request, subscription_id, Action.CANCEL)
    settings = request.visit.settings
    asks = settings.asks_cancellation_reason
    return piece(
        "cancel",
        request.visit,
        status,
        standing=standing,
        ends=cancelling.ends(standing, settings),
        reasons=reasons_of(settings.cancellation_reasons) if asks else (),
        key=new_nonce(),
        **context,
    )


@page_action
def cancel(request: PortalRequest, subscription_id: str) -> HttpResponse:
    """Cancel, keeping the answer; where it would end otherwise than was said, say that first."""
    require_setting(request.visit, Action.CANCEL)
    given, visit = request.POST, request.visit
    answer = cancelling.Answer.checked(
        visit.settings, given.get("reason", ""), given.get("comment", "")
    )
    key, told = click_key(request), given.get("ends", "")
    try:
        outcome = cancelling.cancel_subscription(visit, subscription_id, answer, key, told=told)
    except Problem as problem:
        if problem.code != "preview_stale":
            raise
        return _cancel_panel(request, subscription_id, problem.status, is_stale=True)
    return _done(visit, outcome, Action.CANCEL, reason=answer.reason, ends=told)


@page_action
def undo_cancel(request: PortalRequest, subscription_id: str) -> HttpResponse:
    """Keep what was going to end."""
    visit, key = request.visit, click_key(request)
    return _done(visit, cancelling.undo_cancel(visit, subscription_id, key), Action.UNDO_CANCEL)


@page_action
def undo_scheduled_change(request: PortalRequest, subscription_id: str) -> HttpResponse:
    """Keep the plan that was going to change."""
    visit, key = request.visit, click_key(request)
    outcome = schedules.undo_scheduled_change(visit, subscription_id, key)
    return _done(visit, outcome, Action.UNDO_SCHEDULED_CHANGE)


@page_action
def ask_resubscribe(request: PortalRequest, subscription_id: str) -> HttpResponse:
    """Answer the plans to choose from, or at once what the old plan costs."""
    visit = request.visit
    standing = _standing(request, subscription_id, Action.RESUBSCRIBE)
    tiers = resubscribing.offers(visit, standing)
    takes_coupon = visit.settings.can_use_coupon_to_resubscribe
    if not tiers and not takes_coupon:
        return _preview(visit, resubscribing.preview_resubscribe(visit, subscription_id))
    return piece(
        "plans",
        visit,
        standing=standing,
        choice=plans.choice(visit.catalogue, tiers, resubscribing.main_price(visit, standing)),
        action=Action.RESUBSCRIBE,
        takes_coupon=takes_coupon,
    )


def _standing(request: PortalRequest, subscription_id: str, action: Action) -> Standing:
    """Return a subscription that an action is possible with."""
    require_setting(request.visit, action)
    standing = read_standing(request.visit, subscription_id)
    require(standing, action)
    return standing


def _asked(request: HttpRequest) -> Asked:
    given = request.POST
    typed = given.get("quantity", "")
    quantity = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None
    return Asked(given.get("price", ""), quantity, given.get("coupon", ""))


def _preview(visit: Visit, preview: Preview, status: int = 200) -> HttpResponse:
    tier = visit.catalogue.tier_name(preview.price.product_id)
    return piece("preview", visit, status, preview=preview, tier=tier, is_stale=status != 200)


def _done(visit: Visit, outcome: Outcome, action: Action, **extras: Any) -> HttpResponse:
    subscription = outcome.subscription

    def happened(_page: PageView, catalogue: Catalogue) -> Iterable[Happened]:
        return events.after(action, subscription, catalogue, **extras)

    return confirmed(
        visit,
        outcome.confirmation,
        done="done",
        place=f"title-{subscription.id}",
        waits=f"{action}:{subscription.id}",
        happened=happened,
    )
