"""The page's frame: it knows nobody, and the merchant's sites alone may show it."""

from __future__ import annotations

import hashlib
from typing import Any

from csp.constants import NONE, SELF
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from portal import look, origins
from portal.access import find_portal
from portal.models import Portal
from portal.own_texts import texts_of
from portal.refusals import note_refusal
from portal.speaking import before_page

STRIPE_JS = "https://js.stripe.com"


@gzip_page
@require_safe
def shell(request: HttpRequest, portal_id: str) -> HttpResponse:
    """Answer the page's frame: assets and a skeleton, no identity, no customer's data."""
    portal = find_portal(portal_id)
    allowed = embedding_origins(portal)
    note_foreign_site(portal, request, allowed)
    # It knows nobody, so its two texts follow the browser's header and the portal's default.
    sheet = look.stylesheet(portal.settings.look)
    words = texts_of(portal, before_page(request, portal.settings))
    context = {
        "portal_id": portal_id,
        "texts": words,
        "language": words.language,
        "direction": words.direction,
        "look": sheet,
        "origins": allowed,
        "stripe_js": settings.STRIPE_JS_URL,
        "is_debugged": portal.settings.debug_mode,
        "tells": portal.settings.handles_response,
        "takes_resource": portal.settings.uses_custom_resource,
    }
    response: Any = render(request, "portal/shell.html", context)
    response["Cache-Control"] = "no-cache"
    response["Referrer-Policy"] = "no-referrer"
    patch_vary_headers(response, ["Accept-Language"])
    response.xframe_options_exempt = True  # frame-ancestors says who may frame it
    response._csp_replace = _policy(allowed, sheet)
    # Who may frame it is in a header, so the tag must change with it, or a 304 keeps the old one.
    tagged = response.content + " ".join(allowed).encode()
    response["ETag"] = f'"{hashlib.sha256(tagged).hexdigest()[:32]}"'
    # A compressed answer's tag comes back as a weak one.
    known = parse_etags(request.headers.get("If-None-Match", ""))
    if response["ETag"] in {tag.removeprefix("W/") for tag in known}:
        return _not_modified(response)
    made: HttpResponse = response
    return made


def embedding_origins(portal: Portal) -> list[str]:
    """Return who may show this portal: the merchant's sites, and our own preview in test mode."""
    allowed = origins.usable(portal.settings.allowed_origins, portal.mode)
    return [*allowed, origins.origin_of(settings.PUBLIC_URL)] if portal.mode == "test" else allowed


def note_foreign_site(portal: Portal, request: HttpRequest, allowed: list[str]) -> None:
    """Note a site that puts the portal into its page and isn't allowed to.

    Its browser blocks the frame in silence, so this is the one sign that there will be of it.
    """
    if request.headers.get("Sec-Fetch-Dest") != "iframe":
        return
    site = origins.read_origin(request.headers.get("Referer", ""))
    if site and not origins.allows(allowed, site):
        note_refusal(portal, "origin_not_allowed", origin=site)


def _not_modified(full: Any) -> HttpResponse:
    response: Any = HttpResponse(status=304)
    for header in ("ETag", "Cache-Control", "Vary"):
        response[header] = full[header]
    response.xframe_options_exempt = True
    response._csp_replace = full._csp_replace
    made: HttpResponse = response
    return made


def _policy(allowed: list[str], sheet: str) -> dict[str, list[str]]:
    script = origins.origin_of(settings.STRIPE_JS_URL)
    if script == STRIPE_JS:
        scripts = [STRIPE_JS, "https://*.js.stripe.com"]
        frames, api = [*scripts, "https://hooks.stripe.com"], ["https://api.stripe.com"]
    else:
        scripts = frames = api = [script]
    return {
        "frame-ancestors": allowed or [NONE],
        "script-src": [SELF, *scripts],
        "style-src": look.styles_allowed(sheet),
        "frame-src": frames,
        "connect-src": [SELF, *api],
    }
