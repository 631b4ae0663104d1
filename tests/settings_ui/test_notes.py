"""What a row says that only Stripe knows."""

from __future__ import annotations

from tests.settings_ui.base import DashboardTestCase


class NoteTests(DashboardTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.url = f"{self.home}/settings/can_change_plan/note/"

    def test_the_row_asks_for_its_note(self) -> None:
        response = self.client.get(f"{self.home}/settings/")

        self.assertContains(response, f'hx-get="{self.url}"', count=1)

    def test_names_the_plans_found(self) -> None:
        response = self.client.get(self.url)

        self.assertContains(response, "Plans found in Stripe: Notes (3 plans).")

    def test_says_how_there_come_to_be_plans(self) -> None:
        self.acme.merchant.connections.update(api_key="sk_test_empty")

        response = self.client.get(self.url)

        self.assertContains(response, "No plans to move between yet")
        self.assertContains(response, f'href="{self.home}/services/">Set up services')

    def test_services_of_other_portals_are_no_plans_here(self) -> None:
        self.switch(services=["Projects"])

        self.assertContains(self.client.get(self.url), "No plans to move between yet")

    def test_leads_to_connecting_stripe(self) -> None:
        self.acme.merchant.connections.all().delete()

        response = self.client.get(self.url)

        self.assertContains(response, '<a href="/stripe/">Connect Stripe</a>')

    def test_says_when_stripe_is_down(self) -> None:
        self.sandbox.account(self.acme.shop.api_key).weather.bring("500", times=9)

        response = self.client.get(self.url)

        self.assertContains(response, "Stripe didn&#x27;t say which plans there are.")

    def test_a_setting_without_note_has_none(self) -> None:
        assert self.client.get(f"{self.home}/settings/can_cancel/note/").status_code == 404


class NamesNoteTests(DashboardTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.url = f"{self.home}/settings/services/note/"

    def test_names_what_there_is_to_name(self) -> None:
        response = self.client.get(self.url)

        self.assertContains(response, "Services found in Stripe: Notes.")
        self.assertContains(response, "See services")

    def test_says_what_is_named_and_not_there(self) -> None:
        self.switch(services=["Notes", "Projects"])

        self.assertContains(self.client.get(self.url), "no service named Projects")

    def test_without_stripe_there_is_none(self) -> None:
        self.acme.merchant.connections.all().delete()

        self.assertContains(self.client.get(self.url), "Services found in Stripe: none.")

    def test_says_when_stripe_is_down(self) -> None:
        self.sandbox.account(self.acme.shop.api_key).weather.bring("500", times=9)

        self.assertContains(self.client.get(self.url), "didn&#x27;t say which services")
