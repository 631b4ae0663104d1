"""Saving one setting from the page, in force at once."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.roles import Role
from portal.logo import data_uri
from portal.models import PortalSettings
from portal.toggles import Toggle
from tests.settings_ui.base import HTMX, DashboardTestCase, another_value

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


class SaveSettingTests(DashboardTestCase):
    def columns(self) -> dict[str, Any]:
        """Return the whole row."""
        return dict(PortalSettings.objects.filter(portal=self.portal).values().get())

    def test_saves_every_setting(self) -> None:
        for name, setting in PortalSettings.declared().items():
            with self.subTest(setting=name):
                value = another_value(setting, getattr(self.settings_now(), name))

                response = self.save(name, value)

                assert response.status_code == 200
                assert getattr(self.settings_now(), name) == value

    def test_answers_the_row_and_says_saved(self) -> None:
        response = self.save("can_cancel", False)

        self.assertContains(response, 'id="row-can_cancel" hx-target')
        self.assertContains(response, "Saved: Enable cancellation")
        assert response["HX-Trigger"] == "setting-saved"

    def test_answers_the_needs_that_have_changed_and_nothing_that_may_be_typed_in(self) -> None:
        response = self.save("can_cancel", False)

        needing = ("asks_cancellation_reason", "cancellation_reasons", "cancels_immediately")
        for name in needing:
            self.assertContains(response, f'id="needs-{name}" hx-swap-oob="true"')
        self.assertContains(response, "hx-swap-oob=", count=5)
        self.assertContains(response, "Needs Enable cancellation.", count=3)

    def test_met_needs_are_no_longer_said(self) -> None:
        self.switch(can_cancel=False)

        response = self.save("can_cancel", True)

        self.assertNotContains(response, "Needs Enable cancellation.")

    def test_changes_that_setting_alone_and_counts_the_version(self) -> None:
        before = self.columns()

        self.save("can_cancel", not before["can_cancel"])

        after = self.columns()
        changed = {name for name in before if before[name] != after[name]}
        assert changed == {"can_cancel", "version"}
        assert after["version"] == before["version"] + 1

    def test_saving_what_is_so_already_changes_nothing(self) -> None:
        before = self.settings_now()

        self.save("can_cancel", before.can_cancel)

        assert self.settings_now().version == before.version

    def test_says_beside_the_field_what_is_wrong_and_keeps_what_was_typed(self) -> None:
        response = self.save("allowed_origins", ["https://shop.example.com/path"])

        self.assertContains(response, "isn&#x27;t an origin", status_code=400)
        self.assertContains(response, ">https://shop.example.com/path</textarea>", status_code=400)
        self.assertContains(response, 'aria-invalid="true"', status_code=400)
        assert "HX-Trigger" not in response
        assert self.settings_now().allowed_origins == []

    def test_reads_rows_without_blank_ones_and_numbers_as_numbers(self) -> None:
        typed = {"unit_label": [" seat ", ""], "min": ["2", ""], "max": ["", ""], "step": ["", ""]}

        self.client.post(f"{self.home}/settings/quantity_rules/", typed, headers=HTMX)

        assert self.settings_now().quantity_rules == [{"unit_label": "seat", "min": 2}]

    def test_a_row_that_means_nothing_is_said_so_and_stays_typed(self) -> None:
        typed = {"unit_label": ["seat"], "min": ["many"], "max": [""], "step": [""]}
        address = f"{self.home}/settings/quantity_rules/"

        response = self.client.post(address, typed, headers=HTMX)

        self.assertContains(response, "seat: give whole numbers", status_code=400)
        self.assertContains(response, 'value="many"', status_code=400)
        assert self.settings_now().quantity_rules == []

    def test_reads_lines_without_blank_and_double_ones(self) -> None:
        self.save("allowed_origins", [" https://a.example.com ", "", "https://a.example.com"])

        assert self.settings_now().allowed_origins == ["https://a.example.com"]

    def test_refuses_a_choice_that_is_none(self) -> None:
        response = self.save("identify_by", "shoe_size")

        assert response.status_code == 400
        assert self.settings_now().identify_by == "email"

    def test_live_mode_keeps_the_hash_and_says_so(self) -> None:
        home = f"/portals/{self.live.public_id}"

        response = self.save("requires_security_hash", False, home=home)

        self.assertContains(
            response, "A live portal always requires the security hash.", status_code=400
        )
        self.assertContains(response, " checked", status_code=400)
        self.live.settings.refresh_from_db()
        assert self.live.settings.requires_security_hash

    def test_a_setting_that_is_none_is_not_found(self) -> None:
        for name in ("version", "mode", "portal", "can_fly"):
            with self.subTest(name=name):
                assert self.save(name, True).status_code == 404

    def test_a_viewers_post_changes_nothing(self) -> None:
        browser = self.browser(Role.VIEWER)
        before = self.settings_now()

        for name, setting in PortalSettings.declared().items():
            with self.subTest(setting=name):
                value = another_value(setting, getattr(before, name))

                assert self.save(name, value, browser).status_code == 403
        assert self.settings_now().version == before.version

    def test_a_get_is_not_allowed(self) -> None:
        assert self.client.get(f"{self.home}/settings/can_cancel/").status_code == 405

    def test_typed_markup_is_text(self) -> None:
        response = self.save("allowed_origins", ["</textarea><b>hi</b>"])

        self.assertNotContains(response, "<b>hi</b>", status_code=400)

    def test_the_portal_obeys_at_once(self) -> None:
        self.save("can_cancel", True)
        self.save("can_cancel", False)

        response = self.api("get", "")

        (customer,) = response.json()["customers"]
        (subscription,) = customer["subscriptions"]
        assert subscription["actions"]["cancel"]["allowed"] is False

    def test_every_toggle_can_be_turned_both_ways(self) -> None:
        toggles = [n for n, s in PortalSettings.declared().items() if isinstance(s, Toggle)]
        for name in toggles:
            for value in (True, False, True):
                with self.subTest(setting=name, value=value):
                    self.save(name, value)

                    assert getattr(self.settings_now(), name) is value


class LogoTests(DashboardTestCase):
    """A picture is kept beside the rest of its group until another comes, or it is removed."""

    def post(self, **given: Any) -> Any:
        body = {"accent": "", "radius": "medium", "font": "system", "scheme": "automatic", **given}
        return self.client.post(f"{self.home}/settings/look/", body, headers=HTMX)

    def upload(self, content: bytes) -> Any:
        return self.post(logo=SimpleUploadedFile("logo.png", content, "image/png"))

    def test_it_is_kept_until_it_is_removed(self) -> None:
        shown = self.upload(PNG)
        kept = self.post(accent="#ffcc00")
        look = self.settings_now().look
        removed = self.post(remove="logo")

        self.assertContains(shown, f'src="{data_uri(PNG)}"')
        self.assertContains(kept, "As text, this colour is darkened to #")
        assert (look["logo"], look["accent"]) == (data_uri(PNG), "#ffcc00")
        self.assertNotContains(removed, "<img")
        assert "logo" not in self.settings_now().look

    def test_what_is_no_small_picture_is_refused_and_the_old_one_stays(self) -> None:
        self.upload(PNG)

        for content, why in ((b"<svg/>", "SVG isn&#x27;t taken"), (PNG + bytes(70_000), "64 KB")):
            response = self.upload(content)

            self.assertContains(response, why, status_code=400)
            self.assertContains(response, f'src="{data_uri(PNG)}"', status_code=400)
        assert self.settings_now().look["logo"] == data_uri(PNG)

    def test_the_api_takes_and_gives_it_as_a_data_uri(self) -> None:
        at, look = f"/api/v1{self.home}/settings", {"accent": "#3355CC", "logo": data_uri(PNG)}

        saved = Client().patch(
            at, {"look": look}, content_type="application/json", headers=self.bearer()
        )

        assert saved.json()["look"] == look
