"""Whether this process lives, and whether it can serve."""

from __future__ import annotations

from django.core.cache import cache
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse


def livez(request: HttpRequest) -> HttpResponse:
    """Answer that the process runs."""
    return HttpResponse("ok", content_type="text/plain")


def readyz(request: HttpRequest) -> HttpResponse:
    """Answer whether the database does; without Redis it can serve, and says so."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return HttpResponse("database down", status=503, content_type="text/plain")
    cache.get("readyz")
    breaker = getattr(cache, "breaker", None)
    said = "ok, without Redis" if breaker and breaker.is_out else "ok"
    return HttpResponse(said, content_type="text/plain")
