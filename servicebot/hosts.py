"""Which host answers what, where the portal has one of its own and so shares no cookie."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound

Handler = Callable[[HttpRequest], HttpResponse]

PORTALS = re.compile(r"/(portal|embed)/")
# A portal's logo, which the dashboard's own preview shows, and what is each host's own.
EVERYWHERE = re.compile(r"/portal/[^/]+/logo/[^/]+|/(livez|readyz|csp-report)")


def portal_origin() -> str:
    """Return the origin that browsers find the portal at."""
    public = urlsplit(settings.PUBLIC_URL)
    return f"{public.scheme}://{settings.PORTAL_HOST or public.netloc}"


def apart(get_response: Handler) -> Handler:
    """Answer nothing of the dashboard at the portal's host, and nothing of the portal elsewhere."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if settings.PORTAL_HOST and not EVERYWHERE.fullmatch(request.path_info):
            is_portals_host = request.get_host().lower() == settings.PORTAL_HOST
            if is_portals_host != bool(PORTALS.match(request.path_info)):
                return HttpResponseNotFound("Not found.\n", content_type="text/plain")
        return get_response(request)

    return middleware
