"""Keys, the checker and refused attempts in a browser: copied, checked, allowed in place."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from portal.identity import hash_of
from portal.models import PortalSettings
from tests.world import Tenant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SITE = "https://shop.example.com"


def open_page(dashboard: Page, name: str) -> None:
    """Open a page of the portal, giving the password where it is asked for."""
    dashboard.goto(f"{dashboard.url.rsplit('/', 2)[0]}/{name}/")
    if "/reauthenticate/" in dashboard.url:
        dashboard.get_by_label("Password").fill("a long password")
        dashboard.get_by_role("main").get_by_role("button").click()
        dashboard.wait_for_url(f"**/{name}/")


def test_a_key_is_rotated_and_copied(dashboard: Page, tenant: Tenant) -> None:
    dashboard.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_page(dashboard, "keys")

    dashboard.get_by_label("How long the old key stays good").select_option(label="1 hour")
    dashboard.get_by_role("button", name="Make a new key").click()
    expect(dashboard.get_by_text("There is a new key.")).to_be_visible()
    dashboard.get_by_role("button", name="Copy").first.click()

    expect(dashboard.get_by_role("status").filter(has_text="Copied")).to_be_visible()
    assert dashboard.evaluate("navigator.clipboard.readText()") == tenant.secret


def test_a_hash_is_checked_and_what_was_typed_stays(dashboard: Page, tenant: Tenant) -> None:
    open_page(dashboard, "check")
    typed = dashboard.get_by_label("Hash")
    dashboard.get_by_label("E-mail address").fill("ada@example.com")

    typed.fill(hash_of(tenant.secret, "Ada@example.com"))
    typed.press("Enter")
    expect(dashboard.get_by_text("other capital letters than what was sent")).to_be_visible()
    typed.fill(hash_of(tenant.secret, "ada@example.com"))
    typed.press("Enter")

    expect(dashboard.get_by_text("The hash is right.")).to_be_visible()
    expect(typed).to_be_focused()
    dashboard.route("**/check/", lambda route: route.abort())
    typed.press("Enter")
    expect(dashboard.get_by_text("Not checked. Load the page again")).to_be_visible()


def test_a_site_is_allowed_from_the_list(dashboard: Page, tenant: Tenant) -> None:
    tenant.portal.refused.create(code="origin_not_allowed", origin=SITE)
    open_page(dashboard, "refused")
    dashboard.evaluate("window.isThePage = true")

    dashboard.get_by_role("button", name=f"Allow this site {SITE}").click()

    said = dashboard.locator("p", has_text=f"{SITE} may show the portal now.")
    expect(said).to_be_focused()
    assert dashboard.evaluate("window.isThePage")
    assert PortalSettings.objects.get(portal=tenant.portal).allowed_origins == [SITE]


@pytest.mark.parametrize(("scheme", "width"), [("light", 320), ("dark", 1280)])
def test_every_page_can_be_used_by_everybody(
    dashboard: Page, tenant: Tenant, scheme: str, width: int
) -> None:
    dashboard.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    dashboard.set_viewport_size({"width": width, "height": 800})
    tenant.portal.refused.create(code="origin_not_allowed", origin=SITE)
    tenant.portal.refused.create(code="hash_invalid", identity=f"{'long' * 40}@example.com")
    for name in ("keys", "check", "refused"):
        open_page(dashboard, name)
        for summary in dashboard.locator(".secret summary").all():
            summary.click()
        if name == "check":
            dashboard.get_by_label("Hash").fill("0" * 64)
            dashboard.get_by_role("button", name="Check", exact=True).click()
            expect(dashboard.get_by_text("No e-mail or customer id was given.")).to_be_visible()

        found = Axe().run(dashboard).response["violations"]
        assert [(v["id"], v["nodes"][0]["html"]) for v in found] == []
        assert dashboard.evaluate("document.documentElement.scrollWidth") <= width
