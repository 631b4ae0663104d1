"""Why customers left: counted by reason over time, who stayed after all aside."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import time_machine

from portal.models import open_portal
from settings_ui.leaving import cancellations, leaving
from tests.settings_ui.activity import ActivityTestCase

NOW = datetime(2026, 3, 31, 12, tzinfo=UTC)


@time_machine.travel(NOW, tick=False)
class CountTests(ActivityTestCase):
    def count(self, *, by_week: bool = False, portal_id: str = "") -> dict[str, dict[str, int]]:
        """Return how many left, by period and reason, where anybody did."""
        self.found = leaving(cancellations(self.acme.merchant, portal_id), str, by_week=by_week)
        return {p.label: dict(p.left) for p in self.found.periods if p.left}

    def test_by_month_and_reason(self) -> None:
        self.left("unused", days=0)
        self.left("unused", days=30)  # 1 March
        self.left("other", days=31)
        self.left("", days=400)

        assert self.count() == {
            "February 2026": {"other": 1},
            "March 2026": {"unused": 2},
        }
        assert [period.short for period in self.found.periods][0::11] == ["Apr", "Mar"]

    def test_by_week_from_monday_on(self) -> None:
        self.left("unused", days=1)
        self.left("unused", days=2)
        self.left("unused", days=100)

        assert self.count(by_week=True) == {
            "23 March 2026": {"unused": 1},
            "30 March 2026": {"unused": 1},
        }
        assert len(self.found.periods) == 12

    def test_over_the_turn_of_the_year(self) -> None:
        with time_machine.travel(datetime(2026, 1, 31, tzinfo=UTC)):
            self.left("unused", days=31)

            assert self.count() == {"December 2025": {"unused": 1}}

    def test_who_stayed_after_all_didnt_leave(self) -> None:
        self.left("other", days=9)
        self.note("undo_cancel", days=8)
        self.left("unused", days=7)

        counted = self.count()

        assert counted == {"March 2026": {"unused": 1}}
        assert (self.found.left, self.found.kept) == (1, 1)

    def test_another_subscription_that_was_kept_is_another(self) -> None:
        self.left("unused", days=9)
        self.note("undo_cancel", days=8, subject="sub_other")
        self.note("undo_cancel", days=8, merchant=self.globex.merchant)

        self.count()

        assert (self.found.left, self.found.kept) == (1, 0)

    def test_shares_are_of_those_who_left(self) -> None:
        for reason in ("unused", "unused", "other"):
            self.left(reason)
        self.left("low_quality", days=2, subject="sub_kept")
        self.note("undo_cancel", days=1, subject="sub_kept")

        self.count()

        shares = [(s.key, s.left, s.percent, s.kept) for s in self.found.shares]
        assert shares == [("unused", 2, 67, 0), ("other", 1, 33, 0), ("low_quality", 0, 0, 1)]

    def test_one_portal_alone(self) -> None:
        self.left("unused")
        self.left("other", portal_id=self.live.public_id)

        assert self.count(portal_id=self.live.public_id) == {"March 2026": {"other": 1}}

    def test_the_columns_add_up(self) -> None:
        for reason, times in (("unused", 3), ("other", 2)):
            for _ in range(times):
                self.left(reason)
        self.count()

        chart = self.found.chart

        bars = chart.bars
        assert [bar.count for bar in bars] == [3, 2]
        assert chart.top == 6
        assert [value for _y, value in chart.lines] == [0, 3, 6]
        assert bars[0].y == round(bars[1].y + bars[1].height, 2)
        assert round(bars[0].y + bars[0].height, 2) == chart.lines[0][0]
        assert round(bars[0].height / bars[1].height, 2) == 1.5

    def test_more_reasons_than_colours_share_the_last(self) -> None:
        for number in range(10):
            self.left(f"reason_{number}")

        self.count()

        assert [s.colour for s in self.found.shares] == [*range(1, 9), 8, 8]


class PageTests(ActivityTestCase):
    def leaving(self, **query: str) -> str:
        return self.page("/activity/leaving/", **query)

    def test_has_a_chart_and_the_same_numbers_as_a_table(self) -> None:
        self.left("too_expensive")
        self.left("")

        page = self.leaving()

        assert page.count('<svg class="chart"') == 1
        assert 'role="img" aria-label="How many left each month' in page
        assert "Too expensive: 1</title>" in page or "expensive: 1</title>" in page
        assert "No reason given" in page
        assert "2 left, 0 stayed after all" in page
        assert page.count("<td>50 %</td>") == 2
        assert "style=" not in page

    def test_calls_a_reason_as_the_portal_does(self) -> None:
        texts = {"en": "I am <moving>"}
        self.switch(cancellation_reasons=[{"key": "moving", "texts": texts, "feedback": "other"}])
        self.left("moving")

        assert "I am &lt;moving&gt;" in self.leaving()

    def test_shows_what_they_wrote_with_the_plan_that_they_left(self) -> None:
        self.left("unused", "We <moved>", days=3)
        self.left("unused", "Too slow", days=2, subject="sub_kept")
        self.note("undo_cancel", days=1, subject="sub_kept")
        self.left("unused", days=1)

        comments = self.leaving().split("What they wrote")[1]

        assert re.findall("<q>(.*?)</q>", comments) == ["Too slow", "We &lt;moved&gt;"]
        assert "ada@example.com · Starter" in comments
        assert comments.count("Stayed after all") == 1

    def test_older_comments_are_on_the_next_page(self) -> None:
        for number in range(21):
            self.left("unused", f"No. {number}", days=number)

        first = self.leaving(by="week", portal=self.portal.public_id)
        (address,) = re.findall(r'href="(\?[^"]*cursor=[^"]*)"', first)
        second = self.page(f"/activity/leaving/{address.replace('&amp;', '&')}")

        assert "No. 19" in first
        assert re.findall("<q>(.*?)</q>", second) == ["No. 20"]
        assert '<option value="week" selected>' in second
        assert "Newest" in second

    def test_what_makes_no_sense_narrows_nothing(self) -> None:
        self.left("unused", "bye")
        strangers = self.globex.portal.public_id

        page = self.leaving(by="year", portal=strangers, cursor="x", q="x")

        assert "1 left" in page
        assert "bye" in page

    def test_without_anybody_says_what_to_turn_on(self) -> None:
        page = self.leaving()

        assert "Nobody canceled" in page
        assert "Cancellation reason" in page
        assert "Nobody wrote anything." in page
        assert '<svg class="chart"' not in page

    def test_asks_the_database_a_constant_number_of_things(self) -> None:
        other = open_portal(self.acme.merchant, "test", "Other")
        for number in range(3):
            self.left("unused", "bye", portal_id=other.public_id, days=number)
        self.left("other", days=timedelta(days=40).days)

        # Session, user, membership in two steps, portals with settings, comments, counts, portals,
        # teams.
        with self.assertNumQueries(9):
            self.leaving()

    def test_a_viewer_may_look(self) -> None:
        assert self.browser("viewer").get("/activity/leaving/").status_code == 200
