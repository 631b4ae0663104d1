"""The API's door: the session token of the Authorization header becomes the view's visit."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any, cast

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal import crowd
from portal.access import hand_over, visit_of
from portal.actions.previews import Preview
from portal.problems import Problem
from portal.quotes import new_nonce
from portal.showing import preview_json
from portal.visit import Visit

IDEMPOTENCY_KEY_AT_MOST = 255  # Stripe's own limit


class VisitAuthentication(BaseAuthentication):
    """A session token; `request.auth` becomes the Visit. A cookie grants nothing here."""

    def authenticate(self, request: Request) -> tuple[None, Visit]:
        """Return whose token this is; raises Problem token_… or portal_off."""
        return None, visit_of(request._request)


class VisitScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """What the API's description says of VisitAuthentication."""

    target_class = VisitAuthentication
    name = "sessionToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Describe the token and where it comes from."""
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A customer's session token, from POST /api/v1/portal/session.",
        }


class VisitView(APIView):
    """An API view for someone identified; `visit` is theirs."""

    authentication_classes = [VisitAuthentication]

    _visit: Visit | None = None

    def __init__(self, **initkwargs: Any) -> None:
        super().__init__(**initkwargs)
        self._place = ExitStack()

    @property
    def visit(self) -> Visit:
        """Whose request this is."""
        return cast("Visit", self._visit)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Open the door, and remember for whom."""
        super().initial(request, *args, **kwargs)
        self._visit = cast("Visit", request.auth)
        self._place.enter_context(crowd.place(self._visit.portal.public_id))

    @property
    def key(self) -> str:
        """The client's Idempotency-Key, or one of our own that nobody will repeat."""
        key = self.request.headers.get("Idempotency-Key") or new_nonce()
        if len(key) > IDEMPOTENCY_KEY_AT_MOST:
            raise Problem("invalid", errors={"Idempotency-Key": ["over 255 characters"]})
        return key

    def handle_exception(self, exc: Exception) -> Response:
        """Answer a problem; one that carries a new preview carries it as JSON."""
        if isinstance(exc, Problem) and isinstance(exc.extra.get("preview"), Preview):
            exc.extra["preview"] = preview_json(exc.extra["preview"])
        return super().handle_exception(exc)

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> Response:
        """Keep the answer out of caches and send the next token along when it is time."""
        final = super().finalize_response(request, response, *args, **kwargs)
        if self._visit is not None:
            self._visit.settle()
            hand_over(final, self._visit.session)
        self._place.close()
        return final
