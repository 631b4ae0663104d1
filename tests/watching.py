"""Nothing secret in clear, watched through the whole run: in what is logged and in what is stored.

Secrets are known by their form, and by value where they have none: every one that is saved is noted
as it was before it was encrypted. A test in which one is logged, or written to the database as it
is, fails. What is stored is watched as it is written, so the whole run's databases are.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import connections
from django.db.backends.signals import connection_created
from django.db.models.signals import post_save
from django.dispatch import receiver

from accounts.fields import EncryptedTextField, box
from accounts.models import User

FORMS = re.compile(
    r"sb_(?:test|live|api)_[\w-]{16,}"  # a portal's secret key, an API token
    r"|\b[sr]k_(?:test|live)_\w+|\bwhsec_\w+|_secret_\w{10,}"  # Stripe's
    r"|\beyJ[\w-]+\.eyJ[\w-]+\."  # a signed token
    r"|\b[\w-]{40,}:[\w-]{6}:[\w-]{40,}"  # a session token, a quote, a log-in
    r"|\b[0-9a-f]{64}\b"  # an identity's hash
    r"|/invitations/[\w-]{40,}|/password/reset/key/\w+-[\w-]+"
)
# What is kept there has such a form by right: digests of random tokens and of clicks, and signed
# log-ins.
DIGESTS = (
    *('"accounts_apitoken"', '"accounts_invitation"', '"django_session"'),
    *('"portal_actionlock"', '"portal_begunclick"', '"portal_doneclick"'),
)
SHORTEST = 8  # what is shorter is found by accident
WRITES = ("INSERT", "UPDATE")


class Watch:
    """What was said and stored, and which secrets that held."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.values: set[str] = set()
        self.seen, self.seconds = 0, 0.0

    def look(self, where: str, text: str) -> None:
        """Note each secret in a text."""
        began = time.perf_counter()
        self.seen += 1
        held = [match.group() for match in FORMS.finditer(text)]
        held += [value for value in self.values if value in text]
        self.found += [f"{where}: {each[:12]}… in clear" for each in held]
        self.seconds += time.perf_counter() - began

    def keep(self, *values: Any) -> None:
        """Remember secrets for the rest of a test."""
        self.values |= {value for value in values if value and len(value) >= SHORTEST}

    def begin(self) -> None:
        """Forget the secrets of the test before."""
        self.values.clear()

    @contextmanager
    def expecting(self) -> Iterator[list[str]]:
        """Give what is found meanwhile, and don't count it: a leak that a test has planted."""
        before, self.found = self.found, []
        found = self.found
        try:
            yield found
        finally:
            self.found = before

    def require(self) -> None:
        """Fail where something was found."""
        found, self.found = self.found, []
        assert found == []


WATCH = Watch()


class Listening(logging.Handler):
    """Looks at everything that is logged, with its traceback, as the product's log has it."""

    def emit(self, record: logging.LogRecord) -> None:
        WATCH.look(f"logged by {record.name}", self.format(record))


def stored(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    """Look at what a statement writes, encrypted where it is."""
    if params and sql.startswith(WRITES) and not any(table in sql for table in DIGESTS):
        WATCH.look(f"stored by {sql[:40]}", "\n".join(map(str, params)))
    return execute(sql, params, many, context)


@receiver(connection_created)
def watch_connection(connection: Any, **_given: Any) -> None:
    """Watch what every thread writes."""
    if stored not in connection.execute_wrappers:
        connection.execute_wrappers.append(stored)


@receiver(post_save)
def note_secrets(sender: Any, instance: Any, **_given: Any) -> None:
    """Remember what was saved, before it was encrypted or hashed."""
    if sender is User:
        WATCH.keep(instance._password)
    elif sender is Authenticator:
        WATCH.keep(*authenticators(instance))
    else:
        names = [f.attname for f in sender._meta.fields if isinstance(f, EncryptedTextField)]
        WATCH.keep(*(getattr(instance, name) for name in names))


def authenticators(instance: Authenticator) -> Iterator[str]:
    """Return the secret of an app, or the seed of recovery codes and the codes."""
    for name in ("secret", "seed"):
        if name in instance.data:
            yield box().decrypt(instance.data[name].encode()).decode()
    if instance.type == Authenticator.Type.RECOVERY_CODES:
        yield from instance.wrap().get_unused_codes()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Fail the test in which a secret was seen in clear."""
    WATCH.begin()
    yield
    WATCH.require()


def pytest_configure(config: pytest.Config) -> None:
    """Watch from the beginning."""
    root, listening = logging.getLogger(), Listening()
    (console,) = [each for each in root.handlers if type(each) is logging.StreamHandler]
    listening.setFormatter(console.formatter)
    root.addHandler(listening)
    for connection in connections.all(initialized_only=True):
        watch_connection(connection)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run in which a thread told a secret after the last test."""
    if WATCH.found:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Print how much was looked at, and what that cost."""
    if WATCH.seen:
        terminalreporter.write_line(
            f"{WATCH.seen} texts logged or stored hold no secret, seen in {WATCH.seconds:.2f} s"
        )
