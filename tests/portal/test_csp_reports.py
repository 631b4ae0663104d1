"""What browsers report is bounded, and nothing of anybody's gets into the log by it."""

from __future__ import annotations

import json
import re
from typing import Any

from portal.csp_reports import A_MINUTE, BYTES_AT_MOST, TYPE
from tests.base import ServicebotTestCase

SECRET = "ada@example.com"


class ReportTests(ServicebotTestCase):
    def send(self, body: Any, content_type: str = TYPE, **headers: str) -> int:
        said = body if isinstance(body, bytes) else json.dumps(body).encode()
        answer = self.client.post(
            "/csp-report", said, content_type=content_type, headers=dict(headers)
        )
        assert answer.content == b""
        return int(answer.status_code)

    def logged(self, **report: Any) -> str:
        """Send a report; return the one line that is logged of it."""
        with self.assertLogs("portal.csp_reports") as logs:
            status = self.send({"csp-report": {n.replace("_", "-"): v for n, v in report.items()}})
        assert status == 204
        (record,) = logs.records
        return record.getMessage()

    def test_it_says_what_was_stopped_and_on_which_kind_of_page(self) -> None:
        said = self.logged(
            document_uri=f"https://billing.example.com/portal/{self.portal.public_id}/?q={SECRET}",
            effective_directive="script-src-elem",
            blocked_uri=f"https://evil.example/{SECRET}?token={SECRET}",
        )

        assert said == (
            "The policy stopped script-src-elem: https://evil.example "
            "on /portal/<portal_id:portal_id>/"
        )

    def test_addresses_lose_what_they_name(self) -> None:
        for address in (
            f"https://h/invitations/{SECRET}/",
            f"https://h/accounts/password/reset/key/1-{SECRET}/",
            f"https://h/portal/{self.portal.public_id}/invoices/in_{SECRET}/pay",
            f"https://h/nowhere/{SECRET}",
            f"https://{SECRET}/",
            "http://[",
            SECRET,
        ):
            with self.subTest(address):
                said = self.logged(document_uri=address, blocked_uri="inline")
                assert SECRET not in said
                assert self.portal.public_id not in said

    def test_no_field_is_written_down_as_it_came(self) -> None:
        bad = f"{SECRET}\n2026-01-01 ERROR forged \x1b[31m" + "x" * 200
        for value in (bad, [bad], {"a": bad}, 1, None, f"data:text/html,{bad}"):
            names = ("document_uri", "effective_directive", "violated_directive", "blocked_uri")
            more = ("referrer", "script_sample", "source_file", "original_policy", "status_code")
            with self.subTest(value=value):
                said = self.logged(**dict.fromkeys((*names, *more), value))
                assert said == "The policy stopped something else: something else on something else"

    def test_an_older_browser_names_the_directive_otherwise(self) -> None:
        said = self.logged(violated_directive=f"img-src 'self' {SECRET}", blocked_uri="eval")

        assert re.fullmatch("The policy stopped img-src: eval on something else", said)

    def test_what_is_no_report_is_dropped_without_a_line(self) -> None:
        deep = b'{"csp-report":' * 3_000
        with self.assertNoLogs("portal.csp_reports"):
            for body in (b"[]", b"null", b"{}", b'{"csp-report": []}', b"\xff", deep[:8000]):
                with self.subTest(body[:20]):
                    assert self.send(body) == 400
            assert self.send(b"x" * (BYTES_AT_MOST + 1)) == 413

    def test_no_other_sites_page_can_make_a_visitors_browser_send_one(self) -> None:
        report = {"csp-report": {"blocked-uri": "inline"}}
        with self.assertNoLogs("portal.csp_reports"):
            for simple in ("text/plain", "application/x-www-form-urlencoded", "application/json"):
                assert self.send(report, simple) == 415
        asked = self.client.options("/csp-report", headers={"Origin": "https://evil.example"})
        assert "Access-Control-Allow-Origin" not in asked.headers

    def test_a_flood_is_cut_off(self) -> None:
        report = {"csp-report": {"blocked-uri": "inline"}}
        with self.assertLogs("portal.csp_reports") as logs:
            answers = [self.send(report) for _each in range(A_MINUTE + 20)]

        assert len(logs.records) <= A_MINUTE
        assert answers[-1] == 429

    def test_it_needs_no_session_and_asks_no_database(self) -> None:
        browser = self.owner()
        with self.assertNumQueries(0):
            browser.post("/csp-report", b"{}", content_type=TYPE)

    def test_every_page_names_it(self) -> None:
        for address in ("/docs/", f"/portal/{self.portal.public_id}/", "/accounts/login/"):
            policy = self.client.get(address).headers["Content-Security-Policy"]
            assert policy.endswith("report-uri /csp-report")
