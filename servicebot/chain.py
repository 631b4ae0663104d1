"""The portal's short way through the middleware: no session, no user, no messages, no form token.

Nothing there is proven by a cookie, and a browser in a merchant's page sends none. What stands in
MIDDLEWARE between `portal_goes_on` and `to_the_view` is the dashboard's alone.
"""

from __future__ import annotations

import re
from threading import local

from django.http import HttpRequest, HttpResponse

from servicebot.hosts import Handler

PORTALS = re.compile(r"/(portal|embed|webhooks)/|/api/v1/portal(/|$)|/csp-report$")

_made = local()  # Django makes the chain from its end, in one thread


def to_the_view(get_response: Handler) -> Handler:
    """Stand at the end of the chain."""
    _made.end = get_response
    return get_response


def portal_goes_on(get_response: Handler) -> Handler:
    """Go straight to the end with what is the portal's."""
    end: Handler = _made.end

    def middleware(request: HttpRequest) -> HttpResponse:
        is_portals = PORTALS.match(request.path_info)
        return end(request) if is_portals else get_response(request)

    return middleware
