"""The demo's account at Stripe: put back to its beginning before each try, and compared with it."""

from __future__ import annotations

import json
from typing import Any

import stripe

from demo import backend
from demo.fill import Found, fill, find_everybody
from servicebot.sandbox.doors import InProcessClient
from servicebot.sandbox.world import Sandbox

Row = dict[str, Any]
NOBODYS = {"event", "coupon", "promotion_code"}
"""What belongs to no customer; a code counts how often it was used."""


class DemoAccount:
    """A filled sandbox that can be begun anew at no cost."""

    def __init__(self) -> None:
        self.sandbox = Sandbox()
        fill(self.sandbox)
        self.account = self.sandbox.account(backend.SECRET_KEY)
        self.people: dict[str, Found] = find_everybody(self.sandbox)
        # The sandbox checks every parameter; the SDK's types don't take plain dicts.
        door = InProcessClient(self.sandbox)
        self.api: Any = stripe.StripeClient(backend.SECRET_KEY, http_client=door).v1
        self._text = json.dumps([self.account.tables, self.account.hidden])
        self.before: dict[str, dict[str, Row]] = json.loads(self._text)[0]

    def begin_anew(self) -> None:
        """Put everything back."""
        self.account.tables, self.account.hidden = json.loads(self._text)
        self.account.answers.clear()

    def __getitem__(self, id_: str) -> Row:
        """Return an object of any kind as it is now."""
        return next(rows[id_] for rows in self.account.tables.values() if id_ in rows)

    def was(self, id_: str) -> Row:
        """Return it as it was at the beginning."""
        return next(rows[id_] for rows in self.before.values() if id_ in rows)

    def of(self, kind: str, customer: str) -> list[Row]:
        """Return a customer's objects of a kind, oldest first."""
        rows = self.account.tables.get(kind, {}).values()
        return [row for row in rows if row.get("customer") == customer]

    def changed(self) -> list[Row]:
        """Return what is new or different, and what was there where it is gone."""
        now = self.account.tables
        found = [
            row
            for kind, rows in now.items()
            for id_, row in rows.items()
            if row != self.before.get(kind, {}).get(id_)
        ]
        gone = (
            row
            for kind, rows in self.before.items()
            for id_, row in rows.items()
            if id_ not in now.get(kind, {})
        )
        return [*found, *gone]

    def strangers_changed(self, customer: str) -> list[Row]:
        """Return what has changed and isn't this customer's."""
        return [
            row
            for row in self.changed()
            if row["object"] not in NOBODYS and self._owner(row) != customer
        ]

    def _owner(self, row: Row) -> Any:
        if row["object"] == "customer":
            return row["id"]
        if row["object"] == "invoice_payment":
            return self[row["invoice"]]["customer"]
        return row.get("customer") or self._once_owned(row)

    def _once_owned(self, row: Row) -> Any:
        """Return whose a removed card was."""
        return self.before.get(row["object"], {}).get(row["id"], {}).get("customer")
