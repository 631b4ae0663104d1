"""The processes of a run: PostgreSQL, Redis, the sandbox and the product's servers, all our own.

Each listens on a free port of 127.0.0.1, is killed and started again on the same one, and is
stopped by its process id at the end. Nothing that was running before is touched.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.serving import ROOT, free_ports, wait_for

SERVERS = 2
WORKERS, THREADS = 2, 32  # as docs/self-hosting.md has them
STOP_SECONDS = 30
UNPRIVILEGED = ("postgres", "nobody")  # PostgreSQL refuses to run as root
POSTGRES_OPTIONS = ("fsync=off", "listen_addresses=127.0.0.1", "max_connections=200")


def binary(name: str) -> str:
    """Return the path of a program of PostgreSQL's or Redis's, Debian's place for them included."""
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), reverse=True)
    found = shutil.which(name) or next(map(str, debian), "")
    if not found:
        raise SystemExit(f"{name} isn't installed: apt-get install postgresql redis-server")
    return found


def user() -> str | None:
    """Return who runs PostgreSQL: somebody without rights where we are root."""
    if os.geteuid():
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in UNPRIVILEGED if name in known)


@dataclass
class Process:
    """A program that can be killed with all that it has started, and started again."""

    name: str
    command: list[str]
    env: dict[str, str] = field(default_factory=dict)
    user: str | None = None
    log: Path = Path(os.devnull)
    running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it in a group of its own."""
        with self.log.open("ab") as log:
            self.running = subprocess.Popen(  # noqa: S603 -- our own commands
                self.command,
                cwd=ROOT if self.user is None else "/",
                env={**os.environ, **self.env},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=self.user,
                group=pwd.getpwnam(self.user).pw_gid if self.user else None,
            )

    @property
    def children(self) -> list[int]:
        """The processes that it has started itself."""
        if self.running is None:
            return []
        pid = self.running.pid
        with suppress(OSError):
            listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
            return [int(each) for each in listed.split()]
        return []

    def kill(self) -> None:
        """Kill it with all that it has started, at once."""
        if self.running is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.running.pid, signal.SIGKILL)
            self.running.wait()
            self.running = None

    def stop(self, how: int = signal.SIGTERM) -> None:
        """Ask it to end, and kill it where it doesn't."""
        if self.running is not None:
            self.running.send_signal(how)
            with suppress(subprocess.TimeoutExpired):
                self.running.wait(STOP_SECONDS)
        self.kill()


@dataclass
class Place:
    """Where a run happens: its folder, its ports, its processes."""

    folder: Path
    postgres: Process
    redis: Process
    stripe: Process
    servers: list[Process]
    env: dict[str, str]
    urls: list[str]
    stripe_url: str

    @property
    def ledger(self) -> Path:
        """Where the sandbox writes what happened, when it is stopped."""
        return self.folder / "ledger.json"

    def strike(self, target: str, which: int) -> str:
        """Kill something and start it again; returns what."""
        if target == "worker":
            return self._kill_worker(self.servers[which % SERVERS], which)
        named = {"redis": self.redis, "postgres": self.postgres}
        struck = named.get(target) or self.servers[which % SERVERS]
        if target == "postgres":
            struck.stop(signal.SIGQUIT)  # its own way to crash; killed, it leaves processes behind
        struck.kill()
        time.sleep(0.3 + which % 10 / 10)
        struck.start()
        return struck.name

    def _kill_worker(self, server: Process, which: int) -> str:
        children = server.children
        if not children:
            return f"{server.name}, which had none"
        with suppress(ProcessLookupError):
            os.kill(children[which % len(children)], signal.SIGKILL)
        return f"a worker of {server.name}"

    def wait(self) -> None:
        """Return when every server can serve."""
        for url in self.urls:
            wait_for(f"{url}/readyz")


@contextmanager
def place() -> Iterator[Place]:
    """Start everything in a new folder; stop it and remove the folder in the end."""
    folder = Path(tempfile.mkdtemp(prefix="servicebot-chaos-"))
    folder.chmod(0o755)
    here = _laid_out(folder)
    every = [here.postgres, here.redis, here.stripe, *here.servers]
    try:
        here.redis.start()
        here.stripe.start()
        wait_for(f"{here.stripe_url}/js/stripe.js")
        yield here
    finally:
        for process in reversed(every):
            process.stop(signal.SIGINT if process is here.postgres else signal.SIGTERM)
        shutil.rmtree(folder, ignore_errors=True)


def _laid_out(folder: Path) -> Place:
    port = free_ports(3 + SERVERS)
    urls = [f"http://127.0.0.1:{port + 3 + number}" for number in range(SERVERS)]
    stripe_url = f"http://127.0.0.1:{port + 2}"
    env = _environment(port, urls, stripe_url)
    stripe = [sys.executable, "-m", "tests.chaos.at_stripe", "--port", str(port + 2)]
    return Place(
        folder=folder,
        postgres=_postgres(folder, port),
        redis=_redis(folder, port + 1),
        stripe=Process(
            "stripe",
            [*stripe, "--ledger", str(folder / "ledger.json")],
            log=folder / "stripe.log",
        ),
        servers=[
            Process(f"server {number}", _gunicorn(url), env, log=folder / f"server-{number}.log")
            for number, url in enumerate(urls)
        ],
        env=env,
        urls=urls,
        stripe_url=stripe_url,
    )


def _environment(port: int, urls: list[str], stripe_url: str) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "servicebot.settings",
        "DEBUG": "False",
        "LOG_LEVEL": "WARNING",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "ENCRYPTION_KEYS": urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "DATABASE_URL": f"postgres://postgres@127.0.0.1:{port}/servicebot_chaos",
        "CACHE_URL": f"redis://127.0.0.1:{port + 1}/0",
        "PUBLIC_URL": urls[0],
        "ALLOWED_HOSTS": "127.0.0.1",
        "EMAIL_URL": "dummymail://",
        "STRIPE_API_BASE": stripe_url,
        "STRIPE_JS_URL": f"{stripe_url}/js/stripe.js",
    }


def _gunicorn(url: str) -> list[str]:
    """Return the command of docs/self-hosting.md, at an address of this run."""
    bound = ["--bind", url.removeprefix("http://"), "--worker-class", "gthread", "--reuse-port"]
    sized = ["--workers", str(WORKERS), "--threads", str(THREADS)]
    return [sys.executable, "-m", "gunicorn", "servicebot.wsgi", *bound, *sized]


def _redis(folder: Path, port: int) -> Process:
    """Return a Redis that keeps nothing: killed, it forgets everything."""
    command = [binary("redis-server"), "--port", str(port), "--bind", "127.0.0.1"]
    forgetful = ["--save", "", "--appendonly", "no", "--dir", str(folder)]
    return Process("redis", [*command, *forgetful], log=folder / "redis.log")


def _postgres(folder: Path, port: int) -> Process:
    """Make a PostgreSQL of our own; killed, it recovers from its log when it starts again."""
    data, owner = folder / "postgres", user()
    data.mkdir(mode=0o700)
    if owner:
        shutil.chown(data, owner, pwd.getpwnam(owner).pw_gid)
    given: dict[str, Any] = {"cwd": "/", "check": True, "stdout": subprocess.DEVNULL}
    if owner:
        given |= {"user": owner, "group": pwd.getpwnam(owner).pw_gid}
    made = [binary("initdb"), "-D", str(data), "-U", "postgres", "-A", "trust", "--no-sync"]
    subprocess.run(made, **given)  # noqa: S603 -- as above
    command = [binary("postgres"), "-D", str(data), "-p", str(port), "-k", str(data)]
    options = [part for option in POSTGRES_OPTIONS for part in ("-c", option)]
    log = folder / "postgres.log"
    return Process("postgres", [*command, *options], user=owner, log=log)
