"""The merchant API: portals and their settings."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

from django.core.management import call_command
from django.test import Client

from accounts.models import ApiToken
from accounts.roles import Role
from portal.models import PortalSettings
from tests.settings_ui.base import DashboardTestCase, another_value


class ApiTestCase(DashboardTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.url = f"/api/v1/portals/{self.portal.public_id}/settings"
        self.headers = self.bearer()

    def read(self, **headers: str) -> Any:
        return Client().get(self.url, headers=headers or self.headers)

    def patch(self, change: Any, url: str = "", **headers: str) -> Any:
        return Client().patch(
            url or self.url,
            change,
            content_type="application/json",
            headers={**self.headers, **headers},
        )


class PortalsTests(ApiTestCase):
    def test_lists_the_merchants_own(self) -> None:
        response = Client().get("/api/v1/portals", headers=self.headers)

        assert response.json() == [
            {"id": self.portal.public_id, "name": "Acme portal", "mode": "test"},
            {"id": self.live.public_id, "name": "Acme live portal", "mode": "live"},
        ]


class ReadTests(ApiTestCase):
    def test_has_every_declared_setting_and_nothing_else(self) -> None:
        answer = self.read().json()

        settings = self.settings_now()
        assert answer == {name: getattr(settings, name) for name in PortalSettings.declared()}

    def test_names_the_version(self) -> None:
        assert self.read()["ETag"] == f'"{self.settings_now().version}"'


class ChangeTests(ApiTestCase):
    def test_writes_every_setting(self) -> None:
        for name, setting in PortalSettings.declared().items():
            with self.subTest(setting=name):
                change = {name: another_value(setting, getattr(self.settings_now(), name))}

                response = self.patch(change)

                assert response.status_code == 200
                assert response.json()[name] == change[name]
                assert getattr(self.settings_now(), name) == change[name]

    def test_refuses_what_no_setting_can_be(self) -> None:
        for name in PortalSettings.declared():
            for value in (None, {"a": 1}, 17.5, "no such value"):
                if name == "off_text" and isinstance(value, float | str):
                    continue  # any text is one
                with self.subTest(setting=name, value=value):
                    response = self.patch({name: value})

                    assert response.status_code == 400
                    assert response.json()["code"] == "invalid"
                    assert name in response.json()["errors"]

    def test_changes_several_at_once(self) -> None:
        before = self.settings_now()

        response = self.patch({"can_cancel": False, "identify_by": "customer_id"})

        assert response["ETag"] == f'"{before.version + 1}"'
        assert not self.settings_now().can_cancel
        assert self.settings_now().identify_by == "customer_id"

    def test_changes_all_or_nothing(self) -> None:
        self.switch(can_cancel=True)

        response = self.patch({"can_cancel": False, "allowed_origins": ["ftp://x"]})

        assert response.status_code == 400
        assert self.settings_now().can_cancel

    def test_refuses_a_name_that_is_no_setting(self) -> None:
        for name in ("can_fly", "version", "mode", "portal"):
            with self.subTest(name=name):
                response = self.patch({name: True})

                assert response.status_code == 400
                assert response.json()["errors"] == {name: ["unknown"]}

    def test_refuses_a_body_that_is_no_object(self) -> None:
        for body in ("[]", "17", '"can_cancel"', "null", "{"):
            with self.subTest(body=body):
                response = self.patch(body)

                assert response.status_code == 400
                assert response["Content-Type"] == "application/problem+json"

    def test_live_mode_keeps_the_hash(self) -> None:
        url = f"/api/v1/portals/{self.live.public_id}/settings"

        response = self.patch({"requires_security_hash": False}, url)

        assert response.status_code == 400
        assert response.json()["code"] == "live_requires_hash"
        assert PortalSettings.objects.get(portal=self.live).requires_security_hash


class IfMatchTests(ApiTestCase):
    def test_takes_the_version_it_was_made_for(self) -> None:
        etag = self.read()["ETag"]

        assert self.patch({"can_cancel": False}, **{"If-Match": etag}).status_code == 200

    def test_takes_it_as_a_compressing_proxy_passes_it_on(self) -> None:
        etag = "W/" + self.read()["ETag"]

        assert self.patch({"can_cancel": False}, **{"If-Match": etag}).status_code == 200

    def test_takes_a_star(self) -> None:
        assert self.patch({"can_cancel": False}, **{"If-Match": "*"}).status_code == 200

    def test_refuses_what_is_stale(self) -> None:
        etag = self.read()["ETag"]
        self.save("can_cancel", False)

        response = self.patch({"can_cancel": True}, **{"If-Match": etag})

        assert response.status_code == 412
        assert response.json()["code"] == "changed_meanwhile"
        assert not self.settings_now().can_cancel

    def test_refuses_what_it_does_not_understand(self) -> None:
        for etag in ("1", '"one"', "", '"²"', f'"{"9" * 5000}"'):
            with self.subTest(etag=etag):
                response = self.patch({"can_cancel": False}, **{"If-Match": etag})

                assert response.status_code == 412


class DoorTests(ApiTestCase):
    def problem(self, response: Any) -> tuple[int, str]:
        assert response["Content-Type"] == "application/problem+json"
        return response.status_code, response.json()["code"]

    def test_needs_somebody(self) -> None:
        assert self.problem(Client().get(self.url)) == (401, "token_missing")
        assert self.problem(Client().get("/api/v1/portals")) == (401, "token_missing")

    def test_refuses_tokens_made_elsewhere(self) -> None:
        for token in ("sb_api_made_up", "", self.token(), "ä"):
            with self.subTest(token=token):
                response = self.read(Authorization=f"Bearer {token}")

                assert self.problem(response) == (401, "token_invalid")

    def test_a_strangers_portal_does_not_exist(self) -> None:
        token = ApiToken.make(self.globex.owner.memberships.get(), "test")
        self.headers = {"Authorization": f"Bearer {token}"}

        assert self.problem(self.read()) == (404, "not_found")
        assert self.problem(self.patch({"can_cancel": False})) == (404, "not_found")

    def test_a_token_reaches_its_own_team_alone(self) -> None:
        self.globex.owner.memberships.create(merchant=self.acme.merchant, role=Role.OWNER)
        globex = self.globex.owner.memberships.get(merchant=self.globex.merchant)
        self.headers = {"Authorization": f"Bearer {ApiToken.make(globex, 'test')}"}

        assert self.problem(self.read()) == (404, "not_found")

    def test_a_viewer_reads_and_does_not_write(self) -> None:
        self.headers = self.bearer(Role.VIEWER)

        assert self.read().status_code == 200
        assert self.problem(self.patch({"can_cancel": False})) == (403, "permission_missing")

    def test_an_admin_writes(self) -> None:
        self.headers = self.bearer(Role.ADMIN)

        assert self.patch({"can_cancel": False}).status_code == 200

    def test_the_right_is_checked_before_the_body(self) -> None:
        self.headers = self.bearer(Role.VIEWER)

        assert self.problem(self.patch({"can_fly": 1})) == (403, "permission_missing")

    def test_somebody_without_team_has_no_portals(self) -> None:
        self.acme.owner.memberships.all().delete()

        response = self.client.get("/api/v1/portals")

        assert self.problem(response) == (403, "permission_missing")

    def test_the_dashboards_session_reads(self) -> None:
        assert self.client.get(self.url).status_code == 200

    def test_the_dashboards_session_writes_with_its_csrf_token_alone(self) -> None:
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(self.acme.owner)
        page = browser.get(f"{self.home}/settings/")
        csrf = {"X-CSRFToken": str(page.context["csrf_token"])}
        change = {"can_cancel": False}

        refused = browser.patch(self.url, change, content_type="application/json")
        taken = browser.patch(self.url, change, content_type="application/json", headers=csrf)

        assert self.problem(refused) == (403, "permission_missing")
        assert taken.status_code == 200

    def test_a_token_needs_no_csrf_token_and_beats_the_session(self) -> None:
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(self.globex.owner)

        response = browser.patch(
            self.url, {"can_cancel": False}, content_type="application/json", headers=self.headers
        )

        assert response.status_code == 200

    def test_a_method_that_is_not_there_is_said(self) -> None:
        response = Client().delete(self.url, headers=self.headers)

        assert self.problem(response) == (405, "method_not_allowed")


class SchemaTests(ApiTestCase):
    def schema(self) -> Any:
        """Return the API's description; anything that it isn't sure of fails."""
        out = StringIO()
        how = {"format": "openapi-json", "validate": True, "fail_on_warn": True}
        call_command("spectacular", stdout=out, **how)
        return json.loads(out.getvalue())

    def test_describes_every_setting_with_its_help(self) -> None:
        described = self.schema()["components"]["schemas"]["Settings"]["properties"]

        assert set(described) == set(PortalSettings.declared())
        for name, setting in PortalSettings.declared().items():
            with self.subTest(setting=name):
                assert str(setting.help_text) in str(described[name])

    def test_describes_the_door(self) -> None:
        call = self.schema()["paths"]["/api/v1/portals/{portal_id}/settings"]["patch"]

        assert call["security"] == [{"merchantToken": []}]
        assert {"400", "401", "403", "404", "412"} <= set(call["responses"])
