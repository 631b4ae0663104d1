"""Requests are read by the types of the SDK's parameters."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from servicebot.sandbox.contract import checked_request


def problems(method: str, path: str, raw: dict[str, Any]) -> list[tuple[str, str]]:
    _params, findings = checked_request(method, path, raw)
    assert all(finding.where == "request" for finding in findings)
    return [(finding.path, finding.problem) for finding in findings]


def test_strings_of_a_form_become_what_they_mean() -> None:
    raw = {
        "items": {"1": {"price": "price_2"}, "0": {"price": "price_1", "quantity": "2"}},
        "off_session": "true",
        "trial_end": "now",
        "billing_cycle_anchor": "1767225600",
        "discounts": "",
        "metadata": {"seats": "12", "beta": "true"},
        "application_fee_percent": "2.5",
    }

    params, findings = checked_request("POST", "/v1/subscriptions", raw)

    assert findings == []
    assert params == {
        "items": [{"price": "price_1", "quantity": 2}, {"price": "price_2"}],
        "off_session": True,
        "trial_end": "now",
        "billing_cycle_anchor": 1767225600,
        "discounts": "",
        "metadata": {"seats": "12", "beta": "true"},
        "application_fee_percent": 2.5,
    }


def test_more_than_ten_items_keep_their_order() -> None:
    raw = {"expand": {str(at): f"path_{at}" for at in range(12)}}

    params, _findings = checked_request("GET", "/v1/account", raw)

    assert params["expand"] == [f"path_{at}" for at in range(12)]


def test_a_decimal_stays_the_text_that_it_is() -> None:
    raw = {"currency": "eur", "product": "prod_1", "unit_amount_decimal": "0.50"}

    params, _findings = checked_request("POST", "/v1/prices", raw)

    assert params["unit_amount_decimal"] == "0.50"


def test_values_of_python_are_taken_as_they_are() -> None:
    raw = {
        "currency": "eur",
        "active": True,
        "unit_amount_decimal": Decimal("0.5"),
        "recurring": {"interval": "month", "interval_count": 1},
        "product": "prod_1",
    }

    assert checked_request("POST", "/v1/prices", raw) == (raw, [])


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ({"foo": "1"}, ("foo", "unknown")),
        ({"items": {"0": {"foo": "1"}}}, ("items[0].foo", "unknown")),
        ({"coupon": "SUMMER"}, ("coupon", "unknown")),
        ({"idempotency_key": "k"}, ("idempotency_key", "unknown")),
        ({"stripe_account": "acct_1"}, ("stripe_account", "unknown")),
        ({"proration_behavior": "sometimes"}, ("proration_behavior", "enum")),
        ({"proration_behavior": ""}, ("proration_behavior", "enum")),
        ({"trial_end": "later"}, ("trial_end", "enum")),
        ({"cancel_at_period_end": "yes"}, ("cancel_at_period_end", "type")),
        ({"cancel_at_period_end": ""}, ("cancel_at_period_end", "type")),
        ({"proration_date": "tomorrow"}, ("proration_date", "type")),
        ({"proration_date": "1.5"}, ("proration_date", "type")),
        ({"proration_date": True}, ("proration_date", "type")),
        ({"default_payment_method": {"id": "pm_1"}}, ("default_payment_method", "type")),
        ({"description": 12}, ("description", "type")),
        ({"description": None}, ("description", "type")),
        ({"items": "si_1"}, ("items", "type")),
        ({"expand": "customer"}, ("expand", "type")),
    ],
)
def test_what_stripe_would_refuse_is_found(raw: dict[str, Any], expected: tuple[str, str]) -> None:
    assert problems("POST", "/v1/subscriptions/sub_1", raw) == [expected]


def test_a_parameter_that_must_be_there_is_missed() -> None:
    assert problems("POST", "/v1/promotion_codes", {}) == [("promotion", "missing")]
    assert problems("POST", "/v1/promotion_codes", {"promotion": {"coupon": "SUMMER"}}) == [
        ("promotion.type", "missing")
    ]


def test_a_range_is_an_object_or_a_number() -> None:
    for created in ({"gte": "1", "lt": "2"}, "1767225600"):
        assert problems("GET", "/v1/customers", {"created": created}) == []
    assert problems("GET", "/v1/customers", {"created": {"since": "1"}}) == [
        ("created.since", "unknown")
    ]


def test_an_operation_that_stripe_does_not_have_is_found() -> None:
    params, findings = checked_request("GET", "/v1/invoices/upcoming/lines/x", {"a": "1"})

    assert params == {"a": "1"}
    assert [finding.problem for finding in findings] == ["operation"]
