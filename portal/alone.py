"""One at a time: no two actions change the same customer's things side by side.

A customer's subscriptions, schedules, cards and invoices hang together, so the lock is the
customer's: whoever acts on any of it holds it, from whichever portal, tab or process.
"""

from __future__ import annotations

import functools
import hashlib
import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Concatenate, ParamSpec, TypeVar

from django.db import Error, connection

from portal.clicks import ActionLock
from portal.problems import Problem
from portal.visit import Visit

logger = logging.getLogger(__name__)

TRIES, SECONDS_BETWEEN = 25, 0.2  # five seconds: most actions are over by then
# While its process lives a lock is renewed, so this is how long customers wait for a dead one: long
# enough for what it had sent to Stripe to be over.
SECONDS_HELD, SECONDS_TO_RENEWAL = 30, 8

P = ParamSpec("P")
T = TypeVar("T")


def one_at_a_time(
    action: Callable[Concatenate[Visit, P], T],
) -> Callable[Concatenate[Visit, P], T]:
    """Let an action wait until no other of the visit's customers runs.

    Raises Problem update_pending, before anything is done, where that takes too long.
    """

    @functools.wraps(action)
    def alone(visit: Visit, /, *args: P.args, **kwargs: P.kwargs) -> T:
        with held(visit):
            return action(visit, *args, **kwargs)

    return alone


@contextmanager
def held(visit: Visit) -> Iterator[None]:
    """Keep all others off the visit's customers; raises Problem as `one_at_a_time` says."""
    token = secrets.token_hex(16)
    names = {_name(visit, customer_id) for customer_id in visit.customer_ids}
    if not any(_takes(names, token, trial) for trial in range(TRIES)):
        raise Problem("update_pending", reason="change_under_way", retry_after=5)
    over = threading.Event()
    renewing = threading.Thread(target=_renew, args=(token, over), daemon=True)
    renewing.start()
    try:
        yield
    finally:
        over.set()
        renewing.join()
        _release(token)


def _takes(names: set[str], token: str, trial: int) -> bool:
    if trial:
        time.sleep(SECONDS_BETWEEN)
    return ActionLock.take(names, token, SECONDS_HELD)


def _renew(token: str, over: threading.Event) -> None:
    """Keep a lock until its action is over, however slow Stripe is."""
    while not over.wait(SECONDS_TO_RENEWAL):
        try:
            ActionLock.renew(token, SECONDS_HELD)
        except Error:
            logger.exception("A lock is not renewed")
        finally:
            connection.close()


def _release(token: str) -> None:
    """Give the lock back; what was done is done, so where that fails it is left to its end."""
    try:
        ActionLock.release(token)
    except Error:
        logger.exception("A lock stays for %s seconds", SECONDS_HELD)


def _name(visit: Visit, customer_id: str) -> str:
    said = f"{visit.portal.merchant_id}:{visit.portal.mode}:{customer_id}"
    return hashlib.sha256(said.encode()).hexdigest()
