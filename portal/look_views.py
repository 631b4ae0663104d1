"""A portal's own logo: the same for everybody, kept until it changes."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from portal.access import find_portal
from portal.assets import FOR_EVER
from portal.logo import logo_of


@require_safe
def logo(request: HttpRequest, portal_id: str, version: str) -> HttpResponse:
    """Answer a portal's logo; another one has another address."""
    found = logo_of(find_portal(portal_id).settings.look)
    if found is None or found.version != version:
        raise Http404
    response = HttpResponse(found.content, content_type=found.type)
    response["Cache-Control"] = FOR_EVER
    return response
