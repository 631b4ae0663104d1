"""The script that puts a portal into a merchant's page, and what debug mode adds to it.

Its address is a public contract. It goes out without comments and line breaks, compressed once.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import brotli
import rjsmin
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.http import parse_etags
from django.views.decorators.http import require_safe

from portal.converters import PortalIdConverter
from portal.identity import needs_hash, needs_token
from portal.models import Portal
from portal.problems import PROBLEMS
from portal.shell import embedding_origins

SECONDS = 300
JAVASCRIPT = "text/javascript; charset=utf-8"
REFUSED = re.compile(r"\s*q\s*=\s*0(?:\.0*)?\s*")


@dataclass(frozen=True)
class Written:
    """A script as it goes out in one encoding."""

    encoding: str
    content: bytes
    tag: str


@require_safe
def script(request: HttpRequest) -> HttpResponse:
    """Answer the script of the snippet, as small as it gets."""
    return _answered(request, "minified")


@require_safe
def source(request: HttpRequest) -> HttpResponse:
    """Answer the same script as it was written, to be read."""
    return _answered(request, "source")


@require_safe
def debug_script(request: HttpRequest) -> HttpResponse:
    """Answer debug mode's part where the portal has that on, else one line that says it hasn't."""
    portal_id = request.GET.get("portal_id", "")
    response = HttpResponse(_debug_text(portal_id), content_type=JAVASCRIPT)
    response["Cache-Control"] = "no-cache"
    return _from_anywhere(response)


def accepted(header: str) -> set[str]:
    """Return the encodings that an Accept-Encoding header asks for."""
    parts = (part.partition(";") for part in header.lower().split(","))
    return {name.strip() for name, _, weight in parts if not REFUSED.fullmatch(weight)}


def _answered(request: HttpRequest, name: str) -> HttpResponse:
    wanted = accepted(request.headers.get("Accept-Encoding", ""))
    written = next(w for w in _written(name) if w.encoding in wanted or not w.encoding)
    is_known = written.tag in parse_etags(request.headers.get("If-None-Match", ""))
    response = HttpResponse(
        b"" if is_known else written.content,
        status=304 if is_known else 200,
        content_type=JAVASCRIPT,
    )
    response["ETag"] = written.tag
    if written.encoding and not is_known:
        response["Content-Encoding"] = written.encoding
    response["Cache-Control"] = f"public, max-age={SECONDS}"
    patch_vary_headers(response, ["Accept-Encoding"])
    return _from_anywhere(response)


def _from_anywhere(response: HttpResponse) -> HttpResponse:
    """Let every page load it, as a module or with a checksum too: it says what anybody may know."""
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response["Access-Control-Allow-Origin"] = "*"
    return response


@cache
def _written(name: str) -> tuple[Written, ...]:
    """Return the script in every encoding, the smallest first."""
    text = _read("v1.js")
    if name == "minified":
        text = rjsmin.jsmin(text, keep_bang_comments=True)
    plain = text.encode()
    return tuple(
        Written(encoding, content, f'"{hashlib.sha256(content).hexdigest()[:32]}"')
        for encoding, content in (
            ("br", brotli.compress(plain)),
            ("gzip", gzip.compress(plain, 9, mtime=0)),
            ("", plain),
        )
    )


@cache
def _read(name: str) -> str:
    return (settings.BASE_DIR / "static" / "embed" / name).read_text()


def _debug_text(portal_id: str) -> str:
    """Return a module to call for each portal in the page, or one that says why not."""
    portal = None
    if re.fullmatch(PortalIdConverter.regex, portal_id):
        portal = Portal.objects.select_related("settings").filter(public_id=portal_id).first()
    if portal is None:
        return _only_saying("error", "There is no portal with the portal_id of these settings.")
    if not portal.settings.debug_mode:
        return _only_saying("info", "Debug mode is off in the portal's settings on the dashboard.")
    return f"const portal = {json.dumps(_facts(portal))};\n{_read('v1.debug.js')}"


def _only_saying(level: str, text: str) -> str:
    return (
        f"console.{level}({json.dumps('Servicebot: ' + text)});\nexport default () => () => {{}};"
    )


def _facts(portal: Portal) -> Mapping[str, Any]:
    """Return what a portal says of itself to anybody: nothing of its keys or customers."""
    return {
        "portal_id": portal.public_id,
        "mode": portal.mode,
        "is_on": portal.settings.is_on,
        "identify_by": portal.settings.identify_by,
        "needs_hash": needs_hash(portal),
        "needs_token": needs_token(portal),
        "sites": embedding_origins(portal),
        "problems": {code: detail for code, (_status, detail) in PROBLEMS.items()},
    }
