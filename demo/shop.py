"""The demo shop: a merchant's own small web application, with Servicebot's portal in its page.

Plain WSGI, so that the few lines a merchant writes stand alone: `identity_hash` on the server
and the snippet in the page.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.cookies import SimpleCookie
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from demo import shop_pages

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

COOKIE = "acme_customer"
FORM_BYTES = 1000
STYLE = Path(__file__).parent / "look" / "shop.css"


@dataclass(frozen=True)
class Buyer:
    """Somebody who can sign in to the shop."""

    name: str
    email: str
    customer_id: str
    about: str


@dataclass(frozen=True)
class Shop:
    """What the shop's server knows: its portal, the key that signs for it, and its customers."""

    servicebot_url: str
    portal_id: str
    secret_key: str
    buyers: Mapping[str, Buyer]


@dataclass(frozen=True)
class Visit:
    """One request to the shop."""

    method: str
    path: str
    query: Mapping[str, str]
    form: Mapping[str, str]
    buyer: Buyer | None


@dataclass
class Page:
    """What the shop answers."""

    body: str = ""
    status: HTTPStatus = HTTPStatus.OK
    content_type: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)


def identity_hash(secret_key: str, identity: str) -> str:
    """Return what proves to the portal that this shop vouches for the customer."""
    return hmac.new(secret_key.encode(), identity.encode(), hashlib.sha256).hexdigest()


def application(shop: Shop) -> WSGIApplication:
    """Return the shop as a WSGI application."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        page = respond(shop, _visit(shop, environ))
        body = page.body.encode()
        headers = {
            "Content-Type": page.content_type,
            "Content-Length": str(len(body)),
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            **page.headers,
        }
        start_response(f"{page.status.value} {page.status.phrase}", list(headers.items()))
        return [body]

    return answer


def respond(shop: Shop, visit: Visit) -> Page:
    """Answer one request."""
    view = ROUTES.get((visit.method, visit.path))
    return view(shop, visit) if view else _page(visit, shop_pages.not_found(), HTTPStatus.NOT_FOUND)


def front(shop: Shop, visit: Visit) -> Page:
    """The page that everybody sees."""
    return _page(visit, shop_pages.front())


def style(shop: Shop, visit: Visit) -> Page:
    return Page(STYLE.read_text(), content_type="text/css; charset=utf-8")


def people(shop: Shop, visit: Visit) -> Page:
    """The list to sign in from."""
    return _page(visit, shop_pages.people(shop.buyers))


def sign_in(shop: Shop, visit: Visit) -> Page:
    """Become one of the customers: nobody asks for a password in a demo."""
    key = visit.form.get("customer", "")
    return _go("/billing", key) if key in shop.buyers else _go("/sign-in")


def sign_out(shop: Shop, visit: Visit) -> Page:
    return _go("/", "")


def account(shop: Shop, visit: Visit) -> Page:
    """What the shop itself knows of the customer."""
    if visit.buyer is None:
        return _go("/sign-in")
    return _page(visit, shop_pages.account(visit.buyer))


def billing(shop: Shop, visit: Visit) -> Page:
    """The page with the portal in it. `wrong_hash`, `long` and `by=customer_id` try other hosts."""
    if visit.buyer is None:
        return _go("/sign-in")
    nonce = secrets.token_urlsafe(16)
    body = shop_pages.billing(shop.servicebot_url, portal_settings(shop, visit), nonce, visit.query)
    return _page(visit, body, policy=content_policy(nonce, shop.servicebot_url))


def portal_settings(shop: Shop, visit: Visit) -> dict[str, str]:
    """Return what the snippet hands to the portal: who this is, and the proof."""
    if visit.buyer is None:
        return {}
    named = "customer_id" if visit.query.get("by") == "customer_id" else "email"
    identity = getattr(visit.buyer, named)
    key = "not-the-key" if visit.query.get("wrong_hash") else shop.secret_key
    return {
        "portal_id": shop.portal_id,
        named: identity,
        "hash": identity_hash(key, identity),
    }


def content_policy(nonce: str = "", portal: str = "") -> str:
    """Return a Content-Security-Policy that lets in the shop's own things and one portal."""
    script = f"script-src 'nonce-{nonce}' {portal}" if nonce else "script-src 'none'"
    frame = f"frame-src {portal}" if portal else "frame-src 'none'"
    return (
        f"default-src 'none'; style-src 'self'; img-src 'self' data:; {script}; {frame}; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


ROUTES: dict[tuple[str, str], Callable[[Shop, Visit], Page]] = {
    ("GET", "/"): front,
    ("GET", "/shop.css"): style,
    ("GET", "/sign-in"): people,
    ("POST", "/sign-in"): sign_in,
    ("POST", "/sign-out"): sign_out,
    ("GET", "/account"): account,
    ("GET", "/billing"): billing,
}


def _page(
    visit: Visit, body: str, status: HTTPStatus = HTTPStatus.OK, policy: str | None = None
) -> Page:
    headers = {"Content-Security-Policy": policy or content_policy()}
    html = shop_pages.framed(body, visit.path, visit.buyer, is_long=bool(visit.query.get("long")))
    return Page(html, status, headers=headers)


def _go(path: str, customer: str | None = None) -> Page:
    headers = {"Location": path}
    if customer is not None:
        ends = "" if customer else "; Max-Age=0"
        headers["Set-Cookie"] = f"{COOKIE}={customer}; Path=/; HttpOnly; SameSite=Lax{ends}"
    return Page(status=HTTPStatus.SEE_OTHER, headers=headers)


def _visit(shop: Shop, environ: WSGIEnvironment) -> Visit:
    cookie = SimpleCookie(environ.get("HTTP_COOKIE", "")).get(COOKIE)
    return Visit(
        method="GET" if environ["REQUEST_METHOD"] == "HEAD" else environ["REQUEST_METHOD"],
        path=environ["PATH_INFO"],
        query=_firsts(environ.get("QUERY_STRING", "")),
        form=_firsts(_form(environ)),
        buyer=shop.buyers.get(cookie.value) if cookie else None,
    )


def _form(environ: Mapping[str, Any]) -> str:
    length = environ.get("CONTENT_LENGTH") or "0"
    body: bytes = environ["wsgi.input"].read(min(int(length), FORM_BYTES))
    return body.decode(errors="replace")


def _firsts(text: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(text).items()}
