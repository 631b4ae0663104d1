"""What Stripe answers over the wire when it refuses, and what we make of each."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import stripe
from django.test import override_settings

from servicebot.gateway import errors, wire
from servicebot.gateway.client import Gateway
from servicebot.gateway.line import ROWS_AT_MOST

ANSWERS: list[tuple[int, dict[str, str], type[errors.GatewayError]]] = [
    (400, {"type": "invalid_request_error"}, errors.RefusedError),
    (400, {"type": "invalid_request_error", "code": "resource_missing"}, errors.NotFoundError),
    (400, {"type": "invalid_request_error", "code": "rate_limit"}, errors.UnavailableError),
    (400, {"type": "idempotency_error"}, errors.IdempotencyMismatchError),
    (401, {"type": "invalid_request_error", "code": "api_key_expired"}, errors.DisconnectedError),
    (402, {"type": "card_error", "code": "card_declined"}, errors.CardDeclinedError),
    (402, {"type": "card_error", "code": "expired_card"}, errors.CardDeclinedError),
    (
        402,
        {"type": "card_error", "code": "authentication_required"},
        errors.AuthenticationRequiredError,
    ),
    (
        402,
        {"type": "card_error", "code": "invoice_payment_intent_requires_action"},
        errors.AuthenticationRequiredError,
    ),
    (403, {"type": "invalid_request_error"}, errors.PermissionMissingError),
    (
        400,
        {
            "type": "invalid_request_error",
            "message": "The key does not have the required permissions. Said by Stripe.",
        },
        errors.PermissionMissingError,
    ),
    (404, {"type": "invalid_request_error", "code": "resource_missing"}, errors.NotFoundError),
    (
        404,
        {"type": "invalid_request_error", "code": "invoice_upcoming_none"},
        errors.NothingUpcomingError,
    ),
    (
        409,
        {"type": "idempotency_error", "code": "idempotency_key_in_use"},
        errors.UnavailableError,
    ),
    (429, {"type": "invalid_request_error", "code": "lock_timeout"}, errors.UnavailableError),
    (500, {"type": "api_error"}, errors.UnavailableError),
    (503, {"type": "api_error"}, errors.UnavailableError),
]
NO_STRIPE = [
    (200, "<html>a proxy's own page</html>"),
    (502, "<html>Bad gateway</html>"),
    (500, ""),
    (500, "{}"),
]


class Canned(stripe.HTTPClient):
    """Stripe giving one answer to everything."""

    name = "canned"
    answer = (200, "{}")
    calls: list[tuple[str, str]] = []

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        self.calls.append((method, url))
        status, body = self.answer
        return body, status, {"request-id": "req_canned", "stripe-should-retry": "false"}


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    wire.shared_client.cache_clear()
    Canned.calls.clear()
    with override_settings(STRIPE_HTTP_CLIENT="tests.gateway.test_refusals.Canned"):
        yield Gateway("rk_test_acme", "https://api.stripe.com")
    wire.shared_client.cache_clear()


def refuse(status: int, **error: str) -> None:
    Canned.answer = (status, json.dumps({"error": {"message": "Said by Stripe.", **error}}))


@pytest.mark.parametrize(("status", "error", "ours"), ANSWERS)
def test_a_read_and_a_write_are_refused_alike(
    gateway: Gateway, status: int, error: dict[str, str], ours: type[errors.GatewayError]
) -> None:
    refuse(status, **error)

    with pytest.raises(errors.GatewayError) as read:
        gateway.customer("cus_1")
    with pytest.raises(errors.GatewayError) as written:
        gateway.update_subscription("sub_1", {"description": "x"}, key="one")

    assert (type(read.value), type(written.value)) == (ours, ours)
    assert str(read.value).endswith("Said by Stripe.")
    assert read.value.request_id == written.value.request_id == "req_canned"
    assert isinstance(read.value.__cause__, stripe.StripeError)


@pytest.mark.parametrize("answer", NO_STRIPE)
def test_what_is_no_answer_of_stripes_is_unavailable(
    gateway: Gateway, answer: tuple[int, str]
) -> None:
    Canned.answer = answer

    with pytest.raises(errors.UnavailableError):
        gateway.customer("cus_1")


def test_nothing_upcoming_is_no_error(gateway: Gateway) -> None:
    refuse(404, type="invalid_request_error", code="invoice_upcoming_none")

    assert gateway.upcoming("cus_1") is None


def test_a_refusal_keeps_its_code(gateway: Gateway) -> None:
    refuse(402, type="card_error", code="expired_card")

    with pytest.raises(errors.CardDeclinedError) as caught:
        gateway.pay_invoice("in_1", "pm_1")

    assert caught.value.code == "expired_card"


def test_what_cannot_go_better_is_asked_once(gateway: Gateway) -> None:
    refuse(402, type="card_error", code="card_declined")

    with pytest.raises(errors.CardDeclinedError):
        gateway.pay_invoice("in_1", "pm_1")

    assert Canned.calls == [("post", "https://api.stripe.com/v1/invoices/in_1/pay")]


@pytest.mark.parametrize("odd", ["cus_1/../../v1/charges", "cus_1?expand[]=x", "cus 1", "%2e%2e"])
def test_an_id_stays_one_part_of_the_path(gateway: Gateway, odd: str) -> None:
    refuse(404, type="invalid_request_error", code="resource_missing")

    with pytest.raises(errors.NotFoundError):
        gateway.customer(odd)

    ((_method, url),) = Canned.calls
    path, _mark, query = url.partition("?")
    assert path.startswith("https://api.stripe.com/v1/customers/")
    assert path.count("/") == 5
    assert query == "expand[0]=tax_ids"


def test_a_list_without_an_end_is_read_to_a_limit(gateway: Gateway) -> None:
    row = {"id": "prod_1", "name": "Endless", "active": True}
    Canned.answer = (200, json.dumps({"data": [row] * 100, "has_more": True}))

    assert len(gateway.products()) == ROWS_AT_MOST
    assert len(Canned.calls) == ROWS_AT_MOST / 100
