"""Pages of the docs, on a phone and at a desk: they fit, can be used by everybody, and copied
from."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# Prose with code, a table that is too wide, and a page that code writes.
PAGES = ("quick-start", "embed", "errors")
WIDTHS = ((320, "light", "ltr"), (320, "dark", "rtl"), (1280, "dark", "ltr"))
WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (e) => violations.push(e.violatedDirective));
"""


def test_three_pages_can_be_used_by_everybody(page: Page, live_server: LiveServer) -> None:
    page.add_init_script(WATCH)
    page.emulate_media(reduced_motion="reduce")
    for name in PAGES:
        page.goto(f"{live_server.url}/docs/{name}/")
        for width, scheme, direction in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            page.evaluate("(dir) => { document.documentElement.dir = dir; }", direction)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
        page.evaluate("document.documentElement.dir = 'ltr'")
        page.set_viewport_size({"width": 320, "height": 800})
        page.evaluate(
            "document.querySelectorAll('details').forEach((each) => { each.open = true })"
        )
        found = Axe().run(page).response["violations"]
        assert [(name, v["id"], v["nodes"][0]["html"]) for v in found] == []
    assert page.evaluate("violations") == []


def test_a_reader_finds_a_page_and_copies_its_code(page: Page, live_server: LiveServer) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"{live_server.url}/docs/")
    contents = page.get_by_role("navigation", name="All pages")

    contents.get_by_role("link", name="Quick start", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Quick start")
    expect(contents.get_by_role("link", name="Quick start")).to_have_attribute(
        "aria-current", "page"
    )
    page.get_by_role("button", name="Copy Shell").click()

    expect(page.get_by_role("status")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == "make demo\n"
    on_page = page.get_by_role("navigation", name="On this page")
    on_page.get_by_role("link", name="Make the hash").click()
    expect(page.get_by_role("heading", name="Make the hash")).to_be_in_viewport()
