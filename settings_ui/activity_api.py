"""The merchant API's activity: what the team and the customers did."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.activity import Activity, ActivityAction, ActivityKind
from portal.api import problems
from portal.problems import Problem
from settings_ui.activity import ActivityFilter
from settings_ui.api import TAG
from settings_ui.api_access import MerchantView


class ApiFilter(ActivityFilter):
    """The page's filter, and a customer by id."""

    customer = forms.CharField(required=False, max_length=255)

    def entries(self) -> QuerySet[Activity]:
        """Return what matches, newest first."""
        found = super().entries()
        customer_id = self.cleaned_data.get("customer", "")
        return found.filter(customer_id=customer_id) if customer_id else found


class EntryAnswer(serializers.ModelSerializer):
    """Something that was done; `before` and `after` depend on the action, `request` is Stripe's."""

    action = serializers.CharField()
    portal = serializers.CharField(source="portal_id")
    customer = serializers.CharField(source="customer_id")
    request = serializers.CharField(source="request_id")
    before = serializers.JSONField()
    after = serializers.JSONField()

    class Meta:
        model = Activity
        fields = (
            *("id", "at", "kind", "who", "action", "portal", "mode", "customer", "subject"),
            *("before", "after", "reason", "comment", "request"),
        )


class ActivityAnswer(serializers.Serializer):
    """Some entries, newest first; `cursor` is null where they end."""

    activity = EntryAnswer(many=True)
    cursor = serializers.CharField(allow_null=True)


def _asks(name: str, description: str, kind: Any = OpenApiTypes.STR, **given: Any) -> Any:
    return OpenApiParameter(name, kind, description=description, **given)


class ActivityView(MerchantView):
    """What was done in the merchant's dashboard and portals."""

    @extend_schema(
        operation_id="activity_list",
        summary="List what was done",
        tags=TAG,
        parameters=[
            _asks("portal", "Only in this portal."),
            _asks("kind", "Only by the team, or by customers.", enum=ActivityKind.values),
            _asks("action", "Only this.", enum=ActivityAction.values),
            _asks("customer", "Only of this customer of Stripe's."),
            _asks("q", "A part of who did it, or the id of a customer or a subscription."),
            _asks("from", "Since this day, in UTC.", OpenApiTypes.DATE),
            _asks("to", "Until the end of this day, in UTC.", OpenApiTypes.DATE),
            _asks("cursor", "From the page before."),
        ],
        responses={
            200: ActivityAnswer,
            **problems("invalid", "token_missing", "token_invalid", "permission_missing"),
        },
    )
    def get(self, request: Request) -> Response:
        """Answer fifty of them, newest first."""
        merchant = self.membership.merchant
        portals = merchant.portals.order_by("pk")
        asked = ApiFilter(merchant, portals, request.query_params)
        if not asked.is_valid():
            raise Problem("invalid", errors={name: [*told] for name, told in asked.errors.items()})
        found = asked.page()
        rows = EntryAnswer(found.entries, many=True).data
        return Response({"activity": rows, "cursor": found.older or None})
