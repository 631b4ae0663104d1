"""docs/reference/policy.md: what is possible with which subscription, said by the policy itself."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from enum import Enum
from typing import Any, get_type_hints

from portal import texts
from portal.models import PortalSettings
from portal.policy import HIDDEN_BY, MERCHANT_REASONS, SETTING_OF, Action, Facts, Reason, verdicts

STATUSES = (
    *("active", "trialing", "past_due", "unpaid", "incomplete", "paused"),
    *("canceled", "incomplete_expired"),
)
SHOWN_WITH = ("active", "paused", "canceled")
"""The statuses with which each fact is shown, where it makes a difference."""

HEAD = """# What is possible with which subscription

Written by `manage.py reference`; don't edit. The rules are in `portal/policy.py`, and
`tests/portal/test_policy.py` judges every action for every combination of what it looks at.

All settings that offer something are on here. A setting that is off blocks its actions with
`setting_off` before anything else is looked at. Several items, metered ones, discounts, tax rates,
trials and the billing mode change what an action tells Stripe, and not whether it is possible.
"""


def markdown() -> str:
    """Return the page."""
    return "\n".join([HEAD, *_grid(), "", *_settings(), "", *_reasons(), ""])


def _judged(facts: Facts) -> list[str]:
    """Return what each action says to these facts, `yes` or its reason."""
    on = dict.fromkeys(SETTING_OF.values(), True)
    found = verdicts(PortalSettings(mode="test", **on), facts)
    return [str(v.reason) if v.reason else "yes" for v in found.values()]


def _grid() -> Iterator[str]:
    yield "## By status, and by what else is true"
    yield ""
    yield "| status | and | " + " | ".join(f"`{action}`" for action in Action) + " |"
    yield "|---" * (len(Action) + 2) + "|"
    for status in STATUSES:
        yield _row(status, "", _judged(Facts(status)))
    for status in SHOWN_WITH:
        plain = _judged(Facts(status))
        for name, value in _others():
            cells = _judged(dataclasses.replace(Facts(status), **{name: value}))
            if cells != plain:
                yield _row(status, f"`{name}` {_said(value)}", cells)


def _row(status: str, what: str, cells: list[str]) -> str:
    return f"| `{status}` | {what} | " + " | ".join(cells) + " |"


def _others() -> Iterator[tuple[str, Any]]:
    """Return every fact with each value that isn't its default."""
    kinds = get_type_hints(Facts)
    for field in dataclasses.fields(Facts):
        kind = kinds[field.name]
        values: list[Any] = [False, True] if kind is bool else []
        if issubclass(kind, Enum):
            values = list(kind)
        for value in values:
            if value != field.default:
                yield field.name, value


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _settings() -> Iterator[str]:
    yield "## Which setting offers an action"
    yield ""
    yield "| action | setting |"
    yield "|---|---|"
    for action in Action:
        setting, hiding = SETTING_OF.get(action), HIDDEN_BY.get(action)
        without = f", without `{hiding}`" if hiding else ""
        yield f"| `{action}` | {f'`{setting}`' if setting else 'always offered'}{without} |"


def _reasons() -> Iterator[str]:
    english = texts.catalogue(texts.DEFAULT)
    yield "## The codes in words"
    yield ""
    yield "| code | the customer reads | the merchant reads |"
    yield "|---|---|---|"
    for reason in Reason:
        yield f"| `{reason}` | {english(f'blocked.{reason}')} | {MERCHANT_REASONS[reason]} |"
