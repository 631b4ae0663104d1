"""Users, memberships, and tokens of which only a digest is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import ApiToken, Membership, Merchant, User
from accounts.roles import Role
from portal.models import PortalSettings, open_portal
from tests.base import ServicebotTestCase


class UserTests(ServicebotTestCase):
    def test_a_user_is_known_by_email(self) -> None:
        user = User.objects.create_user("new@EXAMPLE.com", "a long password")

        assert str(user) == "new@example.com"
        assert authenticate(None, email="new@example.com", password="a long password") == user

    def test_staff_are_made_by_the_command_line(self) -> None:
        staff = User.objects.create_superuser("staff@example.com", "a long password")

        assert staff.is_staff
        assert staff.is_superuser

    def test_a_user_is_a_member_once(self) -> None:
        with pytest.raises(IntegrityError), transaction.atomic():
            Membership.objects.create(user=self.acme.owner, merchant=self.acme.merchant)

    def test_everything_says_what_it_is(self) -> None:
        membership = self.acme.owner.memberships.get()
        connected = self.acme.merchant.connections.get()
        secret = self.portal.secrets.get()

        assert str(membership) == "owner@acme.example in Acme"
        assert str(connected) == "Acme in test mode"
        assert str(self.portal) == "Acme portal"
        assert str(secret).startswith("key ")
        assert str(self.portal.settings).startswith("settings of ")


class ApiTokenTests(ServicebotTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.membership = self.acme.owner.memberships.get()
        self.value = ApiToken.make(self.membership, "CI")

    def test_opens_for_its_member_and_notes_its_use(self) -> None:
        token = ApiToken.found(self.value)

        assert token is not None
        assert token.membership == self.membership
        assert token.last_used_at is not None
        assert str(token) == "CI"
        assert self.value not in token.digest

    def test_is_nobodys_when_made_up_or_its_user_is_gone(self) -> None:
        assert ApiToken.found("sb_api_made_up") is None
        User.objects.filter(pk=self.acme.owner.pk).update(is_active=False)
        assert ApiToken.found(self.value) is None

    def test_is_nobodys_after_its_end(self) -> None:
        with time_machine.travel(timezone.now() + timedelta(days=366), tick=False):
            assert ApiToken.found(self.value) is None

    def test_allows_no_more_than_its_member_may(self) -> None:
        token = self.membership.api_tokens.get()
        Membership.objects.filter(pk=self.membership.pk).update(role=Role.VIEWER)
        token.refresh_from_db()

        assert token.role == Role.ADMIN
        assert token.allows == Role.VIEWER

    def test_its_use_is_noted_once_a_minute(self) -> None:
        ApiToken.found(self.value)
        with self.assertNumQueries(1):
            ApiToken.found(self.value)


class LiveTests(ServicebotTestCase):
    def test_a_live_portal_starts_with_the_hash(self) -> None:
        portal = open_portal(Merchant.objects.create(name="Live"), "live", "Live")

        assert portal.settings.requires_security_hash

    def test_the_model_says_that_live_needs_the_hash(self) -> None:
        settings = open_portal(self.acme.merchant, "live", "Live").settings
        settings.requires_security_hash = False

        with pytest.raises(ValidationError, match="live_requires_hash"):
            settings.full_clean()

    def test_the_database_itself_holds_that_live_needs_the_hash(self) -> None:
        portal = open_portal(self.acme.merchant, "live", "Live")

        with pytest.raises(IntegrityError), transaction.atomic():
            PortalSettings.objects.filter(portal=portal).update(requires_security_hash=False)
