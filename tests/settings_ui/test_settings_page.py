"""The page of all settings."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from django.db import connection
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext, isolate_apps
from django.utils.html import escape

from accounts.roles import Role
from portal.models import PortalSettings
from portal.toggles import Group, OwnTexts, PortalSetting, Section, Table, Toggle
from settings_ui.rows import parts
from tests.languages import spoken
from tests.settings_ui.base import DashboardTestCase, another_value, posted

TEMPLATES = Path(__file__).parents[2] / "settings_ui" / "templates"


class SettingsPageTests(DashboardTestCase):
    def test_shows_every_setting_with_label_and_help_under_its_section(self) -> None:
        page = self.client.get(f"{self.home}/settings/").content.decode()

        for name, setting in PortalSettings.declared().items():
            with self.subTest(setting=name):
                section = page.index(f'id="section-{setting.section}"')
                row = page.index(f'id="row-{name}"')
                assert page.rfind('id="section-', 0, row) == section
                label = f'<label for="set-{name}">{escape(str(setting.verbose_name))}</label>'
                assert label in page
                assert escape(str(setting.help_text)) in page

    def test_every_control_shows_what_is_saved(self) -> None:
        for name, setting in PortalSettings.declared().items():
            before = getattr(self.settings_now(), name)
            for value in (before, another_value(setting, before)):
                with self.subTest(setting=name, value=value):
                    self.switch(**{name: value})

                    response = self.client.get(f"{self.home}/settings/")

                    shown = next(
                        row
                        for part in response.context["parts"]
                        for row in part.rows
                        if row.name == name
                    )
                    assert shown.value == value
                    assert controls_in(response)[name] == sent(setting, value)

    def test_no_template_names_a_setting(self) -> None:
        texts = [path.read_text() for path in TEMPLATES.rglob("*.html")]

        # A name of one word may be a word of the page: as a setting it is one in code.
        signs = [name if "_" in name else f"settings.{name}" for name in PortalSettings.declared()]
        assert [sign for sign in signs for text in texts if sign in text] == []

    def test_offers_every_language_by_its_own_name_and_keeps_what_is_chosen(self) -> None:
        with spoken("de", "ja"):
            page = self.client.get(f"{self.home}/settings/")
            saved = self.client.post(f"{self.home}/settings/default_language/", {"value": "ja"})
            other = self.client.post(f"{self.home}/settings/default_language/", {"value": "fr"})

        self.assertContains(page, '<option value="ja">日本語</option>', html=True)
        self.assertContains(page, '<option value="de">Deutsch</option>', html=True)
        assert (saved.status_code, other.status_code) == (200, 400)
        assert self.settings_now().default_language == "ja"

    def test_the_link_to_ask_for_a_language_is_there_where_somebody_answers(self) -> None:
        without = self.client.get(f"{self.home}/settings/")
        with self.settings(SUPPORT_EMAIL="help@example.com"):
            asked = self.client.get(f"{self.home}/settings/")

        self.assertNotContains(without, "mailto:")
        self.assertContains(asked, 'href="mailto:help@example.com?subject=Servicebot%3A%20the%20p')

    def test_says_in_words_what_is_missing(self) -> None:
        self.switch(can_change_plan=False, can_resubscribe=False)

        response = self.client.get(f"{self.home}/settings/")

        self.assertContains(response, "Needs Enable change plan and Allow resubscribe.")

    def test_says_of_what_is_coming_that_it_does_nothing_yet(self) -> None:
        coming = [s for s in PortalSettings.declared().values() if s.is_coming]

        response = self.client.get(f"{self.home}/settings/")

        self.assertContains(response, ">Coming</span>", count=len(coming))
        self.assertContains(response, "but it has no effect yet.", count=len(coming))

    def test_a_viewer_sees_but_can_not_change(self) -> None:
        response = self.browser(Role.VIEWER).get(f"{self.home}/settings/")

        switches = response.content.decode().count('class="switch"')
        self.assertContains(response, " disabled aria-describedby", count=switches + 3)
        self.assertContains(response, "You can look; owners and admins can change.")
        self.assertNotContains(response, 'id="servicebot-portal"')

    def test_says_where_stripe_is_not_connected(self) -> None:
        response = self.client.get(f"/portals/{self.live.public_id}/settings/")

        self.assertContains(response, "Stripe isn't connected in live mode.")

    def test_a_live_portal_is_previewed_with_a_made_up_customer_alone(self) -> None:
        response = self.client.get(f"/portals/{self.live.public_id}/settings/")

        self.assertContains(response, f"/portals/{self.live.public_id}/preview/")
        self.assertNotContains(response, "Test mode without a hash")
        self.assertNotContains(response, 'id="servicebot-portal"')

    def test_holds_no_secret(self) -> None:
        page = self.client.get(f"{self.home}/settings/").content.decode()

        assert self.acme.secret not in page
        assert self.acme.shop.api_key not in page

    def test_asks_the_database_a_constant_number_of_things(self) -> None:
        # Session, user, membership, portal with settings, connection, portals, memberships.
        with self.assertNumQueries(7):
            self.client.get(f"{self.home}/settings/")

    def test_asks_stripe_nothing(self) -> None:
        self.client.get(f"{self.home}/settings/")

        assert self.sandbox.calls == []

    def test_no_get_writes(self) -> None:
        pages = ["/", "/modes/test/", "/portals/new/", "/stripe/", f"{self.home}/settings/"]
        parts_ = [f"{self.home}/customers/", f"{self.home}/settings/can_change_plan/note/"]
        for address in [*pages, *parts_]:
            with self.subTest(address=address), CaptureQueriesContext(connection) as asked:
                self.client.get(address)

                written = [q["sql"] for q in asked if not q["sql"].startswith("SELECT")]
                assert written == []

    def test_has_no_inline_style_or_script(self) -> None:
        page = self.client.get(f"{self.home}/settings/").content.decode()

        assert " style=" not in page
        assert "<style" not in page
        assert page.count("<script ") == page.count(" defer></script>") == page.count("<script")


class NewSettingTests(DashboardTestCase):
    @isolate_apps("portal")
    def test_a_new_setting_appears_by_itself(self) -> None:
        class Wider(PortalSettings):
            can_dance = Toggle(
                "Enable dancing", section=Section.SHOWING, default=True, help_text="They dance."
            )

            class Meta:
                app_label = "portal"

        ((part,)) = parts(Wider())
        html = row_html(self, part.rows[0])

        assert part.section == Section.SHOWING
        assert "Enable dancing" in html
        assert "They dance." in html
        assert f'hx-post="{self.home}/settings/can_dance/"' in html
        assert " checked" in html


def row_html(case: DashboardTestCase, row: Any) -> str:
    """Render one row as for the owner."""
    request: Any = RequestFactory().get("/")
    request.membership = case.acme.owner.memberships.get()
    return render_to_string("settings_ui/row.html", {"row": row, "portal": case.portal}, request)


def sent(setting: PortalSetting, value: Any) -> Any:
    """Return what a control with this value sends: of a table all cells, and those of a new row."""
    if isinstance(setting, OwnTexts):
        return ""  # they have a page of their own
    if isinstance(setting, Group):
        typed = [column for column in setting.columns if column.kind != "image"]
        return [str(column.value(value)) for column in typed]
    if not isinstance(setting, Table):
        return posted(value).get("value", "")
    columns = setting.columns
    rows = [[str(column.value(row)) for column in columns] for row in value]
    blank = [str(column.default) if column.choices else "" for column in columns]
    return [cell for row in [*rows, blank] for cell in row]


def controls_in(response: Any) -> dict[str, Any]:
    """Return what each control of the page would send if nothing were touched."""
    found = {}
    for part in response.context["parts"]:
        for row in part.rows:
            html = render_to_string(row.control, {"row": row}, response.wsgi_request)
            found[row.name] = sent_by(html)
    return found


def sent_by(html: str) -> Any:
    """Return what one control would send."""
    if "<table" in html or 'class="group"' in html:
        shown = r'<input[^>]* name=[^>]* value="([^"]*)"|<option value="([^"]*)" selected>'
        cells = re.findall(shown, html)
        return [typed or chosen for typed, chosen in cells]
    if "<textarea" in html:
        return html.split("<textarea")[1].split(">", 1)[1].split("</textarea>")[0]
    if "<select" in html:
        return html.split('" selected>')[0].rsplit('value="', 1)[1]
    if 'inputmode="url"' in html:
        return html.split(' value="')[1].split('"')[0]
    return "on" if " checked" in html else ""
