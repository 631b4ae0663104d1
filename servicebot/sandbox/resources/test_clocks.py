"""Test clocks: customers whose time moves when told to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from servicebot.sandbox import routing
from servicebot.sandbox.billing.periods import boundary, days
from servicebot.sandbox.errors import invalid
from servicebot.sandbox.fields import need
from servicebot.sandbox.pages import PAGING, page
from servicebot.sandbox.resources import customers
from servicebot.sandbox.routing import Request, operation
from servicebot.sandbox.wire import clone

if TYPE_CHECKING:
    from servicebot.sandbox.world import Account, Object

KIND = "test_helpers.test_clock"
KEPT_DAYS = 30
MAX_CUSTOMERS = 3


@operation("POST", "/v1/test_helpers/test_clocks", honours={"frozen_time", "name"})
def create(request: Request) -> Object:
    account, params = request.account, request.params
    if account.livemode:
        raise invalid("Test clocks can only be used in test mode.")
    clock: Object = {
        "id": account.new_id("clock_"),
        "object": KIND,
        "created": account.now(),
        "deletes_after": account.now() + days(KEPT_DAYS),
        "frozen_time": need(params, "frozen_time"),
        "livemode": False,
        "name": params.get("name"),
        "status": "ready",
        "status_details": {},
    }
    return account.add(clock, emit="test_helpers.test_clock.created")


@operation("GET", "/v1/test_helpers/test_clocks/{test_clock}")
def retrieve(request: Request) -> Object:
    return request.account.get(KIND, request.path["test_clock"])


@operation("GET", "/v1/test_helpers/test_clocks", honours=PAGING)
def list_(request: Request) -> Object:
    return page(request, request.account.find(KIND))


@operation("POST", "/v1/test_helpers/test_clocks/{test_clock}/advance", honours={"frozen_time"})
def advance(request: Request) -> Object:
    """Move the time on; everything due happens before this answers, which says "advancing"."""
    account = request.account
    clock = account.get(KIND, request.path["test_clock"])
    to = need(request.params, "frozen_time")
    _check_target(account, clock, to)
    answer = {
        **clone(clock),
        "status": "advancing",
        "status_details": {"advancing": {"target_frozen_time": to}},
    }
    account.emit("test_helpers.test_clock.advancing", answer)
    for catch_up in routing.catch_ups:
        catch_up(account, clock["id"], to)
    clock["frozen_time"] = to
    account.emit("test_helpers.test_clock.ready", clock)
    return answer


@operation("DELETE", "/v1/test_helpers/test_clocks/{test_clock}")
def delete(request: Request) -> Object:
    """Delete a clock with its customers."""
    account = request.account
    clock = account.get(KIND, request.path["test_clock"])
    for customer in account.find("customer", test_clock=clock["id"]):
        customers.remove(account, customer)
    for subscription in account.find("subscription", test_clock=clock["id"]):
        account.remove(subscription)
    return account.remove(clock, emit="test_helpers.test_clock.deleted")


def _check_target(account: Account, clock: Object, to: int) -> None:
    if to <= clock["frozen_time"]:
        message = "You can only advance a test clock to a time after its current frozen time."
        raise invalid(message, "frozen_time", "test_clock_advance_invalid")
    furthest = _furthest(account, clock)
    if furthest is not None and to > furthest:
        message = (
            "You cannot advance a test clock by more than two intervals of its shortest "
            "subscription at a time."
        )
        raise invalid(message, "frozen_time", "test_clock_advance_invalid")


def _furthest(account: Account, clock: Object) -> int | None:
    """Return how far the shortest subscription lets a clock move, None without subscriptions."""
    recurrings = [
        item["price"]["recurring"]
        for subscription in account.find("subscription", test_clock=clock["id"])
        for item in subscription["items"]["data"]
    ]
    now = clock["frozen_time"]
    ends = [boundary(now, each["interval"], each["interval_count"], 2) for each in recurrings]
    return min(ends, default=None)
