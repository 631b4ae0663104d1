"""The merchant API's door: a member's token, or the dashboard's session."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import SessionAuthentication, get_authorization_header
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.models import ApiToken, Membership, User
from portal.models import Portal
from portal.problems import Problem
from settings_ui.access import CHOSEN, MAY, Memberships, membership_among, portal_of


class MerchantAuthentication(SessionAuthentication):
    """A member's API token, or the dashboard's session with its CSRF token.

    `request.auth` becomes the memberships that the caller may act in.
    """

    def authenticate(self, request: Request) -> tuple[User, Memberships]:
        """Return who this is; raises Problem token_missing or token_invalid."""
        scheme, _space, value = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() == "bearer":
            return self._token(value.strip())
        found: Any = super().authenticate(request)
        if found is None:
            raise Problem("token_missing")
        return found[0], found[0].memberships.all()

    def _token(self, value: str) -> tuple[User, Memberships]:
        membership = ApiToken.membership_of(value)
        if membership is None:
            raise Problem("token_invalid")
        return membership.user, membership.user.memberships.filter(pk=membership.pk)

    def enforce_csrf(self, request: Request) -> None:
        """Refuse a session's writing request without CSRF token as any other missing right."""
        try:
            super().enforce_csrf(request)
        except PermissionDenied as error:
            raise Problem("permission_missing", reason=str(error.detail)) from error


class MerchantScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """What the API's description says of MerchantAuthentication."""

    target_class = MerchantAuthentication
    name = "merchantToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Describe the token; the session is the dashboard's own affair."""
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A team member's API token, `sb_api_…`.",
        }


class MerchantView(APIView):
    """An API view for members; `membership` and, where the address has one, `portal` are set."""

    authentication_classes = [MerchantAuthentication]
    writing_needs = "edit"
    membership: Membership
    portal: Portal

    def initial(self, request: Request, *args: Any, portal_id: str = "", **kwargs: Any) -> None:
        """Open the door as `merchant_required` does for pages."""
        super().initial(request, *args, **kwargs)
        allowed: Any = request.auth
        membership = membership_among(
            allowed,
            portal_id=portal_id,
            chosen_id=request.session.get(CHOSEN),
        )
        needs = "read" if request.method in {"GET", "HEAD", "OPTIONS"} else self.writing_needs
        if membership is None or not MAY[needs](membership):
            raise Problem("permission_missing")
        self.membership = membership
        if portal_id:
            self.portal = portal_of(membership, portal_id)
