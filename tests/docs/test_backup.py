"""What docs/self-hosting.md says of backups, done: a database is dumped and restored into another,
and the portal there lets a customer in.

It needs PostgreSQL, so it is left out where the tests run on SQLite. `.ci/run` runs them on both,
and there nothing else leaves it out: a tool that is missing fails it.
"""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest
from django.db import connection

from portal import sessions
from portal.code_blocks import read_info, read_source
from portal.identity import Identity, Proof, hash_of
from portal.secrets import revoke
from servicebot.sandbox import doors
from servicebot.sandbox.server import serve
from servicebot.sandbox.world import Sandbox
from tests.browser.conftest import running
from tests.browser.stack import TESTS_OWN
from tests.serving import free_ports
from tests.world import make_tenant

ROOT = Path(__file__).resolve().parents[2]
EMAIL = "ada@example.com"
READY_WITHIN = 60

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="it dumps a PostgreSQL database"),
]


def url_of(name: str) -> str:
    """Return the address of a database beside the tests' own."""
    at = connection.settings_dict
    user, password = quote(at["USER"]), quote(at["PASSWORD"])
    return f"postgres://{user}:{password}@{at['HOST']}:{at['PORT']}/{name}"


class Restored:
    """A database that the blocks of the page make from the tests' own one."""

    def __init__(self, folder: Path) -> None:
        own = str(connection.settings_dict["NAME"])
        self.folder, self.name = folder, f"{own}_restored_{os.getpid()}"
        self.environ = {
            **os.environ,
            "DATABASE_URL": url_of(own),
            "RESTORED_URL": url_of(self.name),
        }
        self.environ["PATH"] = f"{Path(sys.executable).parent}:{os.environ['PATH']}"

    def run(self, region: str, cwd: Path) -> str:
        """Run a block of the page; return what it prints."""
        info = read_info(f"sh file=docs/examples/self_hosting/backup.sh#{region}")
        script = read_source(info, ROOT).replace("servicebot_restored", self.name)
        done = subprocess.run(  # noqa: S603 -- our own commands
            ["sh", "-ec", script],  # noqa: S607 -- as the page's reader does
            cwd=cwd,
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=180,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def drop(self) -> None:
        """Remove the database."""
        script = [sys.executable, "scripts/database.py", "drop", url_of(self.name)]
        subprocess.run(script, cwd=ROOT, check=True)  # noqa: S603 -- our own script


@pytest.fixture
def restored(tmp_path: Path) -> Iterator[Restored]:
    found = Restored(tmp_path)
    yield found
    found.drop()


@contextmanager
def serving(database: str, stripe: str) -> Iterator[str]:
    """Serve the restored database with a SECRET_KEY that is new; yield where."""
    own = TESTS_OWN - {"ENCRYPTION_KEYS"}
    port = free_ports(1)
    environ = {name: value for name, value in os.environ.items() if name not in own} | {
        "DATABASE_URL": database,
        "SECRET_KEY": "new since the restore",
        "STRIPE_API_BASE": stripe,
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
    }
    command = [sys.executable, "-m", "gunicorn", "servicebot.wsgi", "--bind", f"127.0.0.1:{port}"]
    with subprocess.Popen(  # noqa: S603 -- our own command
        command, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            until_ready(environ["PUBLIC_URL"], server)
            yield environ["PUBLIC_URL"]
        finally:
            server.terminate()


def until_ready(url: str, server: subprocess.Popen[bytes]) -> None:
    """Wait for it to answer."""
    for _try in range(READY_WITHIN * 4):
        assert server.poll() is None
        try:
            assert ask(f"{url}/readyz")[0] == 200
        except URLError:
            time.sleep(0.25)
        else:
            return
    raise AssertionError("it was never ready")


def ask(url: str, token: str = "", body: dict[str, str] | None = None) -> tuple[int, Any]:
    """Return status and body of an answer."""
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    data = json.dumps(body).encode() if body else None
    request = Request(url, data, headers)  # noqa: S310 -- http on this machine
    try:
        with urlopen(request, timeout=30) as answer:  # noqa: S310 -- as above
            text = answer.read().decode()
            return answer.status, json.loads(text) if text.startswith("{") else text
    except HTTPError as error:
        return error.code, json.load(error)


def test_the_portal_of_a_restored_database_lets_a_customer_in(restored: Restored) -> None:
    with doors.use(Sandbox()) as sandbox:
        tenant = make_tenant("Acme")
        ada = tenant.shop.customer("Ada")
        subscription = tenant.shop.subscribe(ada)
        (secret,) = tenant.portal.active_secrets()
        proof = Proof(Identity("email", EMAIL), secret.pk)
        before = sessions.begin(tenant.portal, proof, (ada,)).token()

        restored.run("dump", restored.folder)
        dump = restored.folder / "servicebot.dump"
        assert stat.S_IMODE(dump.stat().st_mode) == 0o600
        assert secret.value.encode() not in dump.read_bytes()
        revoke(tenant.portal, secret.pk)  # after the backup, so the restored database knows nothing
        restored.run("restore", restored.folder)
        assert "No key but the first is needed." in restored.run("restored", ROOT)

        given = {"email": EMAIL, "hash": hash_of(secret.value, EMAIL)}
        given["portal_id"] = tenant.portal.public_id
        for stripe in running(serve(sandbox, "127.0.0.1", 0)):
            with serving(url_of(restored.name), stripe) as url:
                status, exchanged = ask(f"{url}/api/v1/portal/session", body=given)
                shown = ask(f"{url}/api/v1/portal", exchanged["token"])[1]
                refused, _problem = ask(f"{url}/api/v1/portal", before)

    assert status == 201  # as the page says: a key that was revoked since is good again
    assert subscription in json.dumps(shown)
    assert refused == 401  # and a new SECRET_KEY ends every session from before
