"""What the sandbox serves to browsers beside the API."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from servicebot.sandbox.browser import challenge_page, invoice_page
from servicebot.sandbox.browser.page import Page

if TYPE_CHECKING:
    from servicebot.sandbox.world import Sandbox

__all__ = ["Page", "respond", "stripe_js"]

STATIC = Path(__file__).parent / "static"
STRIPE_JS = ("wire", "intent", "element", "elements", "entry")
FILES = {
    "/elements/card": "card.html",
    "/elements/card.css": "card.css",
    "/elements/card.js": "card.js",
    "/elements/fields.js": "fields.js",
    "/elements/look.js": "look.js",
    "/elements/words.js": "words.js",
    "/3ds/challenge": "challenge.html",
    "/3ds/challenge.css": "challenge.css",
    "/3ds/challenge.js": "challenge.js",
    "/invoice/invoice.css": "invoice.css",
}
TYPES = {".html": "text/html", ".css": "text/css", ".js": "text/javascript"}
FRAME_POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'"


def respond(sandbox: Sandbox, method: str, path: str, query: str, body: bytes) -> Page | None:
    """Answer one of the browser's requests; None for a path that is not for browsers.

    The path is the one under the sandbox's address, the query is as it stands in the URL.
    """
    if path == "/js/stripe.js":
        return _served(method, ".js", stripe_js())
    if path == "/3ds/challenge" and (elsewhere := challenge_page.with_return(sandbox, query)):
        return elsewhere
    if path in FILES:
        file = STATIC / FILES[path]
        return _served(method, file.suffix, file.read_bytes())
    return invoice_page.respond(sandbox, method, path)


def stripe_js() -> bytes:
    """Return the fake Stripe.js in one piece; its parts share one function's scope."""
    parts = [(STATIC / "stripe" / f"{name}.js").read_bytes() for name in STRIPE_JS]
    return b'(function () {\n"use strict";\n' + b"\n".join(parts) + b"})();\n"


def _served(method: str, suffix: str, content: bytes) -> Page:
    if method not in {"GET", "HEAD"}:
        return Page(405, "text/plain; charset=utf-8", b"Method not allowed", {"Allow": "GET, HEAD"})
    headers = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
    if suffix == ".html":
        headers |= {"Content-Security-Policy": FRAME_POLICY, "Referrer-Policy": "no-referrer"}
    return Page(200, f"{TYPES[suffix]}; charset=utf-8", content, headers)
