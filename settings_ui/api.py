"""The merchant API: a portal's settings."""

from __future__ import annotations

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api import problems
from portal.models import PortalSettings
from settings_ui.api_access import MerchantView
from settings_ui.saving import save_settings
from settings_ui.serializers import SettingsSerializer
from settings_ui.versions import etag_of, versions_in

TAG = ["Merchant"]
IF_MATCH = OpenApiParameter(
    "If-Match",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description="The ETag of the settings that the change was made for; stale is 412.",
)
ETAG = OpenApiParameter(
    "ETag",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    response=[200],
    description="The version of the settings, for If-Match.",
)


class Settings(MerchantView):
    """What customers may do and see in one portal."""

    @extend_schema(
        operation_id="settings_read",
        summary="Read a portal's settings",
        tags=TAG,
        parameters=[ETAG],
        responses={
            200: SettingsSerializer,
            **problems("token_missing", "token_invalid", "permission_missing", "not_found"),
        },
    )
    def get(self, request: Request, portal_id: str) -> Response:
        """Answer every setting, with their version as ETag."""
        return _answer(self.portal.settings)

    @extend_schema(
        operation_id="settings_change",
        summary="Change some of a portal's settings",
        tags=TAG,
        parameters=[IF_MATCH, ETAG],
        request=SettingsSerializer,
        responses={
            200: SettingsSerializer,
            **problems(
                *("invalid", "live_requires_hash", "token_missing", "token_invalid"),
                *("permission_missing", "not_found", "changed_meanwhile"),
            ),
        },
    )
    def patch(self, request: Request, portal_id: str) -> Response:
        """Change what is sent, all or nothing, in force at once. For owners and admins."""
        changes = SettingsSerializer(self.portal.settings, data=request.data, partial=True)
        changes.is_valid(raise_exception=True)
        versions = versions_in(request.headers.get("If-Match"))
        saved = save_settings(
            self.portal, changes.validated_data, by=self.membership, versions=versions
        )
        return _answer(saved)


def _answer(settings: PortalSettings) -> Response:
    return Response(SettingsSerializer(settings).data, headers={"ETag": etag_of(settings)})
