"""An account's line to Stripe: how its requests are sent, and heard."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property, partial
from typing import Any, TypeVar

import stripe

from servicebot.gateway.attempts import attempt
from servicebot.gateway.errors import UnavailableError
from servicebot.gateway.permissions import Probe
from servicebot.gateway.standing import Standing
from servicebot.gateway.traffic import asking
from servicebot.gateway.wire import BODY, Unread, shared_client

ROWS_AT_MOST = 5000
SECONDS_AFTER_THROTTLING = 0.5

T = TypeVar("T")


class Line:
    """How one merchant's account is reached.

    `last_request_id` is Stripe's id of the write that was done last, empty before the first. Reads
    leave it alone: they run side by side. `after_write` is called after each try to write, whatever
    came of it.
    """

    def __init__(self, api_key: str, api_base: str) -> None:
        self._api_key = api_key
        self._api_base = api_base
        self.standing = Standing()
        self.last_request_id = ""
        self.after_write: Callable[[], object] = lambda: None

    @cached_property
    def _reading(self) -> stripe.StripeClient:
        """The SDK for reads, whose answers aren't made its objects."""
        return _sdk(self._api_key, self._api_base, Unread(shared_client()))

    @cached_property
    def stripe(self) -> stripe.StripeClient:
        """The SDK on the process's HTTP client."""
        return _sdk(self._api_key, self._api_base, shared_client())

    def probe(self, probe: Probe) -> None:
        """Ask for what changes nothing, to hear whether the key may."""
        self._call(probe.method, probe.path, probe.params)

    def _get(self, path: str, **params: Any) -> dict[str, Any]:
        return self._call("get", path, params)

    def _call(self, method: str, path: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Send what changes nothing."""
        with self.standing.hear():
            response: Any = self._sent(
                partial(self._reading.raw_request, method, path, **params), reads=True
            )
            return _read(response.headers[BODY])

    def _all(self, path: str, **params: Any) -> list[dict[str, Any]]:
        """Return the rows of a list, a hundred at a time, ROWS_AT_MOST in all."""
        rows: list[dict[str, Any]] = []
        has_more = True
        while has_more and len(rows) < ROWS_AT_MOST:
            after = {"starting_after": rows[-1]["id"]} if rows else {}
            raw = self._get(path, limit=100, **params, **after)
            rows += raw["data"]
            has_more = raw["has_more"]
        return rows

    def _write(
        self, shape: Callable[[Any], T], call: Callable[..., Any], *given: Any, key: str
    ) -> T:
        with self._writing(), attempt(key) as options:
            made = self._sent(partial(call, *given, options))
        self.last_request_id = _request_id(made)
        return shape(made.to_dict(for_json=True))

    def _remove(self, call: Callable[..., Any], *given: Any) -> None:
        """Write what leaves nothing to be shaped."""
        with self._writing():
            gone = self._sent(partial(call, *given))
        self.last_request_id = _request_id(gone)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            with self.standing.hear():
                yield
        finally:
            self.after_write()

    def _sent(self, call: Callable[[], Any], *, reads: bool = False) -> Any:
        """Send a request; what Stripe throttles was not done, and is sent once more in a moment."""
        try:
            with asking(self._api_key, reads=reads):
                return call()
        except stripe.RateLimitError:
            time.sleep(SECONDS_AFTER_THROTTLING * random.uniform(1, 2))  # noqa: S311 -- spread  # nosec B311
            with asking(self._api_key, reads=reads):
                return call()


def _sdk(api_key: str, api_base: str, http_client: stripe.HTTPClient) -> stripe.StripeClient:
    """Return Stripe's SDK for an account.

    It repeats once what had no answer, a conflict, or a failure of Stripe's, under the same
    idempotency key: each of our writes has one.
    """
    return stripe.StripeClient(
        api_key,
        http_client=http_client,
        base_addresses={"api": api_base},
        max_network_retries=1,
    )


def _read(body: str | bytes) -> dict[str, Any]:
    """Return what is in the body of a success; raises UnavailableError where Stripe sent none."""
    try:
        found: dict[str, Any] = json.loads(body)
    except ValueError as error:
        raise UnavailableError("A success that isn't JSON didn't come from Stripe.") from error
    return found


def _request_id(made: Any) -> str:
    """Return Stripe's id of the request that was answered with this, empty where it sent none."""
    return made.last_response.request_id or ""
