"""The documentation, for everybody: the same page to all, kept by browsers and caches."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.http import conditional_page, require_safe

from settings_ui.docs_pages import FIRST, address_of, contents, neighbours, rendered

KEPT = "public, max-age=300"


@require_safe
@conditional_page
def docs(request: HttpRequest, page: str = FIRST) -> HttpResponse:
    """Answer a page of docs/, with its neighbours and what is on it."""
    found = rendered(page)
    if found is None or request.path != address_of(page):
        raise Http404
    before, after = neighbours(page)
    context = {
        "page": found,
        "name": page,
        "contents": contents(),
        "before": before,
        "after": after,
    }
    # Without the request: nobody's name or session gets into what caches keep.
    response = HttpResponse(render_to_string("settings_ui/docs.html", context))
    response["Cache-Control"] = KEPT
    return response
