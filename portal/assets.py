"""The portal's style sheet and its script: each in one piece, compressed once, kept for ever.

They are made of the files in static/; another content has another address.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import brotli
import rjsmin
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from portal.embedding import accepted

FOR_EVER = "public, max-age=31536000, immutable"
STYLES, SCRIPTS = "portal.css", "portal.js"
PARTS = {
    STYLES: ("tokens.css", "portal/portal.css"),
    SCRIPTS: (
        "vendor/htmx.min.js",
        "portal/portal.js",
        "portal/stripe.js",
        "portal/options.js",
        "portal/events.js",
    ),
}
TYPES = {STYLES: "text/css; charset=utf-8", SCRIPTS: "text/javascript; charset=utf-8"}


@dataclass(frozen=True)
class Asset:
    """A file as it goes out: by encoding, the smallest first, under its version."""

    version: str
    contents: tuple[tuple[str, bytes], ...]


def address_of(name: str) -> str:
    """Return where a file is as it is now."""
    return reverse("asset", args=[found(name).version, name])


@require_safe
def asset(request: HttpRequest, version: str, name: str) -> HttpResponse:
    """Answer a file as it is now; under the address of another version nobody keeps it."""
    if name not in PARTS:
        raise Http404
    present = found(name)
    wanted = accepted(request.headers.get("Accept-Encoding", ""))
    encoding, content = next(each for each in present.contents if each[0] in {*wanted, ""})
    response = HttpResponse(content, content_type=TYPES[name])
    if encoding:
        response["Content-Encoding"] = encoding
    response["Cache-Control"] = FOR_EVER if version == present.version else "no-cache"
    patch_vary_headers(response, ["Accept-Encoding"])
    return response


def found(name: str) -> Asset:
    """Return a file, made at its first use; while developing, again when a part has changed."""
    parts = [settings.BASE_DIR / "static" / part for part in PARTS[name]]
    stamps = tuple(part.stat().st_mtime_ns for part in parts) if settings.DEBUG else ()
    return _made(name, tuple(parts), stamps)


@lru_cache(maxsize=2 * len(PARTS))
def _made(name: str, parts: tuple[Path, ...], _stamps: tuple[int, ...]) -> Asset:
    smaller: Callable[[str], str] = _smaller_script if name == SCRIPTS else _smaller_styles
    plain = "\n".join(smaller(part.read_text()) for part in parts).encode()
    packed = brotli.compress(plain), gzip.compress(plain, 9, mtime=0), plain
    version = hashlib.sha256(plain).hexdigest()[:16]
    return Asset(version, tuple(zip(("br", "gzip", ""), packed, strict=True)))


def _smaller_script(text: str) -> str:
    """Return a script without comments and line breaks; each of ours is a statement of its own."""
    made: str = rjsmin.jsmin(text)
    return f"{made};"


def _smaller_styles(text: str) -> str:
    """Return a style sheet without comments and indentation."""
    return re.sub(r"\s*\n\s*", "\n", re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)).strip()
