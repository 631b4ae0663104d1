"""Chromium, and the dashboard served to it with the sandbox behind."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from servicebot.sandbox import doors
from servicebot.sandbox.world import Sandbox
from tests.world import Tenant, make_tenant

WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (e) => violations.push(e.violatedDirective));
"""


@pytest.fixture
def tenant(live_server: LiveServer, settings: Settings) -> Iterator[Tenant]:
    """Acme, whose customers are Ada and Ben, served at the address that it knows itself by."""
    settings.PUBLIC_URL = live_server.url
    with doors.use(Sandbox()):
        acme = make_tenant("Acme")
        for name in ("Ben", "Ada"):
            acme.shop.subscribe(acme.shop.customer(name))
        yield acme


@pytest.fixture
def dashboard(
    page: Page, live_server: LiveServer, tenant: Tenant, caplog: pytest.LogCaptureFixture
) -> Iterator[Page]:
    """Acme's settings with the owner logged in; it must end without a violation of its policy,
    there or on any page on the way."""
    page.add_init_script(WATCH)
    page.goto(f"{live_server.url}/accounts/login/")
    page.get_by_label("Email").fill("owner@acme.example")
    page.get_by_label("Password").fill("a long password")
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(f"{live_server.url}/")
    page.goto(f"{live_server.url}/portals/{tenant.portal.public_id}/settings/")
    yield page
    assert page.evaluate("violations") == []
    reports = [r for r in caplog.get_records("call") if r.name == "portal.csp_reports"]
    assert [report.getMessage() for report in reports] == []
