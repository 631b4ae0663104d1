"""A visit has one language: every piece of its page and every problem is in it."""

from __future__ import annotations

from portal import sessions, texts
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
