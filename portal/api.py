"""The portal's API, for servers and native apps: the same actions as the page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from accounts.addresses import address_of
from portal import crowd, showing
from portal import serializers as s
from portal.access import find_portal
from portal.actions import billing_details, cards, paying
from portal.api_access import VisitView
from portal.exchange import begin_session, refusals_noted
from portal.page import read_invoices, read_page
from portal.policy import Action
from portal.problems import MEDIA_TYPE, PROBLEMS
from portal.standing import require_setting

TOKEN = (
    *("token_missing", "token_invalid", "token_expired"),
    *("portal_off", "servicebot_unavailable"),
)
STRIPE = ("rate_limited", "stripe_unavailable", "stripe_disconnected")
ACTED = (
    *(*TOKEN, *STRIPE, "invalid", "setting_off", "not_found"),
    *("action_blocked", "update_pending"),
)
QUOTED = (*ACTED, "preview_stale", "idempotency_mismatch", "card_declined")
F = TypeVar("F", bound=Callable[..., Any])
KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="Yours for this click; a repeat with the same one changes nothing more.",
)


def problems(*codes: str) -> dict[tuple[int, str], OpenApiResponse]:
    """Describe the problems that a call may answer, by status and content type."""
    found: dict[int, list[str]] = {}
    for code in codes:
        found.setdefault(PROBLEMS[code][0], []).append(f"`{code}`: {PROBLEMS[code][1]}")
    return {
        (status, MEDIA_TYPE): OpenApiResponse(s.ProblemAnswer, description="\n\n".join(texts))
        for status, texts in found.items()
    }


def described(
    operation: str,
    summary: str,
    answer: Any,
    codes: tuple[str, ...],
    *,
    request: Any = None,
    status: int = 200,
    parameters: list[Any] | None = None,
) -> Callable[[F], F]:
    """Describe one call of the portal API."""
    return extend_schema(
        operation_id=operation,
        summary=summary,
        tags=["Portal"],
        request=request,
        parameters=parameters,
        responses={status: answer, **problems(*codes)},
    )


def given(serializer: type[Serializer[Any]], request: Request) -> dict[str, Any]:
    """Return the body as the serializer describes it; anything else is invalid."""
    checked = serializer(data=request.data)
    checked.is_valid(raise_exception=True)
    found: dict[str, Any] = checked.validated_data
    return found


class SessionView(APIView):
    """Where an identity becomes a session."""

    @described(
        "portal_session_create",
        "Exchange an identity for a session token",
        s.SessionAnswer,
        (
            *("invalid", "identity_mismatch", "hash_missing", "hash_invalid"),
            *("token_invalid", "token_expired", "signed_token_required"),
            *("not_found", "no_customer", "portal_off", "servicebot_unavailable", *STRIPE),
        ),
        request=s.SessionRequest,
        status=201,
    )
    def post(self, request: Request) -> Response:
        """Answer the token and its end; a call with it that is older than five minutes carries
        the next in the header Servicebot-Token."""
        body = given(s.SessionRequest, request)
        portal = find_portal(body["portal_id"])
        with crowd.place(portal.public_id), refusals_noted(portal, body):
            session = begin_session(portal, body, address_of(request._request))
        answer = {"token": session.token(), "expires_at": showing.time(session.expires_at)}
        return Response(answer, status=201, headers={"Cache-Control": "no-store"})


class PortalView(VisitView):
    """All that a visit sees."""

    @described("portal_read", "Read the portal", s.PortalAnswer, (*TOKEN, *STRIPE, "no_customer"))
    def get(self, request: Request) -> Response:
        """Answer settings, customers, and subscriptions with what may be done."""
        page = read_page(self.visit, may_be_kept=True)
        return Response(showing.portal_json(self.visit, page))


class InvoicesView(VisitView):
    """Past invoices."""

    @described(
        "portal_invoices_list",
        "List invoices",
        s.InvoicesAnswer,
        (*TOKEN, *STRIPE, "not_found"),
        parameters=[
            OpenApiParameter("subscription", description="Only this subscription's."),
            OpenApiParameter("customer", description="Of several customers, this one's."),
            OpenApiParameter("cursor", description="From the page before."),
        ],
    )
    def get(self, request: Request) -> Response:
        """Answer a page of them, newest first."""
        asked = request.query_params
        subscription_id = asked.get("subscription", "")
        customer_id = asked.get("customer") or self.visit.customer_ids[0]
        if subscription_id:
            customer_id = self.visit.subscription(subscription_id).customer_id
        found = read_invoices(
            self.visit,
            customer_id,
            subscription_id=subscription_id,
            after=asked.get("cursor", ""),
        )
        return Response(showing.invoices_json(found))


class PayView(VisitView):
    """What is owed."""

    @described(
        "portal_invoice_pay",
        "Pay an open invoice",
        s.PaymentAnswer,
        (
            *TOKEN,
            *STRIPE,
            "invalid",
            "not_found",
            "action_blocked",
            "update_pending",
            "card_declined",
        ),
        parameters=[KEY],
    )
    def post(self, request: Request, invoice_id: str) -> Response:
        """Charge it to the customer's card, or answer what the bank must be asked first."""
        confirmation = paying.pay_invoice(self.visit, invoice_id, self.key)
        invoice = self.visit.invoice(invoice_id)
        return Response(showing.payment_json(invoice, confirmation))


class SetupView(VisitView):
    """The start of saving a card."""

    @described(
        "portal_payment_method_setup",
        "Start saving a card",
        s.SetupIntentAnswer,
        (*TOKEN, *STRIPE, "invalid", "setting_off", "not_found"),
        request=s.CustomerRequest,
        parameters=[KEY],
    )
    def post(self, request: Request) -> Response:
        """Answer what Stripe.js needs; the card's number never comes here."""
        require_setting(self.visit, Action.UPDATE_CARD)
        customer_id = given(s.CustomerRequest, request)["customer"]
        intent = cards.begin_card(self.visit, customer_id, self.key)
        answer = {
            "setup_intent": intent.id,
            "client_secret": intent.client_secret,
            "publishable_key": self.visit.connection.publishable_key,
        }
        return Response(answer)


class PaymentMethodView(VisitView):
    """The end of saving a card."""

    @described(
        "portal_payment_method_save",
        "Use the saved card",
        s.PortalAnswer,
        (*ACTED, "no_customer"),
        request=s.SetupIntentRequest,
        parameters=[KEY],
    )
    def post(self, request: Request) -> Response:
        """Make the card the default of its customer and of their subscriptions."""
        require_setting(self.visit, Action.UPDATE_CARD)
        cards.save_card(self.visit, given(s.SetupIntentRequest, request)["setup_intent"])
        return Response(showing.portal_json(self.visit, read_page(self.visit)))


class RemoveMethodView(VisitView):
    """A way to pay that nothing is paid with."""

    @described(
        "portal_payment_method_remove",
        "Remove a payment method",
        s.PortalAnswer,
        (*ACTED, "no_customer"),
        parameters=[KEY],
    )
    def delete(self, request: Request, method_id: str) -> Response:
        """Take it from its customer for good."""
        require_setting(self.visit, Action.UPDATE_CARD)
        cards.remove_card(self.visit, method_id, self.key)
        return Response(showing.portal_json(self.visit, read_page(self.visit)))


class CustomerView(VisitView):
    """Whom invoices are made out to."""

    @described(
        "portal_customer_update",
        "Change billing details",
        s.DetailsAnswer,
        (*TOKEN, *STRIPE, "invalid", "setting_off", "not_found", "update_pending"),
        request=s.DetailsRequest,
    )
    def patch(self, request: Request, customer_id: str) -> Response:
        """Change what is sent; a list of tax ids that is sent takes the place of the old one."""
        billing_details.require_details(self.visit)
        now = self.visit.customer(customer_id)
        body = given(s.DetailsRequest, request)
        tax_ids = body.get("tax_ids", [{"type": t.type, "value": t.value} for t in now.tax_ids])
        details = billing_details.Details(
            name=body.get("name", now.name),
            phone=body.get("phone", now.phone),
            address=replace(now.address, **body.get("address", {})),
            tax_ids=[billing_details.TaxIdGiven(**each) for each in tax_ids],
        )
        changed = billing_details.update_details(self.visit, customer_id, details)
        return Response(showing.details_json(changed))
