"""The merchant API's door: a member's token, or the dashboard's session."""

from __future__ import annotations

from typing import Any, TypeAlias, cast

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import SessionAuthentication, get_authorization_header
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.models import ApiToken, Membership, User
from accounts.roles import Right, Role, may
from portal.models import Portal
from portal.problems import Problem
from settings_ui.access import CHOSEN, Memberships, membership_among, portal_of

Allowed: TypeAlias = tuple[Memberships, Role | None]


class MerchantAuthentication(SessionAuthentication):
    """A member's API token, or the dashboard's session with its CSRF token.

    `request.auth` becomes the memberships that the caller may act in, and where it is a token, the
    role that this allows in them.
    """

    def authenticate(self, request: Request) -> tuple[User, Allowed]:
        """Return who this is; raises Problem token_missing or token_invalid."""
        scheme, _space, value = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() == "bearer":
            return self._token(value.strip())
        found: Any = super().authenticate(request)
        if found is None:
            raise Problem("token_missing")
        return found[0], (found[0].memberships.all(), None)

    def _token(self, value: str) -> tuple[User, Allowed]:
        token = ApiToken.found(value)
        if token is None:
            raise Problem("token_invalid")
        user = token.membership.user
        return user, (user.memberships.filter(pk=token.membership_id), token.allows)

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
    reading_needs, writing_needs = Right.READ, Right.EDIT
    membership: Membership
    role: Role
    portal: Portal

    def initial(self, request: Request, *args: Any, portal_id: str = "", **kwargs: Any) -> None:
        """Open the door as `merchant_required` does for pages."""
        super().initial(request, *args, **kwargs)
        memberships, role = cast("Allowed", request.auth)
        membership = membership_among(
            memberships,
            portal_id=portal_id,
            chosen_id=request.session.get(CHOSEN),
        )
        if membership is None or not may(role or membership.role, self.needs(request)):
            raise Problem("permission_missing")
        self.membership, self.role = membership, role or Role(membership.role)
        if portal_id:
            self.portal = portal_of(membership, portal_id)

    def needs(self, request: Request) -> Right:
        """Return what a request asks a role for."""
        is_reading = request.method in {"GET", "HEAD", "OPTIONS"}
        return self.reading_needs if is_reading else self.writing_needs
