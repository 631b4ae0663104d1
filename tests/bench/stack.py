"""All that the benchmark runs: a database, Redis, Stripe's stand-in, and gunicorn as documented."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import redis

from portal.code_blocks import read_info, read_source
from tests.serving import ROOT, free_ports, wait_for

DATABASE = f"postgres://postgres@127.0.0.1:5432/servicebot_bench_{os.getpid()}"
REDIS = "redis://127.0.0.1:6379/15"
PORT = free_ports(3)
STRIPE, PRODUCT, BARE = PORT, PORT + 1, PORT + 2
STRIPE_URL = f"http://127.0.0.1:{STRIPE}"
SERVE = read_source(read_info("sh file=docs/examples/self_hosting/commands.sh#serve"), ROOT)

ENVIRON = {
    "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
    "SECRET_KEY": "a benchmark's own, which signs nothing else",
    "ENCRYPTION_KEYS": "dGVzdHMtdGVzdHMtdGVzdHMtdGVzdHMtdGVzdHMtMDA=",
    "PUBLIC_URL": f"http://127.0.0.1:{PRODUCT}",
    "DATABASE_URL": DATABASE,
    "CACHE_URL": REDIS,
    "STRIPE_API_BASE": STRIPE_URL,
    "LOG_LEVEL": "CRITICAL",
    # Thousands come a minute here, all of them as a few customers; they are counted, too.
    "PORTAL_SESSIONS_A_MINUTE": "1000000",
    "CUSTOMER_SESSIONS_A_MINUTE": "1000000",
}


def command(port: int, workers: int, module: str) -> list[str]:
    """Return the documented command for another port, and another number of processes."""
    words = shlex.split(SERVE.replace("\\\n", " "))
    words[words.index("servicebot.wsgi")] = f"tests.bench.{module}"
    words[words.index("--bind") + 1] = f"127.0.0.1:{port}"
    words[words.index("--workers") + 1] = str(workers)
    return [str(Path(sys.executable).with_name(words[0])), *words[1:], "--log-level", "error"]


def threads() -> int:
    """Return how many threads the documented command gives each process."""
    words = SERVE.split()
    return int(words[words.index("--threads") + 1])


@contextmanager
def serving(port: int, workers: int, module: str = "wsgi") -> Iterator[int]:
    """Run gunicorn; gives its process id."""
    words = command(port, workers, module)
    with subprocess.Popen(words, cwd=ROOT) as process:  # noqa: S603 -- as documented
        try:
            wait_for(f"http://127.0.0.1:{port}/livez")
            yield process.pid
        finally:
            process.terminate()


@contextmanager
def database() -> Iterator[None]:
    """Make an empty database, and drop it in the end; what is in our part of Redis goes, too."""
    script = [sys.executable, "scripts/database.py"]
    subprocess.run([*script, "make", DATABASE], cwd=ROOT, check=True)  # noqa: S603
    try:
        yield
    finally:
        subprocess.run([*script, "drop", DATABASE], cwd=ROOT, check=True)  # noqa: S603
        forget_all()


def forget_all() -> None:
    """Empty the cache, so that what is asked next is cold."""
    with redis.Redis.from_url(REDIS) as server:
        server.flushdb()


@contextmanager
def stripe(slow: int) -> Iterator[dict[str, Any]]:
    """Run Stripe's stand-in with so many customers of the slow account; gives what it has."""
    words = [sys.executable, "-m", "tests.bench.upstream", str(STRIPE), str(slow)]
    tests = {"DJANGO_SETTINGS_MODULE": "tests.settings", "DATABASE_URL": "sqlite://:memory:"}
    environ = {n: v for n, v in os.environ.items() if n not in ENVIRON} | tests
    with subprocess.Popen(  # noqa: S603 -- our own module
        words, cwd=ROOT, env=environ, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        try:
            told: dict[str, Any] = json.loads(process.stdout.readline())
            yield told
        finally:
            process.terminate()


def ask_stripe(key: str, path: str, **body: Any) -> dict[str, Any]:
    """Ask the sandbox's own controls for something, or tell them."""
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    given = json.dumps(body).encode() if body else None
    request = Request(f"{STRIPE_URL}/_sandbox/{path}", given, headers)  # noqa: S310 -- http here
    with urlopen(request) as answer:  # noqa: S310 -- as above
        found: dict[str, Any] = json.load(answer)
        return found


def load(seconds: float, *groups: dict[str, Any]) -> list[dict[str, Any]]:
    """Have the load generator ask in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.load"],
        cwd=ROOT,
        input=json.dumps({"seconds": seconds, "groups": groups}),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def memory_mb(pid: int) -> list[float]:
    """Return what each process under gunicorn's first one holds of its own and shared, in MB."""
    return [_resident(child) for child in workers(pid)]


def workers(pid: int) -> list[int]:
    """Return the ids of the processes under gunicorn's first one."""
    return [*map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]


def processor_seconds(pid: int) -> float:
    """Return how much processor time the processes under gunicorn's first one have had so far."""
    ticks = 0
    for child in workers(pid):
        # After the name, which may hold anything: user and system time are fields 14 and 15.
        fields = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _resident(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    (kilobytes,) = [line.split()[1] for line in lines if line.startswith("VmRSS")]
    return int(kilobytes) / 1024


@contextmanager
def everything(slow: int) -> Iterator[dict[str, Any]]:
    """Run what the product needs, with its tables made; gives what Stripe has."""
    with database(), stripe(slow) as told:
        migrate = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        subprocess.run(migrate, cwd=ROOT, check=True)  # noqa: S603
        yield told
