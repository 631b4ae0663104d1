"""A visit has one language: every piece of its page and every problem is in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import time_machine
from django.utils import timezone

from portal import sessions, texts
from portal.access import TOKEN_HEADER
from tests.base import ServicebotTestCase
from tests.languages import spoken


class VisitTests(ServicebotTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.enterContext(spoken("de", "ar"))

    def test_the_page_is_in_the_language_of_the_visit(self) -> None:
        page = self.page_post("page", self.token(language="de")).content.decode()

        assert "de:Invoices" in page
        assert ">Invoices" not in page

    def test_so_are_the_names_of_countries(self) -> None:
        self.switch(can_update_billing_details=True)

        form = self.page_post("billing", self.token(language="de"), customer=self.ada)

        assert ">Deutschland<" in form.content.decode()

    def test_so_is_what_goes_wrong(self) -> None:
        token = self.token(language="de")

        answer = self.page_post(f"subscriptions/{self.ada_sub}/undo-cancel", token)

        assert answer.status_code == 409
        assert "de:This subscription isn’t set to end." in answer.content.decode()

    def test_one_without_a_language_is_in_english(self) -> None:
        assert ">Invoices" in self.page_post("page", self.token()).content.decode()

    def test_one_in_a_language_that_is_gone_is_in_english(self) -> None:
        assert ">Invoices" in self.page_post("page", self.token(language="tlh")).content.decode()

    def test_the_token_carries_it(self) -> None:
        assert sessions.read(self.token(language="ar")).language == "ar"
        assert texts.offered("ar") == "ar"


class ExchangeTests(ServicebotTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.enterContext(spoken("de", "fr", "ar"))
        self.switch(default_language="fr")

    def exchange(self, **given: str) -> Any:
        """Come to the page as Ada, unless it says otherwise."""
        who = {"email": "ada@example.com", "hash": self.hash("ada@example.com")}
        at = f"/portal/{self.portal.public_id}/session"
        return self.client.post(at, {**who, **given}, headers={"Sec-Fetch-Site": "same-origin"})

    def language(self, **given: str) -> str:
        """Return the language that page and token are in."""
        answer = self.exchange(**given)
        language = sessions.read(answer.headers[TOKEN_HEADER]).language
        assert f'data-language="{language}"' in answer.content.decode()
        return language

    def test_who_says_nothing_gets_the_default(self) -> None:
        assert self.language() == "fr"
        assert self.language(languages="ko,ja") == "fr"

    def test_the_snippets_default_comes_before_the_portals(self) -> None:
        assert self.language(default_language="de-AT") == "de"

    def test_the_browser_comes_before_any_default(self) -> None:
        assert self.language(default_language="de", languages="ko,ar-EG,en") == "ar"

    def test_the_browser_is_not_asked_where_it_is_off(self) -> None:
        self.switch(detects_browser_language=False)

        assert self.language(languages="ar") == "fr"

    def test_the_snippet_comes_before_the_browser(self) -> None:
        assert self.language(language="de", languages="ar", default_language="en") == "de"

    def test_the_customers_choice_comes_first(self) -> None:
        assert self.language(chosen_language="ar", language="de", languages="en") == "ar"

    def test_a_page_says_which_way_it_is_written_and_its_title(self) -> None:
        page = self.exchange(language="ar").content.decode()

        assert 'data-language="ar" data-direction="rtl"' in page
        assert 'data-title="ar:Subscriptions and invoices"' in page
        assert 'data-offline="ar:We couldn’t reach the server' in page

    def test_every_refusal_is_in_that_language_too(self) -> None:
        refusals = {
            "hash_invalid": {"hash": "0" * 64},
            "hash_missing": {"hash": ""},
            "identity_mismatch": {"email": "", "customer_id": self.ada},
            "no_customer": {"email": "x@y.z", "hash": self.hash("x@y.z")},
        }
        for code, given in refusals.items():
            with self.subTest(code=code):
                answer = self.exchange(languages="ar", **given)

                assert answer.headers["Servicebot-Problem"] == code
                assert 'data-language="ar" data-direction="rtl"' in answer.content.decode()
                assert "<p>ar:" in answer.content.decode()

    def test_so_is_a_portal_that_is_off(self) -> None:
        self.switch(is_on=False)

        assert "de:This page is closed for now." in self.exchange(language="de").content.decode()

    def test_what_the_merchant_wrote_finds_its_own_direction(self) -> None:
        self.switch(is_on=False, off_text="Back soon.")

        assert '<p dir="auto">Back soon.</p>' in self.exchange(language="ar").content.decode()

    def test_a_refused_token_is_told_in_the_language_of_its_page(self) -> None:
        at, headers = f"/portal/{self.portal.public_id}/page", {"Accept-Language": "ar"}

        assert "ar:You aren’t signed in" in self.client.post(at, headers=headers).content.decode()

    def test_a_portal_that_is_gone_is_told_in_english(self) -> None:
        answer = self.client.post("/portal/nobodynobodynobody00/page")

        assert "That isn’t here any more" in answer.content.decode()

    def test_the_api_takes_a_language_and_says_which_it_became(self) -> None:
        given = {"portal_id": self.portal.public_id, "email": "ada@example.com"}
        given |= {"hash": self.hash("ada@example.com"), "languages": "ar"}
        for asked, language in {"de_CH": "de", "tlh": "fr", "": "fr", "<b>": "fr"}.items():
            with self.subTest(asked=asked):
                body = {**given, "language": asked}
                begun = self.client.post(
                    "/api/v1/portal/session", body, content_type="application/json"
                )

                assert begun.status_code == 201
                assert self.api("get", "", begun.json()["token"]).json()["language"] == language


class SwitcherTests(ServicebotTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.enterContext(spoken("de", "ar"))

    def test_offers_every_language_by_its_own_name(self) -> None:
        page = self.page_post("page", self.token(language="de")).content.decode()

        assert '<option value="de" lang="de" selected>Deutsch</option>' in page
        assert '<option value="ar" lang="ar">العربية</option>' in page
        assert '<option value="en" lang="en">English</option>' in page

    def test_is_not_there_where_there_is_nothing_to_choose(self) -> None:
        with spoken():
            page = self.page_post("page").content.decode()

        assert "<option" not in page

    def test_answers_the_page_in_the_language_chosen_and_a_token_that_says_so(self) -> None:
        token = self.token(language="de")

        answer = self.page_post("language", token, language="ar")

        before, now = sessions.read(token), sessions.read(answer.headers[TOKEN_HEADER])
        assert now == replace(before, language="ar")
        assert "ar:This page is in English now." in answer.content.decode()
        assert "ar:Invoices" in self.page_post("page", now.token()).content.decode()

    def test_a_choice_in_an_old_session_lasts_as_well(self) -> None:
        token = self.token()

        with time_machine.travel(timezone.now() + timedelta(minutes=6), tick=False):
            answer = self.page_post("language", token, language="de")

        now = sessions.read(answer.headers[TOKEN_HEADER])
        assert now.language == "de"
        assert now.issued_at > sessions.read(token).issued_at

    def test_refuses_what_it_does_not_offer(self) -> None:
        for asked in ("tlh", "de-AT", "", "../en", "<b>"):
            with self.subTest(asked=asked):
                answer = self.page_post("language", self.token(language="de"), language=asked)

                assert answer.status_code == 400
                assert answer.headers["Servicebot-Problem"] == "invalid"
                assert TOKEN_HEADER not in answer.headers


class ShellTests(ServicebotTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.enterContext(spoken("de", "ar"))
        self.at = f"/portal/{self.portal.public_id}/"

    def shell(self, accepted: str = "", tag: str = "") -> Any:
        headers = {"Accept-Language": accepted, "If-None-Match": tag}
        return self.client.get(self.at, headers=headers)

    def test_its_own_two_texts_are_in_the_browsers_language(self) -> None:
        shell = self.shell("ar-EG,ar;q=0.9,en;q=0.8").content.decode()

        assert '<html lang="ar" dir="rtl">' in shell
        assert "ar:This page belongs inside the website" in shell
        assert "ar:We couldn’t reach the server." in shell

    def test_they_follow_the_weights_of_the_header(self) -> None:
        assert '<html lang="de"' in self.shell("ar;q=0.2,de;q=0.7,ko").content.decode()
        assert '<html lang="en"' in self.shell("ko,*;q=0.5,rubbish;;").content.decode()

    def test_or_in_the_default_where_the_browser_is_not_asked(self) -> None:
        self.switch(detects_browser_language=False, default_language="de")

        assert '<html lang="de" dir="ltr">' in self.shell("ar").content.decode()

    def test_it_is_kept_for_one_language_alone(self) -> None:
        first = self.shell("de")

        assert first.headers["Vary"] == "Accept-Language, Accept-Encoding"
        assert self.shell("de", first.headers["ETag"]).status_code == 304
        assert self.shell("de", first.headers["ETag"]).headers["Vary"] == "Accept-Language"
        assert self.shell("ar", first.headers["ETag"]).status_code == 200
