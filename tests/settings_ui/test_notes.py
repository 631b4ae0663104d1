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

        self.assertContains(response, "sb_service")
        self.assertContains(response, "sb_tier")
        self.assertContains(response, 'href="https://docs.stripe.com/metadata"')

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
