"""No honest page makes a browser report: whatever one reports is worth looking at. The dashboard's
own pages are visited by tests/settings_ui/test_every_page.py, the portal's by every journey."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from settings_ui.docs_pages import contents
from tests.browser import evil as attacking
from tests.browser.evil import log_in, open_shop
from tests.browser.test_embed import LOAD, MOUNT, Host, frame_of, settings_script
from tests.settings_ui.test_every_page import confirm
from tests.test_tenancy import TABLE
from tests.world import Tenant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
live_server, sandbox = attacking.live_server, attacking.sandbox
acme, host, reports = attacking.acme, attacking.host, attacking.reports
Reports = Callable[[], list[str]]

BREAK = """() => { const script = document.createElement("script");
  script.textContent = "window.broken = 1"; document.head.append(script); return window.broken; }"""
ACCENT = "html => getComputedStyle(html).getPropertyValue('--accent')"
STAFF = ("", "accounts/merchant/", "portal/portal/", "accounts/activity/", "accounts/user/")


def test_what_is_stopped_is_reported_and_an_honest_portal_stops_nothing(
    page: Page, host: Host, acme: Tenant, reports: Reports
) -> None:
    acme.portal.settings.can_update_card = True
    acme.portal.settings.look = {"accent": "#0a7d32"}
    acme.portal.settings.save()
    portal = open_shop(page, host, settings_script(acme))
    accent = portal.locator("html").evaluate(ACCENT)
    assert accent == "#0a7d32"
    portal.get_by_role("button", name="Update card").click()
    card = portal.frame_locator("[data-element] iframe")
    expect(card.get_by_label("Card number")).to_be_visible()
    page.goto(f"{host.portal}/portal/{acme.portal.public_id}/")
    expect(page.get_by_role("heading")).to_be_visible()
    page.wait_for_timeout(300)
    assert reports() == []

    assert page.evaluate(BREAK) is None

    page.wait_for_timeout(500)
    said = "The policy stopped script-src-elem: inline on /portal/<portal_id:portal_id>/"
    assert reports() == [said]


def test_no_page_of_accounts_staff_docs_or_errors_makes_one(
    page: Page, live_server: LiveServer, acme: Tenant, reports: Reports
) -> None:
    accounts = [route for route in TABLE if route.startswith("accounts/") and "<" not in route]
    docs = [each.address.lstrip("/") for _section, pages in contents() for each in pages]
    open_to_all = ["accounts/login/", "accounts/signup/", "accounts/password/reset/", "nothing/"]
    staff = User.objects.create_user("staff@example.com", "a long password")
    staff.is_staff = staff.is_superuser = True
    staff.save()
    faults: list[str] = []
    page.on("console", lambda m: faults.append(m.text) if "Content Security" in m.text else None)

    def visit(*paths: str) -> None:
        for path in paths:
            page.goto(f"{live_server.url}/{path}")

    visit(*open_to_all, *docs, "api/docs/")
    expect(page.locator(".swagger-ui .info").first).to_be_visible()
    log_in(page.context, live_server, acme.owner)
    visit("accounts/2fa/app/add/")
    confirm(page)
    expect(page.get_by_role("img").first).to_be_visible()
    visit(*(route for route in accounts if "download" not in route and "logout" not in route))
    page.context.clear_cookies()
    log_in(page.context, live_server, staff)
    visit(*(f"staff/{path}" for path in STAFF))
    page.wait_for_timeout(300)

    assert (reports(), faults) == ([], [])


@pytest.fixture
def apart(settings: Settings, live_server: LiveServer, acme: Tenant, host: Host) -> str:
    """Serve the portal at a host of its own; return its origin."""
    settings.PORTAL_HOST = live_server.url.replace("http://127.0.0.1", "portal.localhost")
    settings.ALLOWED_HOSTS = ["127.0.0.1", "portal.localhost"]
    host.portal = f"http://{settings.PORTAL_HOST}"
    return host.portal


def test_a_portal_on_a_host_of_its_own_is_shown_in_shop_and_preview_without_a_cookie(
    page: Page, host: Host, acme: Tenant, apart: str, live_server: LiveServer, reports: Reports
) -> None:
    log_in(page.context, live_server, acme.owner)
    carried: list[Any] = []
    page.on(
        "request",
        lambda r: (
            carried.append(r.all_headers().get("cookie")) if r.url.startswith(apart) else None
        ),
    )

    page.goto(host.page(MOUNT + LOAD, settings_script(acme)))
    expect(frame_of(page).get_by_role("heading", name="Notes")).to_be_visible()
    frame_of(page).get_by_role("button", name="Change plan").click()
    expect(frame_of(page).get_by_role("radio", name="Business")).to_be_visible()

    page.goto(f"{live_server.url}/portals/{acme.portal.public_id}/settings/")
    made_up = page.frame_locator("#stage iframe")
    expect(made_up.get_by_role("heading").first).to_be_visible()
    page.get_by_role("button", name="Your test customers").click()
    expect(frame_of(page).get_by_role("heading", name="Notes")).to_be_visible()
    assert page.locator("#servicebot-portal iframe").get_attribute("src").startswith(apart)  # type: ignore[union-attr]

    assert set(carried) == {None}
    page.wait_for_timeout(300)
    assert reports() == []
