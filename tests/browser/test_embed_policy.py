"""Pages with a strict Content-Security-Policy: what the snippet needs of it, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import test_embed as embedded
from tests.browser.test_embed import MOUNT, Host, frame_of, settings_script, snippet
from tests.world import Tenant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
live_server, sandbox = embedded.live_server, embedded.sandbox
acme, host = embedded.acme, embedded.host

# The two directives that docs/embed.md names, and around them everything forbidden.
NEEDED = {"script-src": "'nonce-n' {portal}", "frame-src": "{portal}"}
STRICTEST = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
WITH_NONCE = '<script async nonce="n" src="{portal}/embed/v1.js"></script>'
LOAD = (
    '<meta name="referrer" content="no-referrer"><script async src="{portal}/embed/v1.js"></script>'
)
WATCH = """<script nonce="n">window.violations = [];
document.addEventListener("securitypolicyviolation", (e) => violations.push(e.effectiveDirective));
</script>"""


def policy(**changed: str) -> str:
    """Return the strictest policy that the snippet works under, with some of it changed."""
    parts = {**NEEDED, **{name.replace("_", "-"): value for name, value in changed.items()}}
    return STRICTEST + "".join(f"; {name} {value}" for name, value in parts.items())


def works(page: Page, mount: str = "#servicebot-portal") -> None:
    expect(frame_of(page, mount).get_by_role("heading", name="Notes")).to_be_visible()
    assert page.evaluate("violations") == []


def test_two_directives_are_all_that_it_needs(page: Page, host: Host, acme: Tenant) -> None:
    acme.portal.settings.debug_mode = True
    acme.portal.settings.save()
    nonces = policy(script_src="'nonce-n' 'strict-dynamic'")
    for given in (policy(), nonces):
        for more in ({}, {"debug": True}):
            load = WITH_NONCE if given is nonces else LOAD
            page.goto(host.page(WATCH + MOUNT + load, settings_script(acme, **more), given))

            works(page)

    page.evaluate(
        "given => { Servicebot.mount(document.querySelector('main'), given).update({}) }",
        snippet(acme),
    )
    works(page, "main")


def test_without_one_of_them_the_console_says_which(page: Page, host: Host, acme: Tenant) -> None:
    acme.portal.settings.debug_mode = True
    acme.portal.settings.save()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))

    page.goto(
        host.page(WATCH + MOUNT + LOAD, settings_script(acme), policy(script_src="'nonce-n'"))
    )
    assert page.evaluate("[violations, typeof Servicebot]") == [["script-src-elem"], "undefined"]

    given: dict[str, Any] = snippet(acme, debug=True)
    script = f"window.servicebotSettings = {json.dumps(given)};"
    page.goto(host.page(WATCH + MOUNT + LOAD, script, policy(frame_src="'none'")))
    with page.expect_console_message(lambda m: "Content-Security-Policy blocks" in m.text) as found:
        page.wait_for_timeout(10)
    assert found.value.text.endswith(f"blocks {host.portal}: add it to frame-src.")
