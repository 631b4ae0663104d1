"""Events: what happened, newest first."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from servicebot.sandbox.errors import invalid
from servicebot.sandbox.pages import PAGING, page
from servicebot.sandbox.routing import Request, operation

if TYPE_CHECKING:
    from servicebot.sandbox.world import Object

MAX_TYPES = 20


@operation("GET", "/v1/events/{id}")
def retrieve(request: Request) -> Object:
    return request.account.get("event", request.path["id"])


@operation("GET", "/v1/events", honours={*PAGING, "created", "type", "types"})
def list_(request: Request) -> Object:
    params = request.params
    if "type" in params and "types" in params:
        raise invalid("You may only specify one of these parameters: type, types.")
    types = params.get("types") or [params.get("type", "*")]
    if len(types) > MAX_TYPES:
        raise invalid(f"You may filter by at most {MAX_TYPES} types.", "types")
    wanted = re.compile("|".join(re.escape(each).replace(r"\*", ".*") for each in types))
    rows = [row for row in request.account.find("event") if wanted.fullmatch(row["type"])]
    return page(request, rows)
