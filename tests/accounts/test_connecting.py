"""Connecting Stripe: keys are checked against Stripe before they are kept."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from accounts.connecting import connect, disconnect
from accounts.listening import can_be_reached
from accounts.models import Merchant, StripeConnection
from servicebot.gateway.webhooks import EVENTS
from tests.base import ServicebotTestCase
from tests.world import Objects

SANDBOX = "http://127.0.0.1:8002"
REACHED = {  # in test mode, in live mode
    "https://billing.example.com": (True, True),
    "https://billing.example.com:8443": (True, True),
    "https://8.8.8.8": (True, True),
    "http://billing.example.com": (True, False),
    "https://localhost": (False, False),
    "https://billing": (False, False),
    "https://billing.local": (False, False),
    "https://127.0.0.1": (False, False),
    "https://[::1]": (False, False),
    "https://10.1.2.3": (False, False),
    "https://": (False, False),
}


class ConnectTests(ServicebotTestCase):
    refuses_requests = True

    def setUp(self) -> None:
        super().setUp()
        self.merchant = Merchant.objects.create(name="New")

    def refused(self, mode: str, api_key: str, publishable_key: str) -> Any:
        """Return what is said of which field."""
        with pytest.raises(ValidationError) as caught:
            connect(self.merchant, mode, api_key, publishable_key)
        return caught.value.message_dict

    def test_good_keys_are_kept(self) -> None:
        made = connect(self.merchant, "test", "rk_test_new", "pk_test_new")

        assert self.merchant.connection("test") == made
        assert made.api_key_hint == "rk_test_…_new"
        assert self.stripe_intents("sk_test_new") == ["canceled"]

    def stripe_intents(self, key: str) -> list[str]:
        table = self.sandbox.account(key).tables.get("setup_intent", {})
        return [intent["status"] for intent in table.values()]

    def test_new_keys_replace_the_old(self) -> None:
        connect(self.merchant, "test", "rk_test_new", "pk_test_new")

        connect(self.merchant, "test", "rk_test_other", "pk_test_other")

        (only,) = self.merchant.connections.all()
        assert only.api_key == "rk_test_other"

    def test_a_live_secret_key_is_refused_with_the_reason(self) -> None:
        said = self.refused("live", "sk_live_new", "pk_live_new")

        assert "restricted key" in said["api_key"][0]

    def test_keys_of_the_other_mode_are_refused(self) -> None:
        assert "rk_live_" in self.refused("live", "rk_test_new", "pk_live_new")["api_key"][0]
        said = self.refused("test", "rk_test_new", "pk_live_new")
        assert "pk_test_" in said["publishable_key"][0]

    def test_a_publishable_key_of_another_account_is_refused(self) -> None:
        said = self.refused("test", "rk_test_new", "pk_test_other")

        assert "publishable_key" in said

    def test_a_key_that_stripe_refuses(self) -> None:
        said = self.refused("test", "rk_test_", "pk_test_new")

        assert "Stripe refuses this key" in said["api_key"][0]

    def test_stripe_down_is_said(self) -> None:
        self.sandbox.account("rk_test_new").weather.bring("500", times=9)

        said = self.refused("test", "rk_test_new", "pk_test_new")

        assert "didn't answer" in said["api_key"][0]

    def test_live_money_goes_to_stripe_alone(self) -> None:
        with self.settings(STRIPE_API_BASE="http://127.0.0.1:1"):
            said = self.refused("live", "rk_live_new", "pk_live_new")
        assert "another host" in said["api_key"][0]

        with self.settings(STRIPE_API_BASE="http://127.0.0.1:1", DEBUG=True):
            assert connect(self.merchant, "live", "rk_live_new", "pk_live_new").mode == "live"


class ListeningTests(ServicebotTestCase):
    """The endpoint at the merchant's Stripe comes and goes with the connection."""

    refuses_requests = True

    def setUp(self) -> None:
        super().setUp()
        self.merchant = Merchant.objects.create(name="New")
        self.enterContext(self.settings(PUBLIC_URL="https://billing.example.com"))

    def connect(self, name: str = "new", key: str = "rk") -> StripeConnection:
        """Connect the account of this name with a key of its."""
        return connect(self.merchant, "test", f"{key}_test_{name}", f"pk_test_{name}")

    def deny(self, name: str = "new") -> None:
        """Let restricted keys of an account make and remove no endpoints."""
        self.sandbox.account(f"rk_test_{name}").config["denied"] = ["webhook_write"]

    def endpoints(self, name: str = "new") -> list[Any]:
        """Return what the account has."""
        return Objects(self.sandbox, f"sk_test_{name}").all("webhook_endpoint")

    def test_stripe_is_asked_to_tell_us_of_changes(self) -> None:
        made = self.connect()

        (endpoint,) = self.endpoints()
        path = f"/webhooks/stripe/{made.endpoint_slug}/"
        assert endpoint["url"] == f"https://billing.example.com{path}"
        assert len(made.endpoint_slug) == 32
        assert endpoint["enabled_events"] == list(EVENTS)
        assert endpoint["metadata"] == {"sb_connection": str(made.pk)}
        assert made.endpoint_id == endpoint["id"]
        assert made.is_told

    def test_a_key_that_may_not_make_endpoints_connects_all_the_same(self) -> None:
        self.deny()

        with self.assertLogs("accounts.listening", "WARNING") as logged:
            made = self.connect()

        assert self.merchant.connection("test") == made
        assert not made.is_told
        assert "webhook_write" in logged.output[0]
        assert "rk_test_new" not in logged.output[0]

    def test_an_answer_that_is_lost_twice_stops_nothing(self) -> None:
        weather = self.sandbox.account("rk_test_new").weather
        weather.bring("reset", times=2, path="/v1/webhook_endpoints$")

        with self.assertLogs("accounts.listening", "WARNING"):
            made = self.connect()

        assert not made.is_told

    def test_a_server_that_stripe_cannot_reach_asks_for_nothing(self) -> None:
        with self.settings(PUBLIC_URL="http://127.0.0.1:8000"):
            made = self.connect()

        assert self.endpoints() == []
        assert not made.is_told

    def test_a_sandbox_decides_for_itself_what_it_reaches(self) -> None:
        self.sandbox.account("sk_test_new").config["allow_loopback"] = True

        with self.settings(PUBLIC_URL="http://127.0.0.1:8000", STRIPE_API_BASE=SANDBOX):
            assert self.connect().is_told

    def test_new_keys_leave_one_endpoint(self) -> None:
        old = self.connect()

        new = self.connect(key="sk")

        assert [endpoint["id"] for endpoint in self.endpoints()] == [new.endpoint_id]
        assert (new.pk, new.endpoint_id != old.endpoint_id) == (old.pk, True)
        assert new.endpoint_secret != old.endpoint_secret
        assert new.endpoint_slug != old.endpoint_slug

    def test_a_good_key_removes_the_endpoint_of_a_dead_one(self) -> None:
        self.connect()
        self.deny()

        made = self.connect(key="sk")

        assert [endpoint["id"] for endpoint in self.endpoints()] == [made.endpoint_id]

    def test_keys_of_another_account_move_the_endpoint_there(self) -> None:
        self.connect()

        with self.assertLogs("accounts.listening", "WARNING"):
            made = self.connect("other")

        assert self.endpoints() == []
        assert [endpoint["id"] for endpoint in self.endpoints("other")] == [made.endpoint_id]

    def test_an_endpoint_that_cannot_be_removed_stops_no_new_keys(self) -> None:
        old = self.connect()
        self.deny()

        with self.assertLogs("accounts.listening", "WARNING"):
            made = self.connect()

        assert [endpoint["id"] for endpoint in self.endpoints()] == [old.endpoint_id]
        assert (made.endpoint_id, made.endpoint_secret) == ("", "")

    def test_disconnecting_removes_the_endpoint_and_the_keys(self) -> None:
        self.connect()

        disconnect(self.merchant, "test")

        assert self.endpoints() == []
        assert self.merchant.connection("test") is None

    def test_disconnecting_needs_no_good_key(self) -> None:
        self.connect()
        self.deny()

        with self.assertLogs("accounts.listening", "WARNING"):
            disconnect(self.merchant, "test")

        assert self.merchant.connection("test") is None

    def test_disconnecting_needs_no_endpoint(self) -> None:
        self.deny()
        with self.assertLogs("accounts.listening", "WARNING"):
            self.connect()

        disconnect(self.merchant, "test")

        assert self.merchant.connection("test") is None

    def test_disconnecting_leaves_the_other_mode_and_other_merchants(self) -> None:
        self.connect()

        disconnect(self.merchant, "live")

        assert self.merchant.connection("test") is not None
        assert self.acme.merchant.connection("test") is not None

    def test_where_stripe_sends_events(self) -> None:
        for address, reached in REACHED.items():
            with self.subTest(address=address), self.settings(PUBLIC_URL=address):
                assert (can_be_reached("test"), can_be_reached("live")) == reached


class AtRestTests(ServicebotTestCase):
    def stored(self, table: str, column: str) -> str:
        """Return what the database itself holds."""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {column} FROM {table}")  # noqa: S608 -- our own names
            return str(cursor.fetchall())

    def test_no_key_stands_in_the_database_in_clear(self) -> None:
        shop = self.acme.shop
        with self.settings(PUBLIC_URL="https://billing.example.com"):
            made = connect(self.acme.merchant, "test", shop.api_key, shop.publishable_key)
        kept = "api_key, publishable_key, endpoint_secret"
        keys = self.stored("accounts_stripeconnection", kept)
        secrets = self.stored("portal_portalsecret", "value")

        assert self.acme.shop.api_key not in keys
        assert self.acme.shop.publishable_key not in keys
        assert made.endpoint_secret.startswith("whsec_")
        assert made.endpoint_secret not in keys
        assert self.acme.secret not in secrets

    def test_keys_are_rotated_by_adding_one_in_front(self) -> None:
        old = "dGVzdHMtdGVzdHMtdGVzdHMtdGVzdHMtdGVzdHMtMDA="
        new = "bmV3LW5ldy1uZXctbmV3LW5ldy1uZXctbmV3LTAwMDA="

        with self.settings(ENCRYPTION_KEYS=[new, old]):
            connected = StripeConnection.objects.get(merchant=self.acme.merchant)
            assert connected.api_key == self.acme.shop.api_key
            connected.save()
        with self.settings(ENCRYPTION_KEYS=[new]):
            connected = StripeConnection.objects.get(merchant=self.acme.merchant)
            assert connected.api_key == self.acme.shop.api_key
