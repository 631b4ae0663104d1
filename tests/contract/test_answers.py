"""Answers are held against the classes that the SDK makes of them."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from servicebot.sandbox.contract import check_answer
from tests.contract.corpus import ANSWERS

BODIES = {answer.name: answer.body for answer in ANSWERS}


def problems(method: str, path: str, body: dict[str, Any], status: int = 200) -> list[Any]:
    findings = check_answer(method, path, status, body)
    assert all(finding.where == "answer" for finding in findings)
    return [(finding.path, finding.problem) for finding in findings]


def changed(name: str, **changes: Any) -> dict[str, Any]:
    return {**deepcopy(BODIES[name]), **changes}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"plan": None}, ("plan", "unknown")),
        ({"status": "expired"}, ("status", "enum")),
        ({"status": None}, ("status", "type")),
        ({"created": "1767225600"}, ("created", "type")),
        ({"created": 1767225600.0}, ("created", "type")),
        ({"cancel_at_period_end": 0}, ("cancel_at_period_end", "type")),
        ({"customer": None}, ("customer", "type")),
        ({"discounts": None}, ("discounts", "type")),
        ({"discounts": [7]}, ("discounts[0]", "type")),
        ({"metadata": {"seats": 3}}, ("metadata.seats", "type")),
        ({"object": "invoice"}, ("object", "enum")),
        ({"application_fee_percent": "2.5"}, ("application_fee_percent", "type")),
    ],
)
def test_what_stripe_never_sends_is_found(
    changes: dict[str, Any], expected: tuple[str, str]
) -> None:
    body = changed("subscription", **changes)

    assert problems("GET", "/v1/subscriptions/sub_1", body) == [expected]


def test_an_expanded_object_is_checked_as_what_it_is() -> None:
    customer = changed("customer", email=7)

    found = problems("GET", "/v1/subscriptions/sub_1", changed("subscription", customer=customer))

    assert found == [("customer.email", "type")]


def test_a_decimal_is_a_text() -> None:
    assert problems("GET", "/v1/prices/p", changed("price", unit_amount_decimal="19.5")) == []
    assert problems("GET", "/v1/prices/p", changed("price", unit_amount_decimal=19.5)) == [
        ("unit_amount_decimal", "type")
    ]


def test_a_percentage_is_a_number_whole_or_not() -> None:
    for percent in (25, 25.5):
        assert problems("GET", "/v1/coupons/c", changed("coupon", percent_off=percent)) == []


def test_the_items_of_a_list_are_checked() -> None:
    body = changed("subscriptions")
    del body["data"][0]["items"]["data"][0]["price"]["recurring"]

    assert problems("GET", "/v1/subscriptions", body) == [
        ("data[0].items.data[0].price.recurring", "missing")
    ]


def test_what_was_deleted_says_so_and_little_more() -> None:
    body = {"id": "cus_1", "object": "customer", "deleted": True}

    assert problems("DELETE", "/v1/customers/cus_1", body) == []
    assert problems("GET", "/v1/customers/cus_1", body) == []
    assert ("deleted", "missing") in problems("DELETE", "/v1/customers/cus_1", BODIES["customer"])
    assert ("deleted", "type") in problems("GET", "/v1/customers/cus_1", {**body, "deleted": False})


def test_a_canceled_subscription_is_not_deleted() -> None:
    assert problems("DELETE", "/v1/subscriptions/sub_1", BODIES["subscription"]) == []


def test_only_a_preview_may_lack_the_page_of_the_invoice() -> None:
    preview = BODIES["invoice_preview"]

    assert problems("POST", "/v1/invoices/create_preview", preview) == []
    assert problems("POST", "/v1/invoices/create_preview", {**preview, "id": "in_1"}) == [
        ("hosted_invoice_url", "missing"),
        ("invoice_pdf", "missing"),
    ]


def test_the_part_named_by_the_type_must_be_there() -> None:
    body = changed("payment_method")
    del body["card"]

    assert problems("GET", "/v1/payment_methods/pm_1", body) == [("card", "missing")]


def test_the_object_of_an_event_is_checked_by_its_tag() -> None:
    for thing, expected in (
        ({**BODIES["coupon"], "valid": "yes"}, [("data.object.valid", "type")]),
        ({"id": "x"}, [("data.object.object", "missing")]),
        ({"id": "x", "object": "unheard_of"}, [("data.object.object", "enum")]),
    ):
        body = changed("event", data={"object": thing})

        assert problems("GET", "/v1/events/evt_1", body) == expected


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ({"message": "no"}, ("error.type", "missing")),
        ({"type": "api_error"}, ("error.message", "missing")),
        ({"type": "odd_error", "message": "no"}, ("error.type", "enum")),
        ({"type": "api_error", "message": "no", "param": None}, ("error.param", "type")),
        ({"type": "api_error", "message": "no", "hint": "x"}, ("error.hint", "unknown")),
        ("no", ("error", "type")),
    ],
)
def test_an_error_has_the_shape_of_stripes(error: Any, expected: tuple[str, str]) -> None:
    assert problems("GET", "/v1/customers/cus_1", {"error": error}, 400) == [expected]


def test_an_error_needs_no_known_operation() -> None:
    body = {"error": {"type": "invalid_request_error", "message": "Unrecognized request URL"}}

    assert problems("GET", "/v1/unheard_of", body, 404) == []


def test_an_answer_to_no_operation_is_found() -> None:
    assert problems("GET", "/v1/unheard_of", {}) == [("", "operation")]
