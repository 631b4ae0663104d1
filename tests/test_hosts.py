"""A portal on a host of its own: nothing of the dashboard answers there, and nothing of the portal
anywhere else, so that no cookie of the one ever reaches the other."""

from __future__ import annotations

from typing import Any

from django.test import Client

from portal.shell import embedding_origins
from tests import addresses
from tests.test_tenancy import TABLE

DASHBOARD, PORTAL = "billing.example.com", "portal.example.net:8443"
BOTH = {"livez", "readyz", "csp-report", "portal/<portal_id:portal_id>/logo/<str:version>"}
SPLIT = {
    "PUBLIC_URL": f"https://{DASHBOARD}",
    "PORTAL_HOST": PORTAL,
    "ALLOWED_HOSTS": [DASHBOARD, "portal.example.net"],
}
NOTHING = b"Not found.\n"


def is_portals(route: str) -> bool:
    return route.startswith(("portal/", "embed/"))


class TwoHostsTests(addresses.AddressesTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.enterContext(self.settings(**SPLIT))

    def ask(self, host: str, route: str, browser: Any = None) -> Any:
        return (browser or Client()).get(self.path(route), headers={"Host": host})

    def test_each_address_answers_at_its_own_host_alone(self) -> None:
        for route in set(TABLE) - BOTH:
            here, there = (PORTAL, DASHBOARD) if is_portals(route) else (DASHBOARD, PORTAL)
            with self.subTest(route):
                assert self.ask(here, route).content != NOTHING
                refused = self.ask(there, route)
                assert (refused.status_code, refused.content) == (404, NOTHING)

    def test_what_is_the_same_for_everybody_answers_at_both(self) -> None:
        for route in BOTH:
            for host in (DASHBOARD, PORTAL):
                with self.subTest(route, host=host):
                    assert self.ask(host, route).content != NOTHING

    def test_no_answer_at_the_portals_host_sets_a_cookie_or_looks_at_one(self) -> None:
        owner = self.owner()
        with self.assertNumQueries(0):
            owner.get("/", headers={"Host": PORTAL})
        for route in filter(is_portals, TABLE):
            for browser in (Client(), owner):
                answer = self.ask(PORTAL, route, browser)
                with self.subTest(route):
                    assert not answer.cookies
                    assert "Cookie" not in answer.headers.get("Vary", "")

    def test_the_hosts_own_page_alone_begins_a_session(self) -> None:
        given = {"email": "ada@example.com", "hash": self.hash("ada@example.com")}
        address = f"/portal/{self.portal.public_id}/session"
        for origin, status in ((f"https://{PORTAL}", 200), (f"https://{DASHBOARD}", 403)):
            headers = {"Host": PORTAL, "Origin": origin}
            with self.subTest(origin):
                assert self.client.post(address, given, headers=headers).status_code == status

    def test_the_dashboards_preview_may_frame_a_test_portal_there(self) -> None:
        assert embedding_origins(self.portal) == [f"https://{DASHBOARD}"]
        for page in ("settings", "texts"):
            answer = self.owner().get(
                f"/portals/{self.portal.public_id}/{page}/", headers={"Host": DASHBOARD}
            )
            self.assertContains(answer, f'src="https://{PORTAL}/embed/v1.js"')
            for directive in ("script-src", "frame-src"):
                policy = answer.headers["Content-Security-Policy"]
                assert f"{directive} 'self' https://{PORTAL};" in f"{policy};"

    def test_install_page_and_docs_name_it(self) -> None:
        owner = self.owner()
        install = owner.get(
            f"/portals/{self.portal.public_id}/install/", headers={"Host": DASHBOARD}
        ).content.decode()
        embed, api = (
            owner.get(f"/docs/{name}/", headers={"Host": DASHBOARD}).content.decode()
            for name in ("embed", "api")
        )

        assert f"https://{PORTAL}/embed/v1.js" in install
        assert f"https://{DASHBOARD}/embed" not in install + embed
        assert f"frame-src https://{PORTAL}" in embed
        assert f"https://{DASHBOARD}/api/v1/portal" in api
