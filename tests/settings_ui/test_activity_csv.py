"""The activity as CSV: all that matches, and nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
from io import StringIO

from tests.settings_ui.activity import ActivityTestCase


class CsvTests(ActivityTestCase):
    def rows(self, **query: str) -> list[dict[str, str]]:
        """Download, and read it as a program does."""
        response = self.client.get("/activity/csv/", query)
        assert response.status_code == 200
        assert response.streaming
        return list(csv.DictReader(StringIO(response.getvalue().decode(), newline="")))

    def test_has_a_line_for_each_with_all_that_was_noted(self) -> None:
        noted = self.left("unused", "Tschüß, “bye”\nand thanks", request_id="req_1")

        (row,) = self.rows(kind="customer")

        assert row["at"] == noted.at.isoformat()
        assert (row["who"], row["action"]) == ("ada@example.com", "cancel")
        assert row["comment"] == "Tschüß, “bye”\nand thanks"
        assert (row["reason"], row["request_id"]) == ("unused", "req_1")
        assert (row["customer_id"], row["subject"]) == (self.ada, self.ada_sub)
        assert row["before"] == '{"plan": "Starter", "interval": "month"}'

    def test_is_a_file_with_a_name_that_nobody_keeps(self) -> None:
        response = self.client.get("/activity/csv/")

        assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert response.headers["Content-Disposition"].startswith('attachment; filename="activity-')
        assert "no-store" in response.headers["Cache-Control"]

    def test_takes_the_pages_filter(self) -> None:
        self.note()
        self.left()

        assert [row["action"] for row in self.rows(action="cancel")] == ["cancel"]

    def test_one_that_makes_no_sense_leads_to_where_that_is_said(self) -> None:
        response = self.client.get("/activity/csv/", {"from": "yesterday"})

        self.assertRedirects(response, "/activity/?from=yesterday", target_status_code=400)
        assert self.actions() == []

    def test_what_a_spreadsheet_would_run_is_text(self) -> None:
        for begins in ("=", "+", "-", "@", "\t", "\r"):
            with self.subTest(begins=begins):
                self.left(comment=f"{begins}1+1", subject=f"sub{ord(begins)}")

                (row,) = self.rows(q=f"sub{ord(begins)}")

                assert row["comment"] == f"'{begins}1+1"

    def test_that_it_was_downloaded_is_noted(self) -> None:
        self.rows()

        assert self.actions() == ["activity_exported"]

    def test_only_asking_for_it_does_it(self) -> None:
        for method in ("post", "head"):
            assert getattr(self.client, method)("/activity/csv/").status_code == 405
        assert self.actions() == []

    def test_asks_the_database_a_constant_number_of_things(self) -> None:
        for _ in range(3):
            self.note()

        # Session, user, membership in two steps, portals, the note, the entries.
        with self.assertNumQueries(7):
            self.rows()
