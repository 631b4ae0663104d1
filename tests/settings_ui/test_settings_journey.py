"""Settings that a team trusts, in a browser: two tabs, undo, copying to live, the way there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from portal.models import Portal, PortalSettings, open_portal
from tests.settings_ui.conftest import WATCH
from tests.world import Tenant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDTHS = (320, 390, 1280)


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
