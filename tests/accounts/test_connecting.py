"""Connecting Stripe: keys are checked against Stripe before they are kept."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from accounts.connecting import connect
from accounts.models import Merchant, StripeConnection
from tests.base import ServicebotTestCase


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


class AtRestTests(ServicebotTestCase):
    def stored(self, table: str, column: str) -> str:
        """Return what the database itself holds."""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {column} FROM {table}")  # noqa: S608 -- our own names
            return str(cursor.fetchall())

    def test_no_key_stands_in_the_database_in_clear(self) -> None:
        keys = self.stored("accounts_stripeconnection", "api_key, publishable_key")
        secrets = self.stored("portal_portalsecret", "value")

        assert self.acme.shop.api_key not in keys
        assert self.acme.shop.publishable_key not in keys
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
