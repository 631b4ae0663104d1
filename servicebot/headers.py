"""Headers that every answer carries, whoever made it: a page, a file, a refusal."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from servicebot.hosts import Handler

EVERY = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # What no page of ours asks a browser for. Payment and the clipboard the portal needs.
    "Permissions-Policy": (
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), hid=(), "
        "magnetometer=(), microphone=(), midi=(), serial=(), usb=(), xr-spatial-tracking=()"
    ),
}
FILE_POLICY = "default-src 'none'; frame-ancestors 'none'"


def on_every_answer(get_response: Handler) -> Handler:
    """Add what an answer lacks; what a view has said of itself stays."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        for name, value in EVERY.items():
            response.headers.setdefault(name, value)
        if not settings.DEBUG:  # whose pages of faults have styles in them
            response.headers.setdefault("Content-Security-Policy", FILE_POLICY)
        return response

    return middleware
