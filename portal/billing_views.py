"""The page's billing details. The rule is in actions/billing_details.py."""

from __future__ import annotations

from babel import Locale
from django.http import HttpResponse, QueryDict

from portal import events
from portal.access import PortalRequest
from portal.actions import billing_details
from portal.actions.billing_details import COUNTRIES, Details, TaxIdGiven
from portal.answers import page_action, page_piece, piece
from portal.templatetags.portal import tax_type
from servicebot.gateway.shapes import Address, Customer
from servicebot.gateway.tax_types import TAX_ID_TYPES

EU = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"


@page_action
def ask(request: PortalRequest) -> HttpResponse:
    """Answer the form, filled in."""
    billing_details.require_details(request.visit)
    customer = request.visit.customer(request.POST.get("customer", ""))
    return piece(
        "billing_form",
        request.visit,
        customer=customer,
        countries=countries(request.visit.texts.language),
        tax_types=[(name, tax_type(name)) for name in TAX_ID_TYPES],
        likely_tax_type=likely_tax_type(customer.address.country),
    )


@page_action
def save(request: PortalRequest) -> HttpResponse:
    """Keep what was filled in."""
    visit, given = request.visit, request.POST
    billing_details.require_details(visit)
    customer = visit.customer(given.get("customer", ""))
    billing_details.update_details(visit, customer.id, _details(customer, given))
    return page_piece(
        visit,
        done="billing.saved",
        place=f"billing-title-{customer.id}",
        happened=lambda _page, _catalogue: [events.after_details(customer.id)],
    )


def countries(language: str) -> list[tuple[str, str]]:
    """Return the countries with their names, in the order of these."""
    names = Locale.parse(language, sep="-").territories
    return sorted(((code, names[code]) for code in COUNTRIES), key=lambda row: row[1])


def likely_tax_type(country: str) -> str:
    """Return the type of tax id that a customer of a country most likely has."""
    if country in EU.split():
        return "eu_vat"
    own = f"{country.lower()}_"
    return next((name for name in TAX_ID_TYPES if name.startswith(own)), "eu_vat")


def _details(customer: Customer, given: QueryDict) -> Details:
    kept = set(given.getlist("kept"))
    tax_ids = [TaxIdGiven(t.type, t.value) for t in customer.tax_ids if t.id in kept]
    value = given.get("tax_value", "").strip()
    if value:
        tax_ids.append(TaxIdGiven(given.get("tax_type", ""), value))
    lines = {name: given.get(name, "").strip() for name in Address.__dataclass_fields__}
    name, phone = given.get("name", "").strip(), given.get("phone", "").strip()
    return Details(name, phone, Address(**lines), tax_ids)
