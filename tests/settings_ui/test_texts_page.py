"""The page of texts: found, changed one at a time, taken back, and moved as files."""

from __future__ import annotations

import json
import re
from typing import Any

from django.core.files.base import ContentFile
from django.test import Client

from accounts.models import Activity
from accounts.roles import Role
from portal.models import PortalSettings
from tests.languages import spoken
from tests.settings_ui.base import HTMX, DashboardTestCase

MONTH = {"interval.month_one": "monthly", "interval.month_other": "each {count} months"}


class TextsTestCase(DashboardTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.switch(uses_custom_resource=True)

    def page(self, client: Client | None = None, **asked: str) -> str:
        """Return the page's HTML."""
        said: str = (client or self.client).get(f"{self.home}/texts/", asked).content.decode()
        return said

    def one(self, key: str, client: Client | None = None, **asked: str) -> str:
        """Return one text's row, with its form where `edit` is asked for."""
        given = {"language": "en", "key": key, **asked}
        said: str = (client or self.client).get(f"{self.home}/texts/one/", given).content.decode()
        return said

    def change(self, key: str, *, version: int = 0, home: str = "", **given: Any) -> Any:
        """Save one text as the page does; `reset` goes back to the built-in one."""
        texts = {name.replace("__", "."): text for name, text in given.items()}
        sent = {"language": "en", "key": key, **texts}
        headers = {**HTMX, **({"If-Match": f'"{version}"'} if version else {})}
        return self.client.post(f"{home or self.home}/texts/save/", sent, headers=headers)

    def send(self, said: Any, *, as_file: bool = False, **more: str) -> Any:
        """Import something, pasted or as a file."""
        text = said if isinstance(said, str) else json.dumps(said)
        given: dict[str, Any] = {"json": text}
        if as_file:
            given = {"file": ContentFile(text.encode(), "texts.json")}
        version = str(self.settings_now().version)
        return self.client.post(f"{self.home}/texts/import/", {"version": version, **given, **more})

    @property
    def own(self) -> Any:
        """What is saved."""
        return self.settings_now().custom_texts


class PageTests(TextsTestCase):
    def test_every_text_is_there_beside_its_key_in_its_group(self) -> None:
        page = self.page()

        keys = re.findall(r'<h3 id="text-[\w-]+-key"><code>([\w.]+)</code>', page)
        assert len(keys) == len(set(keys)) > 250
        assert page.count('<details class="texts"') < 40
        assert "Cancelling" in page

    def test_a_text_is_found_by_its_key_by_ours_and_by_theirs(self) -> None:
        self.switch(custom_texts={"en": {"cancel.button": "Leave us"}})

        for words in ("cancel.button", "CANCEL.BUT", "leave us"):
            page = self.page(q=words)
            assert "<code>cancel.button</code>" in page
            assert "<code>open.first</code>" not in page
        assert "<code>open.first</code>" in self.page(q="The first payment of")
        assert "No text has that in it." in self.page(q="no such words")

    def test_only_theirs_can_be_shown(self) -> None:
        assert "no texts of your own" in self.page(only="own")
        self.switch(custom_texts={"en": {"cancel.button": "Leave us"}})

        page = self.page(only="own")

        assert re.findall(r"-key\"><code>([\w.]+)<", page) == ["cancel.button"]
        assert "Leave us" in page
        assert "Built in:" in page

    def test_each_language_has_a_page_and_others_are_not_found(self) -> None:
        with spoken("ar"):
            page = self.page(language="ar", q="cancel.button")
            form = self.one("interval.month", language="ar", edit="1")

            assert "ar:Cancel" in page
            assert 'lang="ar"' in page
            assert page.count('<option value="ar" lang="ar" selected>') == 2
            assert "scheme=light&amp;language=ar" in page
            assert form.count("<textarea") == 6
        assert self.client.get(f"{self.home}/texts/?language=xx").status_code == 404
        assert self.client.get(f"{self.home}/texts/one/?key=no.such").status_code == 404

    def test_it_says_that_texts_are_not_used_while_the_setting_is_off(self) -> None:
        needs = '<p class="needs unmet" id="needs-custom_texts">%s</p>'
        self.assertInHTML(needs % "", self.page())
        self.switch(uses_custom_resource=False)

        self.assertInHTML(needs % "Needs Add a custom resource.", self.page())
        assert "they are kept, and customers read the built-in ones" in self.page()

    def test_a_viewer_sees_texts_and_no_way_to_change_them(self) -> None:
        viewer = self.browser(Role.VIEWER)

        assert "cancel.button" in self.page(viewer)
        for said in (self.page(viewer), self.one("cancel.button", viewer, edit="1")):
            assert "<textarea" not in said
            assert "Change<" not in said

    def test_what_does_not_fit_any_more_is_named_and_not_used(self) -> None:
        old = {"gone.key": "x", "open.first": "no amount", "cancel.button": "Leave us"}
        self.switch(custom_texts={"en": old})

        page = self.page()

        assert "en gone.key: There is no text with this key." in page
        assert "en open.first: It lacks {amount}." in page
        self.assertContains(self.page_post("page"), "Leave us")
        self.change("cancel.button", cancel__button="Go")
        assert self.own == {"en": {"cancel.button": "Go"}}


class ChangeTests(TextsTestCase):
    def test_a_text_is_saved_and_customers_read_it(self) -> None:
        response = self.change("cancel.button", cancel__button=" Leave\r\n us ")

        self.assertContains(response, "Saved: cancel.button")
        self.assertContains(response, 'data-version="2" hx-swap-oob')
        assert response["HX-Trigger"] == "setting-saved"
        assert self.own == {"en": {"cancel.button": "Leave us"}}
        self.assertContains(self.page_post("page"), "Leave us")
        self.assertContains(
            self.client.get(f"{self.home}/preview/?state=active&language=en"), "Leave us"
        )

    def test_each_plural_form_is_saved(self) -> None:
        days: dict[str, Any] = {"status__trialing_one": "Last day"}
        days["status__trialing_other"] = "Try it for {count} more days"

        self.change("status.trialing", **days)

        assert self.own == {"en": {name.replace("__", "."): days[name] for name in days}}
        page = self.client.get(f"{self.home}/preview/?state=trialing&language=en")
        self.assertContains(page, "Try it for ")
        self.assertContains(page, " more days")

    def test_what_is_wrong_is_said_beside_what_was_typed(self) -> None:
        refused = self.change("open.first", open__first="You <b>owe {amont}")

        self.assertContains(refused, "Nobody fills {amont}; there is {amount}.", status_code=400)
        self.assertContains(refused, "You &lt;b&gt;owe {amont}</textarea>", status_code=400)
        self.assertContains(refused, 'aria-invalid="true"', status_code=400)
        half = self.change("interval.month", interval__month_one="monthly")
        self.assertContains(half, "It lacks interval.month_other", status_code=400)
        assert self.own == {}

    def test_nothing_or_the_built_in_text_is_the_built_in_text(self) -> None:
        built_in = re.findall(r'placeholder="(.+?)"', self.one("cancel.button", edit="1"))[0]
        for last in ({"cancel__button": ""}, {"cancel__button": built_in}, {"reset": "on"}):
            self.change("cancel.button", cancel__button="Leave us")
            self.change("cancel.title", cancel__title="Bye")

            self.change("cancel.button", **last)

            assert self.own == {"en": {"cancel.title": "Bye"}}

    def test_a_stale_page_overwrites_nothing_and_keeps_what_was_typed(self) -> None:
        version = self.settings_now().version
        self.change("cancel.button", version=version, cancel__button="Leave")

        stale = self.change("cancel.button", version=version, cancel__button="Go away")

        self.assertContains(stale, "It is now: Leave.", status_code=412)
        self.assertContains(stale, "changed last by owner@acme.example", status_code=412)
        self.assertContains(stale, "Go away</textarea>", status_code=412)
        self.assertContains(stale, f'data-version="{version + 1}"', status_code=412)
        assert self.own == {"en": {"cancel.button": "Leave"}}

    def test_the_activity_has_the_text_that_changed_and_no_other(self) -> None:
        self.change("cancel.title", cancel__title="Bye")
        self.change("cancel.button", cancel__button="Leave")
        self.change("cancel.button", cancel__button="Go")

        noted = Activity.objects.order_by("-pk")[0]

        assert (noted.before, noted.after) == (
            {"en": {"cancel.button": "Leave"}},
            {"en": {"cancel.button": "Go"}},
        )
        assert "Your own texts" in self.client.get("/activity/").content.decode()

    def test_in_live_mode_a_change_is_undone_beside_it_while_nothing_else_has_changed(self) -> None:
        home = f"/portals/{self.live.public_id}"
        changed = self.change("cancel.button", home=home, cancel__button="Leave")
        (ticket,) = re.findall(r'name="ticket" value="([^"]+)"', changed.content.decode())
        given = {"language": "en", "key": "cancel.button", "ticket": ticket}

        other = self.client.post(f"{home}/texts/undo/", {**given, "key": "cancel.title"})
        forged = self.client.post(f"{home}/texts/undo/", {**given, "ticket": "x"})
        undone = self.client.post(f"{home}/texts/undo/", given)
        again = self.client.post(f"{home}/texts/undo/", given)

        codes = [answer.status_code for answer in (other, forged, undone, again)]
        assert codes == [400, 400, 200, 412]
        assert PortalSettings.objects.get(portal=self.live).custom_texts == {}

    def test_in_test_mode_there_is_nothing_to_undo(self) -> None:
        self.assertNotContains(self.change("cancel.button", cancel__button="Leave"), "Undo")


class FileTests(TextsTestCase):
    def test_a_file_is_shown_before_it_is_saved(self) -> None:
        self.switch(custom_texts={"en": {"cancel.title": "Bye"}})
        said = {"en": {"cancel": {"button": "Leave"}, **MONTH}}
        for as_file in (False, True):
            shown = self.send(said, as_file=as_file)

            self.assertContains(shown, "2 texts would change")
            self.assertContains(shown, "monthly / each {count} months")
            assert self.own == {"en": {"cancel.title": "Bye"}}
        (given,) = re.findall(r'name="json" value="([^"]+)"', shown.content.decode())

        saved = self.send(given.replace("&quot;", '"'), confirmed="on")

        self.assertRedirects(saved, f"{self.home}/texts/")
        assert self.own == {"en": {"cancel.title": "Bye", "cancel.button": "Leave", **MONTH}}
        self.assertContains(self.send(said), "It changes nothing.")

    def test_what_a_file_lacks_is_taken_away_where_that_is_asked_for(self) -> None:
        self.switch(custom_texts={"en": {"cancel.title": "Bye"}})
        said = {"en": {"cancel.button": "Leave"}}

        self.assertContains(self.send(said, replaces="on"), "2 texts would change")
        self.send(said, replaces="on", confirmed="on")

        assert self.own == said

    def test_every_fault_is_named_and_what_is_right_can_be_saved(self) -> None:
        said = {"en": {"cancel.button": "Leave", "no.such": "x", "open.first": "y"}, "xx": {}}

        shown = self.send(said)

        self.assertContains(shown, "3 things are wrong", status_code=400)
        for named in ("<code>no.such</code>", "<code>open.first</code>", ">xx<", "unknown_key"):
            self.assertContains(shown, named, status_code=400)
        self.assertContains(shown, "Save the texts that are right", status_code=400)
        self.send(said, confirmed="on")
        assert self.own == {"en": {"cancel.button": "Leave"}}

    def test_a_stale_import_saves_nothing(self) -> None:
        said = {"en": {"cancel.button": "Leave"}}

        stale = self.send(said, confirmed="on", version="99")

        self.assertContains(stale, "nothing was saved", status_code=412)
        assert self.own == {}

    def test_what_is_exported_can_be_imported(self) -> None:
        own = {"page.no_subscriptions": "None", "page.no_subscriptions.title": "No", **MONTH}
        self.switch(custom_texts={"en": own})
        for shape in ("flat", "nested"):
            for built_in in ({}, {"built_in": "on"}):
                with self.subTest(shape=shape, built_in=built_in):
                    asked = {"language": "en", "shape": shape, **built_in}
                    file = self.client.get(f"{self.home}/texts/export/", asked)
                    self.switch(custom_texts={})

                    self.send(file.content.decode(), confirmed="on")

                    assert self.own == {"en": own}
                    assert "attachment" in file["Content-Disposition"]
        assert json.loads(file.content)["en"]["interval"]["month_one"] == "monthly"
        assert len(file.content) > 10_000

    def test_a_viewer_exports_nothing(self) -> None:
        viewer = self.browser(Role.VIEWER)

        assert viewer.get(f"{self.home}/texts/export/").status_code == 403
        assert self.client.get(f"{self.home}/texts/export/?shape=round").status_code == 404


class ApiTests(TextsTestCase):
    def test_texts_are_read_and_written_in_any_shape_and_kept_flat(self) -> None:
        url = f"/api/v1{self.home}/settings"
        said = {"custom_texts": {"en": {"cancel": {"button": "Leave {{x}}"}}}}

        refused = self.client.patch(url, said, content_type="application/json").json()
        said["custom_texts"]["en"]["cancel"]["button"] = "Leave"
        taken = self.client.patch(url, said, content_type="application/json").json()

        assert refused["faults"] == [
            {
                "language": "en",
                "key": "cancel.button",
                "code": "unknown_placeholder",
                "words": "Nothing is filled into this text: take {x} out.",
            }
        ]
        assert refused["errors"]["custom_texts"][0].startswith("en cancel.button: ")
        assert taken["custom_texts"] == {"en": {"cancel.button": "Leave"}}

    def test_texts_are_copied_from_test_to_live(self) -> None:
        self.switch(custom_texts={"en": {"cancel.button": "Leave", **MONTH}})
        url = f"/portals/{self.live.public_id}/copy/"

        shown = self.client.get(url)
        self.assertContains(shown, "3 texts in English")

        given = {"from": self.portal.public_id, "settings": "custom_texts"}
        given |= {"version": "1", "from_version": "1"}
        self.client.post(url, given)
        live = PortalSettings.objects.get(portal=self.live)
        assert live.custom_texts == self.portal.settings.custom_texts

    def test_an_address_that_cannot_be_one_is_refused(self) -> None:
        for url in ("http://shop.example.com/", "https://shop.example.com:8443/", "shop"):
            refused = self.save("custom_resource_url", url)
            self.assertContains(refused, "begins with https://", status_code=400)

    def test_a_saved_address_is_fetched_and_what_is_wrong_with_it_is_told(self) -> None:
        with self.captureOnCommitCallbacks(execute=True):
            # The name of this machine, which is not public: nothing is connected to.
            saved = self.save("custom_resource_url", "https://localhost/texts.json")

        self.assertContains(saved, "custom_resource_url")
        page = self.page()
        assert "Nothing has come from there yet" in page
        assert "an address that isn&#x27;t public" in page
        again = self.client.post(f"{self.home}/texts/fetch/", headers=HTMX)
        self.assertContains(again, "an address that isn&#x27;t public")
        self.save("custom_resource_url", "")
        assert "Fetch again" not in self.page()
