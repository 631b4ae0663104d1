"""Users from before addresses were verified keep their way in."""

from __future__ import annotations

from importlib import import_module

from allauth.account.models import EmailAddress
from django.apps import apps
from django.test import TestCase

from accounts.models import User

migration = import_module("accounts.migrations.0004_verified_addresses")


class MigrationTests(TestCase):
    def test_gives_each_user_a_verified_address(self) -> None:
        user = User.objects.create_user("Ada@example.com", "a long password")

        migration.vouch_for_all(apps, None)

        address = EmailAddress.objects.get(user=user)
        assert (address.email, address.verified, address.primary) == ("ada@example.com", True, True)

    def test_an_address_belongs_to_one(self) -> None:
        first = User.objects.create_user("Ada@example.com", "a long password")
        User.objects.create_user("ada@example.com", "a long password")

        migration.vouch_for_all(apps, None)
        migration.vouch_for_all(apps, None)

        assert EmailAddress.objects.get().user == first
