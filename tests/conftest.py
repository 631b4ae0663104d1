"""What all tests share: Chromium, Debian's where it is, how hypothesis looks for examples, and how
many cells of each table were tried."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from playwright.sync_api import expect

CHROMIUM = Path("/usr/bin/chromium")
# No sandbox, since CI runs as root; third-party cookies blocked, as browsers are coming to.
OPTIONS = ["--no-sandbox", "--test-third-party-cookie-phaseout"]

# CI judges the change, so it looks at the same examples each time; people look at new ones.
hypothesis.settings.register_profile("people", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "people")
expect.set_options(timeout=20_000)  # a busy machine is slow, not wrong


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    own = {"executable_path": str(CHROMIUM)} if CHROMIUM.exists() else {}
    return {**browser_type_launch_args, **own, "args": OPTIONS}


@pytest.fixture(scope="session")
def base_url() -> None:
    """No address to start from; Playwright's own fixture of this name warns under this pytest."""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell how many cells of each table were tried."""
    counts: Counter[str] = Counter()
    for report in terminalreporter.stats.get("passed", []):
        counts.update({n: value for n, value in report.user_properties if n.endswith(" cells")})
    for name, count in counts.items():
        terminalreporter.write_line(f"{name}: {count}")
