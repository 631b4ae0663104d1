"""Events, endpoints, and what is sent to them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import stripe

from servicebot.sandbox.server import Timing
from servicebot.sandbox.webhooks import RETRY_SECONDS
from servicebot.sandbox.world import Account, Sandbox
from tests.sandbox.conftest import Clock, key_client, running


class Receiver(HTTPServer):
    """Keeps what it is sent and answers as told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), ReceiverHandler)
        self.status = 200
        self.got: list[tuple[bytes, str]] = []
        self.heard = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/hook"


class ReceiverHandler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        payload = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((payload, self.headers["Stripe-Signature"]))
        self.server.heard.set()
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def endpoint(client: Any, account: Account, receiver: Receiver) -> Any:
    account.config["allow_loopback"] = True
    return client.webhook_endpoints.create(
        {"url": receiver.url, "enabled_events": ["customer.created", "customer.deleted"]}
    )


def test_an_event_is_sent_with_a_signature(
    client: Any, sandbox: Sandbox, receiver: Receiver, endpoint: Any
) -> None:
    customer = client.customers.create({"name": "Ada"})

    assert [row[2] for row in sandbox.deliver_webhooks()] == [200]

    (payload, signature) = receiver.got[0]
    event = stripe.Webhook.construct_event(payload, signature, endpoint.secret, tolerance=10**9)
    assert event.type == "customer.created"
    assert event.data.object.id == customer.id
    assert client.events.retrieve(event.id).pending_webhooks == 0
    assert sandbox.deliver_webhooks() == []


def test_only_what_an_endpoint_asks_for_is_sent(
    near: Any, account: Account, sandbox: Sandbox, receiver: Receiver
) -> None:
    account.config["allow_loopback"] = True
    near.webhook_endpoints.create({"url": receiver.url, "enabled_events": ["product.created"]})
    near.customers.create({})
    near.products.create({"name": "Basic"})

    sandbox.deliver_webhooks()

    assert len(receiver.got) == 1


def test_a_failed_delivery_is_tried_again_later(
    near: Any, account: Account, sandbox: Sandbox, receiver: Receiver, clock: Clock
) -> None:
    account.config["allow_loopback"] = True
    near.webhook_endpoints.create({"url": receiver.url, "enabled_events": ["*"]})
    near.customers.create({})
    receiver.status = 500

    statuses = []
    for wait in (0, 10, *RETRY_SECONDS, 10**6):
        clock.now += wait
        statuses.append([row[2] for row in sandbox.deliver_webhooks()])

    assert statuses == [[500], [], [500], [500], [500], []]
    assert account.find("event")[-1]["pending_webhooks"] == 1


def test_a_deleted_or_disabled_endpoint_gets_nothing(
    near: Any, account: Account, sandbox: Sandbox, receiver: Receiver
) -> None:
    account.config["allow_loopback"] = True
    given = {"url": receiver.url, "enabled_events": ["*"]}
    gone, quiet = near.webhook_endpoints.create(given), near.webhook_endpoints.create(given)
    near.webhook_endpoints.update(quiet.id, {"disabled": True})
    near.customers.create({})
    near.webhook_endpoints.delete(gone.id)

    sandbox.deliver_webhooks()

    assert receiver.got == []
    assert account.deliveries == []


def test_events_may_come_late_twice_and_turned_about(
    near: Any, account: Account, sandbox: Sandbox, receiver: Receiver, clock: Clock
) -> None:
    account.config["allow_loopback"] = True
    near.webhook_endpoints.create({"url": receiver.url, "enabled_events": ["*"]})
    account.weather.webhooks_late = 60
    account.weather.webhooks_doubled = account.weather.webhooks_reversed = True
    near.customers.create({})
    near.products.create({"name": "Basic"})

    early = sandbox.deliver_webhooks()
    clock.now += 60
    sandbox.deliver_webhooks()

    assert early == []
    types = [json.loads(payload)["type"] for payload, _ in receiver.got]
    assert types == ["product.created"] * 2 + ["customer.created"] * 2


def test_what_was_sent_is_not_sent_again_after_a_restart(
    receiver: Receiver, tmp_path: Path
) -> None:
    first = Sandbox(tmp_path / "state.json")
    first.account("sk_test_acme").config["allow_loopback"] = True
    merchant = key_client(first, "sk_test_acme")
    merchant.webhook_endpoints.create({"url": receiver.url, "enabled_events": ["*"]})
    merchant.customers.create({})

    assert len(first.deliver_webhooks()) == 1
    assert Sandbox(tmp_path / "state.json").deliver_webhooks() == []


def test_the_server_sends_by_itself(
    near: Any, account: Account, sandbox: Sandbox, receiver: Receiver
) -> None:
    account.config["allow_loopback"] = True
    near.webhook_endpoints.create({"url": receiver.url, "enabled_events": ["*"]})

    with running(sandbox, Timing(webhook_seconds=0.01)):
        near.customers.create({})
        assert receiver.heard.wait(5)

    assert b"customer.created" in receiver.got[0][0]


def test_the_secret_is_shown_once(client: Any, endpoint: Any) -> None:
    assert endpoint.secret.startswith("whsec_")
    assert "secret" not in client.webhook_endpoints.retrieve(endpoint.id)
    assert "secret" not in client.webhook_endpoints.list().data[0]
    changed = client.webhook_endpoints.update(endpoint.id, {"enabled_events": ["*"]})
    assert changed.enabled_events == ["*"]
    assert "secret" not in changed


@pytest.mark.parametrize(
    ("key", "url", "fine"),
    [
        ("sk_test_acme", "http://example.com/hook", True),
        ("sk_live_acme", "https://example.com/hook", True),
        ("sk_live_acme", "http://example.com/hook", False),
        ("sk_test_acme", "http://127.0.0.1:8000/hook", False),
        ("sk_test_acme", "https://localhost/hook", False),
        ("sk_test_acme", "https://10.1.2.3/hook", False),
        ("sk_test_acme", "example.com/hook", False),
    ],
)
def test_endpoints_must_be_reachable(sandbox: Sandbox, key: str, url: str, fine: bool) -> None:
    endpoints = key_client(sandbox, key).webhook_endpoints

    try:
        outcome = endpoints.create({"url": url, "enabled_events": ["*"]}).status
    except stripe.InvalidRequestError as error:
        outcome = error.code

    assert outcome == ("enabled" if fine else "url_invalid")


def test_another_version_of_events_is_refused(near: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        near.webhook_endpoints.create(
            {"url": "https://example.com", "enabled_events": ["*"], "api_version": "2020-08-27"}
        )

    assert caught.value.code == "sandbox_unsupported"


def test_events_are_listed_by_type(client: Any) -> None:
    client.customers.create({})
    client.products.create({"name": "Basic"})
    client.coupons.create({"percent_off": 5})

    def found(**asked: Any) -> list[str]:
        return [row.type for row in client.events.list(asked).data]

    assert found() == ["coupon.created", "product.created", "customer.created"]
    assert found(type="product.created") == ["product.created"]
    assert found(type="product.*") == ["product.created"]
    assert found(types=["customer.created", "coupon.created"]) == [
        "coupon.created",
        "customer.created",
    ]
    with pytest.raises(stripe.InvalidRequestError, match="only specify one"):
        found(type="a", types=["b"])


def test_an_event_keeps_the_object_as_it_was(near: Any) -> None:
    customer = near.customers.create({"name": "Ada"})
    near.customers.update(customer.id, {"name": "Ben"})

    event = near.events.list({"type": "customer.created"}).data[0]

    assert event.data.object.name == "Ada"
