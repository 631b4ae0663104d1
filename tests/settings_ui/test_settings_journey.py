"""Settings that a team trusts, in a browser: two tabs, undo, copying to live, the way there."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from portal.models import Portal, PortalSettings, open_portal
from tests.settings_ui.conftest import WATCH
from tests.world import Tenant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def now(portal: Portal) -> PortalSettings:
    """Return what is saved."""
    return PortalSettings.objects.get(portal=portal)


@pytest.fixture
def second_tab(dashboard: Page) -> Iterator[Page]:
    """The same settings in another tab."""
    tab = dashboard.context.new_page()
    tab.add_init_script(WATCH)
    tab.goto(dashboard.url)
    yield tab
    assert tab.evaluate("violations") == []


def test_the_stale_one_of_two_tabs_is_told_and_shows_what_is_so(
    dashboard: Page, second_tab: Page, tenant: Tenant
) -> None:
    switch = dashboard.get_by_role("switch", name="Enable cancellation", exact=True)
    second_tab.get_by_role("switch", name="Enable coupon", exact=True).click()
    expect(second_tab.get_by_text("Saved: Enable coupon")).to_be_visible()

    switch.click()

    expect(dashboard.get_by_role("alert").filter(has_text="You chose: Off.")).to_be_visible()
    expect(switch).to_be_checked()
    expect(dashboard.get_by_role("switch", name="Enable coupon", exact=True)).to_be_checked()
    assert now(tenant.portal).can_cancel is True

    switch.click()

    expect(dashboard.get_by_text("Saved: Enable cancellation")).to_be_visible()
    assert now(tenant.portal).can_cancel is False


def test_quick_changes_in_one_page_are_all_saved(dashboard: Page, tenant: Tenant) -> None:
    names = ("Enable cancellation", "Cancellation reason", "Enable coupon", "Debug mode")
    for name in names:
        switch = dashboard.get_by_role("switch", name=name, exact=True)
        switch.evaluate("each => each.click()")

    expect(dashboard.get_by_text("Saved: Debug mode")).to_be_visible()
    settings = now(tenant.portal)
    assert not settings.can_cancel
    assert not settings.asks_cancellation_reason
    assert settings.can_use_coupon
    assert settings.debug_mode


def test_a_change_that_fails_holds_up_no_other(dashboard: Page, tenant: Tenant) -> None:
    dashboard.route("**/settings/can_cancel/", lambda route: route.abort())
    for name in ("Enable cancellation", "Enable cancellation", "Enable coupon"):
        switch = dashboard.get_by_role("switch", name=name, exact=True)
        switch.evaluate("each => each.click()")

    expect(dashboard.get_by_text("Saved: Enable coupon")).to_be_visible()
    settings = now(tenant.portal)
    assert settings.can_cancel
    assert settings.can_use_coupon


def test_a_change_in_live_mode_is_undone_beside_it(dashboard: Page, tenant: Tenant) -> None:
    live = open_portal(tenant.merchant, "live", "Acme live")
    dashboard.goto(dashboard.url.replace(tenant.portal.public_id, live.public_id))
    switch = dashboard.get_by_role("switch", name="Portal is on")
    switch.click()
    expect(dashboard.get_by_text("Before: On")).to_be_visible()
    assert now(live).is_on is False

    dashboard.get_by_role("button", name="Undo Portal is on").click()

    expect(dashboard.get_by_text("Undone: Portal is on")).to_be_visible()
    expect(switch).to_be_checked()
    expect(dashboard.get_by_role("button", name="Undo")).to_have_count(0)
    assert now(live).is_on is True


def test_settings_are_copied_after_a_look_at_the_difference(
    dashboard: Page, tenant: Tenant
) -> None:
    live = open_portal(tenant.merchant, "live", "Acme live")
    PortalSettings.objects.filter(portal=tenant.portal).update(can_use_coupon=True, debug_mode=True)
    dashboard.goto(dashboard.url.replace(tenant.portal.public_id, live.public_id))
    dashboard.get_by_role("link", name="Copy from a test portal").click()
    expect(dashboard.get_by_role("checkbox", name="Debug mode")).not_to_be_checked()
    coupon = dashboard.get_by_role("row").filter(has_text="Enable coupon")
    expect(coupon).to_contain_text("Off")
    expect(coupon).to_contain_text("On")
    expect(dashboard.get_by_text("until Stripe is connected in both modes")).to_be_visible()

    dashboard.get_by_role("button", name="Copy what is ticked").click()

    expect(dashboard.get_by_text("Copied: Enable coupon.")).to_be_visible()
    expect(dashboard.get_by_role("switch", name="Enable coupon", exact=True)).to_be_checked()
    assert now(live).can_use_coupon
    assert not now(live).debug_mode


def test_the_first_page_leads_on_and_has_looked(dashboard: Page, tenant: Tenant) -> None:
    dashboard.get_by_role("link", name="Home").click()

    expect(dashboard.get_by_text("Found in Stripe: Notes, with 3 plans.")).to_be_visible()
    expect(dashboard.get_by_text("Keys checked with Stripe on")).to_be_visible()
    expect(dashboard.locator(".button.primary")).to_have_text(["Add your site"])


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (1280, "dark")])
def test_copying_and_undoing_can_be_used_by_everybody(
    dashboard: Page, tenant: Tenant, width: int, scheme: str
) -> None:
    dashboard.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    live = open_portal(tenant.merchant, "live", "Acme live")
    PortalSettings.objects.filter(portal=tenant.portal).update(
        can_use_coupon=True, allowed_origins=["https://shop.example.com", "https://*.example.org"]
    )
    home = re.sub("/portals/.*", "/", dashboard.url)
    settings = f"{home}portals/{live.public_id}/settings/"
    dashboard.set_viewport_size({"width": width, "height": 800})
    for address in (f"{home}portals/{live.public_id}/copy/", settings):
        dashboard.goto(address)
        dashboard.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        if address == settings:
            dashboard.get_by_role("switch", name="Portal is on").click()
            expect(dashboard.get_by_role("button", name="Undo")).to_be_visible()

        found = Axe().run(dashboard, options={"iframes": False}).response["violations"]
        assert [(v["id"], v["nodes"][0]["html"]) for v in found] == []
        assert dashboard.evaluate("document.documentElement.scrollWidth") <= width


def test_a_text_is_changed_and_read_in_the_preview(dashboard: Page, tenant: Tenant) -> None:
    dashboard.get_by_role("link", name="Edit texts").click()
    dashboard.get_by_role("switch", name="Add a custom resource").click()
    expect(dashboard.get_by_text("Saved: Add a custom resource")).to_be_visible()
    dashboard.get_by_role("searchbox", name="Search").fill("cancel.button")
    dashboard.get_by_role("button", name="Change cancel.button").click()
    field = dashboard.get_by_label("Your text", exact=True)
    expect(field).to_be_focused()
    field.fill("Leave {x}")
    dashboard.get_by_role("button", name="Save cancel.button").click()
    expect(dashboard.get_by_role("alert").filter(has_text="take {x} out")).to_be_visible()

    field.fill("Leave us")
    dashboard.get_by_role("button", name="Save cancel.button").click()

    preview = dashboard.frame_locator("#stage iframe:not(.coming)")
    expect(preview.get_by_role("button", name="Leave us")).to_be_visible()
    expect(dashboard.get_by_role("button", name="Change cancel.button")).to_be_focused()
    assert now(tenant.portal).custom_texts == {"en": {"cancel.button": "Leave us"}}
    found = Axe().run(dashboard, options={"iframes": False}).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"]) for v in found] == []
