"""Which requests take the portal's short way, and what doesn't happen to them there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver

from portal import urls as portal_urls
from servicebot import urls
from servicebot.chain import PORTALS
from tests.base import ServicebotTestCase


def addresses(patterns: Iterable[Any], before: str = "/") -> Iterator[str]:
    """Return every route below some patterns, as it is written."""
    for pattern in patterns:
        at = before + str(pattern.pattern).removeprefix("^")
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, at)
        if isinstance(pattern, URLPattern):
            yield at


def test_it_is_the_way_of_all_that_is_the_portals_and_of_nothing_else() -> None:
    portals = set(addresses(portal_urls.urlpatterns))
    every = set(addresses(urls.urlpatterns))

    assert {at for at in every if PORTALS.match(at)} == portals
    assert len(portals) > 40
    assert len(every - portals) > 60


def looking(get_response: Any) -> Any:
    """A middleware around all others, which says what they have put on a request."""

    def look(request: HttpRequest) -> HttpResponse:
        response: HttpResponse = get_response(request)
        known = [name for name in ("session", "user", "_messages") if hasattr(request, name)]
        response["Known"] = " ".join(known)
        return response

    return look


class ChainTests(ServicebotTestCase):
    def known(self, at: str) -> str:
        with override_settings(MIDDLEWARE=["tests.test_chain.looking", *settings.MIDDLEWARE]):
            return str(Client().get(at)["Known"])

    def test_nobody_is_looked_for_in_the_portal(self) -> None:
        own = f"/portal/{self.portal.public_id}/"
        for at in (own, "/embed/v1.js", "/api/v1/portal", "/portal/nobody/"):
            assert self.known(at) == ""

    def test_the_dashboard_knows_who_is_there(self) -> None:
        for at in ("/", "/accounts/login/", "/api/v1/portals"):
            assert self.known(at) == "session user _messages"
