"""The portal's one door: a session token becomes a Visit on the request, for page and API alike."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeAlias

from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.cache import patch_cache_control
from django.views.decorators.csrf import csrf_exempt

from portal import crowd, known, sessions
from portal.models import Portal
from portal.origins import read_origin
from portal.own_texts import require_inline, texts_of
from portal.problems import Problem
from portal.refusals import note_refusal
from portal.sessions import Session
from portal.speaking import of_page
from portal.texts import Texts
from portal.visit import Visit
from servicebot.hosts import portal_origin

ViewFunc: TypeAlias = Callable[..., HttpResponseBase]
TOKEN_HEADER = "Servicebot-Token"  # noqa: S105 -- a header's name


class PortalRequest(HttpRequest):
    """A request of someone identified."""

    visit: Visit
    texts: Texts  # in the language of whoever asks


def find_portal(public_id: str) -> Portal:
    """Return a portal; raises Http404."""
    found = known.find(public_id)
    if found is None:
        raise Http404
    return found


def visit_of(request: HttpRequest, portal: Portal | None = None) -> Visit:
    """Return the visit whose token the request carries; raises Problem token_… or portal_off."""
    session = sessions.read(bearer(request))
    found = portal or known.find(session.portal_id)
    if found is None:
        raise Problem("token_invalid")
    sessions.check(session, found)
    return Visit(found, session)


def bearer(request: HttpRequest) -> str:
    """Return the token of the Authorization header, empty where there is none."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def visit_required(view: ViewFunc) -> ViewFunc:
    """Let identified people of this very portal in; `request.visit` is theirs."""

    @csrf_exempt  # there is no cookie here for a forged request to ride on
    @functools.wraps(view)
    def guarded(request: PortalRequest, portal_id: str, *args: Any, **kwargs: Any) -> Any:
        with crowd.place(portal_id):
            portal = find_portal(portal_id)
            request.texts = texts_of(portal, of_page(request, portal.settings))
            request.visit = replace(visit_of(request, portal), inline=inline(request, portal))
            request.texts = request.visit.texts
            response = view(request, *args, **kwargs)
            request.visit.settle()
            return hand_over(response, request.visit.session)

    return guarded


def inline(request: HttpRequest, portal: Portal) -> str:
    """Return the texts that the snippet sends along; raises Problem resource_not_inline."""
    return require_inline(portal, request.POST.get("resource", ""))


def hand_over(response: Any, session: Session, *, fresh: bool = False) -> Any:
    """Forbid keeping an answer about a customer, and send the next token along when it is time."""
    following = session if fresh else session.renewed()
    if following is not None:
        response[TOKEN_HEADER] = following.token()
    patch_cache_control(response, no_store=True, private=True)
    return response


def require_same_origin(request: HttpRequest, portal: Portal) -> None:
    """Raise Problem origin_not_allowed unless our own page sent this, and note who did."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        is_own = site == "same-origin"
    else:
        is_own = request.headers.get("Origin") == portal_origin()
    if not is_own:
        sent_from = read_origin(request.headers.get("Origin", ""))
        note_refusal(
            portal, "origin_not_allowed", origin=sent_from, find_fault=lambda: "other_door"
        )
        raise Problem("origin_not_allowed")
