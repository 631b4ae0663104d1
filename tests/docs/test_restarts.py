"""The services of docs/self-hosting.md, restarted one after another while they are asked: no
request is lost, and those that take their time are answered."""

from __future__ import annotations

import http.client
import os
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from servicebot.gateway.wire import CLIENT_SECONDS, PAGE_SECONDS
from tests.browser.stack import TESTS_OWN
from tests.docs.test_self_hosting import EXAMPLES
from tests.services import DidNotStartError, Service, option, said, services
from tests.serving import ROOT, free_ports

# Refused unread, and so without a database; a change of something, as a proxy sees it.
METHOD, PATH, ANSWER = "POST", "/csp-report", 415
BODY = b"x" * 4000
LATE = 1.0
# What an action may take: two writes at Stripe, each repeated once, and what is read for it.
SECONDS_OF_AN_ACTION = 4 * CLIENT_SECONDS + PAGE_SECONDS


class Askers:
    """Several at once, each on a new connection for each request, as the proxy asks."""

    def __init__(self, port: int) -> None:
        self.answered: Counter[str] = Counter()
        self.lost: list[str] = []
        self._port, self._is_over = port, threading.Event()
        self._threads = [
            threading.Thread(target=self._ask, args=(late,)) for late in [0.0] * 3 + [LATE] * 4
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def begin_no_more(self) -> None:
        """Have nobody ask again who is answered."""
        self._is_over.set()

    def end(self) -> None:
        """Return when all are answered."""
        self.begin_no_more()
        for thread in self._threads:
            thread.join()

    def _ask(self, late: float) -> None:
        while not self._is_over.is_set():
            line = http.client.HTTPConnection("127.0.0.1", self._port, timeout=20)
            try:
                line.request(METHOD, PATH, BODY, {"Late": str(late)})
                status = line.getresponse().status
            except (OSError, http.client.HTTPException) as error:
                status = 0
                self.lost.append(repr(error))
            finally:
                line.close()
            if status not in (0, ANSWER):
                self.lost.append(str(status))
            self.answered["late" if late else "at once"] += status == ANSWER
            time.sleep(0.01)


@pytest.fixture
def port() -> int:
    return free_ports(1)


@pytest.fixture
def environ(port: int) -> dict[str, str]:
    own = {*TESTS_OWN, "DJANGO_ALLOW_ASYNC_UNSAFE"}
    return {name: value for name, value in os.environ.items() if name not in own} | {
        "SECRET_KEY": "tests",
        "ENCRYPTION_KEYS": "dGVzdHMtdGVzdHMtdGVzdHMtdGVzdHMtdGVzdHMtMDA=",
        "DATABASE_URL": "sqlite://:memory:",
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "PYTHONWARNINGS": "ignore",  # nobody collected static files here
    }


@pytest.fixture
def both(port: int, environ: dict[str, str]) -> Iterator[list[Service]]:
    with services(port, "tests.late_wsgi", environ) as running:
        yield running


@contextmanager
def asked(port: int) -> Iterator[Askers]:
    askers = Askers(port)
    askers.start()
    try:
        yield askers
    finally:
        askers.end()


def test_no_request_is_lost_while_one_service_restarts_after_the_other(
    port: int, both: list[Service]
) -> None:
    before = [service.pid for service in both]
    with asked(port) as askers:
        for service in both:
            time.sleep(LATE / 2)
            service.restart()
        time.sleep(LATE / 2)

    assert askers.lost == []
    assert askers.answered["late"] >= 8
    assert askers.answered["at once"] > 50
    assert not {service.pid for service in both} & set(before)

    # That a request which is lost would be seen: a service that is killed loses some.
    with asked(port) as askers:
        time.sleep(LATE / 2)
        askers.begin_no_more()
        time.sleep(LATE / 4)
        for service in both:
            os.killpg(service.pid, signal.SIGKILL)

    assert askers.lost


def test_a_version_that_cannot_be_loaded_takes_no_request(
    port: int, environ: dict[str, str]
) -> None:
    with socket.create_server(("127.0.0.1", port)) as door:
        broken = Service(door, "tests.late_wsgi", environ | {"EXTRA_APPS": "none_such"})

        with pytest.raises(DidNotStartError):
            broken.start()


def test_a_process_has_loaded_its_views_before_it_is_asked(environ: dict[str, str]) -> None:
    code = "import sys, servicebot.wsgi; sys.exit('portal.views' not in sys.modules)"

    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environ, check=True)  # noqa: S603


def test_a_service_has_time_to_finish_what_it_has_begun() -> None:
    graceful = int(option("--graceful-timeout"))

    assert SECONDS_OF_AN_ACTION < graceful < int(said("TimeoutStopSec"))


def test_nginx_asks_where_the_socket_listens() -> None:
    folder = ROOT / EXAMPLES
    door = (folder / "servicebot.socket").read_text()
    asked = said("ListenStream", door)

    assert f"proxy_pass http://{asked};" in (folder / "nginx.conf").read_text()
    assert said("Sockets") == said("Requires") == "servicebot.socket"
    # What the socket starts stays as it is, whatever becomes of the services.
    started = (folder / "servicebot.service").read_text()
    assert "Service=" not in door
    assert (said("Type", started), said("RemainAfterExit", started)) == ("oneshot", "yes")


def test_a_service_takes_no_more_than_it_has_threads_and_as_many_as_elsewhere() -> None:
    """What it took and hasn't begun would wait for it, and no other service could answer."""
    text = (ROOT / EXAMPLES / "commands.sh").read_text()
    words = shlex.split(text.replace("\\\n", " "))

    assert option("--threads") == words[words.index("--threads") + 1]
    assert option("--worker-connections") == option("--threads")
