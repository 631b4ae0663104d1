"""A portal that too many open at once: who was sent away comes again without being told to."""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from portal import crowd
from tests.browser import test_embed as embedded
from tests.browser.test_embed import LOAD, MOUNT, STRICT, Host, frame_of, settings_script
from tests.world import Tenant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
live_server, sandbox = embedded.live_server, embedded.sandbox
acme, host = embedded.acme, embedded.host


def test_it_opens_by_itself_when_there_is_room(page: Page, host: Host, acme: Tenant) -> None:
    answered: list[int] = []
    page.on("response", lambda r: answered.append(r.status) if "/session" in r.url else None)
    with ExitStack() as taken:
        for _place in range(settings.PORTAL_REQUESTS_AT_ONCE):
            taken.enter_context(crowd.place(acme.portal.public_id))
        page.goto(host.page(MOUNT + LOAD, settings_script(acme), STRICT))
        while answered.count(503) < 2:
            page.wait_for_timeout(100)
        expect(frame_of(page).locator("#portal")).to_have_attribute("aria-busy", "true")

    expect(frame_of(page).get_by_role("heading", name="Notes")).to_be_visible()
    assert answered[-1] == 200
