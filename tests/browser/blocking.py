"""The whole of Chromium, blocking third parties' cookies and storage as browsers are coming to."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from tests.conftest import CHROMIUMS, NO_SANDBOX

BLOCKING = "--test-third-party-cookie-phaseout"  # heeded by the one with windows alone


@pytest.fixture(scope="module")
def browser(launch_browser: Callable[..., Browser]) -> Iterator[Browser]:
    """In the place of the browser that other tests share."""
    debians = CHROMIUMS[-1]
    found = str(debians) if debians.exists() else None
    channel = None if found else "chromium"
    browser = launch_browser(executable_path=found, channel=channel, args=[NO_SANDBOX, BLOCKING])
    yield browser
    browser.close()
