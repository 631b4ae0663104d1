"""The door in process: a Stripe HTTP client whose calls never leave the process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import stripe

from servicebot.sandbox.faults import UnansweredError
from servicebot.sandbox.wire import Answer, Call
from servicebot.sandbox.world import Sandbox

_worlds: list[Sandbox] = []


def current() -> Sandbox:
    """Return the process-wide world, made in memory when there is none."""
    if not _worlds:
        _worlds.append(Sandbox())
    return _worlds[-1]


def install(sandbox: Sandbox) -> None:
    """Make a world the process-wide one, for good."""
    _worlds[:] = [sandbox]


@contextmanager
def use(sandbox: Sandbox) -> Iterator[Sandbox]:
    """Make a world the process-wide one for a while."""
    _worlds.append(sandbox)
    try:
        yield sandbox
    finally:
        _worlds.remove(sandbox)


class InProcessClient(stripe.HTTPClient):
    """Hands the SDK's calls to a sandbox: the one given, else the process-wide one."""

    name = "sandbox"

    def __init__(self, sandbox: Sandbox | None = None) -> None:
        super().__init__()
        self._sandbox = sandbox

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[str, int, Mapping[str, str]]:
        answer = self._answer(method, url, headers, post_data)
        return answer.body.decode(), answer.status, _Headers(answer.headers)

    def request_stream(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        post_data: Any = None,
        *,
        _usage: list[str] | None = None,
    ) -> tuple[BytesIO, int, Mapping[str, str]]:
        answer = self._answer(method, url, headers, post_data)
        return BytesIO(answer.body), answer.status, _Headers(answer.headers)

    def close(self) -> None:
        """Nothing is held open."""

    def _answer(
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any
    ) -> Answer:
        parts = urlsplit(url)
        body = post_data.encode() if isinstance(post_data, str) else post_data or b""
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        sandbox = self._sandbox or current()
        try:
            return sandbox.handle(Call(method.upper(), path, headers or {}, body))
        except UnansweredError as error:
            raise _connection_error(error.kind) from error


class _Headers(dict[str, str]):
    """Headers found whatever the case of their names, as the SDK expects of its clients."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        super().__init__({name.lower(): value for name, value in headers.items()})

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name.lower())

    def __contains__(self, name: object) -> bool:
        return super().__contains__(str(name).lower())

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(name.lower(), default)


def _connection_error(kind: str) -> stripe.APIConnectionError:
    words = "timed out" if kind == "timeout" else "was reset"
    message = f"Unexpected error communicating with Stripe: the connection {words}."
    error = stripe.APIConnectionError(message)  # type: ignore[no-untyped-call]
    error.should_retry = True
    return error


def client() -> InProcessClient:
    """Return an HTTP client for `StripeClient` that always uses the process-wide world."""
    return InProcessClient()
