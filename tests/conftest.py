"""What all tests share: Chromium, how hypothesis looks for examples, and what was said to Stripe in
the whole run."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from playwright.sync_api import expect

from servicebot.gateway import traffic
from servicebot.sandbox.handling import CHECKED, FOUND

pytest_plugins = ["tests.watching"]  # nothing secret in clear

# Debian's: the one that never had a window takes half of the processor's time; else Playwright's.
CHROMIUMS = (Path("/usr/bin/chromium-headless-shell"), Path("/usr/bin/chromium"))
NO_SANDBOX = "--no-sandbox"  # CI runs as root

# CI judges the change, so it looks at the same examples each time; people look at new ones.
hypothesis.settings.register_profile("people", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "people")
expect.set_options(timeout=20_000)  # a busy machine is slow, not wrong


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    here = next((str(path) for path in CHROMIUMS if path.exists()), None)
    return {**browser_type_launch_args, "executable_path": here, "args": [NO_SANDBOX]}


@pytest.fixture(scope="session")
def base_url() -> None:
    """No address to start from; Playwright's own fixture of this name warns under this pytest."""


@pytest.fixture(autouse=True)
def _answering_stripe() -> None:
    """Each test begins with a Stripe that has always answered."""
    traffic.breaker_of.cache_clear()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run in which an answer of the sandbox's wasn't Stripe's, whoever looked at it."""
    if FOUND:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    told = getattr(session.config, "workeroutput", None)
    if told is not None:
        told["checked"], told["found"] = dict(CHECKED), [str(each) for each in FOUND]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Add up what the workers of a parallel run have checked."""
    told = getattr(node, "workeroutput", {})
    CHECKED.update(told.get("checked", {}))
    FOUND.extend(told.get("found", []))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print which operations of Stripe's were used, and how many cells the tables' tests judged."""
    for line in [*contract_summary(CHECKED, FOUND), *cell_summary(terminalreporter.stats)]:
        terminalreporter.write_line(line)


def contract_summary(checked: Counter[str], found: list[Any]) -> list[str]:
    """Return what the contract check has seen, a line an operation where there was one."""
    if not checked:
        return []
    head = f"{checked.total()} answers of {len(checked)} operations checked, {len(found)} findings"
    used = [f"  {count:6} {operation}" for operation, count in sorted(checked.items())]
    return [f"contract check: {head}", *used, *(f"  wrong: {each}" for each in found)]


def cell_summary(stats: dict[str, list[Any]]) -> list[str]:
    """Add up what tests have recorded as "cells of …"."""
    counts: Counter[str] = Counter()
    for report in [*stats.get("passed", []), *stats.get("failed", [])]:
        for name, value in getattr(report, "user_properties", []):
            if name.startswith("cells of "):
                counts[name] += value
    return [f"{count} {name}" for name, count in sorted(counts.items())]
