"""The portal's page, piece by piece. The rules are in actions/; the words in locale/."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from django.http import HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_POST

from accounts.addresses import address_of
from portal import crowd, events, texts
from portal.access import (
    PortalRequest,
    find_portal,
    hand_over,
    inline,
    require_same_origin,
)
from portal.actions import cards, paying
from portal.answers import (
    click_key,
    confirmed,
    page_action,
    page_piece,
    piece,
    problems_answered,
)
from portal.catalogue import Catalogue
from portal.events import Happened
from portal.exchange import begin_session, refusals_noted
from portal.models import Portal
from portal.own_texts import texts_of
from portal.page import PageView, read_invoices
from portal.policy import Action
from portal.problems import Problem
from portal.quotes import new_nonce
from portal.speaking import language_of
from portal.standing import require_setting
from portal.visit import Visit


@csrf_exempt
@gzip_page
@problems_answered
@require_POST
def session(request: PortalRequest, portal_id: str) -> HttpResponse:
    """Exchange an identity and its hash for a session token and the page, in one answer."""
    with crowd.place(portal_id):
        return _opened(request, find_portal(portal_id))


def _opened(request: PortalRequest, portal: Portal) -> HttpResponse:
    given = request.POST.dict()
    request.texts = texts_of(portal, language_of(given, portal.settings))
    require_same_origin(request, portal)
    with refusals_noted(portal, given):
        begun = begin_session(portal, given, address_of(request))
        visit = Visit(portal, begun, inline(request, portal))
        try:
            answer: HttpResponse = hand_over(_first_page(visit), begun, fresh=True)
        finally:
            visit.settle()
    return answer


def _first_page(visit: Visit) -> HttpResponse:
    return page_piece(visit, may_be_kept=True, happened=events.first)


@page_action
def page(request: PortalRequest) -> HttpResponse:
    """Answer the page as it is now, after the customer's bank was asked, too."""
    visit, done = request.visit, request.POST.get("happened", "").split()

    def happened(page: PageView, catalogue: Catalogue) -> Iterable[Happened]:
        return events.recall(done, page, catalogue, visit.invoice)

    return page_piece(request.visit, happened=happened)


@page_action
def speak(request: PortalRequest) -> HttpResponse:
    """Answer the page in the language that its customer chose, and a token that says so."""
    language = request.POST.get("language", "")
    if language not in texts.languages():
        raise Problem("invalid", errors={"language": ["unknown"]})
    request.visit = request.visit.speaking(language)
    answer: HttpResponse = hand_over(
        page_piece(request.visit, may_be_kept=True, done="language.done", place="language"),
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

    def happened(page: PageView, _catalogue: Catalogue) -> Iterable[Happened]:
        paid_now = events.after_payment(page, paid.paid_ids, visit.invoice)
        return (events.after_card(customer_id), *paid_now)

    if paid.is_declined:
        return page_piece(visit, failed="card.saved_not_paid", happened=happened)
    answer = partial(
        confirmed,
        visit,
        paid.confirmation,
        place=place,
        since=[f"update_card:{customer_id}", *(f"pay_invoice:{id_}" for id_ in paid.paid_ids)],
        waits=f"pay_invoice:{paid.waiting_id}",
        happened=happened,
    )
    return answer(done="card.saved_and_paid") if ticked else answer(done="card.saved")


@page_action
def remove_card(request: PortalRequest) -> HttpResponse:
    """Forget a card."""
    visit, method = request.visit, request.POST.get("method", "")
    customer_id = cards.remove_card(visit, method, click_key(request))
    return page_piece(
        visit,
        done="card.removed",
        place=f"card-title-{customer_id}",
        happened=lambda _page, _catalogue: [events.after_card(customer_id, removed=True)],
    )


@page_action
def invoices(request: PortalRequest) -> HttpResponse:
    """Answer older invoices of a customer."""
    customer_id, after = request.POST.get("customer", ""), request.POST.get("after", "")
    found = read_invoices(request.visit, customer_id, after=after)
    return piece("invoice_rows", request.visit, customer_id=customer_id, found=found)


@page_action
def pay_invoice(request: PortalRequest, invoice_id: str) -> HttpResponse:
    """Pay an open invoice."""
    visit = request.visit

    def happened(page: PageView, _catalogue: Catalogue) -> Iterable[Happened]:
        return events.after_payment(page, [invoice_id], visit.invoice)

    return confirmed(
        visit,
        paying.pay_invoice(visit, invoice_id, click_key(request)),
        done="invoice.done",
        waits=f"pay_invoice:{invoice_id}",
        happened=happened,
    )
