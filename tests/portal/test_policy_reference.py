"""The policy's page in docs/ is what the policy says, and the check of it can fail."""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import product
from typing import Any

from django.core.management import call_command
from pytest_django import Settings

from portal.policy import Action, Facts, Reason, verdict
from portal.policy_reference import markdown
from portal.policy_table import STATUSES
from tests.portal import test_policy

PAGE = "docs/reference/policy.md"
RULE = re.compile(r"\| `(\w+)` \| (.*) \|")
CONDITION = re.compile(r"`(\w+)` (is|is not) (`\w+`(?: or `\w+`)*)")
SETTINGS = ("cancels_immediately", "can_change_plan_when_canceled")
Rows = list[tuple[str, list[tuple[str, bool, set[str]]]]]


def written(page: str, action: Action) -> Rows:
    """Read an action's rules off the page: each code, with what each fact is or is not."""
    section = page.split(f"### `{action}`\n", 1)[1].split("\n#", 1)[0]
    rows = [row for row in RULE.findall(section) if row[0] != "code"]
    return [(code, [_condition(part) for part in when.split(", and ")]) for code, when in rows]


def _condition(part: str) -> tuple[str, bool, set[str]]:
    match = CONDITION.fullmatch(part)
    assert match, part
    return match[1], match[2] == "is", set(re.findall(r"`(\w+)`", match[3]))


def answer(rows: Rows, cell: dict[str, str]) -> str | None:
    """Return what the page says of a cell: the code of the first row that holds."""
    holding = (
        code
        for code, conditions in rows
        if all((cell[name] in values) is wanted for name, wanted, values in conditions)
    )
    return next(holding, None)


def said(value: Any) -> str:
    return ("no", "yes")[value] if isinstance(value, bool) else str(value)


def differences(page: str) -> tuple[int, list[tuple[Action, Facts]]]:
    """Judge every cell by the page and by the policy; return how many, and where they differ."""
    count = 0
    found: list[tuple[Action, Facts]] = []
    for row, action in product(product((False, True), repeat=2), Action):
        given = dict(zip(SETTINGS, row, strict=True))
        chosen, rows = test_policy.settings(**given), written(page, action)
        for facts in test_policy.every_facts(action):
            named = {name: getattr(facts, name) for name in test_policy.LOOKS_AT[action].split()}
            cell = {name: said(value) for name, value in {**named, **given}.items()}
            count += 1
            if answer(rows, cell) != verdict(chosen, facts, action).reason:
                found.append((action, facts))
    return count, found


def test_the_page_in_docs_is_up_to_date(settings: Settings) -> None:
    assert (settings.BASE_DIR / PAGE).read_text() == markdown()
    call_command("reference", "--check")


def test_it_has_every_status_action_and_code() -> None:
    page = markdown()

    assert set(STATUSES) == set(test_policy.STATUSES)
    for name in (*STATUSES, *Action, *Reason):
        assert f"`{name}`" in page


def test_the_page_says_of_every_cell_what_the_policy_says(
    settings: Settings, record_property: Callable[[str, object], None]
) -> None:
    count, found = differences((settings.BASE_DIR / PAGE).read_text())

    record_property("cells of the policy, by its page in docs", count)
    assert found == []
    assert count > 12_000


def test_a_row_of_the_page_that_is_wrong_is_found() -> None:
    page = markdown()
    wrong = page.replace(
        "| `paused` | `status` is `paused` |", "| `paused` | `status` is `unpaid` |"
    )

    assert wrong != page
    assert differences(wrong)[1] != []
