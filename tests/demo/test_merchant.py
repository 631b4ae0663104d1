"""The demo merchant: made once, found again, and told to people truly."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.test import TestCase

from accounts.connecting import disconnect
from accounts.models import ApiToken, Merchant, User
from accounts.roles import Role
from demo import backend
from demo.environment import Place
from demo.fill import Found, reach_this_machine
from demo.merchant import SWITCHED_OFF, Access, open_demo
from demo.report import kept, report, shop_of, write
from portal.models import PortalSettings
from portal.toggles import Toggle
from servicebot.sandbox import doors
from servicebot.sandbox.world import Sandbox

SHOP = "http://localhost:8001"
TOLD = (
    "dashboard_url email password mail shop_url stripe_api_base stripe_api_key api_token portal_id "
    "secret_key customers"
)
FOUND = {"active": Found("maya@example.com", "cus_1", ({"id": "sub_1"}, {"id": "sub_2"}))}


class DemoMerchantTests(TestCase):
    """Opening the demo, once and again."""

    def setUp(self) -> None:
        super().setUp()
        self.sandbox = self.enterContext(doors.use(Sandbox()))
        self.first = open_demo({}, SHOP)

    def told(self, access: Access | None = None) -> dict[str, Any]:
        """Return what demo.json holds."""
        place = Place(8000, Path("var"))
        return report(place, access or self.first, FOUND)

    def test_everything_is_on_that_can_be_shown(self) -> None:
        for name, setting in PortalSettings.declared().items():
            with self.subTest(setting=name):
                value = getattr(self.first.portal.settings, name)
                assert not isinstance(setting, Toggle) or value is (name not in SWITCHED_OFF)

    def test_the_shop_may_show_it(self) -> None:
        assert self.first.portal.settings.allowed_origins == [SHOP]

    def test_the_owner_can_log_in(self) -> None:
        told = self.told()

        assert User.objects.get(email=told["email"]).check_password(told["password"])

    def test_the_api_token_is_the_owners(self) -> None:
        token = ApiToken.found(self.first.api_token)

        assert token is not None
        assert token.allows == Role.OWNER

    def test_a_restart_tells_the_same(self) -> None:
        again = open_demo(self.told(), SHOP)

        assert self.told(again) == self.told()
        assert Merchant.objects.count() == 1

    def test_a_restart_connects_what_was_disconnected(self) -> None:
        disconnect(Merchant.objects.get(), "test")

        open_demo(self.told(), SHOP)

        assert self.first.portal.merchant.connection("test") is not None

    def test_events_come_to_where_it_is_served_this_time(self) -> None:
        account = self.sandbox.account(backend.SECRET_KEY)
        reach_this_machine(self.sandbox)

        for address in ("http://127.0.0.1:8000", "http://127.0.0.1:9000"):
            with self.settings(PUBLIC_URL=address, STRIPE_API_BASE="http://127.0.0.1:8002"):
                open_demo(self.told(), SHOP)

            (endpoint,) = account.find("webhook_endpoint")
            assert endpoint["url"].startswith(f"{address}/webhooks/stripe/")

    def test_what_was_set_stays_set(self) -> None:
        settings = self.first.portal.settings
        settings.can_cancel = False
        settings.save()

        again = open_demo(self.told(), SHOP)

        assert again.portal.settings.can_cancel is False

    def test_a_shop_that_moved_is_let_in_too(self) -> None:
        again = open_demo(self.told(), "http://localhost:9001")

        assert again.portal.settings.allowed_origins == [SHOP, "http://localhost:9001"]

    def test_lost_secrets_are_replaced_by_ones_that_open(self) -> None:
        again = open_demo({}, SHOP)

        owner = User.objects.get()
        assert owner.check_password(again.password)
        assert ApiToken.found(again.api_token) is not None
        assert ApiToken.found(self.first.api_token) is None

    def test_programs_are_told_exactly_what_was_agreed(self) -> None:
        told = self.told()

        assert " ".join(told) == TOLD
        assert told["customers"] == {
            "active": {
                "email": "maya@example.com",
                "customer_id": "cus_1",
                "subscriptions": ["sub_1", "sub_2"],
            }
        }

    def test_the_shop_signs_with_the_portals_key(self) -> None:
        shop = shop_of(self.first, FOUND)

        assert shop.secret_key == self.first.secret_key
        assert shop.buyers["active"].name == "Maya Lindqvist"


class KeptTests(TestCase):
    """What was told last time."""

    def setUp(self) -> None:
        super().setUp()
        self.path = Path(self.enterContext(TemporaryDirectory())) / "demo.json"

    def test_it_is_read_again(self) -> None:
        write(self.path, {"password": "x"})

        assert kept(self.path) == {"password": "x"}
        assert self.path.stat().st_mode & 0o777 == 0o600

    def test_nothing_is_kept_the_first_time(self) -> None:
        assert kept(self.path) == {}

    def test_a_broken_one_counts_as_none(self) -> None:
        for text in ("{", "[]"):
            with self.subTest(text=text):
                self.path.write_text(text)

                assert kept(self.path) == {}
