"""What was done is written once, and goes only when it is erased or old."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.activity import Activity, ActivityAction, ActivityKind, AppendOnlyError, note_member
from tests.base import ServicebotTestCase


class ActivityTests(ServicebotTestCase):
    def entry(self, **given: Any) -> Activity:
        made: Activity = Activity.objects.create(
            merchant=self.acme.merchant,
            kind=ActivityKind.CUSTOMER,
            action=ActivityAction.CANCEL,
            **{"who": "ada@example.com", **given},
        )
        return made

    def test_says_who_did_what(self) -> None:
        assert str(self.entry(subject="sub_1")) == "ada@example.com: cancel sub_1"

    def test_notes_what_a_member_did(self) -> None:
        owner = self.acme.owner.memberships.get()

        note_member(owner, ActivityAction.SETTING_CHANGED, subject="can_cancel", after=True)

        entry = Activity.objects.get()
        assert (entry.merchant, entry.who) == (self.acme.merchant, "owner@acme.example")
        assert (entry.subject, entry.before, entry.after) == ("can_cancel", None, True)

    def test_is_never_changed(self) -> None:
        entry = self.entry()
        entry.who = "ben@example.com"

        for change in (
            entry.save,
            entry.delete,
            lambda: Activity.objects.update(who="ben@example.com"),
            Activity.objects.all().delete,
        ):
            with self.subTest(change=change), pytest.raises(AppendOnlyError):
                change()
        assert Activity.objects.get().who == "ada@example.com"

    def test_one_customer_of_one_merchant_can_be_erased(self) -> None:
        self.entry(customer_id=self.ada)
        self.entry(customer_id=self.ben, who="ben@example.com")
        # Ada has a second customer at Stripe.
        self.entry(customer_id="cus_other")
        self.entry(customer_id="cus_other", who="x@example.com")

        gone = Activity.objects.erase(self.acme.merchant.pk, self.ada)
        strangers = Activity.objects.erase(self.globex.merchant.pk, self.ben)

        left = Activity.objects.values_list("customer_id", "who").order_by("pk")
        assert (gone, strangers) == (2, 0)
        assert list(left) == [(self.ben, "ben@example.com"), ("cus_other", "x@example.com")]

    def test_what_a_member_did_stays_whoever_is_erased(self) -> None:
        self.entry(customer_id=self.ada, who="owner@acme.example")
        note_member(self.acme.owner.memberships.get(), ActivityAction.SECRET_SHOWN)

        assert Activity.objects.erase(self.acme.merchant.pk, self.ada) == 1
        assert Activity.objects.get().kind == ActivityKind.MEMBER

    def test_what_is_old_is_forgotten(self) -> None:
        now = timezone.now()
        self.entry(at=now - timedelta(days=400))
        self.entry(at=now)

        assert Activity.objects.forget(now - timedelta(days=390)) == 1
        assert Activity.objects.count() == 1

    def test_goes_with_its_merchant(self) -> None:
        self.entry()

        self.acme.merchant.delete()

        assert not Activity.objects.exists()
