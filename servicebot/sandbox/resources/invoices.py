"""Invoices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicebot.sandbox.billing import collection, invoicing, payments, pending, standing, taxes
from servicebot.sandbox.billing.preview import preview
from servicebot.sandbox.errors import invalid
from servicebot.sandbox.expand import included
from servicebot.sandbox.fields import need, take, take_metadata
from servicebot.sandbox.pages import PAGING, page, whole
from servicebot.sandbox.resources import payment_intents
from servicebot.sandbox.routing import Request, operation
from servicebot.sandbox.wire import clone

if TYPE_CHECKING:
    from servicebot.sandbox.world import Account, Object

KIND = "invoice"
FOUND_BY = ("collection_method", "customer", "status")
DETAILS = {
    f"subscription_details.{name}"
    for name in (
        "billing_cycle_anchor",
        "billing_mode.type",
        "cancel_at",
        "cancel_at_period_end",
        "cancel_now",
        "default_tax_rates",
        "items[].deleted",
        "items[].id",
        "items[].metadata",
        "items[].price",
        "items[].quantity",
        "items[].tax_rates",
        "pause",
        "proration_behavior",
        "proration_date",
        "resume_at",
        "trial_end",
    )
}


@operation(
    "POST",
    "/v1/invoices/create_preview",
    honours={
        *DETAILS,
        "automatic_tax.enabled",
        "currency",
        "customer",
        "discounts",
        "preview_mode",
        "subscription",
    },
)
def create_preview(request: Request) -> Object:
    return preview(request.account, request.params)


@operation("GET", "/v1/invoices/{invoice}")
def retrieve(request: Request) -> Object:
    return request.account.get(KIND, request.path["invoice"])


@operation(
    "GET",
    "/v1/invoices",
    honours={*PAGING, *FOUND_BY, "created", "due_date", "subscription"},
)
def list_(request: Request) -> Object:
    params = request.params
    asked = {name: params[name] for name in FOUND_BY if name in params}
    rows = request.account.find(KIND, **asked)
    if "subscription" in params:
        rows = [row for row in rows if invoicing.subscription_of(row) == params["subscription"]]
    if not {"customer", "subscription"} & set(params):
        rows = [row for row in rows if row["test_clock"] is None]
    return page(request, [row for row in rows if _due(row, params.get("due_date"))])


def _due(row: Object, wanted: Any) -> bool:
    if wanted is None:
        return True
    if not isinstance(wanted, dict):
        return bool(row["due_date"] == wanted)
    at = row["due_date"]
    if at is None:
        return False
    checks = {"gt": at.__gt__, "gte": at.__ge__, "lt": at.__lt__, "lte": at.__le__}
    return all(checks[name](bound) for name, bound in wanted.items())


@operation("GET", "/v1/invoices/{invoice}/lines", honours=PAGING)
def list_lines(request: Request) -> Object:
    invoice = request.account.get(KIND, request.path["invoice"])
    return page(request, invoice["lines"]["data"], newest_first=False)


@operation(
    "POST",
    "/v1/invoices",
    honours={
        "auto_advance",
        "collection_method",
        "currency",
        "customer",
        "days_until_due",
        "default_payment_method",
        "default_tax_rates",
        "description",
        "due_date",
        "metadata",
        "pending_invoice_items_behavior",
    },
)
def create(request: Request) -> Object:
    """Draft an invoice by hand, of what waits for the customer if that is asked for."""
    account, params = request.account, request.params
    customer = account.get("customer", need(params, "customer"), param="customer")
    now = account.now(customer)
    waits = params.get("pending_invoice_items_behavior") == "include"
    more = {"auto_advance": params.get("auto_advance", False)}
    more["collection_method"] = params.get("collection_method", "charge_automatically")
    rates = params.get("default_tax_rates")
    more["default_tax_rates"] = taxes.rates_for(account, rates, "default_tax_rates")
    bill = invoicing.Bill(
        customer=customer,
        currency=params.get("currency") or customer["currency"] or "usd",
        lines=pending.all_lines(account, customer["id"]) if waits else [],
        now=now,
        period=(now, now),
        reason="manual",
        more=more,
    )
    invoice = invoicing.compose(account, bill)
    take(invoice, params, ("default_payment_method", "description", "due_date"))
    take_metadata(invoice, params)
    invoicing.store(account, invoice, bill, waits=more["auto_advance"])
    account.hidden[invoice["id"]]["days_until_due"] = params.get("days_until_due")
    return invoice


@operation(
    "POST",
    "/v1/invoices/{invoice}",
    honours={"auto_advance", "default_payment_method", "description", "metadata"},
)
def update(request: Request) -> Object:
    account, params = request.account, request.params
    invoice = account.get(KIND, request.path["invoice"])
    if invoice["status"] not in {"draft", "open"} and set(params) - {"metadata", "expand"}:
        message = f"Invoice is {invoice['status']}: only its metadata can be updated."
        raise invalid(message)
    before = clone(invoice)
    take(invoice, params, ("auto_advance", "default_payment_method", "description"))
    take_metadata(invoice, params)
    if params.get("auto_advance") and invoice["status"] == "draft":
        invoice["automatically_finalizes_at"] = account.now(invoice) + 3600
    account.changed(invoice, before, emit="invoice.updated")
    return invoice


@operation("POST", "/v1/invoices/{invoice}/finalize", honours={"auto_advance"})
def finalize(request: Request) -> Object:
    account = request.account
    invoice = account.get(KIND, request.path["invoice"])
    if invoice["status"] != "draft":
        message = "This invoice is already finalized, you can't re-finalize a non-draft invoice."
        raise invalid(message)
    invoice["auto_advance"] = request.params.get("auto_advance", invoice["auto_advance"])
    invoicing.finalize(account, invoice, account.now(invoice))
    if invoice["amount_due"] == 0:
        collection.settle(account, invoice)
    else:
        collection.open_intent(account, invoice)
    return invoice


@operation(
    "POST",
    "/v1/invoices/{invoice}/pay",
    honours={"off_session", "paid_out_of_band", "payment_method"},
)
def pay(request: Request) -> Object:
    """Pay an invoice now; off session unless said otherwise. The automatic count stays."""
    account, params = request.account, request.params
    invoice = account.get(KIND, request.path["invoice"])
    _check_payable(invoice)
    if invoice["status"] == "draft":
        invoicing.finalize(account, invoice, account.now(invoice))
    if params.get("paid_out_of_band") or invoice["amount_due"] == 0:
        payments.give_up(account, invoice)
        collection.settle(account, invoice)
        return invoice
    return _charged(account, invoice, params)


def _check_payable(invoice: Object) -> None:
    if invoice["status"] == "paid":
        raise invalid("Invoice is already paid")
    if invoice["status"] == "void":
        raise invalid("Cannot pay a voided invoice.")


def _charged(account: Account, invoice: Object, params: dict[str, Any]) -> Object:
    method = params.get("payment_method")
    if method:
        account.get("payment_method", method, param="payment_method")
    elif collection.invoice_method(account, invoice) is None:
        raise collection.no_method()
    intent = collection.attempt(
        account,
        invoice,
        off_session=params.get("off_session", True),
        payment_method=method,
        counted=False,
    )
    if invoice["status"] != "paid":
        raise collection.refusal(intent, KIND)
    return invoice


@operation("POST", "/v1/invoices/{invoice}/void")
def void(request: Request) -> Object:
    account = request.account
    invoice = account.get(KIND, request.path["invoice"])
    _check_closable(invoice, "void")
    invoicing.void(account, invoice, account.now(invoice))
    standing.after_voiding(account, invoice)
    return invoice


@operation("POST", "/v1/invoices/{invoice}/mark_uncollectible")
def mark_uncollectible(request: Request) -> Object:
    account = request.account
    invoice = account.get(KIND, request.path["invoice"])
    _check_closable(invoice, "mark as uncollectible")
    invoicing.write_off(account, invoice, account.now(invoice))
    standing.after_write_off(account, invoice)
    return invoice


def _check_closable(invoice: Object, verb: str) -> None:
    if invoice["status"] not in {"open", "uncollectible"}:
        message = f"You can only {verb} an open invoice. This invoice is {invoice['status']}."
        raise invalid(message)


@operation("DELETE", "/v1/invoices/{invoice}")
def delete(request: Request) -> Object:
    account = request.account
    invoice = account.get(KIND, request.path["invoice"])
    if invoice["status"] != "draft" or invoice["parent"] is not None:
        raise invalid("You can only delete draft invoices that no subscription has made.")
    return account.remove(invoice, emit="invoice.deleted")


@included(KIND, "payments")
def shown_payments(account: Account, invoice: Object) -> Any:
    rows = [clone(row) for row in payments.of_invoice(account, invoice)]
    return whole(rows, f"/v1/invoice_payments?invoice={invoice['id']}")


@included(KIND, "confirmation_secret")
def confirmation_secret(account: Account, invoice: Object) -> Any:
    intent = payments.intent_of(account, invoice)
    if intent is None:
        return None
    return {"client_secret": intent["client_secret"], "type": "payment_intent"}


payment_intents.settled.append(collection.intent_settled)
