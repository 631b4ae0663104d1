"""Payments of invoices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from servicebot.sandbox.pages import PAGING, page
from servicebot.sandbox.routing import Request, operation

if TYPE_CHECKING:
    from servicebot.sandbox.world import Object

KIND = "invoice_payment"


@operation(
    "GET",
    "/v1/invoice_payments",
    honours={*PAGING, "created", "invoice", "payment", "status"},
)
def list_(request: Request) -> Object:
    asked = {name: request.params[name] for name in ("invoice", "status") if name in request.params}
    rows = request.account.find(KIND, **asked)
    if "payment" in request.params:
        wanted = request.params["payment"].get("payment_intent")
        rows = [row for row in rows if row["payment"].get("payment_intent") == wanted]
    return page(request, rows)


@operation("GET", "/v1/invoice_payments/{invoice_payment}")
def retrieve(request: Request) -> Object:
    return request.account.get(KIND, request.path["invoice_payment"])
