"""A portal's own style sheet and logo: the same for everybody, kept until they change."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from portal import look
from portal.access import find_portal
from portal.assets import FOR_EVER
from portal.logo import logo_of


@require_safe
def look_css(request: HttpRequest, portal_id: str) -> HttpResponse:
    """Answer a portal's style sheet; under the address of its present version it never changes."""
    settings = find_portal(portal_id).settings
    response = HttpResponse(look.stylesheet(settings.look), content_type="text/css; charset=utf-8")
    is_present = request.GET.get("v") == look.version(settings.look)
    response["Cache-Control"] = FOR_EVER if is_present else "no-cache"
    return response


@require_safe
def logo(request: HttpRequest, portal_id: str, version: str) -> HttpResponse:
    """Answer a portal's logo; another one has another address."""
    found = logo_of(find_portal(portal_id).settings.look)
    if found is None or found.version != version:
        raise Http404
    response = HttpResponse(found.content, content_type=found.type)
    response["Cache-Control"] = FOR_EVER
    return response
