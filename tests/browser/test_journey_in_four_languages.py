"""The same journey (see, change the plan, cancel) in four languages, one of them mirrored.

It is walked on a phone. What is looked at is left in var/looks.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect

from portal import texts
from portal.money import in_words
from portal.texts import Texts
from tests.browser import test_embed as embedded
from tests.browser.test_embed import LOAD, MOUNT, Host, frame_of, settings_script
from tests.world import Tenant

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
live_server, sandbox = embedded.live_server, embedded.sandbox
acme, host = embedded.acme, embedded.host

LOOKS = settings.BASE_DIR / "var" / "looks"
LANGUAGES = {"en": "ltr", "de": "ltr", "ja": "ltr", "ar": "rtl"}
BUYERS = {"en": "Ada", "de": "Ben", "ja": "Jun", "ar": "Rim"}
# What stands in a box that is too small for it.
CUT_OFF = """() => [...document.querySelectorAll("#portal *")].filter((element) => {
    if (!element.checkVisibility()) return false;
    if (element.matches(".unseen, select, textarea, input")) return false;
    const { overflowX, overflowY } = getComputedStyle(element);
    const wide = element.scrollWidth - element.clientWidth;
    const tall = element.scrollHeight - element.clientHeight;
    return (overflowX === "hidden" && wide > 1) || (overflowY === "hidden" && tall > 1);
}).map((element) => element.outerHTML.slice(0, 120))"""
TONGUE = "[document.documentElement.lang, document.documentElement.dir]"
BEYOND = "document.documentElement.scrollWidth - innerWidth"


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Any]:
    """Open pages on a phone, in a browser of some language."""
    contexts = []

    def opened(language: str) -> Page:
        context = browser.new_context(
            locale=language, viewport={"width": 390, "height": 844}, reduced_motion="reduce"
        )
        contexts.append(context)
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()


def plain(words: Texts) -> dict[str, str]:
    """Return the texts of a language that nothing is filled into."""
    return {
        key: form for key, form in words.forms.items() if isinstance(form, str) and "{" not in form
    }


def left_in_english(page: Page, words: Texts) -> set[str]:
    """Return which lines of the page are texts of the English catalogue, and not of its own."""
    own, english = plain(words), plain(texts.catalogue("en"))
    foreign = {text for key, text in english.items() if own.get(key) != text}
    read = page.frames[1].evaluate("document.getElementById('portal').innerText").splitlines()
    return {line.strip() for line in read} & (foreign - set(own.values()))


def look(page: Page, words: Texts, name: str) -> None:
    """Fail where something is cut off, too wide or in English; keep the picture."""
    inner = page.frames[1]
    assert inner.evaluate(CUT_OFF) == []
    assert inner.evaluate(BEYOND) <= 0
    if words.language != "en":
        assert left_in_english(page, words) == set()
    LOOKS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=LOOKS / f"{words.language}-{name}.png", full_page=True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_see_change_and_cancel(visitor: Any, host: Host, acme: Tenant, language: str) -> None:
    row, buyer = acme.portal.settings, BUYERS[language]
    row.can_cancel = row.asks_cancellation_reason = row.can_update_card = True
    row.save()
    if buyer not in {"Ada", "Ben"}:
        acme.shop.subscribe(acme.shop.customer(buyer), "Team month")
    words, page = texts.catalogue(language), visitor(language)
    page.goto(host.page(MOUNT + LOAD, settings_script(acme, name=buyer.lower())))
    portal = frame_of(page)

    def button(key: str, **filled: Any) -> Any:
        return portal.get_by_role("button", name=str(words(key, **filled)), exact=True)

    expect(button("plan.change")).to_be_visible()
    assert page.frames[1].evaluate(
        "[document.documentElement.lang, document.documentElement.dir]"
    ) == [
        language,
        LANGUAGES[language],
    ]
    assert in_words(4900, "usd", language) in portal.locator("article .price").inner_text()
    look(page, words, "1-see")

    button("plan.change").click()
    portal.get_by_role("radio", name="Business").check()
    look(page, words, "2-plans")
    button("plan.cost").click()
    expect(portal.locator(".cost .due")).to_be_visible()
    look(page, words, "3-cost")
    portal.locator(".cost form [type=submit]").click()
    expect(portal.locator("article header .tag")).to_have_text("Business")
    expect(portal.locator("#live")).to_have_text(str(words("done")))

    button("cancel.button").click()
    expect(portal.get_by_role("heading", name=str(words("cancel.title")))).to_be_visible()
    look(page, words, "4-cancel")
    portal.locator("form.change [type=submit]").click()
    expect(button("cancel.undo", plan="Business")).to_be_visible()
    look(page, words, "5-ending")
