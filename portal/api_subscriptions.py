"""The portal API's calls on one subscription: the same actions as the page."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import ClassVar

from drf_spectacular.utils import extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from portal import serializers as s
from portal import showing
from portal.actions import cancelling, resubscribing, schedules
from portal.actions.outcome import Outcome
from portal.actions.quoted import QUOTED as PRICED
from portal.actions.quoted import Asked
from portal.api import ACTED, KEY, QUOTED, described, given
from portal.api_access import VisitView
from portal.charged import as_charged
from portal.policy import Action
from portal.standing import require_setting
from portal.visit import Visit

KEYED = (*ACTED, "idempotency_mismatch")


class PlansView(VisitView):
    """What a subscription may move to."""

    @described("portal_plans_list", "List the plans to choose from", s.PlanAnswer(many=True), ACTED)
    def get(self, request: Request, subscription_id: str) -> Response:
        """Answer tiers and prices, the present one marked; of a canceled one those to come back to,
        none where its plan is kept."""
        choice = resubscribing.choices(self.visit, subscription_id)
        return Response([showing.plan_json(offered) for offered in choice.offered])


class PreviewView(VisitView):
    """What an action costs."""

    @described(
        "portal_preview_create",
        "Preview an action",
        s.PreviewAnswer,
        ACTED,
        request=s.PreviewRequest,
    )
    def post(self, request: Request, subscription_id: str) -> Response:
        """Answer what is due now and next, with a quote good for ten minutes."""
        named = request.data.get("action") if isinstance(request.data, Mapping) else None
        if isinstance(named, str) and named in set(PRICED):
            require_setting(self.visit, Action(named))
        body = given(s.PreviewRequest, request)
        action = Action(body.pop("action"))
        preview = PRICED[action].preview(self.visit, subscription_id, Asked(**body))
        return Response(showing.preview_json(preview))


class ActionView(VisitView):
    """Something done to one subscription. The setting is asked before the body is read."""

    action: Action

    def post(self, request: Request, subscription_id: str) -> Response:
        """Do it; answer the new state."""
        require_setting(self.visit, self.action)
        outcome, visit = self.act(request, subscription_id), self.visit
        (charged,) = as_charged(visit.connection, visit.catalogue, [outcome.subscription])
        return Response(showing.outcome_json(replace(outcome, subscription=charged)))

    @abstractmethod
    def act(self, request: Request, subscription_id: str) -> Outcome:
        """Do what this view is for."""


class QuotedView(ActionView):
    """Something done as quoted."""

    def act(self, request: Request, subscription_id: str) -> Outcome:
        """Do what the quote says."""
        quote = given(s.QuoteRequest, request)["quote"]
        return PRICED[self.action].confirm(self.visit, subscription_id, quote, self.key)


class RepeatableView(ActionView):
    """Something done that takes no more than a key."""

    does: ClassVar[Callable[[Visit, str, str], Outcome]]

    def act(self, request: Request, subscription_id: str) -> Outcome:
        """Do it."""
        return type(self).does(self.visit, subscription_id, self.key)


def quoted(operation: str, summary: str) -> Callable[[type[QuotedView]], type[QuotedView]]:
    """Describe a view that takes a quote."""
    post = described(
        operation, summary, s.OutcomeAnswer, QUOTED, request=s.QuoteRequest, parameters=[KEY]
    )
    return extend_schema_view(post=post)


def repeatable(
    operation: str, summary: str
) -> Callable[[type[RepeatableView]], type[RepeatableView]]:
    """Describe a view that takes no body."""
    return extend_schema_view(
        post=described(operation, summary, s.OutcomeAnswer, KEYED, parameters=[KEY])
    )


@quoted("portal_change_plan", "Change plan as quoted")
class ChangePlanView(QuotedView):
    """Move to another plan."""

    action = Action.CHANGE_PLAN


@quoted("portal_change_quantity", "Change the quantity as quoted")
class ChangeQuantityView(QuotedView):
    """Have more or fewer of the same."""

    action = Action.CHANGE_QUANTITY


@quoted("portal_apply_coupon", "Apply a coupon as quoted")
class ApplyCouponView(QuotedView):
    """Put a code on a subscription that runs."""

    action = Action.APPLY_COUPON


@quoted("portal_resubscribe", "Resubscribe as quoted")
class ResubscribeView(QuotedView):
    """Start an ended subscription again."""

    action = Action.RESUBSCRIBE


@quoted("portal_resume", "Resume as quoted")
class ResumeView(QuotedView):
    """Let a paused subscription go on."""

    action = Action.RESUME


@repeatable("portal_undo_scheduled_change", "Undo a change that is planned")
class UndoScheduledChangeView(RepeatableView):
    """Keep the plan after all."""

    action = Action.UNDO_SCHEDULED_CHANGE
    does = schedules.undo_scheduled_change


@repeatable("portal_undo_cancel", "Undo a cancellation")
class UndoCancelView(RepeatableView):
    """Keep a subscription after all."""

    action = Action.UNDO_CANCEL
    does = cancelling.undo_cancel


@extend_schema_view(
    post=described(
        "portal_cancel",
        "Cancel",
        s.OutcomeAnswer,
        KEYED,
        request=s.CancelRequest,
        parameters=[KEY],
    )
)
class CancelView(ActionView):
    """End a subscription."""

    action = Action.CANCEL

    def act(self, request: Request, subscription_id: str) -> Outcome:
        """Cancel, keeping the answer."""
        said = given(s.CancelRequest, request)
        told = said.pop("ends")
        answer = cancelling.Answer.checked(self.visit.settings, **said)
        return cancelling.cancel_subscription(
            self.visit, subscription_id, answer, self.key, told=told
        )
