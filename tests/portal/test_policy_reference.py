"""The policy's page in docs/ is what the policy says, and the check of it can fail."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from portal.policy import Action, Reason
from portal.policy_reference import STATUSES, markdown
from tests.portal import test_policy

PAGE = "docs/reference/policy.md"


def test_the_page_in_docs_is_up_to_date(settings: Settings) -> None:
    assert (settings.BASE_DIR / PAGE).read_text() == markdown()
    call_command("reference", "--check")


def test_it_has_every_status_action_and_code() -> None:
    page = markdown()

    assert set(STATUSES) == set(test_policy.STATUSES)
    for name in (*STATUSES, *Action, *Reason):
        assert f"`{name}`" in page


def test_a_page_that_is_out_of_date_is_found_and_written(
    tmp_path: Path, settings: Settings
) -> None:
    settings.BASE_DIR = tmp_path
    with pytest.raises(CommandError, match="out of date"):
        call_command("reference", "--check")

    said = StringIO()
    call_command("reference", stdout=said)

    assert said.getvalue() == f"Wrote {PAGE}.\n"
    call_command("reference", "--check")
