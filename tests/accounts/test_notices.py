"""E-mail to a merchant's owners: who gets it, what it says, and that a trouble is told once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import time_machine
from django.core import mail
from django.utils import timezone

from accounts import notices
from accounts.models import Membership, StripeConnection, User
from accounts.roles import Role
from tests.base import ServicebotTestCase

BROKEN = "tests.accounts.test_notices.NoServer"


class NoServer:
    """A mail server that isn't there."""

    def __init__(self, **_options: Any) -> None:
        """Take what Django gives."""

    def send_messages(self, _messages: Any) -> int:
        raise ConnectionRefusedError


class NoticeTestCase(ServicebotTestCase):
    refuses_requests = True

    def setUp(self) -> None:
        super().setUp()
        self.merchant = self.acme.merchant
        self.enterContext(self.settings(PUBLIC_URL="https://billing.example.com"))

    def connection(self) -> StripeConnection:
        return self.merchant.connections.get()

    def told(self, tell: Any, *given: Any) -> list[mail.EmailMessage]:
        """Return what a call has sent, once its thread is done."""
        mail.outbox.clear()
        with self.captureOnCommitCallbacks(execute=True):
            tell(*given)
        notices.postman().submit(int).result()
        return list(mail.outbox)

    def refused_key(self) -> list[mail.EmailMessage]:
        return self.told(notices.tell_of_refused_key, self.connection())

    def refusals(self, count: int) -> list[mail.EmailMessage]:
        portal = self.portal
        given = (self.merchant, portal.public_id, portal.name, count)
        return self.told(notices.tell_of_refusals, *given)


class MailTests(NoticeTestCase):
    def test_a_refused_key(self) -> None:
        (sent,) = self.refused_key()

        assert sent.to == ["owner@acme.example"]
        assert sent.subject == "Stripe refuses the key of Acme in test mode"
        assert "sk_test_…acme" in sent.body
        assert self.connection().api_key not in sent.body
        assert "isn't available" in sent.body
        assert "https://billing.example.com/stripe/" in sent.body

    def test_a_missing_permission(self) -> None:
        (sent,) = self.told(
            notices.tell_of_missing_permission, self.connection(), "subscription_write"
        )

        assert sent.subject == "The Stripe key of Acme lacks Subscriptions: Write"
        assert "changing plan or quantity" in sent.body
        assert not self.told(
            notices.tell_of_missing_permission, self.connection(), "subscription_write"
        )
        assert "https://billing.example.com/stripe/" in sent.body

    def test_failing_events(self) -> None:
        connection = self.connection()
        connection.failing_since = timezone.now().replace(2026, 3, 2, 9, 5)

        (sent,) = self.told(notices.tell_of_failing_events, connection)

        assert sent.subject == "Stripe's webhooks for Acme fail in test mode"
        assert "since 2 Mar 2026, 09:05 UTC" in sent.body
        assert "https://billing.example.com/stripe/" in sent.body

    def test_many_refusals(self) -> None:
        (sent,) = self.refusals(21)

        assert sent.subject == "Acme portal refuses many visitors"
        assert "refused 21 attempts" in sent.body
        assert "within 10 minutes" in sent.body
        assert f"/portals/{self.portal.public_id}/install/" in sent.body

    def test_a_few_refusals_are_no_trouble(self) -> None:
        assert self.refusals(20) == []
        assert not self.merchant.notices.exists()

    def test_a_name_of_two_lines_stays_one_subject(self) -> None:
        self.portal.name = "Acme\nBcc: all@example.com"

        (sent,) = self.refusals(21)

        assert sent.subject == "Acme Bcc: all@example.com refuses many visitors"

    def test_every_owner_is_told_and_nobody_else(self) -> None:
        for name, role, is_active in (
            ("second", Role.OWNER, True),
            ("gone", Role.OWNER, False),
            ("admin", Role.ADMIN, True),
        ):
            user = User.objects.create_user(f"{name}@acme.example", is_active=is_active)
            Membership.objects.create(user=user, merchant=self.merchant, role=role)

        sent = self.refused_key()

        assert sorted(each.to for each in sent) == [["owner@acme.example"], ["second@acme.example"]]

    def test_a_mail_that_cannot_be_sent_is_logged_and_breaks_nothing(self) -> None:
        with (
            self.settings(EMAIL_BACKEND=BROKEN),
            self.assertLogs("accounts.notices", "ERROR") as logged,
        ):
            assert self.refused_key() == []

        assert "was not sent" in logged.output[0]
        assert "example" not in logged.output[0].splitlines()[0]

    def test_nothing_is_sent_of_what_did_not_happen(self) -> None:
        with self.captureOnCommitCallbacks() as waiting:
            notices.tell_of_refused_key(self.connection())

        assert len(waiting) == 1
        assert mail.outbox == []

    def test_the_customer_does_not_wait_for_the_mail(self) -> None:
        connection = self.connection()
        connection.api_key = "rk_test_"
        connection.save()

        (sent,) = self.told(self.page_post, "page")

        assert sent.to == ["owner@acme.example"]


class OnceTests(NoticeTestCase):
    def later(self, **by: float) -> Any:
        return self.enterContext(time_machine.travel(timezone.now() + timedelta(**by)))

    def test_a_trouble_is_told_once(self) -> None:
        assert len(self.refused_key()) == 1

        assert self.refused_key() == []

    def test_it_is_told_again_where_it_lasts(self) -> None:
        self.refused_key()

        self.later(hours=23)
        assert self.refused_key() == []
        self.later(hours=2)
        assert len(self.refused_key()) == 1
        assert self.refused_key() == []

    def test_one_that_comes_and_goes_is_told_once(self) -> None:
        self.refused_key()
        for _ in range(3):
            notices.over(self.connection(), notices.Kind.KEY_REFUSED)
            self.later(minutes=50)

            assert self.refused_key() == []
            assert self.merchant.notices.get().over_at is None

    def test_one_that_comes_back_after_a_while_is_told_anew(self) -> None:
        self.refused_key()
        notices.over(self.connection(), notices.Kind.KEY_REFUSED)
        self.later(minutes=61)

        assert len(self.refused_key()) == 1

    def test_its_end_is_noted_once(self) -> None:
        self.refused_key()
        notices.over(self.connection(), notices.Kind.KEY_REFUSED)
        first = self.merchant.notices.get().over_at
        self.later(minutes=30)

        notices.over(self.connection(), notices.Kind.KEY_REFUSED)

        assert self.merchant.notices.get().over_at == first

    def test_different_troubles_are_told_apart(self) -> None:
        assert len(self.refused_key()) == 1
        assert len(self.told(notices.tell_of_failing_events, self.connection())) == 1
        assert len(self.told(notices.tell_of_failing_events, self.connection())) == 0
        assert len(self.refusals(21)) == 1
        assert self.refusals(30) == []

    def test_different_merchants_are_told_each(self) -> None:
        self.refused_key()

        (sent,) = self.told(notices.tell_of_refused_key, self.globex.merchant.connections.get())

        assert sent.to == ["owner@globex.example"]
