"""The commands for those who run Servicebot themselves, one after another, with a sandbox for
Stripe: tables, static files, Django's own check, a server that is ready, a merchant."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.code_blocks import read_info, read_source
from servicebot.sandbox.server import serve
from servicebot.sandbox.world import Sandbox
from tests.browser.conftest import running
from tests.browser.stack import TESTS_OWN
from tests.serving import free_ports
from tests.test_readme import in_the_table, read_by_settings

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = "docs/examples/self_hosting"
READY_WITHIN = 60


class Machine:
    """A checkout, a file with the environment, and a shell whose `python` is the right one."""

    def __init__(self, folder: Path, stripe: str, port: int) -> None:
        self.folder, self.port = folder, port
        own = {*TESTS_OWN, "DJANGO_ALLOW_ASYNC_UNSAFE"}
        inherited = {name: value for name, value in os.environ.items() if name not in own}
        self.environ = inherited | {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "STRIPE_API_BASE": stripe,
            "STRIPE_KEY": "rk_test_acme",
            "STRIPE_PUBLISHABLE_KEY": "pk_test_acme",
        }
        self.environ |= dict(line.split("=", 1) for line in self.written().splitlines())

    def written(self) -> str:
        """Return the file with the environment, filled in for a database of its own."""
        text = (ROOT / EXAMPLES / "servicebot.env").read_text()
        password, key = self.run("keys").split()
        placed = {
            "A_LONG_RANDOM_TEXT": password,
            "AN_ENCRYPTION_KEY": key,
            "postgres://servicebot:PASSWORD@127.0.0.1:5432/servicebot": (
                f"sqlite:///{self.folder / 'servicebot.sqlite3'}"
            ),
            "redis://127.0.0.1:6379/0": "locmemcache://",
            '"': "",
        }
        for name, value in placed.items():
            text = text.replace(name, value)
        return text

    def script(self, region: str, portal_id: str = "PORTAL_ID") -> str:
        """Return a block of the page, on a port that is free."""
        info = read_info(f"sh file={EXAMPLES}/commands.sh#{region}")
        text = read_source(info, ROOT).replace("127.0.0.1:8000", f"127.0.0.1:{self.port}")
        # The static files in a dry run: it takes half a minute, and the demo's tests collect them.
        text = text.replace("--ignore redoc", "--ignore redoc --dry-run --verbosity 0")
        text = text.replace("merchant.jsonl", str(self.folder / "merchant.jsonl"))
        return text.replace("./servicebot.env", "/dev/null").replace("PORTAL_ID", portal_id)

    def run(self, region: str, portal_id: str = "") -> str:
        """Run a block of the page; return what it prints."""
        done = subprocess.run(  # noqa: S603 -- our own commands
            ["sh", "-ec", self.script(region, portal_id)],  # noqa: S607 -- as the page's reader does
            cwd=ROOT,
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=180,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    for url in running(serve(Sandbox(), "127.0.0.1", 0)):
        yield Machine(tmp_path, url, free_ports(1))


def test_the_commands_lead_to_a_server_with_a_merchant(machine: Machine) -> None:
    prepared = machine.run("prepare")
    assert "no issues" in prepared

    with subprocess.Popen(  # noqa: S603 -- our own command
        ["sh", "-ec", f"exec {machine.script('serve')}"],  # noqa: S607 -- as above
        cwd=ROOT,
        env=machine.environ,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as server:
        try:
            assert until_ready(machine, server) == "okok"
        finally:
            server.send_signal(signal.SIGTERM)

    told = json.loads(machine.run("merchant"))
    assert set(told) == {"portal_id", "secret_key", "password"}
    assert machine.run("forget").startswith("Events deleted: 0.")
    assert "Your shop" in machine.run("export", told["portal_id"])
    assert machine.run("delete", told["portal_id"]).endswith("Your shop is deleted.\n")
    assert machine.run("person") == "The account is deleted.\n"
    assert machine.run("reencrypt").count("No key but the first is needed.") == 2


def until_ready(machine: Machine, server: subprocess.Popen[bytes]) -> str:
    """Ask for its health until it answers; return what it said."""
    for _try in range(READY_WITHIN * 2):
        assert server.poll() is None
        try:
            return machine.run("health")
        except AssertionError:
            time.sleep(0.5)
    raise AssertionError("it was never ready")


def test_the_file_has_every_variable_that_is_required_and_none_that_is_not_read() -> None:
    text = (ROOT / EXAMPLES / "servicebot.env").read_text()
    named = {line.partition("=")[0] for line in text.splitlines()}

    assert named <= {name for name, _default in read_by_settings()}
    assert {name for name, told in in_the_table().items() if told == "required"} <= named
