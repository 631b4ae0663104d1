"""A page that was loaded before somebody else changed something: told, and nothing overwritten."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client

from accounts.activity import ActivityAction, note_member
from accounts.roles import Role
from portal.models import PortalSettings
from tests.settings_ui.base import HTMX, DashboardTestCase, another_value, posted


def version_in(html: str) -> str:
    """Return the version that a page, or a part of it, carries, as its script sends it."""
    (found,) = re.findall(r'id="version" data-version="(\d+)"', html)
    return f'"{found}"'


class StaleTests(DashboardTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.admin = self.browser(Role.ADMIN)

    def version(self, client: Client | None = None) -> str:
        """Load the page; return the version that it carries."""
        page = (client or self.client).get(f"{self.home}/settings/").content.decode()
        return version_in(page)

    def send(self, name: str, value: Any, version: str) -> Any:
        """Save as a page does that carries a version."""
        headers = {**HTMX, "If-Match": version}
        return self.client.post(f"{self.home}/settings/{name}/", posted(value), headers=headers)

    def test_a_fresh_page_saves_and_learns_the_next_version(self) -> None:
        before = self.settings_now().version

        response = self.send("can_cancel", False, self.version())

        self.assertContains(response, f'id="version" data-version="{before + 1}" hx-swap-oob')

    def test_saving_again_and_again_in_one_page_goes_on(self) -> None:
        version = self.version()

        for value in (False, True, False):
            response = self.send("can_cancel", value, version)
            version = version_in(response.content.decode())

            assert response.status_code == 200

    def test_a_stale_page_overwrites_nothing(self) -> None:
        for name, setting in PortalSettings.declared().items():
            with self.subTest(setting=name):
                version = self.version()
                self.save("debug_mode", not self.settings_now().debug_mode, self.admin)
                before = getattr(self.settings_now(), name)

                response = self.send(name, another_value(setting, before), version)

                assert response.status_code == 412
                assert getattr(self.settings_now(), name) == before

    def test_a_second_tab_of_ones_own_is_told_the_same(self) -> None:
        version = self.version()
        self.save("can_cancel", False)

        assert self.send("can_cancel", True, version).status_code == 412

    def test_the_row_shows_what_is_so_and_what_was_wanted(self) -> None:
        version = self.version()
        self.save("identify_by", "customer_id", self.admin)
        self.save("can_cancel", False, self.admin)

        response = self.send("identify_by", "email", version)

        self.assertContains(response, '<option value="customer_id" selected>', status_code=412)
        self.assertContains(response, "You chose: E-mail address.", status_code=412)
        self.assertContains(response, 'role="alert"', status_code=412)

    def test_what_was_typed_stays_to_be_saved_again(self) -> None:
        version = self.version()
        self.save("allowed_origins", ["https://theirs.example.com"], self.admin)

        response = self.send("allowed_origins", ["https://mine.example.com"], version)

        self.assertContains(response, ">https://mine.example.com</textarea>", status_code=412)
        self.assertContains(response, "It is now: https://theirs.example.com.", status_code=412)

        version = version_in(response.content.decode())
        again = self.send("allowed_origins", ["https://mine.example.com"], version)
        assert again.status_code == 200
        assert self.settings_now().allowed_origins == ["https://mine.example.com"]

    def test_two_who_want_the_same_are_told_that_it_is_so(self) -> None:
        version = self.version()
        self.save("can_cancel", False, self.admin)

        response = self.send("can_cancel", False, version)

        self.assertContains(response, "This one is as you wanted it.", status_code=412)

    def test_every_other_row_is_shown_as_it_is_now_and_the_preview_too(self) -> None:
        version = self.version()
        self.save("can_use_coupon", True, self.admin)

        response = self.send("can_cancel", False, version)

        others = len(PortalSettings.declared()) - 1
        self.assertContains(response, 'hx-swap-oob="true" hx-target', count=others, status_code=412)
        assert response["HX-Trigger"] == "setting-saved"

    def test_says_who_it_was_where_that_is_noted(self) -> None:
        version = self.version()
        self.save("can_cancel", False, self.admin)
        note_member(
            self.acme.merchant.memberships.get(role=Role.ADMIN),
            ActivityAction.SETTING_CHANGED,
            portal_id=self.portal.public_id,
            subject="can_cancel",
        )

        response = self.send("can_cancel", True, version)

        self.assertContains(response, "changed last by admin@acme.example.", status_code=412)

    def test_says_who_copied_it_where_that_came_last(self) -> None:
        version = self.version()
        self.save("can_cancel", False, self.admin)
        note_member(
            self.acme.merchant.memberships.get(role=Role.ADMIN),
            ActivityAction.SETTINGS_COPIED,
            portal_id=self.portal.public_id,
            subject="Another portal",
            after={"can_cancel": False},
        )

        response = self.send("can_cancel", True, version)

        self.assertContains(response, "changed last by admin@acme.example.", status_code=412)

    def test_another_portals_history_is_not_told(self) -> None:
        version = self.version()
        self.switch(can_cancel=False, version=self.settings_now().version + 1)
        note_member(
            self.acme.merchant.memberships.get(role=Role.ADMIN),
            ActivityAction.SETTING_CHANGED,
            portal_id=self.live.public_id,
            subject="can_cancel",
        )

        response = self.send("can_cancel", True, version)

        self.assertNotContains(response, "changed last by", status_code=412)

    def test_a_version_that_is_none_is_stale(self) -> None:
        for version in ("", "1", '"one"', '"99"'):
            with self.subTest(version=version):
                assert self.send("can_cancel", False, version).status_code == 412
