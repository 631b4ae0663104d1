"""The activity in a browser: narrowed without a reload, usable by everybody."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from accounts.activity import Activity, ActivityKind
from tests.world import Tenant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def note(tenant: Tenant, action: str, who: str) -> None:
    Activity.objects.create(
        merchant=tenant.merchant,
        kind=ActivityKind.CUSTOMER,
        action=action,
        who=who,
        mode="test",
        portal_id=tenant.portal.public_id,
        customer_id="cus_1",
        subject="sub_1",
        before={"plan": "Team"},
        after={"plan": "Starter"},
        reason="unused" if action == "cancel" else "",
        comment="We moved" if action == "cancel" else "",
        request_id="req_1",
    )


def test_is_narrowed_without_a_reload_and_can_be_used_by_everybody(
    dashboard: Page, tenant: Tenant
) -> None:
    note(tenant, "change_plan", "ada@example.com")
    note(tenant, "cancel", "ben@example.com")
    dashboard.get_by_role("link", name="Activity").click()
    entries = dashboard.locator(".entry")
    expect(entries).to_have_count(2)
    dashboard.evaluate("window.isThePage = true")

    dashboard.get_by_label("What", exact=True).select_option("cancel")

    expect(entries).to_have_count(1)
    expect(entries).to_contain_text("ben@example.com canceled")
    assert "action=cancel" in dashboard.url
    assert dashboard.evaluate("window.isThePage")
    for name in ("What was done", "Why customers left"):
        dashboard.get_by_role("link", name=name).click()
        for summary in dashboard.locator(".entry summary").all():
            summary.click()
        dashboard.set_viewport_size({"width": 320, "height": 800})
        found = Axe().run(dashboard).response["violations"]
        assert [(v["id"], v["nodes"][0]["html"]) for v in found] == []
        assert dashboard.evaluate("document.documentElement.scrollWidth") <= 320
