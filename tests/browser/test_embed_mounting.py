"""Where and when the snippet mounts, and what it leaves of somebody once another is there."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import pytest
from playwright.sync_api import Page, Request, Response, expect

from tests.browser import test_embed as embedded
from tests.browser.test_embed import LOAD, MOUNT, Host, frame_of, settings_script, snippet
from tests.signing import signed_token
from tests.world import Tenant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
live_server, sandbox = embedded.live_server, embedded.sandbox
acme, host = embedded.acme, embedded.host

TO_MOUNT = '<div id="a" class="mine"><p>Loading…</p></div>'
APPEND = """address => {
    const script = document.createElement("script");
    script.src = address + "/embed/v1.js";
    document.body.append(script);
}"""
ADD_MOUNT = """() => {
    const place = document.createElement("div");
    place.id = "servicebot-portal";
    document.querySelector("main").append(place);
}"""
SET = "given => { window.servicebotSettings = given }"
MODULE = LOAD.replace("async", 'type="module"')
# What Turbo does: keeps a copy of the body, puts the next page's in its place, and the copy back.
LEAVE = """() => {
    window.kept = document.body.cloneNode(true);
    const next = document.createElement("body");
    next.textContent = "Another page";
    document.body.replaceWith(next);
}"""
COME_BACK = """address => {
    for (const dead of kept.querySelectorAll("script[src]")) {
        const script = document.createElement("script");
        script.src = dead.src;
        dead.replaceWith(script);
    }
    document.body.replaceWith(kept);
}"""
FRAME_SAYS = """([message, site]) => parent.postMessage({ v: 1, ...message }, site)"""


MOUNT_ASKING = """([id, given, first]) => {
    window.asked = { ...window.asked, [id]: 0 };
    window.next = first;
    given.identify = () => {
        asked[id] += 1;
        if (!next) throw new Error("logged out");
        return next;
    };
    Servicebot.mount(document.getElementById(id), given);
}"""


class Sessions:
    """The sessions that were asked for in a page, by e-mail, and the tokens that came of them."""

    def __init__(self, page: Page) -> None:
        self.asked: list[str] = []
        self.tokens: list[str] = []
        self.sent: list[tuple[str, str]] = []
        page.on("request", self._note)
        page.on("response", self._keep)

    def _note(self, request: Request) -> None:
        form = request.post_data or ""
        self.sent.append((request.url, request.headers.get("authorization", "") + form))
        if request.url.endswith("/session"):
            self.asked += re.findall(r"email=(\w+)%40", form)

    def _keep(self, response: Response) -> None:
        if token := response.headers.get("servicebot-token"):
            self.tokens.append(token)


def shows(page: Page, mount: str = "#servicebot-portal") -> None:
    """Expect a portal in a mount, and one alone."""
    expect(page.locator(f"{mount} > iframe")).to_have_count(1)
    expect(frame_of(page, mount).get_by_role("heading", name="Notes")).to_be_visible()


def until(page: Page, condition: str) -> None:
    """Wait in a page whose policy forbids `eval`, which Playwright's own way needs."""
    page.evaluate(
        f"""() => new Promise((done, fail) => {{
            const look = () => ({condition}) ? done() : setTimeout(look, 20);
            setTimeout(() => fail(new Error("in vain")), 15000);
            look();
        }})"""
    )


def by_hand(page: Page, host: Host, body: str = TO_MOUNT) -> None:
    """Open a page that mounts by hand."""
    page.goto(host.page(body + LOAD))
    until(page, "window.Servicebot")


def test_it_mounts_whatever_comes_first(page: Page, host: Host, acme: Tenant) -> None:
    sessions = Sessions(page)
    given = settings_script(acme)
    first = f'<script nonce="n">{given}</script>'
    twice = f'<script nonce="n" src="{host.portal}/embed/v1.js"></script>'
    for body in (first + LOAD + MOUNT, first + MODULE + MOUNT, first + twice + twice + MOUNT):
        page.goto(host.page(body))
        shows(page)

    page.goto(host.page(""))
    page.evaluate(APPEND, host.portal)
    until(page, "window.Servicebot")
    page.evaluate(ADD_MOUNT)
    page.evaluate(APPEND, host.portal)
    page.evaluate(SET, snippet(acme))

    shows(page)
    assert sessions.asked == ["ada"] * 4


def test_each_mount_gets_its_own_of_a_list(page: Page, host: Host, acme: Tenant) -> None:
    sessions = Sessions(page)
    listed = json.dumps([snippet(acme, "ada"), snippet(acme, "ben")])
    body = MOUNT + '<div id="billflow-embed"></div><div id="servicebot-subscription-portal"></div>'
    page.goto(host.page(body + LOAD, f"window.servicebotSettings = {listed};"))

    shows(page)
    shows(page, "#billflow-embed")
    assert page.locator("#servicebot-subscription-portal > *").count() == 0
    assert sorted(sessions.asked) == ["ada", "ben"]


def test_it_touches_nothing_and_destroyed_leaves_what_was_there(
    page: Page, host: Host, acme: Tenant
) -> None:
    seen = """() => [document.documentElement.outerHTML.replace(/<script.*?<.script>/gs, ""),
        Object.keys(window).filter((name) => !/^(handle|0)$/.test(name))]"""
    page.goto(host.page(TO_MOUNT))
    before, names = page.evaluate(seen)
    page.evaluate(APPEND, host.portal)
    until(page, "window.Servicebot")
    page.evaluate(
        """given => {
            const place = document.getElementById("a");
            Servicebot.mount(place, given).destroy(); // as React does in its strict mode
            window.handle = Servicebot.mount(place, given);
        }""",
        snippet(acme),
    )
    shows(page, "#a")

    mounted, with_ours = page.evaluate(seen)
    page.evaluate("() => { handle.destroy(); handle.update({ language: 'de' }); handle.destroy() }")

    assert set(with_ours) - set(names) == {"Servicebot"}
    assert re.sub(r"<iframe.*?</iframe>", "<p>Loading…</p>", mounted) == before
    assert page.evaluate(seen)[0] == before
    with pytest.raises(Exception, match="no element to mount on"):
        page.evaluate("Servicebot.mount(document.getElementById('nothing'), {})")


def test_it_goes_and_comes_with_the_pages_of_turbo(page: Page, host: Host, acme: Tenant) -> None:
    sessions = Sessions(page)
    page.goto(host.page(MOUNT + LOAD, settings_script(acme)))
    shows(page)

    page.evaluate(LEAVE)
    until(page, "!document.querySelector('iframe')")
    page.evaluate(SET, snippet(acme, "ben"))
    page.evaluate(COME_BACK, host.portal)

    shows(page)
    page.evaluate(LEAVE)  # at once, before anything is drawn
    page.evaluate(COME_BACK, host.portal)
    shows(page)
    assert sessions.asked == ["ada", "ben", "ben"]
    assert len(page.frames) == 2

    page.goto(host.page(MOUNT + LOAD, "window.servicebotSettings = {};"))
    expect(page.get_by_role("alert")).to_contain_text("no portal_id")
    page.evaluate(LEAVE)
    page.evaluate(SET, snippet(acme))
    page.evaluate(COME_BACK, host.portal)
    shows(page)


def test_away_for_a_while_it_comes_back_by_itself(page: Page, host: Host, acme: Tenant) -> None:
    by_hand(page, host)
    page.evaluate(
        "given => { Servicebot.mount(document.getElementById('a'), given) }", snippet(acme)
    )
    shows(page, "#a")

    page.evaluate("() => { window.place = document.getElementById('a'); place.remove() }")
    page.evaluate(
        "() => new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn, 50)))"
    )
    page.evaluate("document.querySelector('main').append(place)")

    shows(page, "#a")


def test_of_who_was_there_before_nothing_is_left(page: Page, host: Host, acme: Tenant) -> None:
    acme.shop.subscribe(acme.shop.customer("Zoe"), "Business month")
    sessions = Sessions(page)
    by_hand(page, host)
    page.evaluate(
        """given => {
            const late = (resolve) => { window.answer = () => resolve(given) };
                given.identify = () => new Promise(late);
            window.handle = Servicebot.mount(document.getElementById("a"), given);
        }""",
        {**snippet(acme, "ada"), "subscription_id": "", "language": "en"},
    )
    shows(page, "#a")
    old = page.frames[1]
    old.evaluate(FRAME_SAYS, [{"type": "servicebot:identify"}, host.url])
    until(page, "window.answer")
    page.evaluate("given => handle.update(given)", {**snippet(acme, "zoe"), "identify": None})
    page.evaluate("answer()")  # late, and of somebody else

    expect(frame_of(page, "#a").get_by_text("Business", exact=True)).to_be_visible()

    assert old.is_detached()
    assert len(page.frames) == 2
    assert sessions.asked == ["ada", "zoe"]
    first, second = sessions.tokens
    start = len(sessions.sent)
    frame_of(page, "#a").get_by_role("button", name="Change plan").click()
    expect(frame_of(page, "#a").get_by_role("radio", name="Business")).to_be_visible()
    since = [sent for _url, sent in sessions.sent[start:]]
    assert any(second in sent for sent in since)
    assert not any(first in sent or "ada%40" in sent for sent in since)
    kept = (
        "() => { try { return JSON.stringify([document.documentElement.outerHTML, document.cookie,"
    )
    kept += (
        " { ...localStorage }, { ...sessionStorage }, name, location.href]) } catch { return '' } }"
    )
    for frame in page.frames:
        left = frame.evaluate(kept) + frame.content()
        assert first not in left
        assert "ada@" not in left
        assert snippet(acme, "ada")["hash"] not in left


def test_an_identity_is_asked_for_where_there_is_none_or_none_that_is_good(
    page: Page, host: Host, acme: Tenant
) -> None:
    sessions = Sessions(page)
    by_hand(page, host, '<div id="a"></div><div id="b"></div>')
    given, now = snippet(acme, "ada"), int(time.time())
    fresh = {"token": signed_token(acme)}
    old = signed_token(acme, iat=now - 900, exp=now - 600)
    page.evaluate(MOUNT_ASKING, ["a", {"portal_id": given["portal_id"]}, given])
    shows(page, "#a")
    page.evaluate(MOUNT_ASKING, ["b", {"portal_id": given["portal_id"], "token": old}, fresh])
    shows(page, "#b")
    assert page.evaluate("asked") == {"a": 1, "b": 1}
    page.evaluate("document.getElementById('a').remove()")
    frame = page.frames[-1]

    # Refused again it is not asked for again: that would go on for ever.
    frame.evaluate(FRAME_SAYS, [{"type": "servicebot:failed", "code": "token_expired"}, host.url])
    ended = [{"type": "servicebot:identify"}, host.url]
    page.evaluate("given => { next = given }", snippet(acme, "ben"))
    with page.expect_response("**/session"):
        frame.evaluate(FRAME_SAYS, ended)
    shows(page, "#b")  # somebody else: a page of their own
    page.evaluate("() => { next = null }")
    with page.expect_response("**/session"):
        page.frames[-1].evaluate(FRAME_SAYS, ended)

    shows(page, "#b")
    assert page.evaluate("asked.b") == 3
    assert sessions.asked == ["ada", "ben", "ben"]


def test_the_bank_asks_over_everything_and_the_page_stays_where_it_was(
    page: Page, host: Host, acme: Tenant
) -> None:
    body = """<style nonce="n">
        header { position: fixed; top: 0; height: 60px; width: 100%; z-index: 9 }
        .moved { transform: translateY(40px); overflow: hidden; position: relative; z-index: 1 }
        .tall { height: 900px } html { scroll-behavior: smooth }</style><header>Shop</header>
        <div class="tall"></div><div class="moved"><div id="servicebot-portal"></div></div>
        <div class="tall"></div>"""
    policy = embedded.STRICT + "; style-src 'nonce-n'"
    page.goto(host.page(body + LOAD, settings_script(acme), policy))
    shows(page)
    page.evaluate("scrollTo({ top: 700, behavior: 'instant' })")
    frame = page.locator("iframe")
    look = "frame => frame.style.cssText.replace(/ height: \\d+px;/, '')"  # not its page's own
    before: Any = frame.evaluate(look)

    page.frames[1].evaluate(FRAME_SAYS, [{"type": "servicebot:overlay", "on": True}, host.url])

    until(page, "document.elementFromPoint(50, 5).localName === 'iframe'")
    size = page.viewport_size
    assert size
    assert frame.bounding_box() == {"x": 0, "y": 0, **size}
    page.frames[1].evaluate(FRAME_SAYS, [{"type": "servicebot:overlay", "on": False}, host.url])
    until(page, "document.elementFromPoint(50, 5).localName === 'header'")
    assert page.evaluate("scrollY") == 700
    assert frame.evaluate(look) == before
    assert (
        page.evaluate("[document.body, document.documentElement].some((e) => e.style.length)")
        is False
    )
