"""Invoice items: what waits for a customer's next invoice, or is put on a draft."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicebot.sandbox.billing import (
    catalogue,
    currencies,
    invoicing,
    pending,
    shapes,
    starting,
    taxes,
)
from servicebot.sandbox.billing.lines import Line
from servicebot.sandbox.errors import invalid
from servicebot.sandbox.fields import need, take_metadata
from servicebot.sandbox.pages import PAGING, page
from servicebot.sandbox.routing import Request, operation
from servicebot.sandbox.wire import clone

if TYPE_CHECKING:
    from servicebot.sandbox.world import Account, Object

KIND = "invoiceitem"


@operation(
    "POST",
    "/v1/invoiceitems",
    honours={
        "amount",
        "currency",
        "customer",
        "description",
        "discountable",
        "invoice",
        "metadata",
        "period",
        "pricing",
        "quantity",
        "subscription",
        "tax_rates",
    },
)
def create(request: Request) -> Object:
    account, params = request.account, request.params
    customer = account.get("customer", need(params, "customer"), param="customer")
    invoice = _draft(account, params)
    line = _line(account, params, account.now(customer))
    currency = params.get("currency") or (invoice or customer)["currency"] or "usd"
    currencies.check(line.amount, currency, "amount")
    item = pending.invoice_item(account, customer["id"], currency, line)
    take_metadata(item, params)
    account.add(item, emit="invoiceitem.created")
    if invoice:
        _put_on(account, invoice, item)
    return item


def _draft(account: Account, params: dict[str, Any]) -> Object | None:
    if "invoice" not in params:
        return None
    invoice = account.get("invoice", params["invoice"], param="invoice")
    if invoice["status"] != "draft":
        raise invalid("Invoice items can only be added to a draft invoice.", "invoice")
    return invoice


def _line(account: Account, params: dict[str, Any], now: int) -> Line:
    """Return what is asked for: a price sold once, or an amount with words of its own."""
    period = params.get("period", {"start": now, "end": now})
    if "subscription" in params:
        account.get("subscription", params["subscription"], param="subscription")
    rates = taxes.rates_for(account, params.get("tax_rates"), "tax_rates")
    price = (params.get("pricing") or {}).get("price")
    if price:
        account.get("price", price, param="pricing[price]")
        full = catalogue.full_price(account, price, params.get("currency"))
        line = starting.one_time_line(account, full, params.get("quantity", 1), now)
        amount, words = line.amount, params.get("description", line.description)
    else:
        full, amount, words = None, need(params, "amount"), params.get("description", "")
    return Line(
        amount=amount,
        description=words,
        period=(period["start"], period["end"]),
        price=full,
        quantity=params.get("quantity", 1),
        subscription=params.get("subscription"),
        discountable=params.get("discountable", amount >= 0),
        tax_rates=tuple(rate["id"] for rate in rates) or None,
    )


def _put_on(account: Account, invoice: Object, item: Object) -> None:
    before = clone(invoice)
    item["invoice"] = invoice["id"]
    row = shapes.line_item(account, invoice, pending.as_line(account, item), [])
    invoice["lines"]["data"].append(row)
    customer = account.get("customer", invoice["customer"], param="customer")
    taxes.work_out(account, customer, invoice)
    invoice |= invoicing.add_up(account, invoice)
    account.changed(invoice, before, emit="invoice.updated")


@operation("GET", "/v1/invoiceitems/{invoiceitem}")
def retrieve(request: Request) -> Object:
    return request.account.get(KIND, request.path["invoiceitem"])


@operation("GET", "/v1/invoiceitems", honours={*PAGING, "customer", "invoice", "pending"})
def list_(request: Request) -> Object:
    params = request.params
    asked = {name: params[name] for name in ("customer", "invoice") if name in params}
    rows = request.account.find(KIND, **asked)
    if "pending" in params:
        rows = [row for row in rows if (row["invoice"] is None) == params["pending"]]
    return page(request, rows)


@operation("DELETE", "/v1/invoiceitems/{invoiceitem}")
def delete(request: Request) -> Object:
    account = request.account
    item = account.get(KIND, request.path["invoiceitem"])
    if item["invoice"] is not None:
        raise invalid("Invoice items that are on an invoice cannot be deleted.", "invoiceitem")
    return account.remove(item, emit="invoiceitem.deleted")
