"""Without the database: a clear answer to each, nothing half done, and back by itself."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from django.db import InternalError, OperationalError, connection
from django.test import Client

from portal.clicks import ActionLock
from tests.base import ServicebotTestCase
from tests.serving import ROOT, free_ports, wait_for


class Away:
    """Stands for a database that is away: from the first query, or from what an SQL begins with."""

    def __init__(
        self, begins: str = "", table: str = "", error: type[Exception] = OperationalError
    ) -> None:
        self.begins, self.table, self.error = begins, table, error

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, *rest: Any) -> Any:
        if sql.startswith(self.begins) and self.table in sql:
            raise self.error("could not connect to server")
        return execute(sql, params, *rest)


class DownTests(ServicebotTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.switch(can_cancel=True)
        self.client = Client(raise_request_exception=False)

    def asked(self, path: str, **headers: str) -> Any:
        """Ask while the database is away; return the answer."""
        with connection.execute_wrapper(Away()):
            return self.client.get(path, headers=headers)

    def test_the_api_answers_a_problem(self) -> None:
        token = self.token()
        with connection.execute_wrapper(Away()):
            response = self.api("get", "", token)

        assert response.status_code == 503
        assert response["Content-Type"] == "application/problem+json"
        assert response["Retry-After"] == "5"
        assert response.json()["code"] == "servicebot_unavailable"
        assert self.api("get", "", token).status_code == 200

    def test_so_does_the_merchants(self) -> None:
        headers = {"Authorization": "Bearer sb_api_some"}
        response = self.asked("/api/v1/portals", **headers)

        assert (response.status_code, response.json()["code"]) == (503, "servicebot_unavailable")

    def test_the_page_says_so_in_the_customers_language(self) -> None:
        token = self.token()
        with connection.execute_wrapper(Away()):
            response = self.client.post(
                f"/portal/{self.portal.public_id}/page",
                headers={"Authorization": f"Bearer {token}", "Accept-Language": "de"},
            )

        assert (response.status_code, response["Retry-After"]) == (503, "5")
        assert response["Servicebot-Problem"] == "servicebot_unavailable"
        self.assertContains(response, "Diese Seite funktioniert", status_code=503)

    def test_so_does_the_exchange(self) -> None:
        given = {"email": "ada@example.com", "hash": "0", "language": "fr"}
        with connection.execute_wrapper(Away()):
            response = self.client.post(
                f"/portal/{self.portal.public_id}/session",
                given,
                headers={"Sec-Fetch-Site": "same-origin", "Accept-Language": "de"},
            )

        self.assertContains(response, "Cette page ne fonctionne pas", status_code=503)

    def test_so_does_the_frame_on_any_site(self) -> None:
        path = f"/portal/{self.portal.public_id}/"
        response = self.asked(path, **{"Accept-Language": "ar-EG, en;q=0.5"})

        assert (response.status_code, response["Retry-After"]) == (503, "5")
        self.assertContains(response, '<html lang="ar" dir="rtl">', status_code=503)
        assert "frame-ancestors *" in response["Content-Security-Policy"]
        assert "X-Frame-Options" not in response
        assert response["Cache-Control"] == "no-store"

    def test_people_read_a_page(self) -> None:
        browser = self.owner()
        browser.raise_request_exception = False
        with connection.execute_wrapper(Away()):
            response = browser.get("/merchant/")

        assert response.status_code == 503
        assert "frame-ancestors 'none'" in response["Content-Security-Policy"]
        self.assertContains(response, "reach its database", status_code=503)

    def test_stripe_is_asked_to_come_again(self) -> None:
        with connection.execute_wrapper(Away()):
            response = self.client.post(
                "/webhooks/stripe/1/", b"{}", content_type="application/json"
            )

        assert (response.status_code, response.json()["code"]) == (503, "servicebot_unavailable")

    def test_readyz_says_so_and_livez_lives(self) -> None:
        assert self.asked("/readyz").status_code == 503
        assert self.asked("/livez").status_code == 200

    def test_other_faults_stay_faults(self) -> None:
        with connection.execute_wrapper(Away(error=ZeroDivisionError)):
            response = self.client.get(f"/portal/{self.portal.public_id}/")

        assert response.status_code == 500

    def test_where_it_may_only_be_read_nothing_is_done(self) -> None:
        path = f"/subscriptions/{self.ada_sub}/cancel"
        with connection.execute_wrapper(Away("INSERT", "actionlock", InternalError)):
            response = self.api("post", path, idempotency_key="one")

        assert (response.status_code, response.json()["code"]) == (503, "servicebot_unavailable")
        assert not [call for call in self.sandbox.calls if call.method != "GET"]
        assert not ActionLock.objects.exists()

    def test_what_was_done_when_it_went_away_is_done_once(self) -> None:
        path = f"/subscriptions/{self.ada_sub}/cancel"
        with connection.execute_wrapper(Away("INSERT", "doneclick")):
            first = self.api("post", path, idempotency_key="one")
        again = self.api("post", path, idempotency_key="one")

        assert (first.status_code, again.status_code) == (200, 200)
        writes = [c for c in self.sandbox.calls if c.method == "POST" and self.ada_sub in c.path]
        assert len(writes) == 1


def test_a_process_whose_database_was_never_there_says_so() -> None:
    port, nowhere = free_ports(1), free_ports(1)
    environment = os.environ | {
        "SECRET_KEY": "tests",
        "ENCRYPTION_KEYS": "dGVzdHMtdGVzdHMtdGVzdHMtdGVzdHMtdGVzdHMtMDA=",
        "DATABASE_URL": f"postgres://nobody@127.0.0.1:{nowhere}/none",
        "CACHE_URL": f"redis://127.0.0.1:{nowhere}/0",
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "DJANGO_SETTINGS_MODULE": "servicebot.settings",
        "LOG_LEVEL": "CRITICAL",
    }
    command = [sys.executable, "-m", "gunicorn", "servicebot.wsgi", "-b", f"127.0.0.1:{port}"]
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=quiet) as process:  # noqa: S603
        try:
            wait_for(f"http://127.0.0.1:{port}/livez")
            told = [status(port, path) for path in ("/readyz", "/api/v1/portals", "/merchant/")]
        finally:
            process.terminate()

    assert told == [(503, "text/plain"), (503, "application/problem+json"), (503, "text/html")]


def status(port: int, path: str) -> tuple[int, str]:
    """Return how an address answers, to somebody with a token and a cookie of a session."""
    headers = {"Authorization": "Bearer sb_api_some", "Cookie": f"session={'s' * 32}"}
    try:
        with urlopen(Request(f"http://127.0.0.1:{port}{path}", headers=headers)) as answer:
            return answer.status, answer.headers.get_content_type()
    except HTTPError as error:
        return error.code, error.headers.get_content_type()
