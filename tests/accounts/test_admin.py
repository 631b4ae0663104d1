"""What the operator's staff see: everything that explains, nothing that can be changed, no key."""

from __future__ import annotations

from typing import Any

from django.test import Client

from accounts.activity import ActivityAction, note_member
from accounts.admin import staff
from accounts.models import ApiToken, User
from portal import admin as portal_admin
from tests.base import ServicebotTestCase

assert portal_admin.staff is staff


class StaffTestCase(ServicebotTestCase):
    def setUp(self) -> None:
        super().setUp()
        someone = User.objects.create_superuser("staff@example.com", "a long password")
        self.client.force_login(someone)
        owner = self.acme.owner.memberships.get()
        self.api_token = ApiToken.make(owner, "CI")
        note_member(owner, ActivityAction.SETTING_CHANGED, subject="can_cancel")

    def pages(self) -> list[str]:
        """Return every list and every row of every model."""
        found = []
        for model in staff._registry:
            home = f"/staff/{model._meta.app_label}/{model._meta.model_name}/"
            rows: Any = model._default_manager.all()
            found += [home, *(f"{home}{row.pk}/change/" for row in rows)]
        return found


class ReadingTests(StaffTestCase):
    def test_every_page_opens(self) -> None:
        for page in ["/staff/", *self.pages()]:
            with self.subTest(page=page):
                assert self.client.get(page).status_code == 200

    def test_no_page_shows_a_key(self) -> None:
        connections = self.acme.merchant.connections.all()
        secrets = [c.api_key for c in connections] + [c.publishable_key for c in connections]
        secrets += [self.acme.secret, self.api_token, ApiToken.objects.get().digest]

        for page in self.pages():
            text = self.client.get(page).content.decode()
            assert [secret for secret in secrets if secret in text] == []

    def test_a_merchant_is_found_by_somebody_of_its_team(self) -> None:
        response = self.client.get("/staff/accounts/merchant/", {"q": "owner@acme.example"})

        self.assertContains(response, "Acme")
        self.assertNotContains(response, "Globex")


class ChangingTests(StaffTestCase):
    def test_nothing_can_be_changed(self) -> None:
        for model in staff._registry:
            home = f"/staff/{model._meta.app_label}/{model._meta.model_name}/"
            for page in (f"{home}add/", f"{home}1/delete/"):
                with self.subTest(page=page):
                    assert self.client.post(page, {}).status_code in {302, 403}
            assert "_save" not in self.client.get(home).content.decode()

    def test_a_row_is_not_saved(self) -> None:
        merchant = self.acme.merchant

        response = self.client.post(
            f"/staff/accounts/merchant/{merchant.pk}/change/", {"name": "Theirs now"}
        )

        assert response.status_code == 403
        merchant.refresh_from_db()
        assert merchant.name == "Acme"

    def test_passwords_are_changed_on_the_account_pages_alone(self) -> None:
        response = self.client.get("/staff/password_change/")

        assert response["Location"].startswith("/accounts/password/")


class DoorTests(ServicebotTestCase):
    def test_leads_to_the_products_own_log_in(self) -> None:
        response = Client().get("/staff/", follow=True)

        assert response.redirect_chain[-1][0].startswith("/accounts/login/")
