"""Erasing a customer: all that is kept of that person goes, and nobody else's."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from accounts.activity import Activity
from settings_ui.secret_keys import end_sessions_of
from tests.settings_ui.activity import ActivityTestCase


class EraseTests(ActivityTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.note()
        self.note(customer_id="cus_second")
        self.note(customer_id=self.ben, who="ben@example.com")
        self.note(merchant=self.globex.merchant)

    def erase(self, customer: str = "") -> Any:
        return self.client.post("/activity/erase/", {"customer": customer or self.ada}, follow=True)

    def test_asks_first_and_says_how_much_goes(self) -> None:
        page = self.page("/activity/erase/", customer=self.ada)

        assert "<strong>2 entries</strong>" in page
        assert "ada@example.com" in page
        assert Activity.objects.count() == 4

    def test_erases_all_of_that_person_and_notes_it_without_a_name(self) -> None:
        response = self.erase()

        left: Any = Activity.objects.filter(merchant=self.acme.merchant).order_by("pk")
        self.assertContains(response, "2 entries are erased.")
        assert [entry.who for entry in left] == ["ben@example.com", "owner@acme.example"]
        assert left[1].action == "customer_erased"
        assert (left[1].subject, left[1].customer_id, left[1].after) == ("", "", {"entries": 2})
        assert Activity.objects.filter(merchant=self.globex.merchant).count() == 1

    def test_refusals_events_and_ended_sessions_of_that_person_go_too(self) -> None:
        connection = self.acme.merchant.connections.get()
        for number, whose in enumerate((self.ada, self.ben)):
            connection.events.create(
                event_id=f"evt_{number}",
                type="customer.updated",
                object_id=whose,
                customer_id=whose,
                created_at=timezone.now(),
            )
        for portal, identity in (
            (self.portal, "ada@example.com"),
            (self.portal, "ben@example.com"),
            (self.globex.portal, "ada@example.com"),
        ):
            portal.refused.create(code="hash_invalid", identity=identity)
            by = portal.merchant.memberships.get()
            end_sessions_of(by, portal, f"email:{identity}")

        self.assertContains(
            self.client.get("/activity/erase/", {"customer": self.ada}), "5 entries"
        )
        self.erase()

        assert [event.object_id for event in connection.events.order_by("pk")] == ["", self.ben]
        assert [each.identity for each in self.portal.refused.all()] == ["ben@example.com"]
        assert self.globex.portal.refused.count() == 1
        told = str(list(self.acme.merchant.activity.values()))
        assert "ada@example.com" not in told
        assert "email:ben@example.com" in told
        assert "ada@example.com" in str(list(self.globex.merchant.activity.values()))

    def test_a_second_press_finds_nothing_and_notes_nothing(self) -> None:
        self.erase()

        response = self.erase()

        self.assertContains(response, "There was nothing left.")
        assert self.actions() == ["customer_erased"]

    def test_a_stranger_to_the_merchant_is_nobody(self) -> None:
        Activity.objects.create(
            merchant=self.globex.merchant,
            kind="customer",
            action="cancel",
            who="carla@example.com",
            customer_id=self.carla,
        )
        page = self.page("/activity/erase/", customer=self.carla)
        self.erase(self.carla)

        assert "Nothing is kept of" in page
        assert Activity.objects.filter(customer_id=self.carla).count() == 1

    def test_the_id_can_be_typed_and_has_to_be_one(self) -> None:
        blank = self.page("/activity/erase/")
        wrong = self.client.get("/activity/erase/", {"customer": "ada@example.com"})

        assert 'name="customer"' in blank
        assert "begins with cus_" in blank
        self.assertContains(wrong, "A customer id begins with cus_", status_code=400)
        assert self.client.post("/activity/erase/").status_code == 400
