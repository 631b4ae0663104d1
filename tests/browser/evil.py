"""A site that nobody has listed, the shop that it attacks, and what gives an attack away."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from tests.browser import test_embed as embedded
from tests.browser.test_embed import LOAD, MOUNT, Handler, Host, frame_of
from tests.world import Tenant

live_server, sandbox = embedded.live_server, embedded.sandbox
acme, host = embedded.acme, embedded.host

OPEN = (
    "default-src * 'unsafe-inline' 'unsafe-eval' data: blob:"  # an attacker forbids itself nothing
)
HEARS = """window.heard = []; addEventListener("message", (e) => heard.push(e.data));"""


class Evil(Host):
    """A site of its own: not the shop's, and not the portal's."""

    @property
    def url(self) -> str:
        return f"http://evil.localhost:{self.server_port}"

    def attack(self, body: str, script: str = "") -> str:
        """Serve a page that may do whatever a page can; return its address."""
        return self.page(body, HEARS + script, OPEN)


@pytest.fixture
def evil(live_server: LiveServer) -> Iterator[Evil]:
    server = Evil(("127.0.0.1", 0), Handler)
    server.pages, server.portal = {}, live_server.url
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def reports(caplog: pytest.LogCaptureFixture) -> Any:
    """Return what browsers have reported of our policies, so far and from now on."""
    return lambda: [r.getMessage() for r in caplog.records if r.name == "portal.csp_reports"]


def log_in(context: BrowserContext, server: LiveServer, user: User) -> None:
    """Put a user's session into a browser."""
    browser = Client()
    browser.force_login(user)
    for name, morsel in browser.cookies.items():
        context.add_cookies([{"name": name, "value": morsel.value, "url": server.url}])


def open_shop(page: Page, host: Host, script: str, body: str = "") -> Any:
    """Open the shop's page with something of others' in it; return the portal, when it is there."""
    page.goto(host.page(MOUNT + LOAD + body, script, OPEN))
    portal = frame_of(page)
    expect(portal.get_by_role("heading", name="Notes")).to_be_visible()
    return portal


def child(page: Page, site: Host) -> Any:
    """Return the frame in which a site's page is."""
    return next(frame for frame in page.frames if frame.url.startswith(site.url))


def settings_of(tenant: Tenant) -> Any:
    """Return a portal's settings as they are now."""
    return tenant.portal.settings.__class__.objects.get(portal=tenant.portal)
