"""Why customers leave: the answers to choose from, built in or the merchant's own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal import languages, texts
from portal.toggles import Column

FEEDBACKS = (
    *("too_expensive", "missing_features", "switched_service", "unused"),
    *("customer_service", "too_complex", "low_quality", "other"),
)
"""Stripe's values of `cancellation_details.feedback`; our built-in reasons have the same keys."""
KEY = re.compile(r"[a-z0-9_]{1,40}")
TEXT_AT_MOST = 200
COLUMNS = (
    Column("key", _("Key")),
    Column(f"texts.{texts.DEFAULT}", _("Text in English")),
    Column("feedback", _("Stripe's feedback"), choices=FEEDBACKS, default="other"),
    *(
        Column(f"texts.{language}", name, is_folded=True)
        for language, name in languages.choices()
        if language != texts.DEFAULT
    ),
)
NAMES = frozenset(["key", "texts", "feedback"])


@dataclass(frozen=True)
class Reason:
    """One answer: its key, Stripe's `feedback`, and texts of its own by language, if any."""

    key: str
    feedback: str
    texts: Mapping[str, str] = field(default_factory=dict)

    def text(self, language: str) -> str:
        """Return its own text in a language, else in English; empty where it is a built-in one."""
        return self.texts.get(language) or self.texts.get(texts.DEFAULT, "")


BUILT_IN = tuple(Reason(key, key) for key in FEEDBACKS)


def reasons_of(rows: Iterable[Mapping[str, Any]]) -> tuple[Reason, ...]:
    """Return the merchant's reasons in their order, the built-in ones where there are none."""
    own = tuple(Reason(row["key"], row["feedback"], row.get("texts", {})) for row in rows)
    return own or BUILT_IN


def validate_reasons(value: Any) -> None:
    """Raise ValidationError unless this is a list of reasons, each with a key and words of its own.

    A built-in key may go without words.
    """
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise ValidationError(_("Give a list of reasons."))
    for row in value:
        _validate_row(row)
    keys = [row["key"] for row in value]
    if len(set(keys)) < len(keys):
        raise ValidationError(_("Give each reason a key of its own."))


def _validate_row(row: dict[str, Any]) -> None:
    key, words = row.get("key"), row.get("texts", {})
    if not isinstance(key, str) or not KEY.fullmatch(key):
        raise ValidationError(_("A key has small letters, digits and _, such as moving_away."))
    if set(row) - NAMES:
        raise ValidationError(_("A reason has key, texts and feedback."))
    if row.get("feedback") not in FEEDBACKS:
        raise ValidationError(_("%(key)s: choose one of Stripe's kinds of feedback."), params=row)
    if not isinstance(words, dict) or not all(map(_is_text, [*words, *words.values()])):
        raise ValidationError(_("%(key)s: give texts by language, 200 characters."), params=row)
    if set(words) - set(texts.languages()):
        raise ValidationError(_("%(key)s: there is no such language."), params=row)
    if not words.get(texts.DEFAULT) and key not in FEEDBACKS:
        raise ValidationError(_("%(key)s: give its text in English."), params=row)


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= TEXT_AT_MOST
