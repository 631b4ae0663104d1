"""The portal's page, piece by piece. The rules are in actions/; the words in locale/."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from portal.access import PortalRequest, find_portal, hand_over, require_same_origin
from portal.actions import cancelling, cards, paying, plans, resubscribing
from portal.actions.outcome import Confirmation, Outcome
from portal.actions.previews import Preview
from portal.answers import page_action, piece, problems_answered
from portal.exchange import begin_session
from portal.page import read_invoices, read_page
from portal.policy import Action
from portal.problems import Problem
from portal.quotes import new_nonce
from portal.standing import read_standing, require, require_setting
from portal.visit import Visit


@csrf_exempt
@problems_answered
@require_POST
def session(request: HttpRequest, portal_id: str) -> HttpResponse:
    """Exchange an identity and its hash for a session token and the page, in one answer."""
    require_same_origin(request)
    portal = find_portal(portal_id)
    begun = begin_session(portal, request.POST.dict())
    answer: HttpResponse = hand_over(_page(Visit(portal, begun)), begun, fresh=True)
    return answer


@page_action
def page(request: PortalRequest) -> HttpResponse:
    """Answer the page as it is now."""
    return _page(request.visit)


@page_action
def choose_plan(request: PortalRequest, subscription_id: str) -> HttpResponse:
    """Answer the plans to choose from."""
    standing, tiers = plans.plans(request.visit, subscription_id)
    current = plans.plan_item(request.visit, standing).price
    context = plans.choice(tiers, current)
    return piece("plans", request.visit, standing=standing, choice=context, verb="change-plan")


@page_action
def preview_plan(request: PortalRequest, subscription_id: str) -> HttpResponse:
    """Answer what a change of plan costs, with its quote."""
    price_id = request.POST.get("price", "")
    preview = plans.preview_change(request.visit, subscription_id, price_id)
    return _preview(request.visit, preview)


@page_action
def change_plan(request: PortalRequest, subscription_id: str) -> HttpResponse:
    """Change the plan as quoted."""
    quote, key = request.POST.get("quote", ""), _key(request)
    try:
        return _done(request.visit, plans.change_plan(request.visit, subscription_id, quote, key))
    except Problem as problem:
        return _quoted_anew(request.visit, problem)


@page_action
def ask_cancel(request: PortalRequest, subscription_id: str) -> HttpResponse:
    """Answer what ends when, and ask why."""
    require_setting(request.visit, Action.CANCEL)
    standing = read_standing(request.visit, subscription_id)
    require(standing, Action.CANCEL)
    reasons = cancelling.REASONS if request.visit.settings.asks_cancellation_reason else {}
    return piece(
        "cancel",
        request.visit,
        standing=standing,
        reasons=reasons,
        key=new_nonce(),
        is_one_of_several=len(request.visit.customer_ids) > 1,
    )


@page_action
def cancel(request: PortalRequest, subscription_id: str) -> HttpResponse:
    """Cancel, keeping the answer."""
    given = request.POST
    answer = cancelling.Answer.checked(given.get("reason", ""), given.get("comment", ""))
    visit = request.visit
    return _done(
        visit, cancelling.cancel_subscription(visit, subscription_id, answer, _key(request))
    )


@page_action
def undo_cancel(request: PortalRequest, subscription_id: str) -> HttpResponse:
    """Keep what was going to end."""
    return _done(
        request.visit, cancelling.undo_cancel(request.visit, subscription_id, _key(request))
    )


@page_action
def ask_resubscribe(request: PortalRequest, subscription_id: str) -> HttpResponse:
    """Answer the plans to choose from, or at once what the old plan costs."""
    visit = request.visit
    require_setting(visit, Action.RESUBSCRIBE)
    standing = read_standing(visit, subscription_id)
    require(standing, Action.RESUBSCRIBE)
    tiers = resubscribing.offers(visit, standing)
    if not tiers:
        return _preview(visit, resubscribing.preview_resubscribe(visit, subscription_id))
    choice = plans.choice(tiers, resubscribing.main_price(visit, standing))
    return piece("plans", visit, standing=standing, choice=choice, verb="resubscribe")


@page_action
def preview_resubscribe(request: PortalRequest, subscription_id: str) -> HttpResponse:
    """Answer what starting again on a plan costs, with its quote."""
    price_id = request.POST.get("price", "")
    preview = resubscribing.preview_resubscribe(request.visit, subscription_id, price_id)
    return _preview(request.visit, preview)


@page_action
def resubscribe(request: PortalRequest, subscription_id: str) -> HttpResponse:
    """Start again as quoted."""
    visit, quote = request.visit, request.POST.get("quote", "")
    try:
        return _done(visit, resubscribing.resubscribe(visit, subscription_id, quote, _key(request)))
    except Problem as problem:
        return _quoted_anew(visit, problem)


@page_action
def ask_card(request: PortalRequest) -> HttpResponse:
    """Answer the place where Stripe's card form goes."""
    require_setting(request.visit, Action.UPDATE_CARD)
    customer = request.visit.customer(request.POST.get("customer", ""))
    return piece("card", request.visit, customer=customer, key=new_nonce())


@page_action
def begin_card(request: PortalRequest) -> HttpResponse:
    """Answer what Stripe.js needs to save a card."""
    visit = request.visit
    intent = cards.begin_card(visit, request.POST.get("customer", ""), _key(request))
    key = visit.connection.publishable_key
    return JsonResponse({"client_secret": intent.client_secret, "publishable_key": key})


@page_action
def save_card(request: PortalRequest) -> HttpResponse:
    """Charge the saved card from now on."""
    cards.save_card(request.visit, request.POST.get("setup_intent", ""))
    return _page(request.visit, done="card.saved")


@page_action
def invoices(request: PortalRequest) -> HttpResponse:
    """Answer older invoices of a customer."""
    customer_id, after = request.POST.get("customer", ""), request.POST.get("after", "")
    found = read_invoices(request.visit, customer_id, after=after)
    return piece("invoice_rows", request.visit, customer_id=customer_id, found=found)


@page_action
def pay_invoice(request: PortalRequest, invoice_id: str) -> HttpResponse:
    """Pay an open invoice."""
    return _confirmed(
        request.visit, paying.pay_invoice(request.visit, invoice_id), done="invoice.done"
    )


def _key(request: HttpRequest) -> str:
    """Return what makes this click one: the panel's own key, or the quote, which is one as well."""
    return request.POST.get("key") or request.POST.get("quote") or new_nonce()


def _page(visit: Visit, done: str = "") -> HttpResponse:
    return piece("page", visit, page=read_page(visit), done=done)


def _preview(visit: Visit, preview: Preview, status: int = 200) -> HttpResponse:
    tier = visit.catalogue.tier_name(preview.price.product_id)
    return piece("preview", visit, status, preview=preview, tier=tier, is_stale=status != 200)


def _quoted_anew(visit: Visit, problem: Problem) -> HttpResponse:
    if "preview" not in problem.extra:
        raise problem
    return _preview(visit, problem.extra["preview"], problem.status)


def _done(visit: Visit, outcome: Outcome) -> HttpResponse:
    return _confirmed(visit, outcome.confirmation, done="done")


def _confirmed(visit: Visit, confirmation: Confirmation | None, *, done: str) -> HttpResponse:
    """Answer the page as it is now, or what Stripe.js must ask the customer's bank first."""
    if confirmation is None:
        return _page(visit, done=done)
    key = visit.connection.publishable_key
    return piece("confirm", visit, confirmation=confirmation, publishable_key=key)
