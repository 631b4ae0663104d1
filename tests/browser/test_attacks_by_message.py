"""Messages that nobody should send: from a wrong window, of a wrong origin, again and in floods, to
the shell and to the embed. What counts is what comes of them: nothing, and the page goes on."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.browser import evil as attacking
from tests.browser.evil import OPEN, Evil, child, open_shop
from tests.browser.test_embed import LOAD, Host, frame_of, snippet
from tests.world import Tenant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
live_server, sandbox = attacking.live_server, attacking.sandbox
acme, host, evil = attacking.acme, attacking.host, attacking.evil

SHOP = """
window.identified = 0; window.told = [];
window.servicebotSettings = { ...%s,
  identify: async () => { identified += 1; return {}; },
  handleResponse: ({ event }) => { told.push(event); return answers[event]?.(); } };
window.answers = {};"""
FLOOD = 20_000
BEGUN_AT_MOST = 30  # sessions a minute in static/portal/portal.js


def to_shell(tenant: Tenant) -> list[dict[str, Any]]:
    """Return what the embed may say, with somebody else's identity where there is one."""
    return [
        {"type": "servicebot:hello"},
        {"type": "servicebot:init", "settings": snippet(tenant, "ben")},
        *({"type": "servicebot:answer", "id": id_, "ok": True} for id_ in range(1, 4)),
    ]


TO_EMBED: list[dict[str, Any]] = [
    {"type": "servicebot:ready"},
    {"type": "servicebot:identify"},
    {"type": "servicebot:failed", "code": "token_expired"},
    {"type": "servicebot:resize", "height": 7},
    {"type": "servicebot:overlay", "on": True},
    {"type": "servicebot:shown", "title": "Log in again at evil.localhost"},
    {"type": "servicebot:event", "event": "cancel", "response": None, "extras": {}, "id": 1},
]
MALFORMED = """target => { for (const junk of [null, 7, "x", [], {}, { v: 1 }, { type: {}, v: 1 },
  { type: "servicebot:answer", v: 1 }, { type: "servicebot:answer", v: 1, id: {}, message: {} },
  { type: "servicebot:__proto__", v: 1 }, { type: "servicebot:init", v: "1" },
  { type: "servicebot:init", v: 2, settings: {} }]) eval(target).postMessage(junk, "*"); }"""
SEND = "([target, said]) => { for (const m of said) eval(target).postMessage({ v: 1, ...m }, '*') }"


def shop_of(acme: Tenant) -> str:
    acme.portal.settings.handles_response = True
    acme.portal.settings.can_cancel = True
    acme.portal.settings.save()
    return SHOP % json.dumps(snippet(acme))


def sessions_of(page: Page) -> list[Request]:
    """Return the exchanges that are asked for from now on."""
    asked: list[Request] = []
    page.on("request", lambda r: asked.append(r) if r.url.endswith("/session") else None)
    return asked


def looks(page: Page) -> Any:
    """Return how the portal stands in the shop's page, and what of it has come to the shop."""
    page.wait_for_timeout(250)
    return page.evaluate(
        """() => { const { title, style, popover } = document.querySelector("iframe");
        return [title, style.cssText, popover, identified, told.join(" ")]; }"""
    )


def test_a_frame_beside_the_portal_is_heard_by_neither(
    page: Page, host: Host, acme: Tenant, evil: Evil
) -> None:
    inside = f'<iframe id="evil" src="{evil.attack("")}"></iframe>'
    portal = open_shop(page, host, shop_of(acme), inside)
    page.wait_for_timeout(300)  # its height has settled
    was, asked, beside = looks(page), sessions_of(page), child(page, evil)
    shell = next(i for i, f in enumerate(page.main_frame.child_frames) if "/portal/" in f.url)

    for target, said in ((f"parent.frames[{shell}]", to_shell(acme)), ("parent", TO_EMBED)):
        beside.evaluate(SEND, [target, said])
        beside.evaluate(MALFORMED, target)

    assert looks(page) == was
    assert asked == []
    assert beside.evaluate("heard") == []
    expect(portal.get_by_text("Notes").first).to_be_visible()


def test_a_window_that_opened_the_shop_is_heard_by_neither(
    page: Page, host: Host, acme: Tenant, evil: Evil
) -> None:
    address = host.page('<div id="servicebot-portal"></div>' + LOAD, shop_of(acme), OPEN)
    page.goto(evil.attack("", "window.opened = null;"))
    with page.expect_popup() as opening:
        page.evaluate("url => { window.opened = open(url) }", address)
    shop = opening.value
    expect(frame_of(shop).get_by_role("heading", name="Notes")).to_be_visible()
    shop.wait_for_timeout(300)
    was, asked = looks(shop), sessions_of(shop)

    for target, said in (("opened.frames[0]", to_shell(acme)), ("opened", TO_EMBED)):
        page.evaluate(SEND, [target, said])
        page.evaluate(MALFORMED, target)

    assert looks(shop) == was
    assert asked == []
    assert page.evaluate("heard") == []


def test_one_portal_does_not_speak_for_another(page: Page, host: Host, acme: Tenant) -> None:
    given = json.dumps(snippet(acme))
    script = f"window.servicebotSettings = [{given}, {given}]; window.told = []; identified = 0;"
    open_shop(page, host, script, '<div id="billflow-embed"></div>')
    other = frame_of(page, "#billflow-embed")
    expect(other.get_by_role("heading", name="Notes")).to_be_visible()
    was, asked = looks(page), sessions_of(page)
    _first, second = (f for f in page.frames if "/portal/" in f.url)

    # Of the right origin, from a window that is ours, and not the one that the embed listens to.
    second.evaluate(SEND, ["parent", TO_EMBED[3:5]])
    second.evaluate(SEND, ["parent.frames[0]", to_shell(acme)])

    expect(page.locator("#billflow-embed iframe")).to_have_css("position", "fixed")
    assert looks(page) == was
    assert asked == []


def test_a_browser_that_lets_anybody_frame_the_shell_gives_them_nothing(
    page: Page, host: Host, acme: Tenant, evil: Evil
) -> None:
    def without_policy(route: Route) -> None:
        answer = route.fetch()
        open_to_all = {n: v for n, v in answer.headers.items() if "security-policy" not in n}
        route.fulfill(response=answer, headers=open_to_all)

    shell = f"{host.portal}/portal/{acme.portal.public_id}/"
    page.route(shell, without_policy)
    page.goto(evil.attack(f'<iframe src="{shell}"></iframe>'))
    asked = sessions_of(page)
    page.frames[1].wait_for_function("() => window.Servicebot?.wishes")

    page.evaluate(SEND, ["frames[0]", [{"type": "servicebot:hello"}]])
    init = {"type": "servicebot:init", "settings": snippet(acme)}
    page.evaluate(SEND, ["frames[0]", [init]])
    page.wait_for_timeout(250)

    assert asked == []
    assert page.evaluate("heard") == []


def test_another_site_in_the_portals_own_frame_is_heard_as_nobody(
    page: Page, host: Host, acme: Tenant, evil: Evil
) -> None:
    open_shop(page, host, shop_of(acme))
    asked = sessions_of(page)
    page.frames[1].goto(evil.attack(""))
    was = looks(page)

    child(page, evil).evaluate(SEND, ["parent", TO_EMBED])

    assert looks(page) == was
    assert asked == []
    # Not even the embed's own greeting, which is for the portal's origin.
    assert child(page, evil).evaluate("heard") == []


def test_the_shop_itself_sends_what_is_wrong_or_old_and_nothing_comes_of_it(
    page: Page, host: Host, acme: Tenant
) -> None:
    portal = open_shop(page, host, shop_of(acme))
    asked = sessions_of(page)
    page.evaluate("void (answers.pre_cancel = () => false)")
    page.evaluate(MALFORMED, "frames[0]")
    portal.get_by_role("button", name="Cancel subscription").click()
    button = portal.locator("form.change [type=submit]")
    button.click()
    alert = portal.get_by_role("alert")
    expect(alert).to_contain_text("This page has stopped that")

    # Yes to what was asked before and to what was never asked; then nothing is stopped twice.
    page.evaluate(SEND, ["frames[0]", to_shell(acme)[2:]])
    page.wait_for_timeout(250)

    assert asked == []
    (sub, *_others) = acme.shop.stripe.v1.subscriptions.list({}).data
    assert sub.cancel_at_period_end is False
    expect(button).to_be_enabled()


def test_floods_from_elsewhere_leave_both_pages_usable(
    page: Page, host: Host, acme: Tenant, evil: Evil
) -> None:
    inside = f'<iframe id="evil" src="{evil.attack("")}"></iframe>'
    portal = open_shop(page, host, shop_of(acme), inside)
    asked, beside = sessions_of(page), child(page, evil)
    shell = next(i for i, f in enumerate(page.main_frame.child_frames) if "/portal/" in f.url)
    all_of_them = [
        [f"parent.frames[{shell}]", to_shell(acme) * (FLOOD // 5)],
        ["parent", TO_EMBED * (FLOOD // 7)],
    ]

    for each in all_of_them:
        beside.evaluate(SEND, each)

    portal.get_by_role("button", name="Change plan").click(timeout=5_000)
    expect(portal.get_by_role("radio", name="Business")).to_be_visible(timeout=5_000)
    assert page.evaluate("identified") == 0
    assert asked == []


def test_a_flood_from_the_shop_itself_begins_no_more_sessions_than_a_page_may_mean(
    page: Page, host: Host, acme: Tenant
) -> None:
    portal = open_shop(page, host, shop_of(acme))
    asked = sessions_of(page)
    init = {"type": "servicebot:init", "settings": snippet(acme)}
    portal.locator("footer").evaluate("footer => void (footer.dataset.before = '')")

    page.evaluate(SEND, ["frames[0]", [init] * 3_000])
    page.evaluate(SEND, ["frames[0]", to_shell(acme)[2:] * 3_000])

    # Only the last session that began brings its page, which takes the place of this one.
    expect(portal.locator("[data-before]")).to_have_count(0)
    expect(portal.get_by_role("heading", name="Notes")).to_be_visible()
    assert len(asked) < BEGUN_AT_MOST
    portal.get_by_role("button", name="Change plan").click()
    expect(portal.get_by_role("radio", name="Business")).to_be_visible()
