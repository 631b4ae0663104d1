"""Chromium for every browser test: Debian's where it is, else the one that Playwright found."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

CHROMIUM = Path("/usr/bin/chromium")
# No sandbox, since CI runs as root; third-party cookies blocked, as browsers are coming to.
OPTIONS = ["--no-sandbox", "--test-third-party-cookie-phaseout"]

expect.set_options(timeout=20_000)  # a busy machine is slow, not wrong


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    own = {"executable_path": str(CHROMIUM)} if CHROMIUM.exists() else {}
    return {**browser_type_launch_args, **own, "args": OPTIONS}


@pytest.fixture(scope="session")
def base_url() -> None:
    """No address to start from; Playwright's own fixture of this name warns under this pytest."""
