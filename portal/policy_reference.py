"""docs/reference/policy.md: what is possible with which subscription, said by the policy itself."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from portal import texts
from portal.blocked import MERCHANT_TEXTS
from portal.models import PortalSettings
from portal.policy import HIDDEN_BY, SETTING_OF, Action, Facts, verdicts
from portal.policy_table import STATUSES, Condition, rules, values_of

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
    parts = [HEAD, *_grid(), "", *_rules(), *_settings(), "", *_reasons(), ""]
    return "\n".join(parts)


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
    for field in dataclasses.fields(Facts):
        if field.name != "status":
            for value in values_of(field.name):
                if value != field.default:
                    yield field.name, value


def _rules() -> Iterator[str]:
    yield "## Every rule, in the order in which they are looked at"
    yield ""
    yield "The first row that holds is the answer; where none does, the action is allowed."
    yield ""
    for action in Action:
        yield f"### `{action}`"
        yield ""
        yield "| code | holds where |"
        yield "|---|---|"
        for rule in rules(action):
            yield f"| `{rule.reason}` | {_conditions(rule.when)} |"
        yield ""


def _conditions(when: Condition) -> str:
    return ", and ".join(_condition(name, values) for name, values in when.items())


def _condition(name: str, values: tuple[Any, ...]) -> str:
    """Say what a fact is, or is not where that is shorter."""
    others = [value for value in values_of(name) if value not in values]
    verb, named = ("is", list(values)) if len(values) <= len(others) else ("is not", others)
    return f"`{name}` {verb} " + " or ".join(f"`{_said(value)}`" for value in named)


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
    for reason, merchants in MERCHANT_TEXTS.items():
        yield f"| `{reason}` | {english(f'blocked.{reason}')} | {merchants} |"
