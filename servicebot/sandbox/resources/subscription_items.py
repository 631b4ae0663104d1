"""The items of subscriptions, one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from servicebot.sandbox.errors import missing
from servicebot.sandbox.fields import need
from servicebot.sandbox.pages import PAGING, page
from servicebot.sandbox.routing import Request, operation

if TYPE_CHECKING:
    from servicebot.sandbox.world import Object


@operation("GET", "/v1/subscription_items", honours={*PAGING, "subscription"})
def list_(request: Request) -> Object:
    id_ = need(request.params, "subscription")
    subscription = request.account.get("subscription", id_, param="subscription")
    return page(request, subscription["items"]["data"], newest_first=False)


@operation("GET", "/v1/subscription_items/{item}")
def retrieve(request: Request) -> Object:
    for subscription in request.account.tables.get("subscription", {}).values():
        for item in subscription["items"]["data"]:
            if item["id"] == request.path["item"]:
                return dict(item)
    raise missing("subscription_item", request.path["item"])
