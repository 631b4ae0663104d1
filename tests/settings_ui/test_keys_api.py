"""Secret keys in the merchant API: listed without their values, rotated, revoked."""

from __future__ import annotations

from typing import Any

from django.test import Client

from accounts.models import Activity
from accounts.roles import Role
from tests.settings_ui.base import DashboardTestCase

DAY = 24 * 60 * 60


class KeysApiTestCase(DashboardTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.first = self.portal.active_secrets()[0]
        self.url = f"/api/v1/portals/{self.portal.public_id}/secret-keys"
        self.headers = self.bearer()

    def read(self) -> Any:
        return Client().get(self.url, headers=self.headers)

    def rotate(self, client: Client | None = None, **body: Any) -> Any:
        given: Any = {"content_type": "application/json"}
        if client is None:
            given["headers"] = self.headers
        return (client or Client()).post(f"{self.url}/rotate", body, **given)

    def revoke(self, key_id: int) -> Any:
        return Client().post(f"{self.url}/{key_id}/revoke", headers=self.headers)

    def active(self) -> list[int]:
        return [secret.pk for secret in self.portal.active_secrets()]


class ListTests(KeysApiTestCase):
    def test_lists_what_is_in_force_without_its_value(self) -> None:
        self.rotate(overlap_seconds=DAY)

        response = self.read()

        newest, old = response.json()
        assert (newest["expires_at"], newest["last_used_at"]) == (None, None)
        assert (old["id"], old["hint"]) == (self.first.pk, self.first.hint)
        assert old["expires_at"].endswith("Z")
        assert set(old) == {"id", "hint", "created_at", "expires_at", "last_used_at"}
        assert response["Cache-Control"] == "no-store"
        for secret in self.portal.active_secrets():
            assert secret.value not in response.content.decode()


class RotateTests(KeysApiTestCase):
    def test_answers_the_new_value_this_once(self) -> None:
        response = self.rotate(overlap_seconds=DAY)

        made = self.portal.active_secrets()[0]
        assert response.status_code == 201
        assert response.json()["secret_key"] == made.value
        assert response.json()["id"] == made.pk
        assert response["Cache-Control"] == "no-store"
        assert self.active() == [made.pk, self.first.pk]

    def test_is_noted_with_whoever_made_the_token(self) -> None:
        self.rotate(overlap_seconds=0)

        entry = Activity.objects.get(action="secret_rotated")
        assert (entry.who, entry.after) == ("owner@acme.example", {"overlap_seconds": 0})
        assert entry.subject == self.portal.active_secrets()[0].hint

    def test_waits_while_an_earlier_overlap_runs(self) -> None:
        self.rotate(overlap_seconds=DAY)

        response = self.rotate(overlap_seconds=0)

        assert (response.status_code, response.json()["code"]) == (409, "action_blocked")
        assert response.json()["reason"] == "keys_overlap"
        assert "still good" in response.json()["detail"]

    def test_a_repeat_that_names_its_key_makes_no_second(self) -> None:
        self.rotate(overlap_seconds=0, replaces=self.first.pk)
        active = self.active()

        response = self.rotate(overlap_seconds=0, replaces=self.first.pk)

        assert (response.status_code, response.json()["code"]) == (412, "changed_meanwhile")
        assert self.active() == active

    def test_other_bodies_are_invalid(self) -> None:
        for body in ({}, {"overlap_seconds": 60}, {"overlap_seconds": None}):
            with self.subTest(body=body):
                response = self.rotate(**body)

                assert (response.status_code, response.json()["code"]) == (400, "invalid")
                assert "overlap_seconds" in response.json()["errors"]
        assert self.active() == [self.first.pk]


class RevokeTests(KeysApiTestCase):
    def test_the_only_key_is_replaced_and_the_new_value_answered(self) -> None:
        response = self.revoke(self.first.pk)

        (made,) = self.portal.active_secrets()
        answer = response.json()
        assert answer["made"]["secret_key"] == made.value
        assert [key["id"] for key in answer["keys"]] == [made.pk]
        assert response["Cache-Control"] == "no-store"

    def test_where_another_stays_none_is_made(self) -> None:
        self.rotate(overlap_seconds=DAY)
        newest = self.active()[0]

        answer = self.revoke(self.first.pk).json()

        assert answer["made"] is None
        assert [key["id"] for key in answer["keys"]] == [newest]

    def test_a_repeat_answers_the_same_and_changes_nothing(self) -> None:
        self.revoke(self.first.pk)
        active = self.active()

        answer = self.revoke(self.first.pk).json()

        assert answer["made"] is None
        assert self.active() == active

    def test_a_strangers_key_is_not_found(self) -> None:
        for foreign in (self.live, self.globex.portal):
            response = self.revoke(foreign.active_secrets()[0].pk)

            assert (response.status_code, response.json()["code"]) == (404, "not_found")


class DoorTests(KeysApiTestCase):
    def test_a_viewer_does_not_even_read(self) -> None:
        self.headers = self.bearer(Role.VIEWER)

        for response in (self.read(), self.rotate(overlap_seconds=0), self.revoke(self.first.pk)):
            assert (response.status_code, response.json()["code"]) == (403, "permission_missing")
        assert self.active() == [self.first.pk]

    def test_an_admin_rotates(self) -> None:
        self.headers = self.bearer(Role.ADMIN)

        assert self.rotate(overlap_seconds=0).status_code == 201

    def test_the_dashboards_session_reads_and_changes_only_after_a_fresh_log_in(self) -> None:
        assert self.client.get(self.url).status_code == 200

        refused = self.rotate(self.client, overlap_seconds=0)
        taken = self.rotate(self.fresh(), overlap_seconds=0)

        assert (refused.status_code, refused.json()["reason"]) == (403, "log_in_again")
        assert refused.json()["code"] == "permission_missing"
        assert taken.status_code == 201

    def test_what_is_not_there_is_no_method(self) -> None:
        for path in (f"{self.url}/rotate", f"{self.url}/{self.first.pk}/revoke"):
            assert Client().get(path, headers=self.headers).status_code == 405
