"""Inviting somebody by e-mail, and what the link in it opens."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.utils import timezone

from accounts import invitations
from accounts.models import Invitation, Membership, User, digest_of
from accounts.roles import Role
from accounts.signing_up import vouch_for
from tests.settings_ui.test_team_page import TeamTestCase

BEN = "ben@example.com"


class InvitationTestCase(TeamTestCase):
    def invite(self, email: str = BEN, role: str = "admin", client: Client | None = None) -> Any:
        return self.post("/team/invite/", client, email=email, role=role)

    def link(self) -> str:
        """Return the address in the newest e-mail, without the host."""
        return str(re.findall(r"http://[^/]+(/invitations/\S+/)", str(mail.outbox[-1].body))[0])

    def user(self, email: str = BEN) -> tuple[User, Client]:
        """Return somebody who is logged in, and their browser."""
        user = User.objects.create_user(email, "a long password")
        browser = Client()
        browser.force_login(user)
        return user, browser


class InvitingTests(InvitationTestCase):
    def test_sends_an_e_mail_that_says_who_to_what_as_what_until_when(self) -> None:
        page = self.invite()

        self.assertContains(page, "The invitation is on its way to ben@example.com.")
        letter = mail.outbox[0]
        assert letter.to == [BEN]
        assert letter.subject == "owner@acme.example invites you to Acme on Servicebot"
        invitation = Invitation.objects.get()
        until = f"{invitation.expires_at:%Y, %H:%M} UTC"
        for said in ("to the team of Acme on Servicebot, as admin.", "rotate", until, BEN):
            assert said in str(letter.body)
        assert "Connect and disconnect Stripe" not in str(letter.body)
        assert timedelta(days=6) < invitation.expires_at - timezone.now() <= timedelta(days=7)

    def test_only_a_digest_of_the_token_is_kept_and_it_is_on_no_page(self) -> None:
        page = self.invite()

        token = self.link().split("/")[2]
        assert Invitation.objects.get().digest == digest_of(token)
        self.assertNotContains(page, token)

    def test_is_listed_with_its_end_for_every_member(self) -> None:
        self.invite()

        page = self.browser(Role.VIEWER).get("/team/")

        self.assertContains(page, BEN)
        self.assertContains(page, "Good until")
        self.assertNotContains(page, "Take back")

    def test_inviting_again_renews_it(self) -> None:
        self.invite()
        before = self.link()

        self.invite("BEN@example.com", "viewer")

        assert Invitation.objects.get().role == Role.VIEWER
        assert Client().get(before).status_code == 410
        assert Client().get(self.link()).status_code == 200

    def test_sending_again_makes_a_new_link_and_a_new_end(self) -> None:
        self.invite()
        invitation, before = Invitation.objects.get(), self.link()
        Invitation.objects.update(expires_at=timezone.now())
        self.assertContains(self.client.get("/team/"), "Ended on")

        self.post(f"/team/invitations/{invitation.pk}/send/")

        assert len(mail.outbox) == 2
        assert self.link() != before
        assert not Invitation.objects.get().has_ended

    def test_taking_it_back_shuts_the_link(self) -> None:
        self.invite()

        page = self.post(f"/team/invitations/{Invitation.objects.get().pk}/revoke/")

        self.assertContains(page, "The invitation of ben@example.com is taken back.")
        self.assertContains(Client().get(self.link()), "taken back", status_code=410)
        assert [action for _who, action, _on in self.noted()] == [
            "member_invited",
            "invitation_revoked",
        ]

    def test_says_beside_the_field_what_is_wrong(self) -> None:
        for email, said in (
            ("no address", "Enter a valid email address."),
            ("OWNER@acme.example", "owner@acme.example is in the team already."),
        ):
            with self.subTest(email=email):
                page = self.invite(email)

                self.assertContains(page, said, status_code=400)
        assert mail.outbox == []

    def test_sends_twenty_an_hour_and_no_more(self) -> None:
        with time_machine.travel("2026-11-26T12:10:00Z", tick=False):
            self.client.force_login(self.acme.owner)
            for number in range(20):
                invitations.invite(
                    self.acme.owner.memberships.get(), f"{number}@example.com", Role.VIEWER
                )
            page = self.invite()
            again = self.post(f"/team/invitations/{Invitation.objects.earliest('pk').pk}/send/")
        with time_machine.travel("2026-11-26T13:10:00Z", tick=False):
            self.client.force_login(self.acme.owner)
            later = self.invite()

        self.assertContains(page, "Try again in an hour.", status_code=400)
        self.assertContains(again, "Try again in an hour.", status_code=400)
        assert later.status_code == 200
        assert len(mail.outbox) == 21

    def test_says_that_the_e_mail_could_not_be_sent(self) -> None:
        with (
            self.settings(
                EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
                EMAIL_HOST="127.0.0.1",
                EMAIL_PORT=1,
            ),
            self.assertLogs("accounts.invitations", "WARNING") as logged,
        ):
            page = self.invite()

        self.assertContains(page, "couldn&#x27;t be sent. Send it again in a minute.")
        assert Invitation.objects.filter(email=BEN).exists()
        assert BEN not in str(logged.output)

    def test_a_name_with_a_line_break_makes_no_header(self) -> None:
        self.acme.merchant.name = "Acme\nBcc: everybody@example.com"
        self.acme.merchant.save()

        self.invite()

        assert mail.outbox[0].subject.count("\n") == 0
        assert mail.outbox[0].bcc == []

    def test_an_admins_post_invites_nobody(self) -> None:
        page = self.invite(client=self.browser(Role.ADMIN))

        assert page.status_code == 403
        assert mail.outbox == []

    def test_a_strangers_invitation_is_not_found(self) -> None:
        self.invite()
        stranger, pk = self.owner(self.globex), Invitation.objects.get().pk

        assert self.post(f"/team/invitations/{pk}/revoke/", stranger).status_code == 404
        assert self.post(f"/team/invitations/{pk}/send/", stranger).status_code == 404
        assert Invitation.objects.exists()


class LinkTests(InvitationTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.invite()
        self.address = self.link()

    def joined(self) -> int:
        return Membership.objects.filter(merchant=self.acme.merchant, user__email=BEN).count()

    def test_says_what_it_is_and_leads_to_log_in_and_sign_up(self) -> None:
        browser = Client()

        page = browser.get(self.address)

        self.assertContains(page, "Join the team of Acme")
        self.assertContains(page, "owner@acme.example invites ben@example.com as admin.")
        self.assertContains(page, f'href="/accounts/signup/?next={self.address}"')
        self.assertContains(page, f'href="/accounts/login/?next={self.address}"')
        assert browser.session["invitation"] == digest_of(self.address.split("/")[2])

    def test_keeps_its_address_from_caches_and_other_sites(self) -> None:
        page = Client().get(self.address)

        assert page["Referrer-Policy"] == "strict-origin"
        assert "no-store" in page["Cache-Control"]

    def test_a_link_that_is_good_is_in_no_log(self) -> None:
        _user, stranger = self.user("carla@example.com")

        with self.assertNoLogs("django"):
            for browser in (Client(), stranger):
                browser.get(self.address)
                browser.post(self.address)

    def test_somebody_who_is_not_logged_in_is_asked_to(self) -> None:
        response = Client().post(self.address)

        assert response["Location"] == f"/accounts/login/?next={self.address}"
        assert self.joined() == 0

    def test_logging_in_leads_back_to_it(self) -> None:
        vouch_for(User.objects.create_user(BEN, "a long password"))
        given = {"login": BEN, "password": "a long password", "next": self.address}

        page = Client().post("/accounts/login/", given, follow=True)

        self.assertContains(page, "Join the team</button>")

    def test_whom_it_is_for_joins_with_one_button_and_turns_to_the_merchant(self) -> None:
        user, browser = self.user("Ben@Example.com")
        Membership.objects.create(user=user, merchant=self.globex.merchant, role=Role.VIEWER)

        self.assertContains(browser.get(self.address), "Join the team</button>")
        page = self.post(self.address, browser)

        self.assertContains(page, "You are in the team of Acme now.")
        self.assertContains(page, "Acme portal")
        assert self.place(user).role == Role.ADMIN
        assert not Invitation.objects.exists()
        assert self.noted()[-1] == ("Ben@example.com", "member_joined", "Ben@example.com")

    def test_looking_at_it_is_not_joining(self) -> None:
        _user, browser = self.user()

        browser.get(self.address)

        assert self.joined() == 0

    def test_joining_twice_makes_one_place(self) -> None:
        _user, browser = self.user()

        self.post(self.address, browser)
        second = self.post(self.address, browser)

        self.assertContains(second, "If you have accepted it already", status_code=410)
        assert self.joined() == 1

    def test_two_tabs_that_both_found_it_make_one_place(self) -> None:
        user, _browser = self.user()
        one, other = Invitation.objects.get(), Invitation.objects.get()

        assert invitations.accept(user, one) is not None
        assert invitations.accept(user, other) is None
        assert self.joined() == 1

    def test_one_that_was_sent_anew_meanwhile_is_not_accepted(self) -> None:
        user, _browser = self.user()
        before = Invitation.objects.get()
        self.invite(role="viewer")

        assert invitations.accept(user, before) is None

    def test_somebody_else_reads_for_whom_it_is(self) -> None:
        _user, browser = self.user("carla@example.com")

        page = browser.get(self.address)

        self.assertContains(page, "It is for ben@example.com alone")
        self.assertContains(page, "you are logged in as carla@example.com")
        self.assertContains(page, 'action="/accounts/logout/')
        self.assertContains(self.post(self.address, browser), "It is for ben@example.com alone")
        assert Membership.objects.filter(merchant=self.acme.merchant).count() == 1

    def test_somebody_else_logs_out_and_comes_back_to_it(self) -> None:
        _user, browser = self.user("carla@example.com")

        page = self.post(f"/accounts/logout/?next={self.address}", browser)

        self.assertRedirects(page, self.address)
        self.assertContains(page, "To accept, log in as ben@example.com")

    def test_an_address_that_is_not_proven_is_not_enough(self) -> None:
        user, browser = self.user()
        EmailAddress.objects.create(user=user, email=BEN, primary=True, verified=False)

        page = browser.get(self.address)

        self.assertContains(page, "confirmed yet that ben@example.com is yours")
        self.assertContains(self.post(self.address, browser), "confirmed yet")
        assert self.joined() == 0

    def test_a_second_address_that_is_proven_is_enough(self) -> None:
        user, browser = self.user("ben@home.example")
        EmailAddress.objects.create(user=user, email=BEN, primary=False, verified=True)

        self.post(self.address, browser)

        assert self.place(user).role == Role.ADMIN

    def test_one_that_has_ended_says_so_and_what_to_do(self) -> None:
        user, browser = self.user()
        Invitation.objects.update(expires_at=timezone.now())

        for page in (browser.get(self.address), self.post(self.address, browser)):
            self.assertContains(page, "The invitation to Acme ended on", status_code=410)
            self.assertContains(page, "Ask an owner of the team", status_code=410)
        assert invitations.accept(user, Invitation.objects.get()) is None

    def test_a_token_that_is_none_says_so(self) -> None:
        page = Client().get("/invitations/none/")

        self.assertContains(page, "This invitation is no longer good", status_code=410)

    def test_a_member_reads_that_they_are_one(self) -> None:
        user, browser = self.user()
        Membership.objects.create(user=user, merchant=self.acme.merchant, role=Role.VIEWER)

        for page in (browser.get(self.address), self.post(self.address, browser)):
            self.assertContains(page, "You are in the team of Acme already")
            self.assertContains(page, 'href="/"')
        assert self.place(user).role == Role.VIEWER
