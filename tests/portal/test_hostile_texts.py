"""Own texts as an attacker or an accident would send them: nothing is harmed, all is explained.

One table, three ways in: inline with the page's requests, saved in the dashboard, from an address.
"""

from __future__ import annotations

import html
import json
import re
from functools import partial
from io import StringIO
from typing import Any

from django.core.files.base import ContentFile
from django.core.management import call_command

from portal.fetched import FetchedTexts, refresh
from portal.models import PortalSettings
from portal.resource import ResourceError
from tests.base import ServicebotTestCase

MARKUP = "<script>alert(1)</script><img src=x onerror=alert(1)>"
KB, MB = 1024, 1024**2


def texts(**own: Any) -> bytes:
    return json.dumps(
        {"en": {key.replace("__", "."): value for key, value in own.items()}}
    ).encode()


DEEP: dict[str, Any] = {"cancel": {"button": "x"}}
for _step in range(9):
    DEEP = {"a": DEEP}
# What is sent, and its code: of all of it where nothing can be read, else of the text in it.
UNREADABLE: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "not_json"),
    "HTML": (b"<!doctype html><script>alert(1)</script>", "not_json"),
    "YAML": (b"en:\n  cancel.button: !!python/object/apply:os.system ['id']\n", "not_json"),
    "JavaScript": (b"alert(1)", "not_json"),
    "half of it": (b'{"en": {"cancel.button": "Lea', "not_json"),
    "not a number": (b'{"en": {"cancel.button": NaN}}', "not_json"),
    "an endless number": (b'{"en": %s}' % (b"9" * 10_000), "not_json"),
    "a list": (b'["en"]', "not_an_object"),
    "a string": (b'"https://evil.example/texts.json"', "not_an_object"),
    "null": (b"null", "not_an_object"),
    "a number": (b"3", "not_an_object"),
    "a deep one": (b"[" * 100_000, "too_deep"),
    "a deep one that is small": (b'{"a":' * 6_000, "too_deep"),
    "10 MB": (b'{"en": "' + b"x" * 10 * MB + b'"}', "too_large"),
}
FAULTY: dict[str, tuple[bytes, str]] = {
    "nested deep": (json.dumps({"en": DEEP}).encode(), "too_deep"),
    "prototypes": (b'{"en": {"__proto__": {"x": "y"}, "constructor": "z"}}', "unknown_key"),
    "a language __proto__": (b'{"__proto__": {"cancel.button": "x"}}', "unknown_language"),
    "a path as language": (b'{"../../etc/passwd": {}}', "unknown_language"),
    "a key of markup": (texts(**{MARKUP: "x"}), "unknown_key"),
    "wrong types": (texts(cancel__button={"toString": 1}), "unknown_key"),
    "a list of texts": (texts(cancel__button=["x"]), "not_text"),
    "twice": (b'{"en": {"cancel.button": "x", "cancel.button": "y"}}', "duplicate_key"),
    "a format's hole": (texts(open__first="{amount.__class__.__mro__}"), "broken_placeholder"),
    "an amount left out": (texts(open__first="You owe nothing."), "missing_placeholder"),
    "a value of ours": (texts(cancel__button="{texts}{settings}"), "unknown_placeholder"),
    "letters that turn": (texts(cancel__button="Leave \u202eevil"), "forbidden_character"),
    "half a letter": (texts(cancel__button="\ud800"), "forbidden_character"),
    "a zero": (texts(cancel__button="a\u0000b"), "forbidden_character"),
    "nothing to see": (texts(cancel__button="\u200b"), "blank"),
    "a novel": (texts(cancel__button="x" * 2000), "too_long"),
}
HARMLESS = {"markup": texts(cancel__button=MARKUP)}


def answer(said: bytes, url: str) -> bytes:
    """Answer an address."""
    return said


class HostileTextsTests(ServicebotTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.switch(can_cancel=True, uses_custom_resource=True)

    def page(self, said: bytes = b"") -> Any:
        """Return the page with texts of the snippet, as any request of it sends them."""
        return (
            self.page_post("page", resource=said.decode(errors="replace"))
            if said
            else (self.page_post("page"))
        )

    def exchange(self, said: bytes) -> Any:
        """Begin a session with texts of the snippet."""
        given = {"email": "ada@example.com", "hash": self.hash("ada@example.com")}
        given["resource"] = said.decode(errors="replace")
        headers = {"Sec-Fetch-Site": "same-origin"}
        return self.client.post(f"/portal/{self.portal.public_id}/session", given, headers=headers)

    def require_ours(self, answer: Any) -> None:
        """Assert that a page is whole, in our own words, and without anything of theirs."""
        page = answer.content.decode()
        assert answer.status_code == 200
        assert "Cancel" in page
        assert "<script" not in page
        assert "onerror" not in page

    def test_inline_what_cannot_be_read_is_refused_and_says_so(self) -> None:
        for name, (said, _code) in UNREADABLE.items():
            if not said:
                continue
            with self.subTest(name):
                for answer in (self.exchange(said), self.page(said)):
                    assert answer.status_code == 400
                    if len(said) > MB:  # more than anybody may post
                        continue
                    assert answer.headers["Servicebot-Problem"] == "resource_not_inline"
                    self.assertContains(answer, "its own texts for this page", status_code=400)
        self.require_ours(self.page())

    def test_inline_nobody_is_locked_out_by_a_text_that_is_wrong(self) -> None:
        for name, (said, _code) in FAULTY.items():
            with self.subTest(name):
                self.require_ours(self.exchange(said))
                self.require_ours(self.page(said))

    def test_inline_what_is_wrong_is_told_to_a_developer_alone(self) -> None:
        said = texts(open__first="You owe.", cancel__button="Leave us")

        assert "data-text-faults" not in self.page(said).content.decode()
        self.switch(debug_mode=True)
        assert "data-text-faults" not in self.page().content.decode()
        (told,) = re.findall(r'data-text-faults="([^"]+)"', self.page(said).content.decode())

        assert [fault["code"] for fault in json.loads(html.unescape(told))] == [
            "missing_placeholder"
        ]
        self.assertContains(self.page(said), "Leave us")

    def test_inline_more_than_32_kb_is_refused_and_that_much_is_taken(self) -> None:
        padding = 32 * KB - len(texts(cancel__button="Leave", x=""))

        assert self.page(texts(cancel__button="Leave", x="x" * padding)).status_code == 200
        assert self.page(texts(cancel__button="Leave", x="x" * (padding + 1))).status_code == 400

    def test_saved_each_is_refused_with_its_code_and_nothing_is_kept(self) -> None:
        owner = self.owner()
        for name, (said, code) in {**UNREADABLE, **FAULTY}.items():
            with self.subTest(name):
                shown = self.imported(owner, said)
                self.assertContains(shown, f'muted">{code}</span>', status_code=400)
                assert "<script>alert" not in shown.content.decode()
                self.imported(owner, said, confirmed="on")

                assert PortalSettings.objects.get(portal=self.portal).custom_texts == {}

    def test_by_the_api_each_is_refused_and_named(self) -> None:
        owner = self.owner()
        for name, (said, code) in FAULTY.items():
            with self.subTest(name):
                answer = self.patched(owner, b'{"custom_texts": %s}' % said)
                codes = {fault["code"] for fault in answer.json().get("faults", [])}

                assert answer.status_code == (200 if code == "duplicate_key" else 400)
                # Half a letter is no JSON, so the API doesn't come to look at the text.
                is_unseen = code == "duplicate_key" or name == "half a letter"
                assert codes == (set() if is_unseen else codes | {code})
        for name, (said, _code) in UNREADABLE.items():
            with self.subTest(name):
                body = b'{"custom_texts": %s}' % said
                assert self.patched(owner, body).status_code in {400, 413}

    def test_from_an_address_each_is_told_and_the_last_good_one_stays(self) -> None:
        self.switch(custom_resource_url="https://shop.example.com/texts.json")
        refresh(self.portal, lambda url: texts(cancel__button="Leave us"))
        for name, (said, code) in {**UNREADABLE, **FAULTY}.items():
            with self.subTest(name):
                row = refresh(self.portal, partial(answer, said))

                assert row is not None
                assert code in {fault["code"] for fault in row.faults}
                assert row.texts == {"en": {"cancel.button": "Leave us"}}
        self.assertContains(self.page(), "Leave us")
        shown = self.owner().get(f"/portals/{self.portal.public_id}/texts/")
        self.assertContains(shown, "Not taken on")
        self.assertContains(shown, "more than 1000 characters")

    def test_an_address_that_leads_elsewhere_is_told_and_the_last_good_one_stays(self) -> None:
        def redirects(url: str) -> bytes:
            raise ResourceError("redirected", "It leads on to http://10.0.0.1/.")

        self.switch(custom_resource_url="https://shop.example.com/texts.json")
        refresh(self.portal, lambda url: texts(cancel__button="Leave us"))

        row = refresh(self.portal, redirects)

        assert row is not None
        assert [fault["code"] for fault in row.faults] == ["redirected"]
        self.assertContains(self.page(), "Leave us")

    def test_markup_is_shown_as_text_whichever_way_it_came(self) -> None:
        said = HARMLESS["markup"]
        escaped = "&lt;script&gt;alert(1)&lt;/script&gt;"
        self.require_escaped(self.page(said), escaped)
        self.require_escaped(self.exchange(said), escaped)
        self.switch(custom_resource_url="https://shop.example.com/texts.json")
        refresh(self.portal, lambda url: said)
        self.require_escaped(self.page(), escaped)
        FetchedTexts.objects.all().delete()
        self.switch(custom_texts=json.loads(said))
        self.require_escaped(self.page(), escaped)
        dashboard = self.owner().get(f"/portals/{self.portal.public_id}/texts/?q=cancel.button")
        self.require_escaped(dashboard, escaped)

    def require_escaped(self, answer: Any, escaped: str) -> None:
        self.assertContains(answer, escaped)
        assert "<script>alert" not in answer.content.decode()
        assert "<img src=x" not in answer.content.decode()

    def imported(self, browser: Any, said: bytes, **more: str) -> Any:
        return browser.post(
            f"/portals/{self.portal.public_id}/texts/import/",
            {"file": ContentFile(said, "texts.json"), "version": "1", **more},
        )

    def patched(self, browser: Any, body: bytes) -> Any:
        return browser.patch(
            f"/api/v1/portals/{self.portal.public_id}/settings",
            body,
            content_type="application/json",
        )

    def test_no_request_of_a_customers_asks_the_address(self) -> None:
        # The network is shut here: asking would be an error in the page's log, and take its time.
        self.switch(custom_resource_url="https://shop.example.com/texts.json")

        self.require_ours(self.page())

        assert not FetchedTexts.objects.exists()

    def test_the_command_asks_those_alone_that_use_theirs(self) -> None:
        # The name of this machine, which is not public: nothing is connected to.
        self.switch(custom_resource_url="https://localhost/texts.json")
        said, faults = StringIO(), StringIO()
        call_command("fetch_texts", stdout=said, stderr=faults)
        self.switch(uses_custom_resource=False)
        call_command("fetch_texts", stdout=said, stderr=faults)

        assert said.getvalue().splitlines() == [
            "Texts fetched: 0. Left as they were: 1.",
            "Texts fetched: 0. Left as they were: 0.",
        ]
        assert "an address that isn't public" in faults.getvalue()
        assert FetchedTexts.objects.get().texts == {}
