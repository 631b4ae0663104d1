"""After a visit nothing that opens the portal is left in the browser, or told to anyone by it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from tests.browser.customer import Customer
from tests.browser.stack import Stack, running
from tests.serving import free_ports
from tests.watching import FORMS

pytestmark = pytest.mark.browser

LEFT = """async () => {
  const kept = (name) => { try { return Object.entries(window[name]); } catch { return "shut"; } };
  const listed = async (list) => { try { return await list(); } catch { return "shut"; } };
  return {
    localStorage: kept("localStorage"),
    sessionStorage: kept("sessionStorage"),
    databases: await listed(async () => (await indexedDB.databases()).map((each) => each.name)),
    caches: await listed(() => caches.keys()),
    entries: performance.getEntries().map((each) => each.name),
    address: location.href,
    referrer: document.referrer,
    state: JSON.stringify(history.state),
    name: window.name,
  };
}"""


@dataclass
class Heard:
    """What the browser asked for in a visit: addresses, referrers, and the tokens it held."""

    addresses: list[str] = field(default_factory=list)
    referrers: list[str] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)

    def note(self, request: Request) -> None:
        headers = request.all_headers()
        self.addresses.append(request.url)
        self.referrers.append(headers.get("referer", ""))
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme == "Bearer":
            self.tokens.add(token)


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running(tmp_path_factory.mktemp("demo"), free_ports(3)) as stack:
        yield stack
        stack.require_contract()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1100, "height": 800})
    yield context
    context.close()


def visited(page: Page, stack: Stack) -> Customer:
    """Change the plan, give a card that the bank asks about, cancel and undo it."""
    customer = Customer(page, stack, "active")
    customer.sign_in()
    customer.press("Change plan")
    customer.choose("Business")
    customer.press("See what it costs")
    customer.press("Change to Business")
    expect(customer.portal.locator("article header .tag").first).to_have_text("Business")
    customer.press("Update card")
    customer.type_card("4000002760003184")
    customer.press("Save card")
    customer.answer_the_bank("Complete")
    customer.reads("3184")
    customer.press("Cancel subscription")
    customer.press("Cancel (at|on)")
    customer.press("Keep Business")
    expect(customer.button("Cancel subscription")).to_be_visible()
    return customer


def left(context: BrowserContext) -> str:
    """Return all that is left in the browser, of every frame of every page."""
    frames = [frame.evaluate(LEFT) for page in context.pages for frame in page.frames]
    return json.dumps([frames, context.cookies()])


def test_a_visit_leaves_nothing_that_opens_the_portal(
    context: BrowserContext, stack: Stack
) -> None:
    heard = Heard()
    requests: list[Request] = []
    context.on("request", lambda request: requests.append(request))
    page = context.new_page()
    visited(page, stack)
    for request in requests:
        heard.note(request)
    secrets = {stack.hash(stack.customer("active")["email"]), *heard.tokens}
    secrets |= {str(stack.told[name]) for name in ("secret_key", "stripe_api_key", "api_token")}

    # Stripe.js tells Stripe the client secret in the address, and nobody else.
    at_stripe = re.compile(re.escape(str(stack.told["stripe_api_base"])) + r'[^"\s]*')

    def found(text: str) -> list[str]:
        return [*(s for s in secrets if s in text), *FORMS.findall(at_stripe.sub("", text))]

    assert len(heard.tokens) >= 1
    assert len(page.frames) > 1
    assert found(left(context)) == []
    assert found(json.dumps([heard.addresses, heard.referrers])) == []
    token = next(iter(heard.tokens))
    page.goto(f"{stack.shop_url}sign-in")
    for leak in (
        "(token) => localStorage.setItem('token', token)",
        "(token) => history.replaceState(null, '', `?token=${token}`)",
        "(token) => { document.cookie = `token=${token}`; }",
        "(token) => performance.mark(token)",
        "(token) => new Promise((done) => { indexedDB.open(token).onsuccess = done; })",
    ):
        before = left(context).count(token)
        page.evaluate(leak, token)
        assert left(context).count(token) > before, leak
