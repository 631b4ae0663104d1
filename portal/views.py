"""The portal's page, piece by piece. The rules are in actions/; the words in locale/."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from portal import texts
from portal.access import PortalRequest, find_portal, hand_over, require_same_origin
from portal.actions import cards, paying
from portal.answers import (
    click_key,
    confirmed,
    page_action,
    page_piece,
    piece,
    problems_answered,
)
from portal.exchange import begin_session, refusals_noted
from portal.page import read_invoices
from portal.policy import Action
from portal.problems import Problem
from portal.quotes import new_nonce
from portal.speaking import language_of
from portal.standing import require_setting
from portal.visit import Visit, texts_of


@csrf_exempt
@problems_answered
@require_POST
def session(request: PortalRequest, portal_id: str) -> HttpResponse:
    """Exchange an identity and its hash for a session token and the page, in one answer."""
    portal = find_portal(portal_id)
    given = request.POST.dict()
    request.texts = texts_of(portal, language_of(given, portal.settings))
    require_same_origin(request, portal)
    with refusals_noted(portal, given):
        begun = begin_session(portal, given)
        visit = Visit(portal, begun)
        try:
            answer: HttpResponse = hand_over(page_piece(visit), begun, fresh=True)
        finally:
            visit.settle()
    return answer


@page_action
def page(request: PortalRequest) -> HttpResponse:
    """Answer the page as it is now."""
    return page_piece(request.visit)


@page_action
def speak(request: PortalRequest) -> HttpResponse:
    """Answer the page in the language that its customer chose, and a token that says so."""
    language = request.POST.get("language", "")
    if language not in texts.languages():
        raise Problem("invalid", errors={"language": ["unknown"]})
    request.visit = request.visit.speaking(language)
    answer: HttpResponse = hand_over(
        page_piece(request.visit, done="language.done", place="language"),
        request.visit.session,
        fresh=True,
    )
    return answer


@page_action
def ask_card(request: PortalRequest) -> HttpResponse:
    """Answer the place where Stripe's card form goes."""
    require_setting(request.visit, Action.UPDATE_CARD)
    customer = request.visit.customer(request.POST.get("customer", ""))
    owed = paying.owed(request.visit, customer.id)
    return piece("card", request.visit, customer=customer, owed=owed, key=new_nonce())


@page_action
def begin_card(request: PortalRequest) -> HttpResponse:
    """Answer what Stripe.js needs to save a card."""
    visit = request.visit
    intent = cards.begin_card(visit, request.POST.get("customer", ""), click_key(request))
    key = visit.connection.publishable_key
    return JsonResponse({"client_secret": intent.client_secret, "publishable_key": key})


@page_action
def save_card(request: PortalRequest) -> HttpResponse:
    """Charge the saved card from now on, and at once what the customer ticked of what they owe."""
    visit, given = request.visit, request.POST
    customer_id = cards.save_card(visit, given.get("setup_intent", ""))
    ticked = given.getlist("pay")
    paid = paying.pay_all(visit, customer_id, ticked)
    place = f"card-title-{customer_id}"
    if paid.is_declined:
        return page_piece(visit, failed="card.saved_not_paid")
    if paid.confirmation:
        return confirmed(visit, paid.confirmation, done="invoice.done", place=place)
    if ticked:
        return page_piece(visit, done="card.saved_and_paid", place=place)
    return page_piece(visit, done="card.saved", place=place)


@page_action
def remove_card(request: PortalRequest) -> HttpResponse:
    """Forget a card."""
    visit, method = request.visit, request.POST.get("method", "")
    customer_id = cards.remove_card(visit, method, click_key(request))
    return page_piece(visit, done="card.removed", place=f"card-title-{customer_id}")


@page_action
def invoices(request: PortalRequest) -> HttpResponse:
    """Answer older invoices of a customer."""
    customer_id, after = request.POST.get("customer", ""), request.POST.get("after", "")
    found = read_invoices(request.visit, customer_id, after=after)
    return piece("invoice_rows", request.visit, customer_id=customer_id, found=found)


@page_action
def pay_invoice(request: PortalRequest, invoice_id: str) -> HttpResponse:
    """Pay an open invoice."""
    return confirmed(
        request.visit, paying.pay_invoice(request.visit, invoice_id), done="invoice.done"
    )
