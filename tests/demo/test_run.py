"""`manage.py demo` in a process of its own: up, used, stopped, and up again on what it left."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener

import pytest

from tests.browser.stack import ROOT, Stack, running
from tests.serving import free_ports


class Stay(HTTPRedirectHandler):
    """Shows redirects instead of following them."""

    def redirect_request(self, *_given: Any) -> None:
        return None


def ask(url: str, **request: Any) -> tuple[int, dict[str, str], str]:
    """Return status, headers and text of an answer, whatever it is."""
    try:
        answer = build_opener(Stay).open(Request(url, **request), timeout=20)  # noqa: S310
    except HTTPError as error:
        answer = error
    with answer:
        return answer.status, dict(answer.headers), answer.read().decode()


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    with running(tmp_path_factory.mktemp("demo"), free_ports(3)) as stack:
        yield stack.told


def test_all_three_servers_answer(told: dict[str, Any]) -> None:
    bearer = {"Authorization": f"Bearer {told['stripe_api_key']}"}

    assert ask(f"{told['dashboard_url']}readyz")[0] == 200
    assert "Acme Analytics" in ask(told["shop_url"])[2]
    assert ask(f"{told['stripe_api_base']}/v1/customers", headers=bearer)[0] == 200
    assert ask(f"{told['stripe_api_base']}/js/stripe.js")[0] == 200


def test_what_it_tells_is_in_the_sandbox(told: dict[str, Any]) -> None:
    bearer = {"Authorization": f"Bearer {told['stripe_api_key']}"}
    active = told["customers"]["active"]

    query = urlencode({"email": active["email"]})
    found = ask(f"{told['stripe_api_base']}/v1/customers?{query}", headers=bearer)[2]

    assert [customer["id"] for customer in json.loads(found)["data"]] == [active["customer_id"]]


def test_servicebot_hears_of_what_happens_in_the_sandbox(told: dict[str, Any]) -> None:
    stripe = Stack(told).stripe
    (endpoint,) = stripe.v1.webhook_endpoints.list().data
    customer = stripe.v1.customers.create({"name": "New"})

    event = stripe.v1.events.list({"type": "customer.created", "limit": 1}).data[0]

    assert endpoint.url.startswith(f"{told['dashboard_url']}webhooks/stripe/")
    assert event.data.object.id == customer.id
    for _try in range(100):
        if not stripe.v1.events.retrieve(event.id).pending_webhooks:
            return
        time.sleep(0.1)
    raise AssertionError("the event was not taken")


def test_the_api_token_opens_the_merchant_api(told: dict[str, Any]) -> None:
    url = f"{told['dashboard_url']}api/v1/portals/{told['portal_id']}/settings"

    status, _headers, text = ask(url, headers={"Authorization": f"Bearer {told['api_token']}"})

    assert status == 200
    assert json.loads(text)["can_cancel"] is True


def test_a_visit_begins_with_the_secret_key(told: dict[str, Any]) -> None:
    shop = {"Cookie": "acme_customer=active"}
    page = ask(f"{told['shop_url']}billing", headers=shop)[2]
    settings = page.split("window.servicebotSettings = ")[1].split(";")[0]

    status, _headers, text = ask(
        f"{told['dashboard_url']}api/v1/portal/session",
        method="POST",
        data=settings.encode(),
        headers={"Content-Type": "application/json"},
    )

    assert status == 201, text


def test_pages_come_with_styles_that_are_there(told: dict[str, Any]) -> None:
    page = ask(f"{told['dashboard_url']}accounts/login/")[2]

    style = page.split('rel="stylesheet" href="')[1].split('"')[0]
    status, headers, _text = ask(f"{told['dashboard_url'].rstrip('/')}{style}")

    assert status == 200
    assert "immutable" in headers["Cache-Control"]


def test_a_second_one_on_the_same_ports_says_so(told: dict[str, Any], tmp_path: Path) -> None:
    port = told["dashboard_url"].rstrip("/").rpartition(":")[2]
    environ = os.environ | {"PORT": port, "DEMO_DIR": str(tmp_path / "second")}

    second = subprocess.run(
        [sys.executable, "manage.py", "demo", "--reset"],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )

    assert second.returncode == 1
    assert f"Port {port} is taken" in second.stderr
    assert second.stderr.count("\n") == 1
    assert not (tmp_path / "second").exists()


def test_a_restart_goes_on_with_what_was_left(tmp_path: Path) -> None:
    port = free_ports(3)
    with running(tmp_path, port) as first:
        canceled = first.customer("active")["subscriptions"][0]
        first.stripe.v1.subscriptions.cancel(canceled)

    with running(tmp_path, port) as again:
        assert again.told == first.told
        assert again.subscription(canceled).status == "canceled"


def test_events_follow_to_other_ports(tmp_path: Path) -> None:
    for port in (free_ports(3), free_ports(3)):
        with running(tmp_path, port) as stack:
            (endpoint,) = stack.stripe.v1.webhook_endpoints.list().data

            assert f":{port}/" in endpoint.url
            stack.require_contract()


def test_being_stopped_is_no_failure(tmp_path: Path) -> None:
    with running(tmp_path, free_ports(3)):
        pass

    assert (tmp_path / "demo.log").read_text().endswith("\nThe demo is stopped.\n")
