"""Lists and their pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicebot.sandbox.errors import invalid, missing

if TYPE_CHECKING:
    from servicebot.sandbox.routing import Request

PAGING = {"limit", "starting_after", "ending_before"}
DEFAULT_LIMIT = 10
MAX_LIMIT = 100


def whole(rows: list[dict[str, Any]], url: str) -> dict[str, Any]:
    """Return all rows as Stripe's list object, as lists inside objects are."""
    return {"object": "list", "data": rows, "has_more": False, "url": url}


def page(
    request: Request, rows: list[dict[str, Any]], *, newest_first: bool = True
) -> dict[str, Any]:
    """Return the page asked for as Stripe's list object; rows come in order of creation.

    Rows on test clocks are the caller's to leave out; `created` is filtered here.
    """
    rows = [row for row in rows if _created_fits(row, request.params.get("created"))]
    if newest_first:
        rows.reverse()
        rows.sort(key=lambda row: -row.get("created", 0))
    rows, more = _cut(request.params, rows)
    return {"object": "list", "data": rows, "has_more": more, "url": request.url}


def _created_fits(row: dict[str, Any], created: Any) -> bool:
    if created is None:
        return True
    if not isinstance(created, dict):
        return bool(row["created"] == created)
    at = row["created"]
    checks = {"gt": at.__gt__, "gte": at.__ge__, "lt": at.__lt__, "lte": at.__le__}
    return all(checks[name](bound) for name, bound in created.items())


def _cut(params: dict[str, Any], rows: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], bool]:
    """Return the rows of one page and whether more follow in its direction."""
    limit = _limit(params)
    after, before = params.get("starting_after"), params.get("ending_before")
    if after and before:
        raise invalid(
            "You may only specify one of these parameters: ending_before, starting_after."
        )
    if before:
        rows = rows[: _position(rows, before, "ending_before")]
        return rows[-limit:], len(rows) > limit
    if after:
        rows = rows[_position(rows, after, "starting_after") + 1 :]
    return rows[:limit], len(rows) > limit


def _limit(params: dict[str, Any]) -> int:
    limit = int(params.get("limit", DEFAULT_LIMIT))
    if limit < 1:
        message = "This value must be greater than or equal to 1."
        raise invalid(message, param="limit", code="parameter_invalid_integer")
    if limit > MAX_LIMIT:
        message = "This value must be less than or equal to 100."
        raise invalid(message, param="limit", code="parameter_invalid_integer")
    return limit


def _position(rows: list[dict[str, Any]], id_: str, param: str) -> int:
    for position, row in enumerate(rows):
        if row["id"] == id_:
            return position
    kind = rows[0]["object"] if rows else "object"
    raise missing(kind, id_, param)
