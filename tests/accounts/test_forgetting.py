"""What is old is deleted: all that has something of a person in it has an end."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.test import Client, override_settings
from django.utils import timezone

from accounts.activity import Activity, ActivityKind
from accounts.invitations import invite
from accounts.models import Membership, Merchant, User
from accounts.roles import Role
from accounts.signing_up import vouch_for
from portal.ending import end_sessions, note_token
from portal.models import EndedSessions, SignedToken
from tests.base import ServicebotTestCase


class ForgettingTests(ServicebotTestCase):
    def forget(self) -> str:
        told = StringIO()
        call_command("forget", stdout=told)
        return told.getvalue()

    def note(self, *days: int) -> None:
        """Note a cancellation some days ago, or several."""
        for each in days:
            Activity.objects.create(
                merchant=self.acme.merchant,
                kind=ActivityKind.CUSTOMER,
                action="cancel",
                who="ada@example.com",
                at=timezone.now() - timedelta(days=each),
                subject=f"sub_{each}",
            )

    def kept(self) -> list[str]:
        return [entry.subject for entry in Activity.objects.order_by("pk")]

    def test_old_events_go_and_newer_ones_stay(self) -> None:
        events = self.acme.merchant.connections.get().events
        for name, days in (("evt_old", 397), ("evt_new", 395)):
            happened = timezone.now() - timedelta(days=days)
            events.create(event_id=name, type="invoice.paid", created_at=happened)

        assert self.forget().startswith("Events deleted: 1.\nActivity deleted: 0.\n")
        assert [event.event_id for event in events.all()] == ["evt_new"]

    def test_activity_is_kept_thirteen_months(self) -> None:
        self.note(397, 395)

        assert self.forget().startswith("Events deleted: 0.\nActivity deleted: 1.\n")
        assert self.kept() == ["sub_395"]

    @override_settings(ACTIVITY_KEPT_DAYS=30)
    def test_or_as_long_as_the_operator_says(self) -> None:
        self.note(31, 29)

        self.forget()

        assert self.kept() == ["sub_29"]

    def test_refused_attempts_are_kept_90_days(self) -> None:
        for days in (91, 89):
            at = timezone.now() - timedelta(days=days)
            self.portal.refused.create(code="hash_invalid", identity=f"{days}@x", at=at)

        assert "Refused attempts deleted: 1.\n" in self.forget()
        assert [each.identity for each in self.portal.refused.all()] == ["89@x"]

    def test_signed_tokens_and_ended_sessions_go_a_day_after_they_are_needed(self) -> None:
        for days in (2, 0):
            note_token(self.portal, f"jti-{days}", "email:a@x", timezone.now() - timedelta(days))
        end_sessions(self.portal, "email:new@x")
        end_sessions(self.portal, "email:old@x")
        old = EndedSessions.objects.filter(subject="email:old@x")
        old.update(at=timezone.now() - timedelta(days=2))

        assert "Signed tokens and ended sessions deleted: 2.\n" in self.forget()
        assert [each.jti for each in SignedToken.objects.all()] == ["jti-0"]
        assert [each.subject for each in EndedSessions.objects.all()] == ["email:new@x"]

    def test_invitations_go_thirty_days_after_their_end(self) -> None:
        owner = self.acme.owner.memberships.get()
        for days in (31, 29):
            invite(owner, f"{days}@example.com", Role.VIEWER)
            ended = timezone.now() - timedelta(days=days)
            owner.merchant.invitations.filter(email=f"{days}@example.com").update(expires_at=ended)

        assert "Invitations deleted: 1.\n" in self.forget()
        assert [each.email for each in owner.merchant.invitations.all()] == ["29@example.com"]

    def test_log_ins_that_have_ended_go_with_the_addresses_that_they_came_from(self) -> None:
        for tenant in (self.acme, self.globex):
            self.owner(tenant).get("/accounts/")
        ended = UserSession.objects.get(user=self.acme.owner)
        assert ended.ip == "127.0.0.1"
        Session.objects.filter(pk=ended.session_key).update(expire_date=timezone.now())

        assert "Log-ins deleted: 1.\n" in self.forget()
        assert UserSession.objects.get().user == self.globex.owner
        assert Session.objects.count() == 1


class UnprovenTests(ServicebotTestCase):
    """Somebody may type the address of somebody else."""

    def signed_up(self, email: str, days: int, *, verified: bool = False) -> User:
        given = {
            "email": email,
            "password1": "a long password",
            "merchant": email.partition("@")[0],
        }
        Client().post("/accounts/signup/", given)
        user = User.objects.get(email=email)
        user.joined_at = timezone.now() - timedelta(days=days)
        user.save()
        EmailAddress.objects.filter(user=user).update(verified=verified)
        return user

    def test_who_never_proved_their_address_goes_after_thirty_days_with_their_merchant(
        self,
    ) -> None:
        self.signed_up("old@example.com", 31)
        self.signed_up("new@example.com", 29)
        self.signed_up("proven@example.com", 31, verified=True)
        admin = User.objects.create_superuser("staff@example.com", "a long password")
        told = StringIO()

        call_command("forget", stdout=told)

        assert told.getvalue().endswith("Accounts never proven deleted: 1.\n")
        left = set(User.objects.values_list("email", flat=True))
        assert not EmailAddress.objects.filter(email="old@example.com").exists()
        assert left >= {"new@example.com", "proven@example.com", "owner@acme.example", admin.email}
        assert "old@example.com" not in left
        names = set(Merchant.objects.values_list("name", flat=True))
        assert names == {"Acme", "Globex", "new", "proven"}

    def test_whom_a_team_has_taken_in_leaves_it_standing(self) -> None:
        user = self.signed_up("old@example.com", 31)
        Membership.objects.create(user=user, merchant=self.acme.merchant, role=Role.OWNER)

        call_command("forget", stdout=StringIO())

        assert Merchant.objects.filter(name="Acme").exists()
        assert not User.objects.filter(pk=user.pk).exists()


class DeletedUserTests(ServicebotTestCase):
    def test_an_account_goes_with_its_places_log_ins_and_addresses(self) -> None:
        user = User.objects.create_user("admin@acme.example", "a long password")
        vouch_for(user)
        Membership.objects.create(user=user, merchant=self.acme.merchant, role=Role.ADMIN)
        browser = Client()
        browser.force_login(user)
        assert browser.get("/").status_code == 200

        call_command("delete_user", "admin@acme.example", stdout=StringIO())

        assert browser.get("/").status_code == 302
        assert not Session.objects.filter(pk=browser.session.session_key).exists()
        assert not EmailAddress.objects.filter(email="admin@acme.example").exists()
        assert self.acme.merchant.memberships.count() == 1

    def test_the_last_owner_stays(self) -> None:
        with pytest.raises(CommandError, match="Acme would have no owner"):
            call_command("delete_user", "owner@acme.example")
        assert User.objects.filter(email="owner@acme.example").exists()

    def test_nobody_is_said_so(self) -> None:
        with pytest.raises(CommandError, match="no such account"):
            call_command("delete_user", "nobody@example.com")
