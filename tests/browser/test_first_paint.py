"""What is seen first: in what order it is asked for, and that nothing moves when the portal shows.

Chromium's own entries of layout shifts, which tell what moved and not how long anything took.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser import test_embed as embedded
from tests.browser.test_embed import LOAD, MOUNT, STRICT, Host, frame_of, settings_script
from tests.world import Tenant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
live_server, sandbox = embedded.live_server, embedded.sandbox
acme, host = embedded.acme, embedded.host

ABOVE = "<h1>Your account</h1><p>All of it.</p>"
BELOW = "<p id='below'>Imprint</p>"
ROOM = '<div id="servicebot-portal" style="min-height: 1200px"></div>'
STYLED = STRICT + "; style-src 'unsafe-inline'"
WATCH = """window.shifts = [];
new PerformanceObserver((list) => shifts.push(...list.getEntries()))
  .observe({ type: "layout-shift", buffered: true });"""


def shown(page: Page, host: Host, tenant: Tenant, body: str) -> None:
    """Show a host's page until its portal is there and has its height."""
    page.add_init_script(WATCH)
    page.set_viewport_size({"width": 800, "height": 1400})
    page.goto(host.page(body, settings_script(tenant), STYLED))
    expect(frame_of(page).get_by_role("heading", name="Notes")).to_be_visible()
    page.wait_for_function("document.querySelector('iframe').getBoundingClientRect().height > 500")
    page.wait_for_timeout(300)


def shifts(page: Page, frame: int = 0) -> list[Any]:
    """Return what has moved in the host's page, or in the portal's frame, and how much."""
    found: list[Any] = page.frames[frame].evaluate(
        "shifts.map(({value, sources}) => "
        "[value, sources.map(({node}) => node?.outerHTML?.slice(0, 80) ?? node?.nodeName)])"
    )
    return found


def test_nothing_moves_where_the_host_leaves_room(page: Page, host: Host, acme: Tenant) -> None:
    shown(page, host, acme, ABOVE + ROOM + BELOW + LOAD)

    assert shifts(page) == []


def test_nothing_moves_within_the_frame(page: Page, host: Host, acme: Tenant) -> None:
    shown(page, host, acme, ABOVE + ROOM + BELOW + LOAD)

    assert shifts(page, frame=1) == []


def test_without_room_only_what_stands_below_moves(page: Page, host: Host, acme: Tenant) -> None:
    shown(page, host, acme, ABOVE + MOUNT + BELOW + LOAD)

    moved = {what for _value, sources in shifts(page) for what in sources}

    assert moved == {'<p id="below">Imprint</p>'}


def test_a_first_visit_asks_for_little_and_nobody_else(
    page: Page, host: Host, acme: Tenant
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    shown(page, host, acme, ABOVE + MOUNT + BELOW + LOAD)

    own = [urlsplit(url).path for url in asked if url.startswith(host.portal)]
    kinds = [path.rsplit("/", 1)[-1] for path in own]
    assert kinds[0] == "v1.js"
    assert sorted(kinds) == ["", "portal.css", "portal.js", "session", "v1.js"]
    assert [url for url in asked if not url.startswith((host.portal, host.url))] == []
