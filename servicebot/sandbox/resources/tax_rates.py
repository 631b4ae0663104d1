"""Tax rates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicebot.sandbox.errors import invalid
from servicebot.sandbox.fields import need, pick, take, take_metadata
from servicebot.sandbox.pages import PAGING, page
from servicebot.sandbox.routing import Request, operation
from servicebot.sandbox.wire import clone

if TYPE_CHECKING:
    from servicebot.sandbox.world import Account, Object

KIND = "tax_rate"
MAX_PERCENT = 100
PLAIN = ("country", "description", "jurisdiction", "state", "tax_type")
CHANGEABLE = ("active", "display_name", *PLAIN)


@operation("POST", "/v1/tax_rates", honours={*CHANGEABLE, "inclusive", "metadata", "percentage"})
def create(request: Request) -> Object:
    account, params = request.account, request.params
    for name in ("display_name", "inclusive", "percentage"):
        need(params, name)
    if not 0 <= params["percentage"] <= MAX_PERCENT:
        raise invalid("Invalid percentage: must be between 0 and 100.", "percentage")
    rate = blank(account, params)
    take_metadata(rate, params)
    return account.add(rate, emit="tax_rate.created")


def blank(account: Account, about: dict[str, Any]) -> Object:
    """Return a tax rate with all its keys."""
    return {
        "id": account.new_id("txr_"),
        "object": KIND,
        "active": about.get("active", True),
        "created": account.now(),
        "display_name": about["display_name"],
        "effective_percentage": None,
        "flat_amount": None,
        "inclusive": about["inclusive"],
        "jurisdiction_level": None,
        "livemode": account.livemode,
        "metadata": {},
        "percentage": about["percentage"],
        "rate_type": "percentage",
        **pick(about, PLAIN),
    }


@operation("GET", "/v1/tax_rates/{id}")
def retrieve(request: Request) -> Object:
    return request.account.get(KIND, request.path["id"])


@operation("POST", "/v1/tax_rates/{id}", honours={*CHANGEABLE, "metadata"})
def update(request: Request) -> Object:
    account, params = request.account, request.params
    rate = account.get(KIND, request.path["id"])
    before = clone(rate)
    take(rate, params, CHANGEABLE)
    take_metadata(rate, params)
    account.changed(rate, before, emit="tax_rate.updated")
    return rate


@operation("GET", "/v1/tax_rates", honours={*PAGING, "active", "inclusive"})
def list_(request: Request) -> Object:
    wanted = {n: request.params[n] for n in ("active", "inclusive") if n in request.params}
    return page(request, request.account.find(KIND, **wanted))
