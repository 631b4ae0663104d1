"""The process's one HTTP client, and the threads that let reads run side by side."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import cache
from typing import Any, TypeVar

import stripe
import urllib3
from django.conf import settings
from django.utils.module_loading import import_string

from servicebot.gateway.errors import UnavailableError

# A write may take Stripe this long (it talks to a bank); a reader waits READ_SECONDS at most, and
# so does the thread that reads for it.
CLIENT_SECONDS = 20
READ_SECONDS = 8
PAGE_SECONDS = 10
# As many reads as the pages of 32 threads begin at once, seven each where all is cold. A thread
# that waits costs little; a page that waits for one fails after PAGE_SECONDS.
THREADS = 224

# Under which header the body of a success stands; no server's header has a space.
BODY = "the body"
REFUSED = 300

T = TypeVar("T")


class Client(stripe.HTTPClient):
    """urllib3 under Stripe's SDK; it gives up a read when its reader has.

    For one request it needs three fifths of httpx's processor time, and it doesn't look through all
    connections that are open to choose one. The certificates are those that the SDK brings.
    """

    name = "urllib3"

    def __init__(self) -> None:
        super().__init__()
        trusted = ssl.create_default_context(cafile=stripe.ca_bundle_path)
        self._pools = urllib3.PoolManager(ssl_context=trusted, maxsize=THREADS)

    def request(  # type: ignore[override]  # bytes, as the SDK's own clients answer
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """Send once; raises stripe.APIConnectionError where no answer comes."""
        is_read = method == "get" or url.endswith("/create_preview")
        try:
            answer = self._pools.request(
                method,
                url,
                body=post_data or None,
                headers={"Accept-Encoding": "gzip", **(headers or {})},
                timeout=READ_SECONDS if is_read else CLIENT_SECONDS,
                retries=False,  # the SDK knows which may be sent again
                redirect=False,
            )
        except urllib3.exceptions.HTTPError as error:
            made: Any = stripe.APIConnectionError
            raise made(f"No answer: {type(error).__name__}", should_retry=True) from error
        return answer.data, answer.status, answer.headers

    def close(self) -> None:
        """Close what is open and not being used."""
        self._pools.clear()


class Unread(stripe.HTTPClient):
    """Sends as another client does, and keeps the body of a success from the SDK.

    The SDK formats each body for its log, also where that is off, and reads it by a slower way of
    json's: a quarter of what a read cost. Whoever asked finds it as the header BODY.
    """

    name = "unread"

    def __init__(self, carrier: stripe.HTTPClient) -> None:
        super().__init__()
        self._carrier = carrier

    def request(  # type: ignore[override]  # bytes, as the SDK's own clients answer
        self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None
    ) -> tuple[Any, int, Mapping[str, Any]]:
        """Send once; what isn't a success is the SDK's to read."""
        body, status, answered = self._carrier.request(method, url, headers, post_data)
        if status >= REFUSED:
            return body, status, answered
        return "{}", status, {BODY: body}

    def close(self) -> None:
        """Leave what is open to who opened it."""


def http_client() -> stripe.HTTPClient:
    """Return a client for Stripe's own HTTP API; keeps its connections open."""
    return Client()


@cache
def shared_client() -> stripe.HTTPClient:
    """Return the process's client, made at first use and so after the server's fork."""
    made: stripe.HTTPClient = import_string(settings.STRIPE_HTTP_CLIENT)()
    return made


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS, thread_name_prefix="stripe")


def together(reads: Iterable[Callable[[], Any]], seconds: float = PAGE_SECONDS) -> list[Any]:
    """Run the reads at the same time; return their answers in order.

    Raises the first error in that order, UnavailableError when time runs out.
    """
    futures: list[Future[Any]] = [_pool().submit(read) for read in reads]
    _done, late = wait(futures, timeout=seconds)
    for future in late:
        future.cancel()
    if late:
        raise UnavailableError("Stripe took too long to answer.")
    return [future.result() for future in futures]


def in_time(read: Callable[[], T]) -> T:
    """Run one read within the time that a reader waits; raises UnavailableError when it is up."""
    answer: T = together([read], READ_SECONDS)[0]
    return answer
