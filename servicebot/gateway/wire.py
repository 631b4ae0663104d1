"""The process's one HTTP client, paths, and the threads that let reads run side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from functools import cache
from typing import Any, TypeVar
from urllib.parse import quote

import stripe
from django.conf import settings
from django.utils.module_loading import import_string

from servicebot.gateway.errors import NotFoundError, UnavailableError

# A write may take Stripe this long (it talks to a bank); a reader waits READ_SECONDS at most.
CLIENT_SECONDS = 20
READ_SECONDS = 8
PAGE_SECONDS = 10
THREADS = 48

T = TypeVar("T")


def at(collection: str, id_: str) -> str:
    """Return the path of one object. An id may come from anywhere, so it never leaves its place."""
    if not id_:
        raise NotFoundError(f"No id to look for in {collection}.")
    return f"{collection}/{quote(id_, safe='')}"


def http_client() -> stripe.HTTPXClient:
    """Return a client for Stripe's own HTTP API; keeps its connections open."""
    return stripe.HTTPXClient(timeout=CLIENT_SECONDS, allow_sync_methods=True)


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
