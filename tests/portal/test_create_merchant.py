"""`manage.py create_merchant`: everything together, or nothing and one line that says why."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import TestCase

from accounts.models import Membership, Merchant, StripeConnection, User
from accounts.roles import Role
from portal.models import RECOMMENDED, Portal
from servicebot.sandbox import doors
from servicebot.sandbox.world import Sandbox

PASSWORD = "a long enough password"


class CreateMerchantTests(TestCase):
    """The command."""

    def setUp(self) -> None:
        super().setUp()
        self.sandbox = self.enterContext(doors.use(Sandbox()))

    def create(self, **changed: str) -> dict[str, Any]:
        """Run the command and return what it prints."""
        given = {
            "email": "ada@acme.example",
            "name": "Acme",
            "mode": "test",
            "stripe_key": "rk_test_acme",
            "publishable_key": "pk_test_acme",
            **changed,
        }
        printed = StringIO()
        call_command("create_merchant", **given, stdout=printed)
        answer: dict[str, Any] = json.loads(printed.getvalue())
        return answer

    def refusal(self, **changed: str) -> str:
        """Return why the command refuses, in its one line."""
        with pytest.raises(CommandError) as refused:
            self.create(**changed)
        assert "\n" not in str(refused.value)
        return str(refused.value)

    def test_it_prints_what_a_developer_needs(self) -> None:
        printed = self.create()

        portal = Portal.objects.get()
        assert printed["portal_id"] == portal.public_id
        assert printed["secret_key"] == portal.active_secrets()[0].value
        assert User.objects.get().check_password(printed["password"])

    def test_the_owner_and_the_connection_belong_to_the_merchant(self) -> None:
        self.create()

        merchant = Merchant.objects.get(name="Acme")
        owner = Membership.objects.get(merchant=merchant)
        assert (owner.user.email, owner.role) == ("ada@acme.example", Role.OWNER)
        connection = merchant.connection("test")
        assert connection is not None
        assert connection.api_key == "rk_test_acme"

    def test_the_portal_starts_with_what_is_recommended(self) -> None:
        self.create()

        settings = Portal.objects.get().settings
        assert all(getattr(settings, name) for name in RECOMMENDED)
        assert settings.can_change_plan is False

    def test_a_given_password_is_not_printed(self) -> None:
        printed = self.create(password=PASSWORD)

        assert set(printed) == {"portal_id", "secret_key"}
        assert User.objects.get().check_password(PASSWORD)

    def test_an_owner_can_have_another_merchant(self) -> None:
        self.create()

        printed = self.create(
            name="Globex", stripe_key="rk_test_globex", publishable_key="pk_test_globex"
        )

        assert "password" not in printed
        assert Membership.objects.filter(user__email="ada@acme.example").count() == 2

    def test_live_mode_joins_the_merchant_that_is_there(self) -> None:
        self.create()

        with self.settings(DEBUG=True):
            self.create(mode="live", stripe_key="rk_live_acme", publishable_key="pk_live_acme")

        assert [portal.mode for portal in Merchant.objects.get().portals.order_by("id")] == [
            "test",
            "live",
        ]
        assert Portal.objects.get(mode="live").settings.requires_security_hash is True

    def test_a_second_portal_in_one_mode_is_refused(self) -> None:
        self.create()

        assert "already has a portal in test mode" in self.refusal()

    def test_an_existing_owners_password_is_not_replaced(self) -> None:
        self.create(password=PASSWORD)

        said = self.refusal(name="Globex", password="another long password")

        assert "already has a password" in said
        assert User.objects.get().check_password(PASSWORD)

    def test_what_is_wrong_is_said_with_the_option_and_nothing_is_made(self) -> None:
        wrongs: list[tuple[dict[str, str], str]] = [
            ({"email": "ada"}, "valid email"),
            ({"name": ""}, "--name: "),
            ({"password": "short"}, "at least 12"),
            ({"stripe_key": "sk_live_acme"}, "--stripe-key: "),
            ({"stripe_key": "rk_live_acme", "mode": "live"}, "--publishable-key: "),
            ({"publishable_key": "pk_test_globex"}, "--publishable-key: "),
        ]
        for changed, said in wrongs:
            with self.subTest(changed=changed):
                assert said in self.refusal(**changed)
                made = (User, Merchant, Membership, StripeConnection, Portal)
                assert not any(model._default_manager.exists() for model in made)
