"""The snippet in other people's pages: it mounts, listens to nobody else, and cleans up."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from portal.identity import hash_of
from portal.models import PortalSecret
from servicebot.sandbox import doors
from servicebot.sandbox.server import serve
from servicebot.sandbox.world import Sandbox
from tests.browser.conftest import running
from tests.world import Tenant, make_tenant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Shop</title>
<main>{body}</main><script nonce="n">{script}</script></html>"""
STRICT = (
    "default-src 'none'; base-uri 'none'; form-action 'self'; "
    "script-src 'nonce-n' {portal}; frame-src {portal}"
)
LOAD = '<script async src="{portal}/embed/v1.js"></script>'
MOUNT = '<div id="servicebot-portal"></div>'


class Host(ThreadingHTTPServer):
    """A merchant's site on `localhost`, which is another site than the portal's 127.0.0.1."""

    pages: dict[str, tuple[str, str]]
    portal: str

    @property
    def url(self) -> str:
        return f"http://localhost:{self.server_port}"

    def page(self, body: str, script: str = "", policy: str = STRICT) -> str:
        """Serve a page; return its address."""
        path = f"/{len(self.pages)}"
        html = PAGE.replace("{body}", body).replace("{script}", script)
        self.pages[path] = (html.replace("{portal}", self.portal), policy)
        return self.url + path


class Handler(BaseHTTPRequestHandler):
    """Answers with the pages that a test has made."""

    server: Host

    def do_GET(self) -> None:
        html, policy = self.server.pages.get(self.path, ("", STRICT))
        self.send_response(200 if html else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Security-Policy", policy.replace("{portal}", self.server.portal))
        self.end_headers()
        self.wfile.write(html.encode())

    def log_message(self, *given: object) -> None:
        """Say nothing."""


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with doors.use(Sandbox()) as made:
        yield made


@pytest.fixture
def acme(live_server: LiveServer, settings: Settings, sandbox: Sandbox) -> Iterator[Tenant]:
    """Acme, sold by Ada and Ben, behind a product and a Stripe.js of its own."""
    settings.PUBLIC_URL = live_server.url
    for url in running(serve(sandbox, "127.0.0.1", 0)):
        sandbox.public_url = url
        settings.STRIPE_JS_URL = f"{url}/js/stripe.js"
        tenant = make_tenant("Acme")
        for name in ("Ada", "Ben"):
            tenant.shop.subscribe(tenant.shop.customer(name), "Team month")
        tenant.portal.settings.requires_security_hash = True
        tenant.portal.settings.can_change_plan = True
        yield tenant


@pytest.fixture
def host(live_server: LiveServer, acme: Tenant) -> Iterator[Host]:
    server = Host(("127.0.0.1", 0), Handler)
    server.pages, server.portal = {}, live_server.url
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    acme.portal.settings.allowed_origins = [server.url]
    acme.portal.settings.save()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="session")
def live_server() -> Iterator[LiveServer]:
    """The product on 127.0.0.1, so that `localhost` is another site."""
    server = LiveServer("127.0.0.1")
    yield server
    server.stop()


def snippet(tenant: Tenant, name: str = "ada", **more: Any) -> dict[str, Any]:
    """Return what the merchant's server writes into the page."""
    email = f"{name}@example.com"
    return {
        "portal_id": tenant.portal.public_id,
        "email": email,
        "hash": hash_of(tenant.secret, email),
        **more,
    }


def settings_script(tenant: Tenant, **more: Any) -> str:
    return f"window.servicebotSettings = {json.dumps(snippet(tenant, **more))};"


def frame_of(page: Page, mount: str = "#servicebot-portal") -> Any:
    return page.frame_locator(f"{mount} iframe")


def test_it_mounts_and_is_as_tall_as_its_page(page: Page, host: Host, acme: Tenant) -> None:
    violations: list[str] = []
    page.on("console", lambda m: violations.append(m.text) if m.type == "error" else None)
    page.goto(host.page(MOUNT + LOAD, settings_script(acme)))

    expect(frame_of(page).get_by_role("heading", name="Notes")).to_be_visible()
    frame = page.locator("#servicebot-portal iframe")
    page.wait_for_function("document.querySelector('iframe').getBoundingClientRect().height > 500")
    inner = page.frames[1].evaluate("document.documentElement.scrollHeight")
    assert abs(frame.bounding_box()["height"] - inner) <= 1  # type: ignore[index]
    assert violations == []


def test_the_page_is_accessible_in_light_and_dark(page: Page, host: Host, acme: Tenant) -> None:
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.goto(host.page(MOUNT + LOAD, settings_script(acme)))
        frame_of(page).get_by_role("button", name="Change plan").click()
        expect(frame_of(page).get_by_role("radio", name="Business")).to_be_visible()

        found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag22aa"]})

        assert found.response["violations"] == [], found.generate_report()


def test_nothing_scrolls_sideways_at_280(page: Page, host: Host, acme: Tenant) -> None:
    page.set_viewport_size({"width": 296, "height": 900})
    page.goto(host.page(MOUNT + LOAD, settings_script(acme)))
    frame_of(page).get_by_role("button", name="Change plan").click()
    expect(frame_of(page).get_by_role("radio", name="Business")).to_be_visible()

    inner = page.frames[1]
    assert inner.evaluate("innerWidth") <= 280
    assert inner.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def test_old_mounts_and_names_work(page: Page, host: Host, acme: Tenant) -> None:
    given = snippet(acme)
    old = {"email": given["email"], "email_hash": given["hash"]}
    for mount, name in (
        ("servicebot-subscription-portal", "billing_page_id"),
        ("billflow-embed", "servicebot_id"),
    ):
        script = f"window.servicebotSettings = {json.dumps({**old, name: given['portal_id']})};"
        page.goto(host.page(f'<div id="{mount}"></div>' + LOAD, script))

        expect(frame_of(page, f"#{mount}").get_by_role("heading", name="Notes")).to_be_visible()


def test_a_stranger_in_the_page_is_not_listened_to(page: Page, host: Host, acme: Tenant) -> None:
    page.goto(host.page(MOUNT + LOAD, settings_script(acme)))
    expect(frame_of(page).get_by_role("heading", name="Notes")).to_be_visible()
    page.wait_for_timeout(300)
    height = page.locator("iframe").bounding_box()

    page.evaluate("postMessage({type: 'servicebot:resize', v: 1, height: 9}, location.origin)")
    page.evaluate("postMessage({type: 'servicebot:overlay', v: 1, on: true}, location.origin)")
    page.wait_for_timeout(200)

    assert page.locator("iframe").bounding_box() == height


def test_a_site_that_is_not_allowed_is_told_why(page: Page, host: Host, acme: Tenant) -> None:
    acme.portal.settings.allowed_origins = []
    acme.portal.settings.save()
    page.clock.install()
    page.goto(host.page(MOUNT + LOAD, settings_script(acme)))
    page.wait_for_timeout(500)

    page.clock.fast_forward(11_000)

    expect(page.get_by_role("alert")).to_contain_text("allowed sites")
    (noted,) = acme.portal.refused.all()
    assert (noted.code, noted.origin) == ("origin_not_allowed", host.url)


def test_who_is_refused_is_noted_with_the_site(page: Page, host: Host, acme: Tenant) -> None:
    other = settings_script(acme, hash="0" * 64, origin="https://evil.example")
    page.goto(host.page(MOUNT + LOAD, other))

    expect(frame_of(page).get_by_role("alert")).to_be_visible()

    (noted,) = acme.portal.refused.all()
    assert (noted.code, noted.fault, noted.origin) == ("hash_invalid", "unknown", host.url)
    assert noted.identity == "ada@example.com"


def test_a_snippet_without_a_portal_is_told_so(page: Page, host: Host) -> None:
    page.goto(host.page(MOUNT + LOAD, "window.servicebotSettings = {};"))

    expect(page.get_by_role("alert")).to_contain_text("portal_id")


def test_two_portals_on_a_page_and_one_taken_away(page: Page, host: Host, acme: Tenant) -> None:
    page.goto(host.page('<div id="a"></div><div id="b"></div>' + LOAD))
    page.wait_for_function("window.Servicebot")
    for mount, name in (("a", "ada"), ("b", "ben")):
        page.evaluate(
            "([id, given]) => { window[id + 'Handle'] ="
            " Servicebot.mount(document.getElementById(id), given) }",
            [mount, snippet(acme, name)],
        )
    for mount in ("#a", "#b"):
        expect(frame_of(page, mount).get_by_role("heading", name="Notes")).to_be_visible()

    page.evaluate("aHandle.destroy()")

    expect(page.locator("#a iframe")).to_have_count(0)
    expect(frame_of(page, "#b").get_by_role("heading", name="Notes")).to_be_visible()


def test_another_identity_starts_from_nothing(page: Page, host: Host, acme: Tenant) -> None:
    acme.shop.subscribe(acme.shop.customer("Zoe"), "Business month")
    page.goto(host.page('<div id="a"></div>' + LOAD))
    page.wait_for_function("window.Servicebot")
    page.evaluate(
        "given => { window.handle = Servicebot.mount(document.getElementById('a'), given) }",
        snippet(acme, "ada"),
    )
    expect(frame_of(page, "#a").get_by_text("Team", exact=True)).to_be_visible()

    page.evaluate("given => handle.update(given)", snippet(acme, "zoe"))

    expect(frame_of(page, "#a").get_by_text("Business", exact=True)).to_be_visible()
    expect(frame_of(page, "#a").get_by_text("Team", exact=True)).to_have_count(0)
    assert page.locator("iframe").count() == 1


def test_a_session_that_ended_is_renewed_and_the_click_goes_on(
    page: Page, host: Host, acme: Tenant
) -> None:
    page.goto(host.page('<div id="a"></div>' + LOAD))
    page.wait_for_function("window.Servicebot")
    page.evaluate(
        """given => {
            window.asked = 0;
            given.identify = async () => { asked += 1; return window.fresh; };
            Servicebot.mount(document.getElementById('a'), given);
        }""",
        snippet(acme),
    )
    button = frame_of(page, "#a").get_by_role("button", name="Change plan")
    expect(button).to_be_visible()
    acme.portal.active_secrets()[0].end()
    PortalSecret.make(acme.portal)
    page.evaluate("fresh => { window.fresh = fresh }", snippet(acme))

    button.click()

    expect(frame_of(page, "#a").get_by_role("radio", name="Business")).to_be_visible()
    assert page.evaluate("asked") == 1


def test_a_double_click_changes_once(page: Page, host: Host, acme: Tenant) -> None:
    page.goto(host.page(MOUNT + LOAD, settings_script(acme)))
    frame = frame_of(page)
    frame.get_by_role("button", name="Change plan").click()
    frame.get_by_role("radio", name="Business").check()
    frame.get_by_role("button", name="See what it costs").click()

    frame.get_by_role("button", name="Change to Business").dblclick()

    expect(frame.locator("article header .tag")).to_have_text("Business")
    customer = acme.shop.stripe.v1.customers.list({"email": "ada@example.com"}).data[0]
    invoices = acme.shop.stripe.v1.invoices.list({"customer": customer.id}).data
    assert len(invoices) == 2


def test_nothing_is_left_in_storage_cookies_or_addresses(
    page: Page, host: Host, acme: Tenant
) -> None:
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    page.goto(host.page(MOUNT + LOAD, settings_script(acme)))
    frame_of(page).get_by_role("button", name="Cancel subscription").click()
    expect(frame_of(page).get_by_text("Why are you leaving")).to_be_visible()

    kept = "document.cookie + localStorage.length + sessionStorage.length"
    assert page.frames[1].evaluate(kept) == "00"
    assert page.context.cookies() == []
    given = snippet(acme)
    for address in addresses:
        assert given["hash"] not in address
        assert "example.com" not in address


def test_a_declined_payment_is_said_beside_the_button(page: Page, host: Host, acme: Tenant) -> None:
    customer = acme.shop.customer("Eve", "pm_card_chargeCustomerFail")
    acme.shop.subscribe(customer, "Team month")
    page.goto(host.page('<div id="a"></div>' + LOAD))
    page.wait_for_function("window.Servicebot")
    page.evaluate(
        "given => { Servicebot.mount(document.getElementById('a'), given) }", snippet(acme, "eve")
    )
    frame = frame_of(page, "#a")

    frame.get_by_role("button", name="Pay $49.00").click()

    expect(frame.get_by_role("alert")).to_contain_text("Your card was declined")
    expect(frame.get_by_role("heading", name="Notes")).to_be_visible()
    expect(frame.get_by_role("button", name="Pay $49.00")).to_be_enabled()


def test_a_changed_amount_is_shown_where_the_old_one_was(
    page: Page, host: Host, acme: Tenant
) -> None:
    page.goto(host.page(MOUNT + LOAD, settings_script(acme)))
    frame = frame_of(page)
    frame.get_by_role("button", name="Change plan").click()
    frame.get_by_role("radio", name="Business").check()
    frame.get_by_role("button", name="See what it costs").click()
    expect(frame.get_by_role("button", name="Change to Business")).to_be_visible()
    customer = acme.shop.stripe.v1.customers.list({"email": "ada@example.com"}).data[0]
    acme.shop.stripe.v1.customers.update(customer.id, {"balance": -1000})

    frame.get_by_role("button", name="Change to Business").click()

    expect(frame.get_by_role("alert")).to_contain_text("The amount has changed")
    expect(frame.get_by_role("heading", name="Choose a plan")).to_be_visible()
    frame.get_by_role("button", name="Change to Business").click()
    expect(frame.locator("article header .tag")).to_have_text("Business")


def test_a_refusal_leaves_what_was_typed(page: Page, host: Host, acme: Tenant) -> None:
    page.goto(host.page(MOUNT + LOAD, settings_script(acme)))
    frame = frame_of(page)
    frame.get_by_role("button", name="Cancel subscription").click()
    frame.get_by_role("textbox").fill("Too many words to type twice")
    acme.portal.settings.can_cancel = False
    acme.portal.settings.save()

    frame.get_by_role("button", name="Cancel on").click()

    expect(frame.get_by_role("alert")).to_contain_text("isn’t offered")
    expect(frame.get_by_role("textbox")).to_have_value("Too many words to type twice")
