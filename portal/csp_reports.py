"""What browsers say that our policy stopped: a line of the log each, with nothing of anybody's.

Addresses hold tokens, and what was blocked may hold more: of the page its route is written down, of
what was blocked its origin, and of both no path and no query.
"""

from __future__ import annotations

import json
import logging
import re
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.limits import MINUTE, is_within
from portal.origins import read_origin

logger = logging.getLogger(__name__)

BYTES_AT_MOST = 8 * 1024
A_MINUTE = 60
# What a page of another site can't make a visitor's browser send here without asking first.
TYPE = "application/csp-report"
WORD = re.compile(r"[a-z-]{1,40}")
UNKNOWN = "something else"


@csrf_exempt
@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """Log what a browser reports; too much, too often or something else is dropped unread."""
    if request.content_type != TYPE:
        return HttpResponse(status=415)
    if not is_within("csp-reports", A_MINUTE, MINUTE):
        return HttpResponse(status=429, headers={"Retry-After": str(MINUTE)})
    body = request.read(BYTES_AT_MOST + 1)
    if len(body) > BYTES_AT_MOST:
        return HttpResponse(status=413)
    report = _read(body)
    if report is None:
        return HttpResponse(status=400)
    logger.warning("The policy stopped %s: %s on %s", *_told(report))
    return HttpResponse(status=204)


def _read(body: bytes) -> dict[str, Any] | None:
    try:
        report = json.loads(body)["csp-report"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return report if isinstance(report, dict) else None


def _told(report: dict[str, Any]) -> tuple[str, str, str]:
    """Return directive, what was blocked and where, of which nothing is as it was sent."""
    directive = _text(report, "effective-directive") or _text(report, "violated-directive")
    blocked = _text(report, "blocked-uri")
    return (
        _word(directive.partition(" ")[0]) or UNKNOWN,
        _word(blocked) or read_origin(blocked) or UNKNOWN,
        _route(_text(report, "document-uri")),
    )


def _text(report: dict[str, Any], name: str) -> str:
    value = report.get(name)
    return value if isinstance(value, str) else ""


def _word(said: str) -> str:
    return said if WORD.fullmatch(said) else ""


def _route(address: str) -> str:
    """Return which of our pages an address is of, without what it names."""
    try:
        return f"/{resolve(urlsplit(address).path).route}"
    except (Resolver404, ValueError):
        return UNKNOWN
