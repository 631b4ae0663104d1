"""Every page of the dashboard, on a phone in light and at a desk in dark: axe finds nothing, and it
fits. The pages are those of the table of rights, so a new one is looked at or named below."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import Page

from accounts.invitations import invite
from accounts.models import ApiToken
from portal.models import open_portal
from tests.settings_ui.test_roles_and_urls import PATTERNS, RIGHTS, placeholders
from tests.world import Tenant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NO_PAGE = {
    "home_services": "a part of the home page",
    "note": "a part of the settings page",
    "customers": "a part of the settings page",
    "copy_services": "a part of the page to copy by",
    "preview": "in a frame of the settings page; test_journey.py looks at it",
    "in_mode": "leads to the settings page",
    "activity_csv": "a file",
    "text": "a part of the page of texts",
    "export_texts": "a file",
    "docs": "tests/docs/test_look.py looks at them",
    "docs_page": "the same",
}
PAGES = [
    name
    for name, rights in RIGHTS.items()
    if "GET" in rights and name not in NO_PAGE and not name.startswith("api_")
]


def things(tenant: Tenant) -> dict[str, Any]:
    """Return what the addresses name, and fill the pages with something to see."""
    owner = tenant.owner.memberships.get()
    invite(owner, "invited@example.com", "viewer")
    ApiToken.make(owner, "Deployment")
    tenant.portal.refused.create(code="origin_not_allowed", origin="https://shop.example.com")
    return {"portal_id": tenant.portal.public_id, "token": "none"}


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (1280, "dark")])
def test_every_page_can_be_used_by_everybody(
    dashboard: Page, tenant: Tenant, width: int, scheme: str
) -> None:
    live = open_portal(tenant.merchant, "live", "Acme live")
    named = things(tenant)
    home = dashboard.url.split("/portals")[0]
    dashboard.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    dashboard.set_viewport_size({"width": width, "height": 800})

    found: dict[str, Any] = {}
    for name in PAGES:
        given = {each: named[each] for each in placeholders(PATTERNS[name])}
        if name == "copy_settings":
            given["portal_id"] = live.public_id
        dashboard.goto(home + reverse(f"dashboard:{name}", kwargs=given))
        confirm(dashboard)
        found[name] = faults(dashboard, width)
    assert {name: each for name, each in found.items() if each} == {}


def confirm(page: Page) -> None:
    """Give the password once more, where the page asks for it first."""
    if "/reauthenticate/" in page.url:
        page.get_by_label("Password").fill("a long password")
        page.get_by_role("button", name="Confirm").click()
        page.wait_for_url(lambda url: "/reauthenticate/" not in url)


def faults(page: Page, width: int) -> list[str]:
    """Return what axe finds with everything opened, and whether it is too wide."""
    page.wait_for_load_state("networkidle")
    page.evaluate("document.querySelectorAll('main details').forEach(each => each.open = true)")
    told = Axe().run(page, options={"iframes": False}).response["violations"]
    wide = int(page.evaluate("document.documentElement.scrollWidth"))
    said = [f"{each['id']}: {each['nodes'][0]['html']}" for each in told]
    return said + ([f"{wide} px wide"] if wide > width else [])
