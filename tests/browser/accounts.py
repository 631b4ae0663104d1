"""A visitor at the dashboard's doors, whose every page can be used by everybody."""

from __future__ import annotations

import time

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import ConsoleMessage, Page, expect

WIDTHS = ((320, "light"), (1280, "dark"))


def code_now(secret: str) -> str:
    """Return what the app shows, once it is good for long enough to be typed."""
    while time.time() % 30 > 20:
        time.sleep(0.5)
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


class Visitor:
    """Fills forms in, and looks at each page that it comes to."""

    def __init__(self, page: Page, url: str, *, looks: bool = True) -> None:
        self.page, self.url, self.looks = page, url, looks
        page.emulate_media(reduced_motion="reduce")
        self.faults: list[str] = []  # what the console says of the policy and of scripts
        page.on("console", self._hear)

    def _hear(self, told: ConsoleMessage) -> None:
        if told.type == "error":
            self.faults.append(told.text)

    def goes_to(self, path: str) -> None:
        self.page.goto(f"{self.url}{path}")

    def sees(self, heading: str) -> None:
        """Be at the page with this heading; who looks finds that it passes axe and fits, on a phone
        and at a desk."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(heading)
        for width, scheme in WIDTHS if self.looks else ():
            self.page.set_viewport_size({"width": width, "height": 800})
            self.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            found = Axe().run(self.page, options={"iframes": False}).response["violations"]
            faults = [(v["id"], v["nodes"][0]["html"]) for v in found]
            assert faults == []
            assert self.page.evaluate("document.documentElement.scrollWidth") <= width

    def fills_in(self, **fields: str) -> None:
        for label, value in fields.items():
            self.page.get_by_label(label.replace("_", " "), exact=True).fill(value)

    def presses(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def follows(self, name: str) -> None:
        self.page.get_by_role("link", name=name, exact=True).click()

    def logs_out(self) -> None:
        self.goes_to("/accounts/logout/")
        self.sees("Log out")
        self.presses("Log out")
        self.page.wait_for_url("**/accounts/login/**")

    def confirms(self, password: str) -> None:
        """Prove who is there, as a protected page asks."""
        self.sees("Confirm that it is you")
        self.fills_in(Password=password)
        self.presses("Confirm")
