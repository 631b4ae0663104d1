"""Who signed an event and what of it is read; endpoints come and go at Stripe."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from servicebot.gateway import errors
from servicebot.gateway.client import Gateway
from servicebot.gateway.webhooks import EVENTS, TOLERANCE_SECONDS, Event, read_event
from servicebot.sandbox.webhooks import signature
from servicebot.sandbox.wire import API_VERSION
from servicebot.sandbox.world import Sandbox
from tests.world import Objects, Shop

SECRET = "whsec_ours"
URL = "https://billing.example.com/webhooks/stripe/1/"
SUBSCRIPTION = {"object": "subscription", "id": "sub_1", "customer": "cus_1"}


@pytest.fixture
def gateway() -> Gateway:
    """Return the account by a restricted key, as a merchant has."""
    return Gateway("rk_test_acme", "https://api.stripe.com")


def written(thing: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return an event about an object."""
    data = {"object": thing, **more}
    told = {"id": "evt_1", "object": "event", "type": "x.updated", "created": 1_800_000_000}
    return {**told, "livemode": False, "data": data}


def sent(event: Any) -> Event:
    """Send an event as Stripe does and read it."""
    payload = json.dumps(event).encode()
    return read_event(payload, signature(payload, SECRET, int(time.time())), SECRET)


def test_an_event_says_what_happened_to_whom() -> None:
    event = sent(written(SUBSCRIPTION))

    assert (event.id, event.type, event.is_live) == ("evt_1", "x.updated", False)
    assert event.created_at.isoformat() == "2027-01-15T08:00:00+00:00"
    assert (event.object_type, event.object_id) == ("subscription", "sub_1")
    assert event.customer_id == "cus_1"


@pytest.mark.parametrize(
    ("thing", "before", "customer"),
    [
        ({"object": "customer", "id": "cus_2"}, None, "cus_2"),
        ({"object": "product", "id": "prod_1"}, None, ""),
        ({"object": "setup_intent", "id": "seti_1", "customer": None}, None, ""),
        ({"object": "invoice", "id": None, "customer": "cus_3"}, {}, "cus_3"),
        ({"object": "tax_id", "id": "txi_1", "customer": {"id": "cus_4"}}, None, "cus_4"),
        (
            {"object": "payment_method", "id": "pm_1", "customer": None},
            {"customer": "cus_5"},
            "cus_5",
        ),
    ],
)
def test_an_event_knows_whose_its_object_is_or_was(
    thing: dict[str, Any], before: dict[str, Any] | None, customer: str
) -> None:
    event = sent(written(thing, previous_attributes=before))

    assert event.customer_id == customer
    assert event.object_id == (thing["id"] or "")


def test_every_event_of_the_sandbox_is_read(world: Sandbox) -> None:
    shop = Shop("acme")
    shop.stock()
    customer = shop.customer("Ada")
    shop.subscribe(customer)

    read = [sent(event) for event in Objects(world, shop.api_key).all("event")]

    assert {event.customer_id for event in read} == {"", customer}
    assert not any(event.customer_id for event in read if event.object_type == "product")


def refused(payload: bytes, header: str, secret: str = SECRET) -> str:
    """Return why a request is no event of Stripe's."""
    with pytest.raises(errors.WebhookError) as caught:
        read_event(payload, header, secret)
    return str(caught.value)


def test_only_what_stripe_signed_a_moment_ago_is_read() -> None:
    payload = json.dumps(written(SUBSCRIPTION)).encode()
    now = int(time.time())
    good = signature(payload, SECRET, now)

    assert read_event(payload, good, SECRET).id == "evt_1"
    assert "No signatures" in refused(payload + b" ", good)
    assert "No signatures" in refused(payload, signature(payload, "whsec_theirs", now))
    assert "No signatures" in refused(payload, good.replace(f"t={now}", f"t={now + 1}"))
    late = signature(payload, SECRET, now - TOLERANCE_SECONDS - 5)
    assert "tolerance" in refused(payload, late)


@pytest.mark.parametrize("header", ["", "nonsense", "t=1", "t=x,v1=y", "v1=a", "t=1,v1=é", "t=,,="])
def test_a_header_that_is_no_signature_is_refused(header: str) -> None:
    assert refused(b"{}", header)


def test_an_empty_secret_signs_nothing() -> None:
    header = signature(b"{}", "", int(time.time()))

    assert "secret" in refused(b"{}", header, secret="")


@pytest.mark.parametrize(
    "payload",
    [b"", b"[]", b"null", b"{}", b"{", b'{"data": {"object": 1}}', b'{"data": {"object": {}}}'],
)
def test_what_is_signed_and_no_event_is_refused(payload: bytes) -> None:
    header = signature(payload, SECRET, int(time.time()))

    assert "no event" in refused(payload, header)


def test_bytes_that_are_no_text_are_refused() -> None:
    assert "UTF-8" in refused(b"\xff", "t=1,v1=a")


def test_an_endpoint_is_made_for_every_event_that_matters(world: Sandbox, gateway: Gateway) -> None:
    made = gateway.create_webhook_endpoint(URL, {"sb_connection": "1"})

    at_stripe = Objects(world, "sk_test_acme")[made.id]
    assert at_stripe["url"] == URL
    assert at_stripe["enabled_events"] == list(EVENTS)
    assert at_stripe["api_version"] == API_VERSION
    assert at_stripe["metadata"] == {"sb_connection": "1"}
    assert made.secret.startswith("whsec_")
    assert made.secret not in repr(made)


def test_an_endpoint_is_made_once_however_often_it_is_sent(
    world: Sandbox, gateway: Gateway
) -> None:
    world.account("rk_test_acme").weather.bring("lost", times=1)

    made = gateway.create_webhook_endpoint(URL, {})

    assert [
        endpoint["id"] for endpoint in Objects(world, "sk_test_acme").all("webhook_endpoint")
    ] == [made.id]


def test_an_endpoint_is_deleted(world: Sandbox, gateway: Gateway) -> None:
    made = gateway.create_webhook_endpoint(URL, {})

    gateway.delete_webhook_endpoint(made.id)

    assert Objects(world, "sk_test_acme").all("webhook_endpoint") == []
    with pytest.raises(errors.NotFoundError):
        gateway.delete_webhook_endpoint(made.id)


def test_a_key_that_may_not_make_endpoints(world: Sandbox, gateway: Gateway) -> None:
    world.account("rk_test_acme").config["denied"] = ["webhook_write"]

    with pytest.raises(errors.DisconnectedError, match="webhook_write"):
        gateway.create_webhook_endpoint(URL, {})
