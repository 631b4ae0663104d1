"""The process's one HTTP client, and the threads that let reads run side by side."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import cache
from typing import Any, TypeVar

import httpx
import stripe
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

T = TypeVar("T")


class OneAThread(threading.local):
    """httpx's client, another one in each thread, and so with one connection.

    At each request httpx looks through all connections of a client, whether they still stand: with
    two hundred of them that took most of a page's processor time.
    """

    def __init__(self, trusted: ssl.SSLContext) -> None:
        self.client = httpx.Client(verify=trusted)

    def request(self, *args: Any, **kwargs: Any) -> httpx.Response:
        """Ask, on this thread's connection."""
        return self.client.request(*args, **kwargs)

    def close(self) -> None:
        """Close this thread's connection."""
        self.client.close()


class Client(stripe.HTTPXClient):
    """Stripe's client, which gives up a read when its reader has."""

    def __init__(self) -> None:
        super().__init__(timeout=CLIENT_SECONDS)
        self._client: Any = OneAThread(ssl.create_default_context(cafile=stripe.ca_bundle_path))

    def _get_request_args_kwargs(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any
    ) -> Any:
        args, kwargs = super()._get_request_args_kwargs(method, url, headers, post_data)
        if method == "get" or url.endswith("/create_preview"):
            kwargs["timeout"] = READ_SECONDS
        return args, kwargs


def http_client() -> stripe.HTTPXClient:
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
