"""Debug mode: each step in the console of the page around, what is wrong there, and no secret."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect

from tests.browser import test_embed as embedded
from tests.browser.test_embed import LOAD, MOUNT, Host, frame_of, settings_script, snippet
from tests.world import Tenant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
live_server, sandbox = embedded.live_server, embedded.sandbox
acme, host = embedded.acme, embedded.host

LINE = re.compile(r"Servicebot #servicebot-portal \+\d+ ms: ")
STEPS = ["debug mode;", "CHECK nothing wrong", "hello:", "ready:", "init:", "shown:"]
ID = "cus_Ada00000000001"
# What is wrong with the settings, and what the console says of it.
FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"email": None, "hash": None}, "don't say who is there"),
    ({"email": None, "hash": "0" * 64, "customer_id": ID}, "identifies customers by `email`"),
    ({"customer_id": ID}, "identifies customers by `email`"),
    ({"email": "undefined"}, "isn't one"),
    ({"email": " ada@example.com"}, "has a space around it"),
    ({"email": ["ada@example.com"]}, "isn't a text"),
    ({"hash": None}, "`hash` is missing"),
    ({"hash": "A" * 64}, "in capital letters"),
    ({"hash": "abc"}, "isn't an HMAC-SHA256"),
    ({"hash": "sb_test_12345678901234567890"}, "secret key itself"),
    ({"token": "abc"}, "isn't a signed token"),
    ({"token": "e.eyJleHAiOjEsImF1ZCI6IngifQ.s"}, "`token` has ended"),
    ({"token": "e.eyJleHAiOjEsImF1ZCI6IngifQ.s"}, "for another portal"),
    ({"handleResponse": "f", "resource": "https://x.example"}, "isn't a function"),
    ({"resource": "https://x.example"}, "must be an object"),
]
# Checks a list of settings without a frame for each.
CHECK = """async ([address, all]) => {
    const { default: check } = await import(address);
    for (const settings of all) {
        console.log("next");
        check(settings, document.getElementById("servicebot-portal"));
    }
    console.log("next");
}"""


LOADED = """script => new Promise((done) => {
    if (window.Servicebot) done();
    else script.onload = done;
})"""


class Console(list[str]):
    """What a page's console says, line by line."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        page.on("console", self._hear)

    def _hear(self, message: ConsoleMessage) -> None:
        self.append(message.text)


def switch(tenant: Tenant, **settings: Any) -> None:
    for name, value in settings.items():
        setattr(tenant.portal.settings, name, value)
    tenant.portal.settings.save()


def shows(page: Page) -> None:
    expect(frame_of(page).get_by_role("heading", name="Notes")).to_be_visible()


def test_it_is_quiet_unless_dashboard_and_snippet_ask_for_it(
    page: Page, host: Host, acme: Tenant
) -> None:
    console = Console(page)
    page.goto(host.page(MOUNT + LOAD, settings_script(acme, debug=True)))
    shows(page)
    assert len(console) == 1
    assert "Debug mode is off" in console[0]

    console.clear()
    switch(acme, debug_mode=True)
    page.goto(host.page(MOUNT + LOAD, settings_script(acme)))
    shows(page)
    assert console == []


def test_each_step_is_written_down_with_its_time_and_without_secrets(
    page: Page, host: Host, acme: Tenant
) -> None:
    switch(acme, debug_mode=True, can_cancel=True)
    console = Console(page)
    tokens: list[str] = []
    page.on("response", lambda r: tokens.append(r.headers.get("servicebot-token", "")))
    given = {"options": {"disableCoupon": True}, "language": "en"}
    page.goto(host.page(MOUNT + LOAD, settings_script(acme, debug=True, **given)))
    frame = frame_of(page)
    frame.get_by_role("button", name="Cancel subscription").click()
    expect(frame.get_by_text("Why are you leaving")).to_be_visible()
    switch(acme, can_cancel=False)
    with page.expect_console_message(lambda message: "problem=setting_off" in message.text):
        frame.get_by_role("button", name="Cancel on").click()

    # What the server refuses the browser logs by itself.
    ours = [line for line in console if not line.startswith("Failed to load resource")]
    assert all(LINE.match(line) for line in ours), ours
    steps = [LINE.sub("", line) for line in ours]
    seen = [next(i for i, step in enumerate(steps) if step.startswith(name)) for name in STEPS]
    assert seen == sorted(seen)
    told = "\n".join(steps)
    assert re.search(r"page: fetch \(\d+ ms\) path=/portal/…/session status=200", told)
    assert re.search(
        r"page: xmlhttprequest \(\d+ ms\) path=/portal/…/subscriptions/…/ask-cancel status=200",
        told,
    )
    assert "options: disableCoupon" in told
    customer = acme.shop.stripe.v1.customers.list({"email": "ada@example.com"}).data[0].id
    secrets = [
        *filter(None, tokens),
        snippet(acme)["hash"],
        "ada@",
        "example.com",
        customer,
        "sub_",
    ]
    for secret in secrets:
        assert secret not in told


def test_it_says_what_is_wrong_in_the_page(page: Page, host: Host, acme: Tenant) -> None:
    switch(acme, debug_mode=True)
    console = Console(page)
    page.goto(host.page(MOUNT))
    address = f"{host.portal}/embed/v1.debug.js?portal_id={acme.portal.public_id}"
    page.evaluate(CHECK, [address, [{**snippet(acme), **wrong} for wrong, _said in FAULTS]])

    parts = "\n".join(console).split("\nnext\n")
    for (wrong, said), part in zip(FAULTS, parts, strict=False):
        assert said in part, (wrong, part)
        assert snippet(acme)["hash"] not in part
        assert "ada@" not in part
        assert "sb_test_1" not in part


def test_it_says_what_is_wrong_around_it(page: Page, host: Host, acme: Tenant) -> None:
    console = Console(page)
    switch(acme, debug_mode=True, is_on=False, allowed_origins=["https://shop.example.com"])
    page.clock.install()
    page.set_viewport_size({"width": 250, "height": 500})

    page.goto(host.page(MOUNT + LOAD, settings_script(acme, debug=True)))
    page.locator("iframe").wait_for(state="attached")
    page.clock.fast_forward(11_000)
    expect(page.get_by_role("alert")).to_contain_text("allowed sites")

    told = "\n".join(console)
    assert f"{host.url} isn't among the portal's allowed sites" in told
    assert "The portal is turned off" in told
    assert "the portal needs 280" in told
    assert "silent: the frame said nothing" in told

    acme.portal.mode = "live"
    acme.portal.save()
    switch(acme, mode="live", is_on=True)
    page.goto(host.page(MOUNT + LOAD, settings_script(acme, debug=True)))
    with page.expect_console_message(lambda message: "must be https" in message.text):
        page.wait_for_timeout(10)


def test_it_says_why_somebody_was_refused(page: Page, host: Host, acme: Tenant) -> None:
    switch(acme, debug_mode=True)
    given = settings_script(acme, debug=True, hash="0" * 64)
    with page.expect_console_message(lambda m: "CHECK hash_invalid" in m.text) as found:
        page.goto(host.page(MOUNT + LOAD, given))

    assert "a key of another portal or of your other mode" in found.value.text
    assert "unknown" not in found.value.text  # which key it was, the dashboard alone says
    nobody = {"email": "nobody@example.com", "hash": None}
    switch(acme, requires_security_hash=False)
    with page.expect_console_message(lambda m: "CHECK no_customer" in m.text) as found:
        page.goto(host.page(MOUNT + LOAD, settings_script(acme, debug=True, **nobody)))
    assert "nobody@" not in found.value.text


def test_it_says_what_is_missing(page: Page, host: Host, acme: Tenant) -> None:
    switch(acme, debug_mode=True)
    page.clock.install()
    body = [("", settings_script(acme, debug=True)), (MOUNT, ""), ("", "")]
    wanted = ["nothing to mount it on", "no window.servicebotSettings", ""]
    for (mount, script), said in zip(body, wanted, strict=True):
        console = Console(page)
        page.goto(host.page(mount + LOAD, script))
        page.locator("script[src]").evaluate(LOADED)
        if said:
            with page.expect_console_message(lambda m, said=said: said in m.text):  # type: ignore[misc]
                page.clock.fast_forward(11_000)
        else:
            page.clock.fast_forward(11_000)
            assert list(console) == []
    wrong = settings_script(acme, portal_id="A" * 20, debug=True)
    with page.expect_console_message(lambda m: "There is no portal" in m.text):
        page.goto(host.page(MOUNT + LOAD, wrong))
