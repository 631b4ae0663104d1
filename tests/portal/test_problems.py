"""Errors are problem details with a stable code, each with its words for customers."""

from __future__ import annotations

from http import HTTPStatus

from rest_framework.exceptions import APIException

from portal import texts
from portal.answers import text_key
from portal.blocked import MERCHANT_TEXTS
from portal.policy import Reason
from portal.problems import PROBLEMS, Problem, answer, problem_of
from servicebot.gateway import errors
from tests.base import ServicebotTestCase


class ProblemTests(ServicebotTestCase):
    def test_an_error_is_a_problem_document(self) -> None:
        response = self.api("get", "", "nonsense")

        body = response.json()
        assert response.headers["Content-Type"] == "application/problem+json"
        assert body["status"] == response.status_code == 401
        assert body["code"] == "token_invalid"
        assert body["title"] == "Unauthorized"
        assert body["type"].endswith("#token_invalid")
        assert body["detail"]

    def test_every_code_has_a_status_and_words_for_both(self) -> None:
        english = texts.catalogue("en")

        for code, (status, detail) in PROBLEMS.items():
            with self.subTest(code=code):
                assert HTTPStatus(status).phrase
                assert detail
                assert f"problem.{code}" in english

    def test_what_goes_wrong_at_stripe_has_its_code(self) -> None:
        found = {
            errors.NotFoundError: "not_found",
            errors.CardDeclinedError: "card_declined",
            errors.AuthenticationRequiredError: "authentication_required",
            errors.UnavailableError: "stripe_unavailable",
            errors.DisconnectedError: "stripe_disconnected",
            errors.RefusedError: "action_blocked",
            errors.IdempotencyMismatchError: "idempotency_mismatch",
        }

        for kind, code in found.items():
            with self.subTest(kind=kind.__name__):
                problem = problem_of(kind("said"))
                assert problem is not None
                assert problem.code == code

    def test_a_fault_of_ours_is_no_problem_but_an_error(self) -> None:
        assert problem_of(ValueError()) is None
        assert answer(ValueError(), {}) is None
        with self.assertRaisesMessage(ValueError, "ours"):
            self.break_the_page()

    def break_the_page(self) -> None:
        """Make the page fail by a fault of ours: a key that can't be one."""
        self.sandbox.clock = self.fails
        self.page_post("page")

    def fails(self) -> int:
        raise ValueError("ours")

    def test_a_body_that_cannot_be_read_is_invalid(self) -> None:
        path = "/api/v1/portal/session"
        broken = self.client.post(path, "{", content_type="application/json")
        other = self.client.post(path, "a=b", content_type="text/plain")

        assert (broken.status_code, broken.json()["code"]) == (400, "invalid")
        assert (other.status_code, other.json()["code"]) == (400, "invalid")

    def test_a_body_that_lacks_something_says_what(self) -> None:
        path = f"/subscriptions/{self.ada_sub}/preview"

        response = self.api("post", path, action="explode")

        assert response.status_code == 400
        assert "action" in response.json()["errors"]

    def test_a_verb_that_is_not_there_is_a_problem_too(self) -> None:
        response = self.client.put("/api/v1/portal/session")

        assert (response.status_code, response.json()["code"]) == (405, "method_not_allowed")

    def test_waiting_is_said_in_seconds(self) -> None:
        response = answer(Problem("rate_limited", retry_after=30), {})

        assert response is not None
        assert response["Retry-After"] == "30"
        assert answer(APIException("no"), {}) is not None


def test_a_blocked_action_says_why_in_the_merchants_words_and_in_the_customers() -> None:
    english = texts.catalogue("en")

    for reason, merchants in MERCHANT_TEXTS.items():
        problem = Problem("action_blocked", reason=reason)
        customers = english(text_key(problem))
        assert problem.as_json()["detail"] == merchants
        assert customers.endswith(".")
        assert merchants.endswith(".")
        assert customers != merchants
    assert (
        Problem("action_blocked", reason="x").as_json()["detail"] == PROBLEMS["action_blocked"][1]
    )


def test_every_reason_of_the_policy_has_words() -> None:
    assert {str(reason) for reason in Reason} <= set(MERCHANT_TEXTS)


def test_no_two_codes_have_the_same_words_for_the_merchant() -> None:
    assert len(set(MERCHANT_TEXTS.values())) == len(MERCHANT_TEXTS)


def test_no_two_codes_have_the_same_words_for_the_customer() -> None:
    english = texts.catalogue("en")

    assert len({english(f"blocked.{code}") for code in MERCHANT_TEXTS}) == len(MERCHANT_TEXTS)
