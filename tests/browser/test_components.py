"""The install page's components, built by their own compilers, show the portal and take it away."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from settings_ui.filling import filled
from settings_ui.samples import FRAMEWORKS, chosen
from tests.browser.conftest import running
from tests.browser.customer import Customer
from tests.browser.stack import ROOT, Stack

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("built")]

KEY = "sends_invoice"
SNIPPETS = ROOT / "tests" / "snippets"
ENTRIES = {
    "react": "react.jsx",
    "nextjs": "nextjs.jsx",
    "vue": "vue.js",
    "svelte": "svelte.js",
    "angular": "angular.js",
}
HTML = """<!doctype html><html lang="en"><title>Shop</title><link rel="icon" href="data:,">
<div id="app"></div><script type="module" src="/entries/{entry}"></script></html>"""


class Shop(SimpleHTTPRequestHandler):
    """Serves a page that was built, and says who is logged in where a snippet asks."""

    settings: dict[str, str]

    def do_GET(self) -> None:
        if self.path != "/api/servicebot":
            return super().do_GET()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(self.settings).encode())
        return None

    def log_message(self, *given: object) -> None:
        """Say nothing."""


def build(name: str, stack: Stack, folder: Path) -> Path:
    """Build a framework's files of the install page, as shown there; return what came out."""
    host = str(stack.told["dashboard_url"]).removesuffix("/")
    given = {"HOST": host, "USER_IDENTITY": "email"}
    for part in chosen(FRAMEWORKS, name).parts:
        target = folder / str(part.title)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(filled(part.file, given))
    (folder / "entries").mkdir()
    shutil.copy(SNIPPETS / "entries" / ENTRIES[name], folder / "entries")
    shutil.copy(SNIPPETS / "tsconfig.angular.json", folder / "tsconfig.json")
    (folder / "index.html").write_text(HTML.format(entry=ENTRIES[name]))
    (folder / "node_modules").symlink_to(ROOT / "node_modules")
    done = subprocess.run(  # noqa: S603 -- our own script
        ["node", SNIPPETS / "build.js", folder, name],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    return folder / "dist"


@contextmanager
def shop(built: Path, stack: Stack) -> Iterator[str]:
    """Serve it on a site that may show the portal; give its address."""
    email = str(stack.customer(KEY)["email"])

    class Own(Shop):
        settings = {
            "portal_id": str(stack.told["portal_id"]),
            "email": email,
            "hash": stack.hash(email),
        }

        def __init__(self, *given: object, **named: object) -> None:
            super().__init__(*given, **named, directory=str(built))  # type: ignore[arg-type]

    server = ThreadingHTTPServer(("127.0.0.1", 0), Own)
    with contextmanager(running)(server) as url, stack.allowing(url):
        yield url


@pytest.mark.parametrize("name", ENTRIES)
def test_a_component_shows_the_portal_and_takes_it_away(
    name: str, page: Page, demo: Stack, faults: list[str], tmp_path: Path
) -> None:
    customer = Customer(page, demo, KEY)
    with shop(build(name, demo, tmp_path), demo) as url:
        page.goto(url)

        tier = customer.tier(customer.subscription)
        portal = page.frame_locator("iframe")
        expect(portal.locator("article header .tag")).to_have_text(tier)
        page.evaluate("takeAway()")
        expect(page.locator("iframe")).to_have_count(0)
        assert faults == []
