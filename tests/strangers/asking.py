"""How a row of the table is asked by a stranger, and what it answered."""

from __future__ import annotations

import json
import re
from typing import Any

from django.test import Client

from tests import test_tenancy as doors
from tests.strangers.addresses import Row
from tests.strangers.cast import Cast
from tests.strangers.making import quote_for
from tests.strangers.table import Stranger

S = Stranger
# What a page says where it refuses without an error.
SAID = {
    "This link no longer works": "no good link",
    "alone, and you are logged in as": "not for them",
    "You are in the team of Acme already": "not for them",
}
# What would change something, whatever it is posted to.
FORM = {
    "name": "Taken over",
    "value": "on",
    "role": "owner",
    "email": "stranger@example.com",
    "overlap": "0",
    "overlap_seconds": 0,
    "who": "all",
    "can_cancel": False,
    "is_on": False,
    "origin": "https://evil.example.com",
    "product": "prod_1",
    "direction": "up",
    "key": "cancel.button",
    "language": "en",
    "mode": "test",
    "days": "30",
}


class Asking:
    """The door's other side: sends what a stranger would, None being whom the address is for."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.owned = cast.owned()
        self.form = {**FORM, "customer": cast.ada, "from": cast.second.public_id}

    def __call__(self, row: Row, stranger: Stranger | None) -> Any:
        """Ask."""
        if row.kind in {doors.PAGE, doors.API}:
            return self._visit(row, stranger)
        if row.kind == doors.EXCHANGE:
            return self._exchange(row, stranger)
        if row.kind == doors.STRIPE:
            return self._stripe(row, stranger)
        if row.kind == doors.MERCHANT_API:
            return self._merchant_api(row, stranger)
        return self._browse(row, stranger)

    def path(self, row: Row, stranger: Stranger | None, customer: str = "") -> str:
        """Return the row's address, with what it names."""
        cast, customer = self.cast, customer or self.cast.ada
        named = {
            **self.owned,
            "subscription_id": self._subs(row)[customer],
            "invoice_id": cast.invoices[customer],
            "customer_id": customer,
            "method_id": cast.methods[customer],
            "name": "can_change_plan",
            "mode": "test",
            "version": "1",
            "page": "embed",
            "token": cast.invitations.get(stranger, cast.invitations[None]),
            **self._elsewhere(stranger),
        }
        if row.kind == doors.RESET:
            return f"/accounts/password/reset/key/{cast.resets[stranger]}/"
        return "/" + re.sub(r"<\w+:(\w+)>", lambda found: named[found[1]], row.route)

    def _elsewhere(self, stranger: Stranger | None) -> dict[str, str]:
        """Return what is named of another portal, or of a connection that listens to nothing."""
        if stranger == S.REVOKED:
            return {"endpoint_slug": self.cast.not_listening.endpoint_slug}
        other = {S.PORTAL: self.cast.second, S.MODE: self.cast.live}.get(stranger or S.NOBODY)
        if other is None:
            return {}
        secret = str(other.active_secrets()[0].pk)
        return {"secret_id": secret, "key_id": secret}

    def _visit(self, row: Row, stranger: Stranger | None) -> Any:
        cast = self.cast
        customer = cast.ben if stranger == S.CUSTOMER else cast.ada
        token = cast.tokens.get(stranger or S.CUSTOMER, "")
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        body = self._body(row, customer, cast.ben if stranger == S.QUOTE else customer)
        # A log-in to the dashboard opens nothing here.
        browser = cast.browsers[S.STALE] if stranger == S.NOBODY else Client()
        return self._send(browser, row, self.path(row, stranger, customer), body, headers)

    def _body(self, row: Row, customer: str, quoted: str) -> dict[str, Any]:
        """Return what names the customer's things, and a quote of somebody."""
        cast, price = self.cast, self.cast.acme.shop.prices["Business month"]
        action = row.name.removeprefix("api-").replace("-", "_")
        return {
            "customer": customer,
            "setup_intent": cast.intents[customer],
            "method": cast.methods[customer],
            "action": "change_plan",
            "price": price,
            "coupon": "",
            "quantity": "2",
            "language": "en",
            "name": "Taken over",
            "quote": quote_for(action, self._subs(row)[quoted], price),
        }

    def _subs(self, row: Row) -> dict[str, str]:
        """Return which subscription of each customer a row is about, in a state for it."""
        return self.cast.canceled if "resubscribe" in row.name else self.cast.subs

    def _exchange(self, row: Row, stranger: Stranger | None) -> Any:
        body = {**self.cast.proof(stranger), "portal_id": self.cast.portal.public_id}
        headers = {"Sec-Fetch-Site": "same-origin"}
        return self._send(Client(), row, self.path(row, stranger), body, headers)

    def _stripe(self, row: Row, stranger: Stranger | None) -> Any:
        payload = json.dumps(self.cast.event()).encode()
        return Client().generic(
            row.method,
            self.path(row, stranger),
            payload,
            content_type="application/json",
            headers=self.cast.signed(stranger, payload),
        )

    def _merchant_api(self, row: Row, stranger: Stranger | None) -> Any:
        cast, path = self.cast, self.path(row, stranger)
        if stranger in {S.NOBODY, S.OVER, S.ENDED, S.STALE}:
            return self._send(cast.browsers[stranger], row, path, self.form, {})
        headers = {"Authorization": f"Bearer {cast.api_tokens[stranger]}"}
        return self._send(Client(), row, path, self.form, headers)

    def _browse(self, row: Row, stranger: Stranger | None) -> Any:
        browsers = self.cast.browsers
        if row.kind == doors.MAILED and stranger not in set(browsers) - {None, S.SIGNATURE}:
            browser = self.cast.invited
        elif row.kind == doors.RESET:
            browser = Client()
        else:
            browser = browsers[stranger]
        return self._send(browser, row, self.path(row, stranger), self.form, {})

    def _send(
        self, browser: Client, row: Row, path: str, body: dict[str, Any], headers: dict[str, str]
    ) -> Any:
        send = getattr(browser, row.method.lower())
        if row.method == "GET":
            asked = {name: body[name] for name in ("customer", "key", "from") if name in body}
            return send(path, asked, headers=headers)
        if row.method == "POST" and not path.startswith("/api/"):
            return send(path, body, headers=headers)
        return send(path, body, content_type="application/json", headers=headers)


def told(response: Any) -> str:
    """Return the code of a problem, or where an answer leads; empty where it says neither."""
    if "Servicebot-Problem" in response.headers:
        return str(response.headers["Servicebot-Problem"])
    if "Location" in response.headers:
        return str(response.headers["Location"]).split("?")[0]
    if "problem+json" in response.headers.get("Content-Type", ""):
        return str(response.json()["code"])
    page = text_of(response)
    return next((code for words, code in SAID.items() if words in page), "")


def text_of(response: Any) -> str:
    """Return all that was answered."""
    body: bytes = response.getvalue()
    return body.decode() + json.dumps(dict(response.headers))
