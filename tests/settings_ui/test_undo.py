"""Undo beside a change in live mode."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from accounts.roles import Role
from portal.models import PortalSettings, open_portal
from settings_ui.undoing import ticket_for
from tests.settings_ui.base import HTMX, DashboardTestCase, another_value


class UndoTests(DashboardTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.home = f"/portals/{self.live.public_id}"

    def now(self, name: str) -> Any:
        return getattr(PortalSettings.objects.get(portal=self.live), name)

    def ticket(self, name: str, value: Any) -> str:
        """Save one setting; return what undoes that."""
        return ticket_in(self.save(name, value))

    def undo(
        self, name: str, ticket: str, home: str = "", client: Any = None, **headers: str
    ) -> Any:
        return (client or self.client).post(
            f"{home or self.home}/settings/{name}/undo/",
            {"ticket": ticket},
            headers={**HTMX, **headers},
        )

    def test_every_setting_can_be_put_back(self) -> None:
        for name, setting in PortalSettings.declared().items():
            before = self.now(name)
            if name == "requires_security_hash" or another_value(setting, before) == before:
                continue  # always on in live mode; has no other value yet
            with self.subTest(setting=name):
                ticket = self.ticket(name, another_value(setting, before))
                assert self.now(name) != before

                response = self.undo(name, ticket)

                assert response.status_code == 200
                assert self.now(name) == before

    def test_is_offered_beside_the_change_with_what_was_before(self) -> None:
        response = self.save("identify_by", "customer_id")

        self.assertContains(response, 'Undo<span class="unseen"> How to identify customers')
        self.assertContains(response, "Before: E-mail address")
        self.assertContains(response, f'hx-post="{self.home}/settings/identify_by/undo/"')

    def test_answers_the_row_says_undone_and_offers_it_no_more(self) -> None:
        ticket = self.ticket("is_on", False)

        response = self.undo("is_on", ticket)

        self.assertContains(response, "Undone: Portal is on")
        self.assertContains(response, " autofocus")
        self.assertNotContains(response, "ticket")
        assert response["HX-Trigger"] == "setting-saved"

    def test_is_not_offered_where_nothing_changed(self) -> None:
        self.assertNotContains(self.save("is_on", True), "ticket")

    def test_is_not_offered_in_test_mode(self) -> None:
        home = f"/portals/{self.portal.public_id}"

        self.assertNotContains(self.save("can_cancel", False, home=home), "ticket")

    def test_the_page_itself_offers_none(self) -> None:
        self.save("is_on", False)

        self.assertNotContains(self.client.get(f"{self.home}/settings/"), "ticket")

    def test_ones_own_other_changes_do_not_end_it(self) -> None:
        ticket = self.ticket("is_on", False)
        self.save("can_cancel", False)
        version = PortalSettings.objects.get(portal=self.live).version

        response = self.undo("is_on", ticket, **{"If-Match": f'"{version}"'})

        assert response.status_code == 200
        assert self.now("is_on") is True

    def test_never_undoes_what_somebody_else_changed_since(self) -> None:
        ticket = self.ticket("off_text", "Back on Monday")
        self.save("off_text", "Back on Tuesday", self.browser(Role.ADMIN))
        version = PortalSettings.objects.get(portal=self.live).version

        for headers in ({}, {"If-Match": f'"{version}"'}):
            with self.subTest(headers=headers):
                response = self.undo("off_text", ticket, **headers)

                self.assertContains(response, "Not undone", status_code=412)
                self.assertContains(response, ">Back on Tuesday</textarea>", status_code=412)
                assert self.now("off_text") == "Back on Tuesday"

    def test_a_stale_page_undoes_nothing(self) -> None:
        ticket = self.ticket("is_on", False)
        version = PortalSettings.objects.get(portal=self.live).version
        self.save("can_cancel", False, self.browser(Role.ADMIN))

        for headers in ({}, {"If-Match": f'"{version}"'}):
            with self.subTest(headers=headers):
                assert self.undo("is_on", ticket, **headers).status_code == 412
                assert self.now("is_on") is False

    def test_a_double_click_undoes_once(self) -> None:
        ticket = self.ticket("is_on", False)
        self.undo("is_on", ticket)

        assert self.undo("is_on", ticket).status_code == 412
        assert self.now("is_on") is True

    def test_a_ticket_that_is_none_is_refused(self) -> None:
        ticket = self.ticket("is_on", False)

        for made_up in ("", "x", ticket[:-1], ticket + "x"):
            with self.subTest(ticket=made_up):
                response = self.undo("is_on", made_up)

                self.assertContains(response, "be undone here", status_code=400)
        assert self.now("is_on") is False

    def test_a_ticket_is_good_for_its_own_setting_and_portal(self) -> None:
        ticket = self.ticket("is_on", False)
        other = open_portal(self.acme.merchant, "live", "Second")
        self.save("is_on", False, home=f"/portals/{other.public_id}")

        assert self.undo("can_cancel", ticket).status_code == 400
        assert self.undo("is_on", ticket, f"/portals/{other.public_id}").status_code == 400
        assert PortalSettings.objects.get(portal=other).is_on is False

    def test_a_viewer_undoes_nothing(self) -> None:
        ticket = self.ticket("is_on", False)

        response = self.undo("is_on", ticket, client=self.browser(Role.VIEWER))

        assert response.status_code == 403
        assert self.now("is_on") is False

    def test_a_setting_that_is_none_is_not_found(self) -> None:
        assert self.undo("version", "x").status_code == 404

    def test_what_was_before_is_not_known_where_another_change_came_between(self) -> None:
        before = PortalSettings.objects.get(portal=self.live)
        self.save("can_cancel", False)
        self.save("is_on", False)
        after = PortalSettings.objects.get(portal=self.live)

        assert ticket_for(before, after, "is_on") == ""


def ticket_in(response: Any) -> str:
    """Return the ticket that a row carries."""
    (found,) = re.findall(r'name="ticket" value="([^"]+)"', response.content.decode())
    return unescape(found)
