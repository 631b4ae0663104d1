"""docs/privacy.md names every table, and the times in it are those of the code."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

from django.apps import apps
from django.conf import settings

from accounts import people
from portal import ending, refusals
from portal.management.commands import forget

PAGE = (Path(settings.BASE_DIR) / "docs" / "privacy.md").read_text()
DEMO = "demo"  # a shop to look at, with made-up people


def row(table: str) -> str:
    """Return the line on how long a table's rows are kept."""
    return next(line for line in PAGE.splitlines() if line.startswith("|") and f"`{table}`" in line)


def test_every_table_is_named() -> None:
    """So that whoever adds one has to say what is in it and when that ends."""
    there = {
        model._meta.label
        for model in apps.get_models(include_auto_created=True)
        if model._meta.app_label != DEMO
    }

    assert set(re.findall(r"`(\w+\.[A-Z]\w+)`", PAGE)) == there


def test_the_times_are_those_of_the_code() -> None:
    kept: dict[str, timedelta] = {
        "accounts.Activity": timedelta(days=settings.ACTIVITY_KEPT_DAYS),
        "accounts.StripeEvent": forget.KEPT,
        "portal.RefusedAttempt": refusals.KEPT_FOR,
        "portal.SignedToken": ending.KEPT,
        "portal.EndedSessions": ending.KEPT,
        "accounts.Invitation": people.INVITATIONS_KEPT,
        "sessions.Session": timedelta(seconds=settings.SESSION_COOKIE_AGE),
        "accounts.User": people.UNPROVEN_KEPT,
    }

    for table, time in kept.items():
        assert f" {time.days} day" in row(table), table
    assert f"last {refusals.KEPT}" in row("portal.RefusedAttempt")
