"""Where identity, hash and session token could leak from a browser: addresses, referrers, cookies,
storage, the console, other frames. They stand in bodies and one header alone."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, Request, expect

from tests.browser import evil as attacking
from tests.browser.evil import Evil, child, open_shop
from tests.browser.test_embed import Host, settings_script, snippet
from tests.world import Tenant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
live_server, sandbox = attacking.live_server, attacking.sandbox
acme, host, evil = attacking.acme, attacking.host, attacking.evil

# In a frame of another site some of these are shut, which keeps a secret as well.
STORED = """async () => JSON.stringify(await Promise.all([
  () => document.cookie, () => ({ ...localStorage }), () => ({ ...sessionStorage }),
  () => indexedDB.databases(), () => caches.keys(),
  () => [history.state, name, location.href, document.referrer],
].map(async (read) => { try { return await read(); } catch { return "shut"; } })))"""
GLOBALS = """() => JSON.stringify(Object.getOwnPropertyNames(window).map((name) => {
  try { return typeof window[name] === "string" ? window[name] : ""; } catch { return ""; } }))"""


def test_identity_and_token_stand_in_no_address_referrer_cookie_or_storage(
    page: Page, host: Host, acme: Tenant, evil: Evil
) -> None:
    asked: list[Request] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request))
    page.on("console", lambda message: said.append(message.text))
    acme.portal.settings.can_update_card = True
    acme.portal.settings.save()
    with page.expect_response(lambda answer: answer.url.endswith("/session")) as begun:
        portal = open_shop(
            page, host, settings_script(acme), f'<iframe src="{evil.attack("")}"></iframe>'
        )
    token = begun.value.headers["servicebot-token"]
    portal.get_by_role("button", name="Change plan").click()
    expect(portal.get_by_role("radio", name="Business")).to_be_visible()
    assert not any(r.url.endswith("/js/stripe.js") for r in asked)  # not before it is needed
    portal.get_by_role("button", name="Update card").click()
    card = portal.frame_locator("[data-element] iframe")
    expect(card.get_by_label("Card number")).to_be_visible()

    given = snippet(acme)
    secrets = (given["email"], "ada%40example", given["hash"], token[8:48])
    shell = page.frames[1]
    kept = [shell.evaluate(STORED), shell.evaluate(GLOBALS), page.evaluate(STORED)]
    heads = [name + value for r in asked for name, value in sent_along(r).items()]
    elsewhere = [r.post_data or "" for r in asked if not r.url.startswith(host.portal)]
    cookies = [str(each) for each in page.context.cookies()]
    for text in (*(r.url for r in asked), *heads, *kept, *elsewhere, *said, *cookies):
        assert [secret for secret in secrets if secret in text] == []
    assert page.context.cookies() == []
    assert child(page, evil).evaluate("heard") == []
    carried = [r for r in asked if token in r.headers.get("authorization", "")]
    assert carried
    assert all(r.url.startswith(f"{host.portal}/portal/") for r in carried)


def sent_along(request: Request) -> dict[str, Any]:
    """Return a request's headers but for the one that the token belongs in."""
    return {n: v for n, v in request.headers.items() if n != "authorization"}


def test_the_frame_may_no_more_than_it_needs(page: Page, host: Host, acme: Tenant) -> None:
    open_shop(page, host, settings_script(acme))
    frame = page.locator("#servicebot-portal iframe")

    given = frame.evaluate(
        "frame => Object.fromEntries([...frame.attributes].map(({ name, value }) => [name, value]))"
    )

    assert given.pop("title") == page.frames[1].title()
    assert given.pop("src") == f"{host.portal}/portal/{acme.portal.public_id}/"
    assert given["allow"] == "payment *; clipboard-write"
    assert given["referrerpolicy"] == "origin"
    assert set(given) == {"allow", "referrerpolicy", "style", "data-servicebot"}
