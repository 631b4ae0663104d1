"""Every operation of the SDK is found and understood."""

from __future__ import annotations

from collections import Counter

import pytest

from servicebot.sandbox.contract import match, operations
from servicebot.sandbox.contract.shapes import Record
from tests.conftest import contract_summary

# The SDK itself says no more of these: a PDF, and nothing.
UNTYPED = {"GET /v1/quotes/{quote}/pdf", "POST /v2/billing/meter_event_stream"}


def test_all_operations_are_found() -> None:
    assert len(operations()) == 648


def test_all_parameters_and_answers_resolve_to_the_last_class() -> None:
    seen: set[Record] = set()
    shapes = [shape for each in operations().values() for shape in (each.params, each.answer)]
    while shapes:
        shape = shapes.pop()
        shapes.extend(inner for inner in (shape.items, shape.values) if inner is not None)
        for record in set(shape.records) - seen:
            seen.add(record)
            shapes.extend(record.fields.values())

    assert len(seen) > 5000


def test_all_operations_have_parameters_and_an_answer() -> None:
    nameless = {str(each) for each in operations().values() if not each.params.records}
    untyped = {str(each) for each in operations().values() if not each.answer.records}

    assert nameless == set()
    assert untyped == UNTYPED


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/v1/customers/cus_1", "GET /v1/customers/{customer}"),
        ("get", "/v1/customers/cus_1/", "GET /v1/customers/{customer}"),
        ("GET", "/v1/customers/search?query=x", "GET /v1/customers/search"),
        ("POST", "/v1/invoices/create_preview", "POST /v1/invoices/create_preview"),
        ("POST", "/v1/invoices/in_1", "POST /v1/invoices/{invoice}"),
        ("POST", "/v1/invoices/in_1/pay", "POST /v1/invoices/{invoice}/pay"),
        ("DELETE", "/v1/coupons/SUMMER", "DELETE /v1/coupons/{coupon}"),
    ],
)
def test_a_request_is_matched_to_its_operation(method: str, path: str, expected: str) -> None:
    assert str(match(method, path)) == expected


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/v1/customers/cus_1"),
        ("GET", "/v1/invoices/upcoming/lines/x"),
        ("GET", "/v1/unheard_of"),
        ("GET", "/v1/customers/cus_1/sources/card_1/more"),
        ("GET", "/"),
    ],
)
def test_what_stripe_does_not_have_matches_nothing(method: str, path: str) -> None:
    assert match(method, path) is None


def test_operations_share_what_they_know_of_a_class() -> None:
    retrieve = operations()["GET /v1/customers/{customer}"].answer
    update = operations()["POST /v1/customers/{customer}"].answer

    assert retrieve.records[0] is update.records[0]


def test_a_run_tells_what_it_has_checked_and_what_was_wrong() -> None:
    checked = Counter({"GET /v1/prices": 3, "POST /v1/prices": 1})

    said = contract_summary(checked, ["an answer that Stripe wouldn't give"])

    assert said == [
        "contract check: 4 answers of 2 operations checked, 1 findings",
        "       3 GET /v1/prices",
        "       1 POST /v1/prices",
        "  wrong: an answer that Stripe wouldn't give",
    ]
    assert contract_summary(Counter(), []) == []
