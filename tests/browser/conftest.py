"""Chromium, a sandbox over HTTP, and a page around Stripe.js as strict as the portal's."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page
from stripe import StripeClient

from servicebot.sandbox.doors import InProcessClient
from servicebot.sandbox.server import serve
from servicebot.sandbox.world import Sandbox
from tests.browser.customer import Customer
from tests.browser.stack import ROOT, Stack
from tests.browser.stack import running as running_demo
from tests.serving import free_ports

# The shop's page leaves the portal 280 px of this phone, the least that it promises to fit.
PHONE, DESKTOP = (288, 720), (1100, 800)
HOST_PAGE = """<!doctype html><html lang="en"><title>Portal</title>
<script src="{sandbox}/under/a/prefix/js/stripe.js"></script><script src="/host.js"></script>
<form id="form"><div id="card"></div><button id="save">Save</button></form></html>"""
HOST_SCRIPT = """
window.violations = []; window.heard = []; window.events = []; window.submits = 0;
document.addEventListener("securitypolicyviolation", (e) => violations.push(e.violatedDirective));
window.addEventListener("message", (e) => heard.push(JSON.stringify(e.data)));
window.addEventListener("submit", (e) => { e.preventDefault(); submits += 1; });
window.settled = (promise) => promise.catch((e) => ({ thrown: e.name, message: e.message }));
window.stripe = Stripe("pk_test_acme");
window.show = (options, type = "payment", own = {}) => new Promise((resolve, reject) => {
  window.elements = stripe.elements(options);
  window.card = elements.create(type, own);
  for (const name of ["ready", "change", "focus", "blur", "escape", "loaderstart", "loaderror"])
    card.on(name, (event) => events.push({ name, ...event }));
  card.once("ready", () => resolve("ready"));
  card.once("loaderror", (event) => resolve(event.error));
  card.mount("#card");
});
"""


def running(server: ThreadingHTTPServer) -> Iterator[str]:
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def sandbox() -> Sandbox:
    return Sandbox()


@pytest.fixture(scope="module")
def sandbox_url(sandbox: Sandbox) -> Iterator[str]:
    for url in running(serve(sandbox, "127.0.0.1", 0)):
        sandbox.public_url = url
        yield url


@pytest.fixture(scope="module")
def host_url(sandbox_url: str) -> Iterator[str]:
    class Host(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_script = self.path == "/host.js"
            body = HOST_SCRIPT if is_script else HOST_PAGE.format(sandbox=sandbox_url)
            self.send_response(200)
            self.send_header("Content-Type", "text/javascript" if is_script else "text/html")
            self.send_header(
                "Content-Security-Policy",
                f"default-src 'none'; script-src 'self' {sandbox_url}; style-src 'self'; "
                f"connect-src 'self' {sandbox_url}; frame-src {sandbox_url}",
            )
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *given: object) -> None:
            pass

    yield from running(ThreadingHTTPServer(("127.0.0.1", 0), Host))


@pytest.fixture
def portal(page: Page, host_url: str) -> Iterator[Page]:
    """A page as strict as the portal's; it must end without one violation of its policy."""
    page.goto(f"{host_url}/portal")
    yield page
    if page.url.startswith(f"{host_url}/portal"):
        assert page.evaluate("violations") == []


@pytest.fixture
def stripe(sandbox: Sandbox) -> StripeClient:
    return StripeClient("sk_test_acme", http_client=InProcessClient(sandbox))


@pytest.fixture
def customer(stripe: StripeClient) -> str:
    return stripe.v1.customers.create({"email": "ada@example.com"}).id


@pytest.fixture
def secret(stripe: StripeClient, customer: str) -> str:
    """Return the client secret of a SetupIntent such as the portal makes."""
    intent = stripe.v1.setup_intents.create(
        {
            "customer": customer,
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
        }
    )
    return str(intent.client_secret)


@pytest.fixture
def payment(stripe: StripeClient, customer: str) -> str:
    """Return the client secret of a PaymentIntent of 19.99."""
    intent = stripe.v1.payment_intents.create(
        {
            "amount": 1999,
            "currency": "eur",
            "customer": customer,
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
        }
    )
    return str(intent.client_secret)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One running demo for all journeys: each has a customer of its own, and on none of its pages
    may a browser have found something to report."""
    folder = tmp_path_factory.mktemp("demo")
    with running_demo(folder, free_ports(3)) as stack:
        yield stack
        stack.require_contract()
    assert "The policy stopped" not in (folder / "demo.log").read_text()


@pytest.fixture(scope="session")
def built() -> None:
    """Get and build what is of npm and has changed since; after `make test` that is nothing."""
    subprocess.run([ROOT / "scripts" / "packages"], check=True)  # noqa: S603 -- our own script


@pytest.fixture
def faults(page: Page) -> list[str]:
    """What the browser's console says is wrong, as it comes."""
    heard: list[str] = []
    page.on("console", lambda m: heard.append(m.text) if m.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    return heard


SignIn = Callable[..., Customer]


@pytest.fixture
def sign_in(browser: Browser, demo: Stack) -> Iterator[SignIn]:
    """Let a customer into the shop; their browser must end without a fault in its console."""
    contexts, faults = [], []

    def hear(message: ConsoleMessage) -> None:
        # What the server refuses is logged by the browser, and said on the page.
        if (
            message.type == "error"
            and "the server responded with a status of 4" not in message.text
        ):
            faults.append(message.text)

    def signed_in(key: str, *, phone: bool = False, dark: bool = False) -> Customer:
        width, height = PHONE if phone else DESKTOP
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", hear)
        page.on("pageerror", lambda error: faults.append(str(error)))
        customer = Customer(page, demo, key)
        customer.sign_in()
        return customer

    yield signed_in
    for context in contexts:
        context.close()
    assert faults == []
