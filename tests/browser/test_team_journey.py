"""A team from invitation to removal, in two browsers; and its pages for everybody."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core import mail
from django.test import Client
from playwright.sync_api import Browser, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.models import Membership, User
from accounts.roles import Role
from servicebot.sandbox import doors
from servicebot.sandbox.world import Sandbox
from tests.settings_ui.conftest import WATCH
from tests.world import Tenant, make_tenant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BEN = "ben@example.com"
PASSWORD = "a long password"
WIDTHS = (320, 1280)
Enter = Callable[[User], Page]


@pytest.fixture
def acme(live_server: LiveServer, settings: Settings) -> Iterator[Tenant]:
    """Acme, served at the address that it knows itself by."""
    settings.PUBLIC_URL = live_server.url
    with doors.use(Sandbox()):
        yield make_tenant("Acme")


@pytest.fixture
def enter(browser: Browser, live_server: LiveServer, acme: Tenant) -> Iterator[Enter]:
    """Open browsers in which somebody is logged in."""
    contexts = []

    def entered(user: User) -> Page:
        client = Client()
        client.force_login(user)
        context = browser.new_context(base_url=live_server.url, reduced_motion="reduce")
        cookie = client.cookies["session"]
        context.add_cookies(
            [{"name": cookie.key, "value": cookie.value, "url": live_server.url}],
        )
        page = context.new_page()
        page.add_init_script(WATCH)
        contexts.append(context)
        return page

    yield entered
    for context in contexts:
        context.close()


def look(page: Page) -> None:
    """Everybody can use the page, wide or narrow, light or dark, and it keeps to its policy."""
    assert page.evaluate("violations") == []
    for width in WIDTHS:
        for scheme in ("light", "dark"):
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            found = Axe().run(page).response["violations"]
            assert [(v["id"], v["nodes"][0]["html"]) for v in found] == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_from_the_invitation_to_the_removal(acme: Tenant, enter: Enter) -> None:
    ben = User.objects.create_user(BEN, PASSWORD)
    owner, guest = enter(acme.owner), enter(ben)

    owner.goto("/team/")
    owner.get_by_label("E-mail address").fill(BEN)
    owner.get_by_label("Role", exact=True).select_option("admin")
    owner.get_by_role("button", name="Invite", exact=True).click()
    expect(owner.get_by_text("The invitation is on its way")).to_be_visible()
    look(owner)

    guest.goto(re.findall(r"http\S+/invitations/\S+", str(mail.outbox[0].body))[0])
    look(guest)
    guest.get_by_role("button", name="Join the team").click()
    expect(guest.get_by_text("You are in the team of Acme now.")).to_be_visible()
    expect(guest.get_by_role("link", name="Acme portal")).to_be_visible()
    assert ben.memberships.get().role == Role.ADMIN

    guest.get_by_role("link", name="Stripe", exact=True).click()
    expect(guest.get_by_text("Only an owner of the team can replace the keys.")).to_be_visible()
    guest.goto("/merchant/")
    expect(guest.get_by_text("Your role doesn't allow this")).to_be_visible()
    guest.goto("/stripe/")

    owner.goto("/team/")
    owner.locator("summary", has_text=f"Remove {BEN}").click()
    owner.get_by_role("button", name=f"Remove {BEN}").click()
    expect(owner.get_by_text("ben@example.com is no longer in the team.")).to_be_visible()
    assert not Membership.objects.filter(user=ben).exists()

    guest.get_by_role("link", name="Acme portal").click()
    expect(guest.get_by_text("a team that you aren't in")).to_be_visible()
    guest.get_by_role("link", name="To the start").click()
    expect(guest.get_by_role("heading", name="You aren't in a team")).to_be_visible()
    look(guest)


def test_a_token_is_made_after_the_password_and_copied(acme: Tenant, enter: Enter) -> None:
    owner = enter(acme.owner)
    owner.context.grant_permissions(["clipboard-read", "clipboard-write"])

    owner.goto("/tokens/")
    owner.get_by_role("link", name="Make a token").click()
    owner.get_by_label("Password").fill(PASSWORD)
    owner.get_by_label("Password").press("Enter")
    look(owner)
    owner.get_by_label("Name").fill("Deployment")
    owner.get_by_role("button", name="Make the token").click()
    value = owner.locator("#token").text_content()
    owner.get_by_role("button", name="Copy").click()
    expect(owner.get_by_role("status")).to_have_text("Copied")
    assert owner.evaluate("navigator.clipboard.readText()") == value
    look(owner)

    for address in (
        "/tokens/",
        "/merchant/",
        "/merchants/new/",
        f"/portals/{acme.portal.public_id}/",
    ):
        owner.goto(address)
        for summary in owner.locator("main summary").all():
            summary.click()
        look(owner)
