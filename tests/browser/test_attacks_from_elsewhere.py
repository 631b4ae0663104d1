"""An unlisted site: it can show nothing of ours, read nothing, and send nothing that counts."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from portal import sessions
from portal.identity import Identity, Proof
from tests.browser import evil as attacking
from tests.browser.evil import OPEN, Evil, log_in, settings_of
from tests.browser.test_embed import LOAD, MOUNT, Host, settings_script, snippet
from tests.world import Tenant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
live_server, sandbox = attacking.live_server, attacking.sandbox
acme, host, evil = attacking.acme, attacking.host, attacking.evil

FETCH = """async ([url, options]) => {
  try {
    const answer = await fetch(url, options);
    return [answer.type, answer.status, await answer.text(), [...answer.headers].length];
  } catch (error) { return error.name; }
}"""


def blocked(page: Page) -> list[bool]:
    """Return of each frame of the page whether the browser shows its own error in it."""
    return [frame.url.startswith("chrome-error:") for frame in page.frames[1:]]


def token_of(tenant: Tenant) -> str:
    """Return a session token of Ada's, stolen."""
    ada = tenant.shop.stripe.v1.customers.list({"email": "ada@example.com"}).data[0].id
    proof = Proof(Identity("email", "ada@example.com"), tenant.portal.active_secrets()[0].pk)
    return sessions.begin(tenant.portal, proof, (ada,)).token()


def test_it_frames_no_page_of_ours_and_no_page_that_does(
    page: Page, host: Host, acme: Tenant, evil: Evil, live_server: LiveServer
) -> None:
    log_in(page.context, live_server, acme.owner)
    portal_id = acme.portal.public_id
    shop = host.page(MOUNT + LOAD, settings_script(acme), OPEN)
    ours = (
        *(f"portal/{portal_id}/", "", "accounts/login/", f"portals/{portal_id}/settings/"),
        *(f"portals/{portal_id}/preview/", "docs/", "api/docs/", "staff/", "nothing/"),
        *("embed/v1.js", "livez", "csp-report"),
    )
    frames = [f'<iframe src="{live_server.url}/{path}"></iframe>' for path in ours]
    frames.append(f'<iframe sandbox="allow-scripts" src="{live_server.url}/portal/{portal_id}/">')

    page.goto(evil.attack("".join(frames)))
    page.wait_for_load_state("networkidle")
    assert blocked(page) == [True] * len(frames)

    # Around the shop's own page, in which the portal is at home.
    page.goto(evil.attack(f'<iframe src="{shop}"></iframe>'))
    page.wait_for_load_state("networkidle")
    assert blocked(page) == [False, True]


def test_in_a_window_of_its_own_the_portal_listens_to_nobody(
    page: Page, acme: Tenant, evil: Evil, live_server: LiveServer
) -> None:
    page.goto(evil.attack("", "window.opened = null;"))
    with page.expect_popup() as opening:
        page.evaluate(
            "url => { window.opened = open(url) }",
            f"{live_server.url}/portal/{acme.portal.public_id}/",
        )
    window = opening.value
    expect(window.get_by_role("heading")).to_be_visible()
    asked: list[str] = []
    window.on("request", lambda request: asked.append(request.url))
    for message in ({"type": "servicebot:hello"}, {"type": "servicebot:init"}):
        said = {**message, "v": 1, "settings": snippet(acme)}
        page.evaluate("said => { opened?.postMessage(said, '*') }", said)
    page.wait_for_timeout(300)

    assert asked == []
    assert page.evaluate("heard") == []
    # Its opener doesn't even have the window: it lives in a group of its own.
    assert page.evaluate("opened.closed") is True


def test_a_stolen_token_reads_nothing_from_there(
    page: Page, acme: Tenant, evil: Evil, live_server: LiveServer
) -> None:
    token = {"Authorization": f"Bearer {token_of(acme)}"}
    page.goto(evil.attack(""))
    base = f"{live_server.url}/portal/{acme.portal.public_id}"
    api = f"{live_server.url}/api/v1/portal"
    was = [s.status for s in acme.shop.stripe.v1.subscriptions.list({"status": "all"}).data]
    sub = acme.shop.stripe.v1.subscriptions.list({}).data[0].id
    tries: tuple[tuple[str, dict[str, Any]], ...] = (
        (f"{base}/page", {"method": "POST", "headers": token}),
        (f"{base}/subscriptions/{sub}/cancel", {"method": "POST", "headers": token}),
        (api, {"headers": token}),
        (f"{api}/subscriptions/{sub}/cancel", {"method": "POST", "headers": token}),
        (f"{live_server.url}/api/v1/portals", {"credentials": "include"}),
        (f"{base}/", {}),
    )

    for url, options in tries:
        assert page.evaluate(FETCH, [url, options]) == "TypeError", url
        silent = {**options, "mode": "no-cors"}
        assert page.evaluate(FETCH, [url, silent]) in (["opaque", 0, "", 0], "TypeError"), url
    now = [s.status for s in acme.shop.stripe.v1.subscriptions.list({"status": "all"}).data]
    assert now == was


def test_a_session_begins_from_no_page_but_our_own(
    page: Page, acme: Tenant, evil: Evil, live_server: LiveServer
) -> None:
    door = f"{live_server.url}/portal/{acme.portal.public_id}/session"
    fields = "".join(f'<input name="{n}" value="{v}">' for n, v in snippet(acme).items())
    page.goto(evil.attack(f'<form id="f" method="post" action="{door}">{fields}</form>'))
    given = "&".join(f"{name}={value}" for name, value in snippet(acme).items())
    simple: dict[str, Any] = {"method": "POST", "body": given, "mode": "no-cors"}
    simple["headers"] = {"Content-Type": "application/x-www-form-urlencoded"}

    assert page.evaluate(FETCH, [door, simple]) in (["opaque", 0, "", 0], "TypeError")
    with page.expect_navigation() as sent:
        page.evaluate("document.getElementById('f').submit()")

    answer: Any = sent.value
    assert (answer.status, answer.headers["servicebot-problem"]) == (403, "origin_not_allowed")
    assert "servicebot-token" not in answer.headers
    assert "Notes" not in page.content()
    (noted,) = acme.portal.refused.all()
    assert (noted.code, noted.origin) == ("origin_not_allowed", evil.url)


def test_a_logged_in_owner_who_visits_it_changes_nothing(
    page: Page, acme: Tenant, evil: Evil, live_server: LiveServer
) -> None:
    log_in(page.context, live_server, acme.owner)
    acme.portal.settings.save()
    before = settings_of(acme)
    setting = f"{live_server.url}/portals/{acme.portal.public_id}/settings/requires_security_hash/"
    api = f"{live_server.url}/api/v1/portals/{acme.portal.public_id}/settings"
    page.goto(evil.attack(f'<form id="f" method="post" action="{setting}"></form>'))
    for url, method in ((setting, "POST"), (api, "PATCH"), (api, "GET"), (api, "OPTIONS")):
        options = {"method": method, "credentials": "include"}
        if method == "PATCH":
            options["body"] = json.dumps({"requires_security_hash": False})
        assert page.evaluate(FETCH, [url, options]) == "TypeError", (url, method)

    with page.expect_navigation():
        page.evaluate("document.getElementById('f').submit()")

    assert settings_of(acme).version == before.version
    assert settings_of(acme).requires_security_hash
    # It is still the owner's log-in: nobody was logged out by it.
    page.goto(f"{live_server.url}/portals/{acme.portal.public_id}/settings/")
    expect(page.get_by_role("heading", level=1)).to_have_text("What customers can do")


def test_a_script_of_ours_shows_it_nothing_that_not_everybody_knows(
    page: Page, acme: Tenant, evil: Evil, live_server: LiveServer
) -> None:
    log_in(page.context, live_server, acme.owner)
    acme.portal.settings.debug_mode = True
    acme.portal.settings.save()
    load = f"{live_server.url}/embed/v1.debug.js?portal_id={acme.portal.public_id}"
    page.goto(evil.attack(MOUNT + LOAD.replace("{portal}", live_server.url)))
    page.evaluate("given => { window.servicebotSettings = given }", snippet(acme))

    text = page.evaluate(FETCH, [load, {}])[2]

    assert acme.secret not in text
    assert "@" not in text.split("\n")[0]
    expect(page.locator("#servicebot-portal iframe")).to_have_count(1)
    page.wait_for_load_state("networkidle")
    assert blocked(page) == [True]
