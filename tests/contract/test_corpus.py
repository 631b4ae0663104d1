"""Good requests and answers pass, quickly."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from timeit import timeit

import pytest
import stripe

from servicebot.sandbox.contract import check_answer, checked_request
from servicebot.sandbox.contract.always_present import ALWAYS_PRESENT
from servicebot.sandbox.contract.records import name_of, record_of
from tests.contract.corpus import ANSWERS, REQUESTS, Answer, Request

Record = Callable[[str, object], None]

READ_BY_THE_PORTAL = {
    "account",
    "coupon",
    "customer",
    "discount",
    "event",
    "invoice",
    "line_item",
    "list",
    "payment_intent",
    "payment_method",
    "price",
    "product",
    "promotion_code",
    "setup_intent",
    "subscription",
    "subscription_item",
    "subscription_schedule",
    "test_helpers.test_clock",
    "webhook_endpoint",
}


@pytest.mark.parametrize("request_", REQUESTS, ids=str)
def test_a_good_request_passes(request_: Request) -> None:
    _params, findings = checked_request(request_.method, request_.path, request_.raw)

    assert findings == []


@pytest.mark.parametrize("answer", ANSWERS, ids=str)
def test_a_good_answer_passes(answer: Answer) -> None:
    findings = check_answer(answer.method, answer.path, answer.status, answer.body)

    assert findings == []


def test_a_checked_request_passes_again() -> None:
    for method, path, raw in REQUESTS:
        params, _findings = checked_request(method, path, raw)

        assert checked_request(method, path, params) == (params, [])


def test_the_answers_show_all_that_the_portal_reads() -> None:
    shown: set[str] = set()
    heaps: list[object] = [answer.body for answer in ANSWERS]
    while heaps:
        heap = heaps.pop()
        if isinstance(heap, dict):
            shown.add(str(heap.get("object")))
        if isinstance(heap, (dict, list)):
            heaps.extend(heap.values() if isinstance(heap, dict) else heap)

    assert READ_BY_THE_PORTAL - shown == set()


@pytest.mark.parametrize(("name", "keys"), ALWAYS_PRESENT.items())
def test_keys_said_to_be_always_present_may_be_null(name: str, keys: frozenset[str]) -> None:
    record = record_of(attrgetter(name)(stripe))

    assert name_of(record.cls) == name
    assert keys <= {key for key, shape in record.fields.items() if shape.nullable}


def test_how_long_a_check_takes(record_property: Record) -> None:
    large = max(ANSWERS, key=lambda answer: len(str(answer.body)))
    rounds = 50

    requests = timeit(lambda: [checked_request(*request) for request in REQUESTS], number=rounds)
    answers = timeit(
        lambda: check_answer(large.method, large.path, large.status, large.body), number=rounds
    )

    record_property("timing request", f"{1000 * requests / rounds / len(REQUESTS):.3f} ms")
    record_property(f"timing {large.name}", f"{1000 * answers / rounds:.2f} ms")
