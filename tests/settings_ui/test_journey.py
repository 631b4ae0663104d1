"""The dashboard in a browser: saving without a reload, and the portal beside the settings."""

from __future__ import annotations

import base64

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.sessions.models import Session
from playwright.sync_api import FilePayload, Page, Route, expect

from portal.models import PortalSettings
from tests.world import Tenant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PLAIN = {"radius": "medium", "font": "system", "scheme": "automatic"}
# The page's first heading is that of the page around it.
IN_A_FRAME = {"rules": {"page-has-heading-one": {"enabled": False}}}
# One red dot.
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)


def now(tenant: Tenant) -> PortalSettings:
    """Return what is saved."""
    return PortalSettings.objects.get(portal=tenant.portal)


def test_a_switch_is_saved_at_once_and_its_dependents_say_so(
    dashboard: Page, tenant: Tenant
) -> None:
    switch = dashboard.get_by_role("switch", name="Enable cancellation", exact=True)

    switch.click()

    expect(dashboard.get_by_role("status").filter(has_text="Saved:")).to_have_text(
        "Saved: Enable cancellation"
    )
    expect(switch).not_to_be_checked()
    expect(dashboard.get_by_text("Needs Enable cancellation.")).to_have_count(3)
    assert now(tenant).can_cancel is False


def test_the_keyboard_does_the_same_and_stays_where_it_was(dashboard: Page, tenant: Tenant) -> None:
    switch = dashboard.get_by_role("switch", name="Debug mode")
    switch.focus()

    dashboard.keyboard.press("Space")

    expect(dashboard.get_by_text("Saved: Debug mode")).to_be_visible()
    expect(switch).to_be_focused()
    assert now(tenant).debug_mode is True


def test_a_choice_is_saved(dashboard: Page, tenant: Tenant) -> None:
    dashboard.get_by_label("How to identify customers").select_option("customer_id")

    expect(dashboard.get_by_text("Saved: How to identify customers")).to_be_visible()
    assert now(tenant).identify_by == "customer_id"


def test_a_wrong_line_is_said_beside_the_field(dashboard: Page, tenant: Tenant) -> None:
    sites = dashboard.get_by_label("Sites that may show the portal", exact=True)
    sites.fill("shop.example.com")

    dashboard.get_by_role("button", name="Save Sites that may show").click()

    expect(dashboard.get_by_role("alert").filter(has_text="isn't an origin")).to_be_visible()
    expect(sites).to_have_value("shop.example.com")
    assert now(tenant).allowed_origins == []


def test_a_switch_that_was_not_saved_goes_back(dashboard: Page, tenant: Tenant) -> None:
    dashboard.route("**/settings/can_cancel/", lambda route: route.abort())
    switch = dashboard.get_by_role("switch", name="Enable cancellation", exact=True)

    switch.click()

    expect(dashboard.get_by_text("Not saved. Load the page again and retry.")).to_be_visible()
    expect(switch).to_be_checked()
    assert now(tenant).can_cancel is True


def test_a_fault_of_the_server_is_said_too(dashboard: Page) -> None:
    def fail(route: Route) -> None:
        route.fulfill(status=500, body="<p>fault</p>")

    dashboard.route("**/settings/can_cancel/", fail)
    switch = dashboard.get_by_role("switch", name="Enable cancellation", exact=True)

    switch.click()

    expect(dashboard.get_by_text("Not saved. Load the page again and retry.")).to_be_visible()
    expect(switch).to_be_checked()


def test_a_session_that_has_ended_leads_to_the_log_in(dashboard: Page, tenant: Tenant) -> None:
    expect(dashboard.get_by_text("Plans found in Stripe")).to_be_visible()
    Session.objects.all().delete()

    dashboard.get_by_role("switch", name="Enable cancellation", exact=True).click()

    dashboard.wait_for_url("**/accounts/login/?next=*")
    assert now(tenant).can_cancel is True


def test_the_preview_follows_settings_states_and_schemes(dashboard: Page) -> None:
    portal = dashboard.frame_locator("#stage iframe:not(.coming)")
    cancel = portal.get_by_role("button", name="Cancel subscription")
    expect(cancel).to_be_visible()
    cancel.click()
    expect(portal.get_by_text("This is a preview with a made-up customer.")).to_be_visible()
    portal.locator("html").evaluate("html => html.ownerDocument.defaultView.scrollTo(0, 90)")

    dashboard.get_by_role("switch", name="Enable cancellation", exact=True).click()

    expect(dashboard.get_by_text("Saved: Enable cancellation")).to_be_visible()
    expect(cancel).to_have_count(0)
    assert portal.locator("html").evaluate("html => html.ownerDocument.defaultView.scrollY") == 90

    dashboard.get_by_label("State", exact=True).select_option("past_due")
    expect(portal.get_by_text("Payment failed", exact=True)).to_be_visible()
    dashboard.get_by_role("button", name="Dark", exact=True).click()
    expect(portal.locator("html[data-scheme=dark]")).to_have_count(1)
    expect(portal.get_by_text("Payment failed", exact=True)).to_be_visible()
    dashboard.get_by_role("button", name="Desktop").click()
    width = "element => element.getBoundingClientRect().width"
    assert dashboard.locator("#stage iframe").evaluate(width) > 600


def test_a_made_up_customers_page_that_fails_says_so(dashboard: Page) -> None:
    portal = dashboard.frame_locator("#stage iframe:not(.coming)")
    expect(portal.get_by_text("Team").first).to_be_visible()
    dashboard.route("**/preview/?*", lambda route: route.fulfill(status=500, body="fault"))

    dashboard.get_by_label("State", exact=True).select_option("past_due")

    expect(dashboard.get_by_text("The preview didn't load.")).to_be_visible()
    expect(portal.get_by_text("Team").first).to_be_visible()


def choose_customers(dashboard: Page) -> None:
    """Look at the page of one of the test account's own customers."""
    dashboard.get_by_role("button", name="Your test customers").click()


def test_a_test_customers_page_is_the_portal_and_follows_the_settings(dashboard: Page) -> None:
    choose_customers(dashboard)
    portal = dashboard.frame_locator("#servicebot-portal iframe")
    expect(portal.get_by_role("button", name="Cancel subscription")).to_be_visible()

    dashboard.get_by_role("switch", name="Enable cancellation", exact=True).click()

    expect(dashboard.get_by_text("Saved: Enable cancellation")).to_be_visible()
    expect(portal.get_by_text("Team").first).to_be_visible()
    expect(portal.get_by_role("button", name="Cancel subscription")).to_have_count(0)


def test_the_preview_shows_another_customer(dashboard: Page, tenant: Tenant) -> None:
    dora = tenant.shop.customer("Dora")
    dashboard.reload()
    choose_customers(dashboard)

    with dashboard.expect_request("**/preview/customer/") as asked:
        dashboard.get_by_label("As customer").select_option(dora)

    assert asked.value.post_data == f"customer={dora}"
    expect(dashboard.locator("#servicebot-portal iframe")).to_have_count(1)


def test_a_preview_that_fails_says_so(dashboard: Page) -> None:
    dashboard.route("**/preview/customer/", lambda route: route.fulfill(status=502, body="bad"))
    choose_customers(dashboard)

    expect(dashboard.get_by_text("The portal can't be shown now.")).to_be_visible()


def test_customers_that_can_not_be_listed_are_said_to_be_missing(dashboard: Page) -> None:
    dashboard.route("**/customers/", lambda route: route.fulfill(status=500, body="fault"))
    choose_customers(dashboard)

    expect(dashboard.get_by_text("The portal can't be shown now.")).to_be_visible()
    expect(dashboard.get_by_text("Looking for customers")).to_have_count(0)


def test_services_are_set_and_ordered_without_a_reload_and_by_keyboard(
    dashboard: Page, tenant: Tenant
) -> None:
    at_stripe = tenant.shop.stripe.v1.products
    dashboard.get_by_role("link", name="Services", exact=True).click()
    dashboard.wait_for_url("**/services/")  # and its scripts, without which a form reloads the page
    plans = dashboard.locator("#services h3")
    expect(plans).to_have_text(["Starter", "Team", "Business"])
    dashboard.evaluate("window.isThePage = true")

    dashboard.get_by_role("button", name="Move Business up").focus()
    dashboard.keyboard.press("Enter")
    expect(plans).to_have_text(["Starter", "Business", "Team"])
    expect(dashboard.get_by_role("button", name="Move Business up")).to_be_focused()
    dashboard.keyboard.press("Enter")
    expect(plans).to_have_text(["Business", "Starter", "Team"])

    dashboard.locator("summary", has_text="Change Team").click()
    team = dashboard.locator("article", has=dashboard.get_by_role("heading", name="Team"))
    team.get_by_label("Name of the plan").fill("Crew")
    team.get_by_label("Recommend it").check()
    dashboard.get_by_role("button", name="Save Team").click()

    expect(dashboard.get_by_text("Saved at Stripe: Crew")).to_be_visible()
    expect(plans).to_have_text(["Business", "Starter", "Crew"])
    expect(dashboard.locator("summary", has_text="Change Crew")).to_be_focused()
    metadata = at_stripe.retrieve(tenant.shop.products["Team"]).metadata
    assert (metadata["sb_tier"], metadata["sb_featured"]) == ("Crew", "true")
    assert dashboard.evaluate("window.isThePage")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_preview_can_be_read_by_everybody_whatever_the_accent(
    dashboard: Page, tenant: Tenant, scheme: str
) -> None:
    shown = dashboard.url.replace("/settings/", f"/preview/?scheme={scheme}&state=")
    for accent in ("#ffcc00", "#000080", "#ffffff"):
        tenant.portal.settings.look = {"accent": accent, "radius": "large", "font": "serif"}
        tenant.portal.settings.save()
        for state, width in (("past_due", 280), ("two_customers", 1000)):
            dashboard.set_viewport_size({"width": width, "height": 800})
            dashboard.goto(shown + state)

            found = Axe().run(dashboard, options=IN_A_FRAME).response["violations"]
            assert [(v["id"], v["nodes"][0]["html"]) for v in found] == []
            assert dashboard.evaluate("document.documentElement.scrollWidth") <= width


def test_a_picked_colour_and_a_logo_are_saved_with_the_look(
    dashboard: Page, tenant: Tenant
) -> None:
    portal = dashboard.frame_locator("#stage iframe:not(.coming)")
    row = dashboard.locator("#row-look")
    row.get_by_label("Pick: Accent colour").fill("#ffcc00")
    expect(row.get_by_label("Accent colour", exact=True)).to_have_value("#ffcc00")
    logo = FilePayload(name="logo.png", mimeType="image/png", buffer=PNG)
    row.get_by_label("Logo", exact=True).set_input_files(logo)

    row.get_by_role("button", name="Save Look").click()

    expect(dashboard.get_by_text("Saved: Look")).to_be_visible()
    expect(row.get_by_text("As text, this colour is darkened to #")).to_be_visible()
    expect(portal.get_by_role("img", name="Acme")).to_be_visible()
    row.get_by_role("button", name="Remove Logo").click()
    expect(portal.get_by_role("img", name="Acme")).to_have_count(0)
    assert now(tenant).look == {**PLAIN, "accent": "#ffcc00"}
