"""Signing up: a person, a merchant and its first portal at once, behind a code by mail."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.core.context import request_context
from django.contrib.auth.models import AnonymousUser
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.core import mail
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client, RequestFactory, TestCase, override_settings

from accounts.adapter import INVITATION
from accounts.models import Membership, Merchant, User
from accounts.roles import Role
from portal.models import Portal
from portal.opening import open_merchant
from servicebot.sandbox import doors
from servicebot.sandbox.world import Sandbox
from settings_ui.signing_up import SignUpForm
from tests.accounts.mails import code_sent, subjects

EMAIL = "new@example.com"
CODE_PAGE = "/accounts/email/code/"


class SigningUp(TestCase):
    """Somebody new at the door."""

    def setUp(self) -> None:
        super().setUp()
        cache.clear()

    def sign_up(self, browser: Client | None = None, **given: str) -> Any:
        """Fill the form in as asked, and send it."""
        filled = {"email": EMAIL, "password1": "a long password", "merchant": "Initech", **given}
        return (browser or self.client).post("/accounts/signup/", filled)

    def confirm_code(self, code: str) -> Any:
        return self.client.post(CODE_PAGE, {"code": code})


class SignUpTests(SigningUp):
    def test_makes_user_merchant_and_owner(self) -> None:
        response = self.sign_up()

        self.assertRedirects(response, CODE_PAGE)
        membership = Membership.objects.get(user__email=EMAIL)
        assert (membership.merchant.name, membership.role) == ("Initech", Role.OWNER)

    def test_opens_a_portal_in_test_mode_with_the_recommended_settings(self) -> None:
        self.sign_up()

        portal = Portal.objects.get()
        assert (portal.mode, portal.name) == ("test", "Initech")
        assert portal.settings.can_cancel
        assert len(portal.active_secrets()) == 1

    def test_leads_to_the_dashboard_once_the_code_is_typed(self) -> None:
        self.sign_up()

        response = self.confirm_code(code_sent(EMAIL))

        self.assertRedirects(response, "/", fetch_redirect_response=False)
        page = self.client.get("/", follow=True)
        self.assertContains(page, "Initech")
        self.assertContains(page, "Set up and go live")
        assert EmailAddress.objects.get(email=EMAIL).verified

    def test_nobody_is_in_before_the_code_is_typed(self) -> None:
        self.sign_up()

        response = self.client.get("/")

        assert response["Location"] == "/accounts/login/?next=/"

    def test_goes_on_to_where_somebody_was_going(self) -> None:
        self.sign_up(next="/stripe/")

        response = self.confirm_code(code_sent(EMAIL))

        assert response["Location"] == "/stripe/"

    def test_a_wrong_code_is_said_so_and_three_end_it(self) -> None:
        self.sign_up()

        answers = [self.confirm_code("BBBB-BBBB") for _ in range(3)]

        self.assertContains(answers[0], "That isn&#x27;t the code.")
        assert answers[2]["Location"] == "/accounts/login/"
        assert self.client.get(CODE_PAGE).status_code == 302

    def test_who_left_before_the_code_gets_another_by_logging_in(self) -> None:
        self.sign_up()
        cache.clear()
        self.client = Client()

        login = {"login": EMAIL, "password": "a long password"}
        response = self.client.post("/accounts/login/", login)

        self.assertRedirects(response, CODE_PAGE)
        assert self.confirm_code(code_sent(EMAIL))["Location"] == "/"

    def test_the_code_can_be_sent_to_another_address(self) -> None:
        self.sign_up()

        self.client.post(CODE_PAGE, {"action": "change", "email": "right@example.com"})
        self.confirm_code(code_sent("right@example.com"))

        assert User.objects.get().email == "right@example.com"

    def test_the_code_can_be_sent_again(self) -> None:
        self.sign_up()
        cache.clear()

        self.client.post(CODE_PAGE, {"action": "resend"})

        assert len(mail.outbox) == 2
        assert self.confirm_code(code_sent(EMAIL))["Location"] == "/"

    def test_a_second_tab_makes_no_second_merchant(self) -> None:
        self.sign_up()

        response = self.sign_up()

        self.assertRedirects(response, CODE_PAGE)
        assert (Merchant.objects.count(), Portal.objects.count()) == (1, 1)

    def test_says_beside_the_field_what_is_missing(self) -> None:
        response = self.sign_up(merchant="  ", password1="short")

        self.assertContains(response, "This field is required.")
        self.assertContains(response, "at least 12 characters")
        assert not User.objects.exists()


class RaceTests(SigningUp):
    def test_who_presses_twice_makes_one_account(self) -> None:
        request = RequestFactory().post("/accounts/signup/")
        SessionMiddleware(lambda _: HttpResponse()).process_request(request)
        MessageMiddleware(lambda _: HttpResponse()).process_request(request)
        request.user = AnonymousUser()
        with request_context(request):
            filled = {"email": EMAIL, "password1": "a long password", "merchant": "Initech"}
            form = SignUpForm(filled)
            assert form.is_valid()
            User.objects.create_user(EMAIL, "a long password")

            user, response = form.try_save(request)

        assert (user, response["Location"]) == (None, CODE_PAGE)
        assert not Merchant.objects.exists()


class TakenAddressTests(SigningUp):
    def setUp(self) -> None:
        super().setUp()
        self.enterContext(doors.use(Sandbox()))
        keys = {"api_key": "sk_test_acme", "publishable_key": "pk_test_acme"}
        open_merchant("Ada@acme.example", "Acme", "test", **keys, password="a long password")

    def test_answers_as_for_a_new_one(self) -> None:
        response = self.sign_up(email="ada@acme.example")

        self.assertRedirects(response, CODE_PAGE)
        assert subjects("ada@acme.example") == ["You have an account already"]
        assert User.objects.count() == Merchant.objects.count() == 1

    def test_whoever_was_made_by_command_logs_in_at_once(self) -> None:
        login = {"login": "ada@acme.example", "password": "a long password"}

        response = self.client.post("/accounts/login/", login)

        assert response["Location"] == "/"


class ClosedTests(SigningUp):
    def setUp(self) -> None:
        super().setUp()
        self.enterContext(override_settings(SIGNUP_OPEN=False))

    def test_says_that_it_is_closed(self) -> None:
        self.assertContains(self.client.get("/accounts/signup/"), "Nobody signs up here")

    def test_is_not_offered(self) -> None:
        self.assertNotContains(self.client.get("/accounts/login/"), "/accounts/signup/")

    def test_a_form_posted_anyway_makes_nobody(self) -> None:
        self.assertContains(self.sign_up(), "Nobody signs up here")

        assert not User.objects.exists()

    def test_who_is_invited_is_let_in(self) -> None:
        session = self.client.session
        session[INVITATION] = "digest"
        session.save()

        self.assertContains(self.client.get("/accounts/signup/"), "You were invited")


class InvitedTests(SigningUp):
    def setUp(self) -> None:
        super().setUp()
        session = self.client.session
        session[INVITATION] = "digest"
        session.save()

    def test_names_no_merchant_and_makes_none(self) -> None:
        self.assertNotContains(self.client.get("/accounts/signup/"), "Name of your business")

        self.sign_up()

        assert User.objects.filter(email=EMAIL).exists()
        assert not Merchant.objects.exists()

    def test_the_invitation_is_still_there_once_the_code_is_typed(self) -> None:
        self.sign_up()

        self.confirm_code(code_sent(EMAIL))

        assert self.client.session[INVITATION] == "digest"
