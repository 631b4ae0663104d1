"""A customer in the demo's shop: what they press and read, and what is theirs at Stripe."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error, FrameLocator, Locator, Page, expect

from tests.browser.stack import Stack

ASKING_EACH_TIME = "pm_card_authenticationRequired"
WCAG = {"runOnly": ["wcag2a", "wcag2aa", "wcag22aa"]}


@dataclass(frozen=True)
class Customer:
    """One of the demo's customers, signed in to the shop, with the billing page before them."""

    page: Page
    stack: Stack
    key: str

    @property
    def portal(self) -> FrameLocator:
        return self.page.frame_locator("#servicebot-portal iframe")

    def sign_in(self) -> None:
        """Come to the billing page, as the shop's own sign-in leads there."""
        self.page.goto(f"{self.stack.shop_url}sign-in")
        self.page.locator(f"button[value={self.key}]").click()

    def looks_again(self, wanted: Locator) -> None:
        """Load the page anew until it has what was done at Stripe: its events take a moment."""
        for _try in range(10):
            self.page.reload()
            with suppress(Error):
                return wanted.wait_for(timeout=3_000)
        raise AssertionError("the page doesn't show what is at Stripe")

    def press(self, name: str, within: Locator | None = None) -> None:
        self.button(name, within).click()

    def button(self, name: str, within: Locator | None = None) -> Locator:
        """Return the first button whose name begins so."""
        place = within or self.portal
        return place.get_by_role("button", name=re.compile(f"^{name}")).first

    def choose(self, plan: str) -> None:
        offered = self.portal.get_by_role("radio", name=re.compile(f"^{plan}"), disabled=False)
        offered.locator("visible=true").check()

    def type(self, label: str, text: str) -> None:
        self.portal.get_by_role("textbox", name=label).fill(text)

    def reads(self, *texts: str) -> None:
        """See texts somewhere on the page."""
        for text in texts:
            expect(self.portal.get_by_text(text).locator("visible=true").first).to_be_visible()

    def reads_nowhere(self, text: str) -> None:
        expect(self.portal.get_by_text(text)).to_have_count(0)

    def is_told(self, text: str) -> None:
        """Be told of what went wrong, as a screen reader says it."""
        expect(self.portal.get_by_role("alert").filter(has_text=text)).to_be_visible()

    def hears(self, text: str) -> None:
        """Hear what a screen reader says of a result."""
        expect(self.portal.locator("#live")).to_have_text(text)

    def quoted(self, name: str) -> int:
        """Return the amount on a button, in cents."""
        words = self.button(name).inner_text()
        amount = re.search(r"\$([\d,.]+)", words)
        assert amount, words
        return int(re.sub(r"\D", "", amount[1]))

    def type_card(self, number: str) -> None:
        card = self.portal.frame_locator("[data-element] iframe")
        card.get_by_label("Card number").press_sequentially(number)
        card.get_by_label("Expiration date").press_sequentially("1230")
        card.get_by_label("Security code").press_sequentially("123")

    def answer_the_bank(self, answer: str) -> None:
        """Press `Complete` or `Fail` in the bank's dialog."""
        dialog = self.portal.frame_locator("iframe[title=Authentication]")
        dialog.get_by_role("button", name=answer).click()

    def can_use_it(self) -> None:
        """Fail where somebody couldn't use the page as it is now: WCAG, width, small targets."""
        frame = self.page.frames[1]
        found = Axe().run(frame, options=WCAG)
        assert found.response["violations"] == [], found.generate_report()
        assert frame.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        small = frame.evaluate(SMALL_TARGETS)
        assert small == [], small

    # What is at Stripe

    @property
    def id(self) -> str:
        return str(self.stack.customer(self.key)["customer_id"])

    @property
    def subscription(self) -> Any:
        """The one that the demo gave them, as it is now."""
        return self.stack.subscription(self.stack.customer(self.key)["subscriptions"][0])

    @property
    def subscriptions(self) -> list[Any]:
        """Those that haven't ended, newest first."""
        listed = self.stack.stripe.v1.subscriptions.list({"customer": self.id})
        return list(listed.data)

    @property
    def invoices(self) -> list[Any]:
        """All of theirs, newest first."""
        listed = self.stack.stripe.v1.invoices.list({"customer": self.id, "limit": 100})
        return list(listed.data)

    @property
    def card(self) -> str:
        """The last digits of what their invoices are charged to."""
        customer = self.stack.stripe.v1.customers.retrieve(self.id)
        method = customer.invoice_settings.default_payment_method
        return str(self.stack.stripe.v1.payment_methods.retrieve(method).card.last4)

    def carry(self, card: str) -> None:
        """Have a card that Stripe charges from now on."""
        stripe = self.stack.stripe.v1
        method = stripe.payment_methods.attach(card, {"customer": self.id}).id
        settings = {"default_payment_method": method}
        stripe.customers.update(self.id, {"invoice_settings": settings})

    def tier(self, subscription: Any) -> str:
        """Return what a subscription's plan is called."""
        product = subscription["items"].data[0].price.product
        return str(self.stack.stripe.v1.products.retrieve(product).metadata["sb_tier"])


SMALL_TARGETS = """() => [...document.querySelectorAll(
  "button, a, summary, select, textarea, input:not([type=hidden])"
)].map((control) => control.closest("label") || control)
  .filter((target) => target.checkVisibility() && target.getBoundingClientRect().height < 39.5)
  .map((target) => target.outerHTML)"""
