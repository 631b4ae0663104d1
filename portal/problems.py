"""Every way that the API says no: a stable code, its status, and what a developer should do.

The customer's words for the same codes are portal texts, `problem.CODE`. Answers are problem
details (RFC 9457).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.db import InterfaceError, InternalError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views import defaults
from rest_framework import exceptions
from rest_framework.response import Response

from portal.blocked import MERCHANT_TEXTS
from servicebot.gateway import errors as stripe_errors

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
# What says that the database is away, or may only be read, and not that a query is wrong.
DATABASE_DOWN = (OperationalError, InterfaceError, InternalError)
SECONDS_UNTIL_AGAIN = 5

PROBLEMS: dict[str, tuple[int, str]] = {
    "invalid": (
        400,
        gettext_noop("The request isn't understood; `errors` says why, by field."),
    ),
    "identity_mismatch": (
        400,
        gettext_noop("This portal identifies customers by the other field; see its settings."),
    ),
    "live_requires_hash": (400, gettext_noop("A live portal always requires the security hash.")),
    "resource_not_inline": (
        400,
        gettext_noop("`resource` is an object in the snippet, of at most 32 KB as JSON."),
    ),
    "token_missing": (401, gettext_noop("Send the session token as Authorization: Bearer TOKEN.")),
    "token_invalid": (401, gettext_noop("This token was not made here or is no longer good.")),
    "token_expired": (401, gettext_noop("The session has ended; identify the customer again.")),
    "card_declined": (402, gettext_noop("The card was declined.")),
    "authentication_required": (402, gettext_noop("The customer must confirm with their bank.")),
    "hash_missing": (403, gettext_noop("This portal needs a hash beside the identity.")),
    "hash_invalid": (
        403,
        gettext_noop("The hash isn't this identity's under any key of this portal."),
    ),
    "signed_token_required": (403, gettext_noop("This portal takes signed tokens only.")),
    "origin_not_allowed": (
        403,
        gettext_noop("The portal's allowed origins lack this site."),
    ),
    "permission_missing": (403, gettext_noop("Whoever sent this may not do it.")),
    "setting_off": (
        403,
        gettext_noop("A setting of the portal shuts this; `setting` says which."),
    ),
    "not_found": (404, gettext_noop("There is no such thing, or it is somebody else's.")),
    "no_customer": (404, gettext_noop("Stripe has no customer with this identity.")),
    "action_blocked": (409, gettext_noop("Not possible in the present state; `reason` says why.")),
    "preview_stale": (409, gettext_noop("Amount or subscription have changed; preview again.")),
    "update_pending": (
        409,
        gettext_noop("An earlier change still waits for its payment, or is being carried out."),
    ),
    "idempotency_mismatch": (
        409,
        gettext_noop("This Idempotency-Key came before with another request."),
    ),
    "changed_meanwhile": (412, gettext_noop("Somebody else has changed the settings; read again.")),
    "rate_limited": (429, gettext_noop("Too many requests; wait as Retry-After says.")),
    "stripe_unavailable": (503, gettext_noop("Stripe didn't answer in time; try again.")),
    "stripe_disconnected": (503, gettext_noop("The merchant's key doesn't work at Stripe.")),
    "portal_off": (503, gettext_noop("The merchant has turned this portal off.")),
    "servicebot_unavailable": (
        503,
        gettext_noop(
            "Servicebot can't reach its database, or too many use this portal just now; try again "
            "as Retry-After says."
        ),
    ),
}


@dataclass
class Problem(Exception):  # noqa: N818 -- named for RFC 9457's term
    """One of PROBLEMS, with what particulars belong to it (`setting`, `reason`, `errors`)."""

    code: str
    extra: dict[str, Any]

    def __init__(self, code: str, **extra: Any) -> None:
        super().__init__(code)
        self.code = code
        self.extra = extra

    @property
    def status(self) -> int:
        """The HTTP status of this code."""
        return PROBLEMS[self.code][0]

    @property
    def detail(self) -> str:
        """What a developer should know: why exactly, where a reason says it."""
        return MERCHANT_TEXTS.get(self.extra.get("reason", ""), PROBLEMS[self.code][1])

    def as_json(self) -> dict[str, Any]:
        """Return the problem's details."""
        return {
            "type": f"/docs/errors/#{self.code}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": _(self.detail),
            "code": self.code,
            **self.extra,
        }


STRIPE_PROBLEMS: list[tuple[type[stripe_errors.GatewayError], str]] = [
    (stripe_errors.NotFoundError, "not_found"),
    (stripe_errors.CardDeclinedError, "card_declined"),
    (stripe_errors.AuthenticationRequiredError, "authentication_required"),
    (stripe_errors.DisconnectedError, "stripe_disconnected"),
    (stripe_errors.IdempotencyMismatchError, "idempotency_mismatch"),
    (stripe_errors.BusyError, "rate_limited"),
    (stripe_errors.UnavailableError, "stripe_unavailable"),
]


def problem_of(error: Exception) -> Problem | None:
    """Return the problem that an exception means, or None where it is a fault of ours."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, Http404):
        return Problem("not_found")
    if isinstance(error, stripe_errors.RefusedError):
        return Problem("action_blocked", reason="refused_by_stripe", stripe_message=str(error))
    if isinstance(error, DATABASE_DOWN):
        return database_down(error)
    return _misunderstood(error) or _at_stripe(error)


def database_down(error: Exception) -> Problem:
    """Return the problem that the database's absence is, and log why."""
    logger.error("The database can't be used: %s", error)
    return Problem("servicebot_unavailable", retry_after=SECONDS_UNTIL_AGAIN)


def _misunderstood(error: Exception) -> Problem | None:
    if isinstance(error, exceptions.ValidationError):
        return Problem("invalid", errors=error.detail)
    if isinstance(error, exceptions.ParseError | exceptions.UnsupportedMediaType):
        return Problem("invalid", errors={"body": [str(error.detail)]})
    return None


def _at_stripe(error: Exception) -> Problem | None:
    again = getattr(error, "retry_after", 0)
    when = {"retry_after": again} if again else {}
    found = (code for kind, code in STRIPE_PROBLEMS if isinstance(error, kind))
    return next((Problem(code, **when) for code in found), None)


def answer(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer an exception of an API view as problem details."""
    problem = problem_of(error)
    if problem is None:
        return _plain(error)
    response = Response(problem.as_json(), status=problem.status, content_type=MEDIA_TYPE)
    if "retry_after" in problem.extra:
        response["Retry-After"] = str(problem.extra["retry_after"])
    return response


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an address that isn't there: an API's as problem details, any other as Django does."""
    if not request.path.startswith("/api/"):
        return defaults.page_not_found(request, exception)
    problem = Problem("not_found")
    return JsonResponse(problem.as_json(), status=problem.status, content_type=MEDIA_TYPE)


def _plain(error: Exception) -> Response | None:
    """Answer what DRF itself refuses, such as a method that isn't there."""
    if not isinstance(error, exceptions.APIException):
        return None
    status = error.status_code
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": str(error.detail),
        "code": error.default_code,
    }
    return Response(body, status=status, content_type=MEDIA_TYPE)
