"""The merchant API's copying: the difference to a test portal, and copying it."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api import problems
from settings_ui.api import ETAG, IF_MATCH, TAG
from settings_ui.api_access import MerchantView
from settings_ui.copying import NEVER, Difference, copy_settings, differences, source_of
from settings_ui.versions import etag_of, versions_in

DOOR = ("token_missing", "token_invalid", "permission_missing", "not_found")
FROM = OpenApiParameter(
    "from", OpenApiTypes.STR, required=True, description="The id of one of your test portals."
)


class CopyRequest(serializers.Serializer):
    """Where settings come from, and which; without `settings`, those that are advised."""

    settings = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="Names of settings to copy."
    )

    def get_fields(self) -> dict[str, Any]:
        """Add `from`, which is no name in Python."""
        source = serializers.CharField(help_text="The id of one of your test portals.")
        return {"from": source, **super().get_fields()}


class DifferenceAnswer(serializers.Serializer):
    """A setting that the two portals don't share."""

    name = serializers.CharField()
    now = serializers.JSONField(help_text="What it is.")
    then = serializers.JSONField(help_text="What it is once it was copied.")
    is_advised = serializers.BooleanField(help_text="Whether it is copied where none is named.")


class DifferencesAnswer(serializers.Serializer):
    """How a test portal's settings differ, and what is never copied."""

    differences = DifferenceAnswer(many=True)
    never_copied = serializers.ListField(child=serializers.CharField())


class CopiedAnswer(serializers.Serializer):
    """What is different now."""

    copied = DifferenceAnswer(many=True)


class Copy(MerchantView):
    """Settings of a test portal for this one."""

    @extend_schema(
        operation_id="settings_difference",
        summary="Compare a portal's settings with a test portal's",
        tags=TAG,
        parameters=[FROM, ETAG],
        responses={200: DifferencesAnswer, **problems(*DOOR)},
    )
    def get(self, request: Request, portal_id: str) -> Response:
        """Answer what copying would change, with the settings' version as ETag."""
        source = source_of(self.portal, request.query_params.get("from", ""))
        found = differences(source.settings, self.portal.settings)
        return Response(
            {"differences": [_json(each) for each in found], "never_copied": NEVER},
            headers={"ETag": etag_of(self.portal.settings)},
        )

    @extend_schema(
        operation_id="settings_copy",
        summary="Copy settings from a test portal",
        tags=TAG,
        parameters=[IF_MATCH, ETAG],
        request=CopyRequest,
        responses={200: CopiedAnswer, **problems("invalid", *DOOR, "changed_meanwhile")},
    )
    def post(self, request: Request, portal_id: str) -> Response:
        """Copy what is named, all or nothing, in force at once. For owners and admins."""
        asked = CopyRequest(data=request.data)
        asked.is_valid(raise_exception=True)
        copied = copy_settings(
            self.portal,
            source_of(self.portal, asked.validated_data["from"]),
            asked.validated_data.get("settings"),
            by=self.membership,
            versions=versions_in(request.headers.get("If-Match")),
        )
        return Response(
            {"copied": [_json(each) for each in copied]},
            headers={"ETag": etag_of(self.portal.settings)},
        )


def _json(difference: Difference) -> dict[str, Any]:
    names = ("name", "now", "then", "is_advised")
    return {name: getattr(difference, name) for name in names}
