"""Stripe's hosted invoice page: what is due, a way to pay it, and the PDF."""

from __future__ import annotations

import re
from html import escape
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from servicebot.sandbox.browser import figures, invoice_pdf
from servicebot.sandbox.browser.page import Page
from servicebot.sandbox.wire import Call

if TYPE_CHECKING:
    from servicebot.sandbox.world import Account, Sandbox

PATH = re.compile(r"/invoice/(?P<account>acct_\w+)/(?P<invoice>in_\w+)(?P<pdf>/pdf)?")
TEMPLATE = Template((Path(__file__).parent / "static" / "invoice.html").read_text())
POLICY = "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'"
STATES = {
    "open": "Payment due",
    "paid": "Paid",
    "void": "Void",
    "uncollectible": "Uncollectible",
}
NOT_FOUND = Page(404, "text/plain; charset=utf-8", b"There is no such invoice.")


def respond(sandbox: Sandbox, method: str, path: str) -> Page | None:
    """Show an invoice, hand out its PDF or pay it with the customer's default card."""
    asked = PATH.fullmatch(path)
    if asked is None:
        return None
    account = _account(sandbox, asked["account"], asked["invoice"])
    if account is None:
        return NOT_FOUND
    if method == "POST" and not asked["pdf"]:
        return _pay(account, asked["invoice"])
    invoice = account.get("invoice", asked["invoice"])
    return _pdf(invoice) if asked["pdf"] else _page(invoice)


def _account(sandbox: Sandbox, id_: str, invoice: str) -> Account | None:
    """Return the account, test or live, whose finalized invoice this is."""
    for account in list(sandbox.accounts.values()):
        found = account.tables.get("invoice", {}).get(invoice)
        if account.id == id_ and found and found["status"] in STATES:
            return account
    return None


def _pdf(invoice: dict[str, Any]) -> Page:
    name = f"Invoice-{invoice['number']}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Page(200, "application/pdf", invoice_pdf.render(invoice), headers)


def _pay(account: Account, id_: str) -> Page:
    """Pay as the customer would: from here the bank may ask, which an off-session charge can't."""
    answer = _call(account, "POST", f"/v1/invoices/{id_}/pay", off_session="false")
    if answer.get("object") == "invoice":
        return Page(303, "text/plain", b"", {"Location": id_})
    invoice = _call(account, "GET", f"/v1/invoices/{id_}", **{"expand[]": "confirmation_secret"})
    secret = (invoice["confirmation_secret"] or {}).get("client_secret", "")
    if _awaits_bank(account, secret):
        return _ask_bank(account, id_, secret)
    return _page(account.get("invoice", id_), answer["error"]["message"])


def _call(account: Account, method: str, path: str, **params: str) -> dict[str, Any]:
    """Call the sandbox's own API with the account's secret key."""
    key = f"sk_{'live' if account.livemode else 'test'}_{account.name}"
    body = urlencode(params)
    url = f"{path}?{body}" if method == "GET" else path
    call = Call(method, url, {"Authorization": f"Bearer {key}"}, body.encode() * (method == "POST"))
    answer: dict[str, Any] = account.sandbox.handle(call).json()
    return answer


def _awaits_bank(account: Account, secret: str) -> bool:
    intent = account.tables.get("payment_intent", {}).get(secret.partition("_secret_")[0])
    return bool(intent and intent["status"] == "requires_action")


def _ask_bank(account: Account, id_: str, secret: str) -> Page:
    query = {
        "intent": secret.partition("_secret_")[0],
        "client_secret": secret,
        "return_url": f"../invoice/{account.id}/{id_}",
    }
    return Page(303, "text/plain", b"", {"Location": f"../../3ds/challenge?{urlencode(query)}"})


def _page(invoice: dict[str, Any], problem: str = "") -> Page:
    is_open = invoice["status"] == "open"
    shown = figures.money(
        invoice["amount_remaining"] if is_open else invoice["total"], invoice["currency"]
    )
    parts = {
        "account": escape(invoice["account_name"] or "Invoice"),
        "number": escape(invoice["number"]),
        "id": escape(invoice["id"]),
        "state": STATES[invoice["status"]],
        "amount": shown,
        "facts": "".join(_fact(name, value) for name, value in figures.facts(invoice)),
        "lines": "".join(_line(line) for line in invoice["lines"]["data"]),
        "totals": "".join(_total(name, sum_) for name, sum_ in figures.totals(invoice)),
        "problem": f'<p class="problem" role="alert">{escape(problem)}</p>' if problem else "",
        "pay": _pay_form(invoice["id"], shown) if is_open else "",
    }
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}
    body = TEMPLATE.substitute(parts).encode()
    return Page(402 if problem else 200, "text/html; charset=utf-8", body, headers)


def _fact(name: str, value: str) -> str:
    return f"<dt>{name}</dt><dd>{escape(value)}</dd>"


def _line(line: dict[str, Any]) -> str:
    quantity = "" if line["quantity"] is None else line["quantity"]
    return (
        f'<tr><td>{escape(line["description"] or "")}<span class="period">{figures.period(line)}'
        f'</span></td><td class="figure">{quantity}</td>'
        f'<td class="figure">{figures.money(line["amount"], line["currency"])}</td></tr>'
    )


def _total(name: str, sum_: str) -> str:
    return f'<tr><th scope="row" colspan="2">{name}</th><td class="figure">{sum_}</td></tr>'


def _pay_form(id_: str, amount: str) -> str:
    return f'<form method="post" action="{escape(id_)}"><button>Pay {amount}</button></form>'
