"""Settings that are tables: quantity rules and reasons to leave, checked row by row."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError

from portal.quantities import STRIPES_MOST, Rule, rule_for, validate_rules
from portal.reasons import BUILT_IN, reasons_of, validate_reasons
from portal.toggles import Column
from tests.base import ServicebotTestCase

SEAT = {"unit_label": "seat"}
MOVING = {"key": "moving", "texts": {"en": "I am moving"}, "feedback": "other"}


@pytest.mark.parametrize(
    "rows",
    [
        "seat",
        ["seat"],
        [{}],
        [{"unit_label": " "}],
        [{"unit_label": 3}],
        [{**SEAT, "least": 1}],
        [{**SEAT, "min": 0}],
        [{**SEAT, "max": STRIPES_MOST + 1}],
        [{**SEAT, "step": 1.5}],
        [{**SEAT, "step": True}],
        [{**SEAT, "min": "two"}],
        [{**SEAT, "min": 5, "max": 4}],
        [SEAT, SEAT],
    ],
)
def test_rules_that_mean_nothing_are_refused(rows: Any) -> None:
    with pytest.raises(ValidationError):
        validate_rules(rows)


def test_a_rule_is_found_by_its_unit() -> None:
    rows: list[dict[str, Any]] = [
        {**SEAT, "min": 2, "max": 10, "step": 4},
        {"unit_label": "user"},
    ]
    validate_rules(rows)

    assert rule_for(rows, "seat") == Rule(2, 10, 4)
    assert rule_for(rows, "user") == rule_for([], "seat") == Rule(1, STRIPES_MOST, 1)
    assert [n for n in range(12) if rule_for(rows, "seat").allows(n)] == [2, 6, 10]


@pytest.mark.parametrize(
    "rows",
    [
        {},
        ["moving"],
        [{}],
        [{**MOVING, "key": "Moving away"}],
        [{**MOVING, "key": 3}],
        [{**MOVING, "feedback": "sad"}],
        [{**MOVING, "color": "red"}],
        [{**MOVING, "texts": "I am moving"}],
        [{**MOVING, "texts": {"en": "x" * 201}}],
        [{**MOVING, "texts": {"en": 3}}],
        [{**MOVING, "texts": {"en": "x", "tlh": "x"}}],
        [{**MOVING, "texts": {}}],
        [MOVING, MOVING],
    ],
)
def test_reasons_that_mean_nothing_are_refused(rows: Any) -> None:
    with pytest.raises(ValidationError):
        validate_reasons(rows)


def test_without_reasons_of_ones_own_there_are_the_built_in_ones() -> None:
    assert reasons_of([]) == BUILT_IN
    own = reasons_of([MOVING, {"key": "unused", "feedback": "unused"}])
    assert [(reason.key, reason.text("de")) for reason in own] == [
        ("moving", "I am moving"),
        ("unused", ""),
    ]


def test_a_column_may_look_into_a_mapping() -> None:
    row: dict[str, Any] = {}
    inner, outer = Column("texts.en", ""), Column("key", "", default="none")
    before = inner.value(row), outer.value(row)

    inner.put(row, "Hello")
    outer.put(row, "k")

    assert before == ("", "none")
    assert row == {"texts": {"en": "Hello"}, "key": "k"}
    assert (inner.value(row), outer.value(row)) == ("Hello", "k")


class OwnReasonTests(ServicebotTestCase):
    def setUp(self) -> None:
        super().setUp()
        rows = [MOVING, {"key": "unused", "feedback": "unused"}]
        self.switch(can_cancel=True, asks_cancellation_reason=True, cancellation_reasons=rows)

    def test_they_are_offered_and_kept_with_stripes_word_for_them(self) -> None:
        at = f"subscriptions/{self.ada_sub}"
        panel = self.page_post(f"{at}/ask-cancel").content.decode()

        self.page_post(f"{at}/cancel", reason="moving", comment="Bye")

        now = self.stripe[self.ada_sub]
        assert "I am moving" in panel
        assert "use it enough" in panel
        assert "too expensive" not in panel
        assert now["metadata"]["cancellation_reason"] == "moving"
        assert now["cancellation_details"]["feedback"] == "other"
        assert now["cancellation_details"]["comment"] == "Bye"

    def test_others_are_unknown(self) -> None:
        path = f"/subscriptions/{self.ada_sub}/cancel"

        assert self.api("post", path, reason="too_expensive").status_code == 400

    def test_their_words_are_text_and_no_markup(self) -> None:
        self.switch(cancellation_reasons=[{**MOVING, "texts": {"en": "<b>Bye</b>"}}])

        panel = self.page_post(f"subscriptions/{self.ada_sub}/ask-cancel").content.decode()

        assert "&lt;b&gt;Bye" in panel
