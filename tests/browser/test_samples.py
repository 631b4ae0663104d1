"""The samples, started as their READMEs say, show the portal in Chromium and let no stranger in."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, Response, expect

from tests.browser.customer import Customer
from tests.browser.stack import ROOT, Stack
from tests.serving import free_ports, wait_for
from tests.settings_ui.snippets.running import settings_in

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("built")]

WRITING = ("html", "express", "django", "php")  # their servers write into the page
ASKING = ("react", "vue")  # their pages ask their servers
SAMPLES = (*WRITING, *ASKING)
KEY = "sends_invoice"
EVIL = "</script><script>alert(1)</script>$settings@example.com"
COMMANDS = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
PORT = "4000"


def command_of(sample: str) -> str:
    """Return the command that starts a sample: the last one of its README."""
    (commands,) = COMMANDS.findall((ROOT / "samples" / sample / "README.md").read_text())
    return str(commands.splitlines()[-1])


@contextmanager
def started(sample: str, stack: Stack, **own: str) -> Iterator[str]:
    """Start a sample as its README says, on a port of its own; give its address."""
    port = str(free_ports(1))
    url = f"http://localhost:{port}"
    with (
        stack.allowing(url),
        subprocess.Popen(  # noqa: S602 -- our own README
            command_of(sample).replace(PORT, port),
            shell=True,
            cwd=ROOT,
            env={**environment(stack), "PORT": port, **own},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        ) as process,
    ):
        try:
            yield url
        finally:
            os.killpg(process.pid, signal.SIGTERM)


def environment(stack: Stack) -> dict[str, str]:
    """Return what samples/README.md says that a sample takes, and what programs need."""
    return {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "SERVICEBOT_URL": str(stack.told["dashboard_url"]).removesuffix("/"),
        "SERVICEBOT_PORTAL_ID": str(stack.told["portal_id"]),
        "SERVICEBOT_SECRET_KEY": str(stack.told["secret_key"]),
        "SHOP_CUSTOMER": str(stack.customer(KEY)["email"]),
    }


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_sample_shows_the_portal_to_its_customer(
    sample: str, page: Page, demo: Stack, faults: list[str]
) -> None:
    customer, answers = Customer(page, demo, KEY), answers_to(page)
    with started(sample, demo) as url:
        wait_for(url)

        page.goto(url)

        tier = customer.tier(customer.subscription)
        portal = page.frame_locator("iframe")
        expect(portal.locator("article header .tag")).to_have_text(tier)
        own = [answer.text() for answer in answers if answer.url.startswith(url)]
        assert any(demo.hash(demo.customer(KEY)["email"]) in text for text in own)
        assert not any(demo.told["secret_key"] in text for text in own)
        assert faults == []


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_sample_with_another_key_shows_nothing(sample: str, page: Page, demo: Stack) -> None:
    with started(sample, demo, SERVICEBOT_SECRET_KEY="sb_test_stranger") as url:
        wait_for(url)

        page.goto(url)

        portal = page.frame_locator("iframe")
        expect(portal.get_by_role("alert")).to_be_visible()
        expect(portal.locator("article")).to_have_count(0)


@pytest.mark.parametrize("sample", SAMPLES)
def test_a_sample_makes_no_hash_for_who_is_not_logged_in(sample: str, demo: Stack) -> None:
    path = "/api/servicebot" if sample in ASKING else "/"
    with started(sample, demo, SHOP_CUSTOMER="") as url:
        status, body = answer_of(url + path)

        assert status == HTTPStatus.UNAUTHORIZED
        assert "hash" not in body


@pytest.mark.parametrize("sample", WRITING)
def test_a_sample_writes_no_address_that_could_end_the_script(sample: str, demo: Stack) -> None:
    with started(sample, demo, SHOP_CUSTOMER=EVIL) as url:
        _status, page = answer_of(url)

        assert settings_in(page)["email"] == EVIL
        assert settings_in(page)["hash"] == demo.hash(EVIL)


def answers_to(page: Page) -> list[Response]:
    """Return what the browser gets, as it comes."""
    heard: list[Response] = []
    page.on("response", lambda answer: heard.append(answer))
    return heard


def answer_of(url: str) -> tuple[int, str]:
    """Return status and text of an address as soon as something answers there."""
    for _try in range(100):
        try:
            with urlopen(url) as answer:  # noqa: S310 -- http on this machine
                return answer.status, answer.read().decode()
        except HTTPError as refused:
            with refused:
                return refused.code, refused.read().decode()
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"nothing answers at {url}")
