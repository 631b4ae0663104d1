"""Views to compare with: the page's own template rendered from memory, and one call of Stripe's."""

from __future__ import annotations

import time
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from portal import events, languages
from portal.access import find_portal
from portal.identity import Identity, Proof
from portal.logo import version_of
from portal.page import read_page
from portal.sessions import begin
from portal.visit import Visit


def page(_request: HttpRequest, portal_id: str, customer_id: str) -> HttpResponse:
    """Render what the portal renders, of what was read for the first request of this process."""
    html = render_to_string("portal/page.html", _context(portal_id, customer_id)).encode()
    return HttpResponse(html, headers={"Content-Length": str(len(html))})


def one_call(_request: HttpRequest, portal_id: str, customer_id: str) -> HttpResponse:
    """Ask Stripe once, and say how many milliseconds of time and of processor that took."""
    gateway = _visit(portal_id, customer_id).gateway
    wall, spent = time.perf_counter(), time.process_time()
    gateway.customer(customer_id)
    taken = time.perf_counter() - wall, time.process_time() - spent
    said = ";".join(f"{t * 1000:.4f}" for t in taken)
    return HttpResponse("", headers={"Bench-Call": said})


@cache
def _visit(portal_id: str, customer_id: str) -> Visit:
    portal = find_portal(portal_id)
    who = Identity(portal.settings.identify_by, customer_id)
    return Visit(portal, begin(portal, Proof(who, 0), (customer_id,)))


@cache
def _context(portal_id: str, customer_id: str) -> dict[str, Any]:
    """Return what `answers.page_piece` gives the template, all of it worked out already."""
    visit = _visit(portal_id, customer_id)
    view = read_page(visit)
    return {
        "texts": visit.texts,
        "language": visit.texts.language,
        "direction": visit.texts.direction,
        "settings": visit.settings,
        "base": f"/portal/{portal_id}",
        "logo": version_of(visit.settings.look),
        "merchant": visit.portal.merchant,
        "may": {permission.value: True for permission in visit.permissions},
        "is_one_of_several": False,
        "page": view,
        "languages": languages.choices(),
        **events.carried(visit.settings, view, lambda: visit.catalogue, None),
    }
