"""The merchant API's portals: listing, opening, renaming and deleting them."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.roles import Right
from portal.api import problems
from settings_ui import portals
from settings_ui.api import TAG
from settings_ui.api_access import MerchantView
from settings_ui.serializers import NewPortalSerializer, PortalNameSerializer, PortalSerializer

REFUSALS = ("token_missing", "token_invalid", "permission_missing")


class Portals(MerchantView):
    """The merchant's portals."""

    @extend_schema(
        operation_id="portals_list",
        summary="List portals",
        tags=TAG,
        responses={200: PortalSerializer(many=True), **problems(*REFUSALS)},
    )
    def get(self, request: Request) -> Response:
        """Answer id, name and mode of each, oldest first."""
        found = self.membership.merchant.portals.order_by("pk")
        return Response(PortalSerializer(found, many=True).data)

    @extend_schema(
        operation_id="portals_open",
        summary="Open a portal",
        tags=TAG,
        request=NewPortalSerializer,
        responses={201: PortalSerializer, **problems("invalid", *REFUSALS)},
    )
    def post(self, request: Request) -> Response:
        """Open a portal with the recommended settings. For owners and admins."""
        given = NewPortalSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        opened = portals.open_another(self.membership, **given.validated_data)
        return Response(PortalSerializer(opened).data, status=201)


class Portal(MerchantView):
    """One portal."""

    @extend_schema(
        operation_id="portals_read",
        summary="Read a portal",
        tags=TAG,
        responses={200: PortalSerializer, **problems(*REFUSALS, "not_found")},
    )
    def get(self, request: Request, portal_id: str) -> Response:
        """Answer its id, name and mode."""
        return Response(PortalSerializer(self.portal).data)

    @extend_schema(
        operation_id="portals_rename",
        summary="Rename a portal",
        tags=TAG,
        request=PortalNameSerializer,
        responses={200: PortalSerializer, **problems("invalid", *REFUSALS, "not_found")},
    )
    def patch(self, request: Request, portal_id: str) -> Response:
        """Call it something else; its mode stays. For owners and admins."""
        given = PortalNameSerializer(data=request.data, partial=True)
        given.is_valid(raise_exception=True)
        portals.rename(
            self.membership, self.portal, given.validated_data.get("name", self.portal.name)
        )
        return Response(PortalSerializer(self.portal).data)

    @extend_schema(
        operation_id="portals_delete",
        summary="Delete a portal",
        tags=TAG,
        responses={204: None, **problems(*REFUSALS, "not_found")},
    )
    def delete(self, request: Request, portal_id: str) -> Response:
        """Delete it with its settings and secret keys, for good. For owners."""
        portals.delete(self.membership, self.portal)
        return Response(status=204)

    def needs(self, request: Request) -> Right:
        """Deleting asks for more than changing."""
        return Right.DELETE if request.method == "DELETE" else super().needs(request)
