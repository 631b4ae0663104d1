"""Bad weather, in process and over HTTP."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest
import stripe
from stripe import StripeClient

from servicebot.sandbox.doors import InProcessClient
from servicebot.sandbox.server import Server
from servicebot.sandbox.world import Account, Sandbox
from tests.sandbox.conftest import KEY


def test_429_and_500_come_as_often_as_told(client: Any, account: Account) -> None:
    account.weather.bring("429", times=2)
    account.weather.bring("500")

    for expected in (stripe.RateLimitError, stripe.RateLimitError, stripe.APIError):
        with pytest.raises(expected):
            client.customers.list()
    assert client.customers.list().data == []


def test_faults_strike_only_what_they_are_meant_for(client: Any, account: Account) -> None:
    account.weather.bring("500", times=9, method="POST", path="^/v1/products")

    client.customers.create({})
    client.products.list()
    with pytest.raises(stripe.APIError):
        client.products.create({"name": "Basic"})


def test_a_500_is_replayed_for_its_key_and_does_nothing(near: Any, account: Account) -> None:
    account.weather.bring("500")

    for _ in range(2):
        with pytest.raises(stripe.APIError):
            near.customers.create({}, {"idempotency_key": "k1"})

    assert account.find("customer") == []
    assert near.customers.create({}, {"idempotency_key": "k2"}).id


def test_a_429_is_not_replayed(near: Any, account: Account) -> None:
    account.weather.bring("429")

    with pytest.raises(stripe.RateLimitError):
        near.customers.create({}, {"idempotency_key": "k1"})
    assert near.customers.create({}, {"idempotency_key": "k1"}).id


@pytest.mark.parametrize("kind", ["reset", "timeout"])
def test_a_broken_connection_does_nothing(near: Any, account: Account, kind: Any) -> None:
    account.weather.bring(kind)

    with pytest.raises(stripe.APIConnectionError):
        near.customers.create({})
    assert account.find("customer") == []


def test_a_reset_connection_over_http_does_nothing(client: Any, account: Account) -> None:
    account.weather.bring("reset")

    with pytest.raises(stripe.APIConnectionError):
        client.customers.create({})
    assert client.customers.list().data == []


def test_a_lost_answer_was_acted_on(client: Any, account: Account) -> None:
    account.weather.bring("lost")

    with pytest.raises(stripe.APIConnectionError):
        client.customers.create({"name": "Ada"}, {"idempotency_key": "k1"})

    again = client.customers.create({"name": "Ada"}, {"idempotency_key": "k1"})
    assert [row["id"] for row in account.find("customer")] == [again.id]


def test_the_sdk_retries_a_broken_connection_by_itself(
    sandbox: Sandbox, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stripe.HTTPClient, "INITIAL_DELAY", 0)
    patient = StripeClient(KEY, http_client=InProcessClient(sandbox), max_network_retries=2)
    account.weather.bring("lost")
    account.weather.bring("reset")

    made = patient.v1.customers.create({})

    assert [row["id"] for row in account.find("customer")] == [made.id]
    assert [call.status for call in sandbox.calls] == [0, 0, 200]


def test_answers_may_be_slow(near: Any, account: Account) -> None:
    account.weather.bring("slow", seconds=0.05)
    account.weather.latency = 0.02

    started = time.monotonic()
    near.customers.list()
    near.customers.list()

    assert time.monotonic() - started >= 0.09


def test_calls_are_logged(client: Any, sandbox: Sandbox) -> None:
    sandbox.calls.clear()
    client.customers.list({"limit": 3, "email": "ada@example.com"})
    with pytest.raises(stripe.InvalidRequestError):
        client.customers.retrieve("cus_nobody")

    first, second = sandbox.calls

    assert (first.account, first.method, first.path) == ("acme", "GET", "/v1/customers")
    assert first.params == {"limit": "3", "email": "ada@example.com"}
    assert (first.status, second.status) == (200, 404)
    assert first.started <= first.ended <= second.started <= second.ended


def control(server: Server, method: str, name: str, **given: Any) -> Any:
    return httpx.request(
        method,
        f"{server.url}/_sandbox/{name}",
        headers={"Authorization": f"Bearer {KEY}"},
        json=given or None,
    )


def test_faults_are_ordered_over_http(server: Server, near: Any) -> None:
    ordered = control(server, "POST", "faults", kind="429", times=1, path="customers")

    assert ordered.json()["faults"][0]["kind"] == "429"
    near.products.list()
    with pytest.raises(stripe.RateLimitError):
        near.customers.list()
    control(server, "POST", "faults", kind="500", times=9)
    assert control(server, "POST", "faults", kind="none").json() == {"faults": []}
    assert near.customers.list().data == []


def test_the_config_is_set_over_http(server: Server, account: Account) -> None:
    control(server, "POST", "config", latency=0.01, denied=["customer_write"])

    assert account.weather.latency == 0.01
    assert account.config == {"denied": ["customer_write"]}


def test_the_log_is_read_over_http(server: Server, near: Any) -> None:
    near.customers.list()

    calls = control(server, "GET", "calls").json()["calls"]

    assert [(call["method"], call["path"]) for call in calls] == [("GET", "/v1/customers")]


def test_findings_are_read_over_http(server: Server, near: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        near.customers.create({"odd": "1"})

    found = control(server, "GET", "findings").json()

    assert found["findings"] == []
    assert found["refused"][0]["problem"] == "unknown"


@pytest.mark.parametrize(
    ("name", "given"),
    [("faults", {"kind": "rain"}), ("faults", {"kind": "500", "times": "many"})],
)
def test_orders_that_make_no_sense_are_refused(server: Server, name: str, given: Any) -> None:
    assert control(server, "POST", name, **given).status_code == 400


def test_the_controls_need_the_secret_key(server: Server) -> None:
    for key in ("nothing", "pk_test_acme", "rk_test_acme"):
        answer = httpx.get(
            f"{server.url}/_sandbox/calls", headers={"Authorization": f"Bearer {key}"}
        )
        assert answer.status_code == 403
    assert control(server, "GET", "nonsense").status_code == 404
