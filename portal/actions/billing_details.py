"""Whom invoices are made out to: name, address, phone and tax ids; never the e-mail, the identity.

What comes in is the whole of it: what is left empty is cleared, and a tax id left out is removed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from babel import Locale

from portal.alone import one_at_a_time
from portal.noting import note
from portal.policy import Permission
from portal.problems import Problem
from portal.visit import Visit
from servicebot.gateway.errors import NotFoundError, RefusedError
from servicebot.gateway.shapes import Address, Customer
from servicebot.gateway.tax_types import TAX_ID_TYPES

SETTING = "can_update_billing_details"
NOTED = "update_billing_details"
ONE_LINE_AT_MOST = 200
PHONE_AT_MOST = 20  # Stripe's own limit
NO_COUNTRIES = frozenset(["CQ", "EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"])
COUNTRIES = (
    frozenset(
        code for code in map(str, Locale("en").territories) if len(code) == 2 and code.isalpha()
    )
    - NO_COUNTRIES
)
"""ISO 3166's two-letter codes, by CLDR less what is no country there."""


@dataclass(frozen=True)
class TaxIdGiven:
    """A tax id as it was typed; `type` is Stripe's."""

    type: str
    value: str


@dataclass(frozen=True)
class Details:
    """Everything on an invoice about its customer."""

    name: str
    phone: str
    address: Address
    tax_ids: Sequence[TaxIdGiven] = field(default=())

    def check(self) -> None:
        """Raise Problem invalid, with `errors` by field."""
        lines = {"name": self.name, **asdict(self.address)}
        errors = {
            name: [f"over {ONE_LINE_AT_MOST} characters"]
            for name, value in lines.items()
            if len(value) > ONE_LINE_AT_MOST
        }
        if len(self.phone) > PHONE_AT_MOST:
            errors["phone"] = [f"over {PHONE_AT_MOST} characters"]
        if self.address.country not in COUNTRIES | {""}:
            errors["country"] = ["not a two-letter country code"]
        if any(each.type not in TAX_ID_TYPES or not each.value for each in self.tax_ids):
            errors["tax_ids"] = ["not a type of tax id, or without a value"]
        if errors:
            raise Problem("invalid", errors=errors)


def require_details(visit: Visit) -> None:
    """Raise Problem setting_off where the merchant doesn't offer this, or permission_missing."""
    if not visit.settings.can_update_billing_details:
        raise Problem("setting_off", setting=SETTING)
    visit.require_permission(Permission.MANAGE)


@one_at_a_time
def update_details(visit: Visit, customer_id: str, details: Details) -> Customer:
    """Write the details to one of the visit's customers; answers the customer as it is then.

    Writing the same again changes nothing. Raises Problem invalid, with reason tax_id_invalid where
    Stripe takes no such number; the tax ids are then as they were, and so is everything else.
    """
    require_details(visit)
    details.check()
    before = visit.customer(customer_id)
    changed = _changed(before, details)
    _write(visit, before, details)
    if changed:
        # Only which of them: they are the customer's own affair.
        note(visit, NOTED, customer_id, customer_id, after={"changed": changed})
    return visit.customer(customer_id)


def _changed(customer: Customer, details: Details) -> list[str]:
    """Return the names of the details that are to be different."""
    wanted = {"name": details.name, "phone": details.phone, "address": details.address}
    names = [name for name, value in wanted.items() if getattr(customer, name) != value]
    return names if _pairs(customer) == _pairs(details) else [*names, "tax_ids"]


def _pairs(of: Customer | Details) -> set[tuple[str, str]]:
    return {(each.type, each.value) for each in of.tax_ids}


def _write(visit: Visit, customer: Customer, details: Details) -> None:
    wanted = _pairs(details)
    has = {(each.type, each.value): each.id for each in customer.tax_ids}
    added: list[str] = []
    try:
        for kind, value in sorted(wanted - set(has)):
            added.append(visit.gateway.add_tax_id(customer.id, kind, value).id)
    except RefusedError as error:
        for tax_id in added:
            _remove(visit, customer.id, tax_id)
        raise _tax_problem(error) from error
    visit.gateway.update_customer(customer.id, _change(details))
    for pair in sorted(set(has) - wanted):
        _remove(visit, customer.id, has[pair])


def _remove(visit: Visit, customer_id: str, tax_id: str) -> None:
    """Remove a tax id; one that is gone already is gone."""
    try:
        visit.gateway.remove_tax_id(customer_id, tax_id)
    except NotFoundError:
        return


def _tax_problem(error: RefusedError) -> Problem:
    return Problem("invalid", reason="tax_id_invalid", errors={"tax_ids": [str(error)]})


def _change(details: Details) -> dict[str, Any]:
    """Return Stripe's parameters; an address with nothing in it is none."""
    lines = asdict(details.address)
    address = lines if any(lines.values()) else ""
    return {"name": details.name, "phone": details.phone, "address": address}
