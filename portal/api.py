"""The portal's API, for servers and native apps: the same actions as the page."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from typing import Any, TypeVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from portal import serializers as s
from portal import showing
from portal.access import find_portal
from portal.actions import cancelling, cards, paying, plans, resubscribing
from portal.actions.outcome import Outcome
from portal.actions.previews import Preview
from portal.api_access import VisitView
from portal.exchange import begin_session
from portal.page import read_invoices, read_page
from portal.policy import Action
from portal.problems import PROBLEMS, Problem
from portal.standing import require_setting
from portal.visit import Visit

TOKEN = ("token_missing", "token_invalid", "token_expired", "portal_off")
STRIPE = ("stripe_unavailable", "stripe_disconnected")
ACTED = (*TOKEN, *STRIPE, "invalid", "setting_off", "not_found", "action_blocked")
QUOTED = (*ACTED, "update_pending", "preview_stale", "idempotency_mismatch", "card_declined")
F = TypeVar("F", bound=Callable[..., Any])
KEY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="Yours for this click; a repeat with the same one changes nothing more.",
)


def problems(*codes: str) -> dict[int, OpenApiResponse]:
    """Describe the problems that a call may answer, by status."""
    found: dict[int, list[str]] = {}
    for code in codes:
        found.setdefault(PROBLEMS[code][0], []).append(f"`{code}`: {PROBLEMS[code][1]}")
    return {
        status: OpenApiResponse(OpenApiTypes.OBJECT, description="\n\n".join(texts))
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
            *("not_found", "no_customer", "portal_off", *STRIPE),
        ),
        request=s.SessionRequest,
        status=201,
    )
    def post(self, request: Request) -> Response:
        """Answer the token and its end; a call with it that is older than five minutes carries
        the next in the header Servicebot-Token."""
        body = given(s.SessionRequest, request)
        session = begin_session(find_portal(body["portal_id"]), body)
        answer = {"token": session.token(), "expires_at": showing.time(session.expires_at)}
        return Response(answer, status=201, headers={"Cache-Control": "no-store"})


class PortalView(VisitView):
    """All that a visit sees."""

    @described("portal_read", "Read the portal", s.PortalAnswer, (*TOKEN, *STRIPE, "no_customer"))
    def get(self, request: Request) -> Response:
        """Answer settings, customers, and subscriptions with what may be done."""
        return Response(showing.portal_json(self.visit.settings, read_page(self.visit)))


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
        (*TOKEN, *STRIPE, "not_found", "action_blocked", "card_declined"),
    )
    def post(self, request: Request, invoice_id: str) -> Response:
        """Charge it to the customer's card, or answer what the bank must be asked first."""
        confirmation = paying.pay_invoice(self.visit, invoice_id)
        invoice = self.visit.invoice(invoice_id)
        return Response(showing.payment_json(invoice, confirmation))


class PlansView(VisitView):
    """What a subscription may move to."""

    @described("portal_plans_list", "List the plans to choose from", s.PlanAnswer(many=True), ACTED)
    def get(self, request: Request, subscription_id: str) -> Response:
        """Answer tiers and prices, the present one marked."""
        standing, tiers = plans.plans(self.visit, subscription_id)
        choice = plans.choice(tiers, plans.plan_item(self.visit, standing).price)
        return Response([showing.plan_json(offered) for offered in choice.offered])


class PreviewView(VisitView):
    """What an action costs."""

    @described(
        "portal_preview_create",
        "Preview an action",
        s.PreviewAnswer,
        (*ACTED, "update_pending"),
        request=s.PreviewRequest,
    )
    def post(self, request: Request, subscription_id: str) -> Response:
        """Answer what is due now and next, with a quote good for ten minutes."""
        body = given(s.PreviewRequest, request)
        preview = _preview(self.visit, subscription_id, body["action"], body.get("price", ""))
        return Response(showing.preview_json(preview))


def _preview(visit: Visit, subscription_id: str, action: str, price_id: str) -> Preview:
    if action == Action.RESUBSCRIBE:
        return resubscribing.preview_resubscribe(visit, subscription_id, price_id)
    require_setting(visit, Action.CHANGE_PLAN)
    if not price_id:
        raise Problem("invalid", errors={"price": ["required"]})
    return plans.preview_change(visit, subscription_id, price_id)


class ActionView(VisitView):
    """Something done to one subscription. The setting is asked before the body is read."""

    action: Action

    def post(self, request: Request, subscription_id: str) -> Response:
        """Do it; answer the new state."""
        require_setting(self.visit, self.action)
        return Response(showing.outcome_json(self.act(request, subscription_id)))

    @abstractmethod
    def act(self, request: Request, subscription_id: str) -> Outcome:
        """Do what this view is for."""


@extend_schema_view(
    post=described(
        "portal_change_plan",
        "Change plan as quoted",
        s.OutcomeAnswer,
        QUOTED,
        request=s.QuoteRequest,
        parameters=[KEY],
    )
)
class ChangePlanView(ActionView):
    """Move to another plan."""

    action = Action.CHANGE_PLAN

    def act(self, request: Request, subscription_id: str) -> Outcome:
        """Change the plan as quoted."""
        quote = given(s.QuoteRequest, request)["quote"]
        return plans.change_plan(self.visit, subscription_id, quote, self.key)


@extend_schema_view(
    post=described(
        "portal_cancel",
        "Cancel",
        s.OutcomeAnswer,
        (*ACTED, "update_pending", "idempotency_mismatch"),
        request=s.CancelRequest,
        parameters=[KEY],
    )
)
class CancelView(ActionView):
    """End a subscription."""

    action = Action.CANCEL

    def act(self, request: Request, subscription_id: str) -> Outcome:
        """Cancel, keeping the answer."""
        answer = cancelling.Answer.checked(**given(s.CancelRequest, request))
        return cancelling.cancel_subscription(self.visit, subscription_id, answer, self.key)


@extend_schema_view(
    post=described(
        "portal_undo_cancel",
        "Undo a cancellation",
        s.OutcomeAnswer,
        (*ACTED, "update_pending", "idempotency_mismatch"),
        parameters=[KEY],
    )
)
class UndoCancelView(ActionView):
    """Keep a subscription after all."""

    action = Action.UNDO_CANCEL

    def act(self, request: Request, subscription_id: str) -> Outcome:
        """Take the cancellation back."""
        return cancelling.undo_cancel(self.visit, subscription_id, self.key)


@extend_schema_view(
    post=described(
        "portal_resubscribe",
        "Resubscribe as quoted",
        s.OutcomeAnswer,
        QUOTED,
        request=s.QuoteRequest,
        parameters=[KEY],
    )
)
class ResubscribeView(ActionView):
    """Start an ended subscription again."""

    action = Action.RESUBSCRIBE

    def act(self, request: Request, subscription_id: str) -> Outcome:
        """Start again as quoted."""
        quote = given(s.QuoteRequest, request)["quote"]
        return resubscribing.resubscribe(self.visit, subscription_id, quote, self.key)


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
        return Response(showing.portal_json(self.visit.settings, read_page(self.visit)))
