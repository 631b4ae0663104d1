"""The activity: who did what, a sentence each, narrowed and paged."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from accounts.activity import Activity, ActivityAction
from portal.models import open_portal
from settings_ui.entries import Entry, Reasons
from tests.settings_ui.activity import ActivityTestCase


def sentences(page: str) -> list[str]:
    """Return the entries' first lines as they read, without the time."""
    found = re.findall(r'<li class="entry">\s*<p>(.*?)<span', page, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", "", each).split()) for each in found]


class SentenceTests(ActivityTestCase):
    def about(self, action: str, **given: Any) -> str:
        """Return what an entry's sentence ends with."""
        return Entry(self.note(action, **given), Reasons({}), {}).about

    def test_reads_as_a_sentence_with_its_time(self) -> None:
        self.note(days=0.01, at=datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC))

        page = self.page()

        assert sentences(page) == ["ada@example.com changed plan: Starter → Team"]
        assert 'datetime="2026-03-04T05:06:07+00:00"' in page
        assert "4 March 2026, 05:06:07 UTC" in page
        assert " ago</time>" in page

    def test_a_moment_ago_is_just_now(self) -> None:
        self.note()

        assert ">just now</time>" in self.page()

    def test_each_of_what_customers_do(self) -> None:
        ends = {"plan": "Team", "ends_at": "2026-12-14T00:00:00+00:00"}
        ended = {"plan": "Team", "status": "canceled", "ends_at": "2026-12-14T00:00:00+00:00"}
        card = {"brand": "visa", "last4": "4242"}
        yearly = {"plan": "Starter", "interval": "year"}
        open_ = {"status": "open", "amount_remaining": 4900, "currency": "usd"}
        for action, states, said in (
            ("change_plan", {"after": yearly}, "Starter, every month → Starter, every year"),
            ("change_quantity", {"before": {"quantity": 3}, "after": {"quantity": 5}}, "3 → 5"),
            ("apply_coupon", {"after": {"discounts": ["Welcome"]}}, "Welcome"),
            ("cancel", {"after": ends}, "Team, ends 14 December 2026"),
            ("cancel", {"after": ended}, "Team, at once"),
            ("cancel", {}, "Team"),
            ("undo_cancel", {}, "Team"),
            ("resume", {"after": {"status": "active"}}, "Starter"),
            ("update_card", {"after": card}, "Visa ending 4242"),
            ("remove_card", {"before": {"type": "link"}, "after": None}, "link"),
            ("update_billing_details", {"after": {"changed": ["tax_ids"]}}, "tax ids"),
            ("pay_invoice", {"before": open_}, "$49.00"),
            ("resubscribe", {"before": None, "after": None}, ""),
        ):
            with self.subTest(action=action, said=said):
                assert self.about(action, **states) == said

    def test_each_of_what_members_do(self) -> None:
        changed = ActivityAction.SETTING_CHANGED
        rows = [{"key": "unused"}]
        behavior = {"before": "always_invoice", "after": "none"}
        for subject, states, said in (
            ("can_cancel", {"before": False, "after": True}, "Enable cancellation: off → on"),
            ("cancellation_reasons", {"before": [], "after": rows}, "Reasons to choose from"),
            ("gone_since", {"before": "a", "after": "b"}, "gone_since, a → b"),
        ):
            with self.subTest(subject=subject):
                assert self.about(changed, subject=subject, **states) == said
        assert " → " in self.about(changed, subject="proration_behavior", **behavior)
        assert "always_invoice" not in self.about(changed, subject="proration_behavior", **behavior)
        assert self.about(
            ActivityAction.ROLE_CHANGED, subject="x@y.z", before="viewer", after="admin"
        )

    def test_what_still_waits_says_so(self) -> None:
        self.note(after={"plan": "Team", "waits_for": "payment"})

        assert "the payment waits for the customer&#x27;s bank" in self.page()

    def test_why_somebody_left_is_in_words_and_what_they_wrote_is_text(self) -> None:
        self.switch(
            cancellation_reasons=[
                {"key": "moving", "texts": {"en": "I am moving"}, "feedback": "other"}
            ]
        )
        self.left("moving", "<b>bye</b>")
        self.left("unused")
        self.left("long_gone")

        page = self.page()

        for text in ("I am moving", "&lt;b&gt;bye&lt;/b&gt;", "use it", "long_gone"):
            assert text in page, text


class DetailsTests(ActivityTestCase):
    def test_before_and_after_beside_each_other(self) -> None:
        self.note("pay_invoice", before={"amount_remaining": 500, "currency": "jpy"}, after={})
        self.by_owner(ActivityAction.SETTING_CHANGED, subject="look", after={"accent": "#fff"})
        self.by_owner(
            ActivityAction.SETTING_CHANGED, subject="can_cancel", before=True, after=False
        )
        self.note(before={"discounts": ["a", "b"]}, after={"ends_at": "2026-12-14T00:00:00+00:00"})

        page = self.page()

        for row in (
            ("Left to pay", "¥500", "—"),
            ("accent", "—", "#fff"),
            ("Value", "on", "off"),
            ("Discounts", "a, b", "—"),
            ("Ends", "—", "14 December 2026"),
        ):
            name, before, after = row
            assert f'<th scope="row">{name}</th><td>{before}</td><td>{after}</td>' in page, row

    def test_links_to_stripe_in_the_mode_it_was_in(self) -> None:
        self.note(request_id="req_1")
        self.note(request_id="req_2", mode="live", portal_id="gone")

        page = self.page()

        stripe = "https://dashboard.stripe.com"
        assert f'href="{stripe}/test/logs/req_1"' in page
        assert f'href="{stripe}/logs/req_2"' in page
        assert f'href="{stripe}/test/customers/{self.ada}"' in page
        assert f'href="{stripe}/customers/{self.ada}"' in page

    def test_a_portal_is_called_by_its_name(self) -> None:
        self.note()
        self.note(portal_id="goneportal")

        page = self.page()

        assert "<dd>Acme portal <" in page
        assert "<dd>goneportal <" in page


class FilterTests(ActivityTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.note(days=3)
        self.left(days=2, who="ben@example.com", customer_id=self.ben, subject=self.ben_sub)
        self.by_owner(days=1)

    def who(self, **query: str) -> list[str]:
        """Return who did what is shown, newest first."""
        return [each.split()[0].split("@")[0] for each in sentences(self.page(**query))]

    def test_shows_the_newest_first(self) -> None:
        assert self.who() == ["owner", "ben", "ada"]

    def test_narrows(self) -> None:
        today = datetime.now(UTC).date()
        other = open_portal(self.acme.merchant, "test", "Other")
        for query, found in (
            ({"kind": "member"}, ["owner"]),
            ({"kind": "customer"}, ["ben", "ada"]),
            ({"portal": self.portal.public_id}, ["ben", "ada"]),
            ({"portal": other.public_id}, []),
            ({"action": "cancel"}, ["ben"]),
            ({"q": " BEN@"}, ["ben"]),
            ({"q": self.ada}, ["ada"]),
            ({"q": self.ben_sub}, ["ben"]),
            ({"q": "sub_"}, []),
            ({"from": f"{today}"}, []),
            ({"to": f"{today}"}, ["owner", "ben", "ada"]),
            ({"to": "2001-01-01"}, []),
            ({"to": "9999-12-31", "from": "0001-01-01"}, ["owner", "ben", "ada"]),
            ({"kind": "customer", "action": "cancel", "q": "ada"}, []),
        ):
            with self.subTest(query=query):
                assert self.who(**query) == found

    def test_what_makes_no_sense_is_said_beside_it(self) -> None:
        for query in (
            {"kind": "nobody"},
            {"portal": self.globex.portal.public_id},
            {"action": "dance"},
            {"from": "yesterday"},
            {"q": "a\0b"},
            {"q": "a" * 600},
            {"cursor": "1-2-3"},
            {"cursor": "9" * 18 + "-1"},
        ):
            with self.subTest(query=query):
                response = self.client.get("/activity/", query)

                assert response.status_code == 400
                self.assertContains(response, "Show everything", status_code=400)
                assert "ada@example.com changed" not in response.content.decode()

    def test_says_that_nothing_matches(self) -> None:
        page = self.page(q="nobody@example.com")

        assert "Nothing matches" in page
        assert "Nothing yet" not in page
        assert 'value="nobody@example.com"' in page

    def test_strangers_activity_is_not_there(self) -> None:
        self.note(merchant=self.globex.merchant, who="carla@example.com")

        assert "carla" not in self.page()


class PagesTests(ActivityTestCase):
    def test_nothing_yet_says_what_will_be_here(self) -> None:
        page = self.page()

        assert "Nothing yet" in page
        assert "Download as CSV" not in page

    def test_older_ones_are_on_the_next_page_each_once(self) -> None:
        at = datetime(2026, 1, 1, tzinfo=UTC)
        # Three at the same moment at the end of the page, so that their order is the second word.
        times = [at.replace(hour=1)] * 49 + [at] * 3
        noted = [self.note(at=each, subject=f"sub_{n}").pk for n, each in enumerate(times)]
        self.left(days=1000)

        first = self.page(kind="customer", action="change_plan")
        (address,) = re.findall(r'href="(\?[^"]*cursor=[^"]*)"', first)
        second = self.page(f"/activity/{address.replace('&amp;', '&')}")

        shown = [re.findall(r"<code>sub_(\d+)</code>", each) for each in (first, second)]
        assert [len(each) for each in shown] == [50, 2]
        assert {noted[int(n)] for n in [*shown[0], *shown[1]]} == set(noted)
        assert "kind=customer" in address
        assert "Newest" in second
        assert "Older" not in second

    def test_asks_the_database_a_constant_number_of_things(self) -> None:
        for _ in range(3):
            self.note()
            self.left("unused")

        # Session, user, membership in two steps, portals with settings, entries, portals, teams.
        with self.assertNumQueries(8):
            self.page()

    def test_a_viewer_reads_and_neither_downloads_nor_erases(self) -> None:
        self.note()
        viewer = self.browser("viewer")

        page = viewer.get("/activity/").content.decode()

        assert "ada@example.com" in page
        assert "activity/csv/" not in page
        assert "activity/erase/" not in page
        assert viewer.get("/activity/csv/").status_code == 403
        assert viewer.get("/activity/erase/").status_code == 403
        assert viewer.post("/activity/erase/", {"customer": self.ada}).status_code == 403
        assert Activity.objects.count() == 1


class MembersTests(ActivityTestCase):
    def entry(self) -> Any:
        return Activity.objects.get()

    def test_a_changed_setting_is_noted_with_what_it_was(self) -> None:
        self.save("can_cancel", False)

        entry = self.entry()
        assert (entry.kind, entry.who) == ("member", "owner@acme.example")
        assert (entry.action, entry.subject) == ("setting_changed", "can_cancel")
        assert (entry.before, entry.after) == (True, False)
        assert (entry.portal_id, entry.mode) == (self.portal.public_id, "test")

    def test_so_is_each_that_the_api_changes_and_none_that_it_doesnt(self) -> None:
        address = f"/api/v1/portals/{self.portal.public_id}/settings"
        body = {"can_cancel": True, "can_update_card": False, "debug_mode": True}
        kind = "application/json"

        self.client.patch(address, body, content_type=kind, headers=self.bearer())
        self.client.patch(address, {"can_cancel": 3}, content_type=kind, headers=self.bearer())

        noted = {e.subject: (e.before, e.after) for e in Activity.objects.all()}
        assert noted == {"can_update_card": (True, False), "debug_mode": (False, True)}

    def test_saving_what_is_so_notes_nothing(self) -> None:
        self.save("can_cancel", True)

        assert not Activity.objects.exists()

    def test_a_changed_plan_is_noted(self) -> None:
        product = self.acme.shop.products["Team"]
        address = f"/api/v1/portals/{self.portal.public_id}/services/{product}"
        for _ in range(2):
            self.client.patch(
                address,
                {"is_hidden": True, "tier": "Team"},
                content_type="application/json",
                headers=self.bearer(),
            )

        entry = self.entry()
        assert (entry.action, entry.subject, entry.mode) == ("service_changed", product, "test")
        assert (entry.before, entry.after) == ({"is_hidden": ""}, {"is_hidden": "true"})

    def test_so_is_one_that_was_moved(self) -> None:
        product = self.acme.shop.products["Business"]

        self.client.post(f"{self.home}/services/{product}/move/", {"to": "0"})

        assert (self.entry().subject, self.entry().after) == (product, {"order": "1"})

    def test_and_the_demo_service(self) -> None:
        for product in self.acme.shop.products.values():
            self.acme.shop.stripe.v1.products.update(product, {"active": False})

        self.client.post(f"{self.home}/services/demo/")

        assert (self.entry().action, self.entry().after) == ("service_changed", {"service": "Demo"})
