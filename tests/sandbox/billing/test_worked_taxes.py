"""Taxes that Stripe has published, each with its source."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.billing.conftest import Shop, amounts

RATES = "https://docs.stripe.com/billing/taxes/tax-rates"
RECOGNITION = "https://docs.stripe.com/revenue-recognition/examples/tax"


def rate(shop: Shop, percentage: float, *, inclusive: bool = False) -> str:
    given = {"display_name": "Tax", "percentage": percentage, "inclusive": inclusive}
    return str(shop.stripe.tax_rates.create(given).id)


def billed(shop: Shop, lines: list[tuple[int, list[str]]], *default: str, **customer: Any) -> Any:
    """Return the first invoice of a subscription with an item for each amount and its rates."""
    items = [
        {"price": shop.price(amount, name=f"Line {number}"), "tax_rates": rates}
        for number, (amount, rates) in enumerate(lines, 1)
    ]
    given: dict[str, Any] = {"items": items}
    if default:
        given["default_tax_rates"] = list(default)
    if "discounts" in customer:
        given["discounts"] = customer.pop("discounts")
    owner = shop.customer(**customer)
    return shop.latest(shop.stripe.subscriptions.create({"customer": owner, **given}))


def taxes(invoice: Any) -> list[list[int]]:
    return [[tax.amount for tax in line.taxes] for line in invoice.lines.data]


def tax(invoice: Any) -> int:
    return sum(each.amount for each in invoice.total_taxes)


def ten_percent_off(shop: Shop) -> list[dict[str, str]]:
    return [{"coupon": shop.stripe.coupons.create({"percent_off": 10}).id}]


@pytest.mark.parametrize(("inclusive", "owed", "total"), [(False, 125, 625), (True, 100, 500)])
def test_25_percent_of_5(shop: Shop, inclusive: bool, owed: int, total: int) -> None:
    """Source: RATES, "Inclusive versus exclusive tax": 1.25 on top, or 1.00 inside."""
    invoice = billed(shop, [(500, [])], rate(shop, 25, inclusive=inclusive))

    assert (tax(invoice), invoice.total) == (owed, total)


@pytest.mark.parametrize(("inclusive", "total"), [(True, 9091), (False, 10_000)])
def test_somebody_exempt_of_10_percent_pays_90_91_or_100(
    shop: Shop, inclusive: bool, total: int
) -> None:
    """Source: RATES, "Tax exempt and reverse charge": 9.09 is taken out of an inclusive price."""
    ten = rate(shop, 10, inclusive=inclusive)

    invoice = billed(shop, [(10_000, [])], ten, tax_exempt="exempt")

    assert (tax(invoice), invoice.total) == (0, total)


def test_a_lines_own_rates_take_the_place_of_the_invoices(shop: Shop) -> None:
    """Source: RATES, "Using multiple tax rates"."""
    default = [rate(shop, 9.975), rate(shop, 5)]
    lines = [(100_000, []), (100_000, [rate(shop, 10)]), (100_000, [rate(shop, 1), rate(shop, 2)])]

    invoice = billed(shop, lines, *default)

    assert taxes(invoice) == [[9975, 5000], [10_000], [1000, 2000]]


def test_an_items_3_and_5_percent_override_the_subscriptions_1(shop: Shop) -> None:
    """Source: docs.stripe.com/billing/taxes/collect-taxes, "Set tax rates on a subscription"."""
    lines = [(10_000, [rate(shop, 3), rate(shop, 5)]), (10_000, [])]

    invoice = billed(shop, lines, rate(shop, 1))

    assert taxes(invoice) == [[300, 500], [100]]


def test_5_percent_of_5_and_10_percent_of_10_make_16_25(shop: Shop) -> None:
    """Source: RATES, "Tax amounts": 0.25 and 1.00."""
    invoice = billed(shop, [(500, [rate(shop, 5)]), (1000, [rate(shop, 10)])])

    assert (taxes(invoice), invoice.total) == ([[25], [100]], 1625)


@pytest.mark.parametrize(
    ("level", "owed", "without"), [("line_item", 9546, 95_454), ("invoice", 9545, 95_455)]
)
def test_10_percent_inside_1000_and_50_by_either_rounding(
    shop: Shop, level: str, owed: int, without: int
) -> None:
    """Source: RATES, "Rounding": 95.46 line by line, 95.45 at once."""
    shop.account.config["tax_rounding"] = level

    invoice = billed(shop, [(100_000, []), (5000, [])], rate(shop, 10, inclusive=True))

    assert (tax(invoice), invoice.total_excluding_tax) == (owed, without)
    assert invoice.total == 105_000


def test_10_percent_off_before_5_percent_on_top_makes_14_18(shop: Shop) -> None:
    """Source: RATES, "Exclusive tax discount example": tax of 0.68, 0.23 of it on the first."""
    lines: list[tuple[int, list[str]]] = [(500, []), (1000, [])]

    invoice = billed(shop, lines, rate(shop, 5), discounts=ten_percent_off(shop))

    assert (taxes(invoice), tax(invoice), invoice.total) == ([[23], [45]], 68, 1418)


def test_10_percent_off_of_what_has_5_percent_inside_makes_13_50(shop: Shop) -> None:
    """Source: RATES, "Inclusive tax discount example": 0.21 and 0.43 are inside."""
    inside = rate(shop, 5, inclusive=True)
    lines: list[tuple[int, list[str]]] = [(500, []), (1000, [])]

    invoice = billed(shop, lines, inside, discounts=ten_percent_off(shop))

    assert (taxes(invoice), tax(invoice), invoice.total) == ([[21], [43]], 64, 1350)


def test_5_percent_inside_and_7_on_top_after_a_discount_make_14_40(shop: Shop) -> None:
    """Source: RATES, "Both inclusive and exclusive tax with discount example"."""
    both = [rate(shop, 5, inclusive=True), rate(shop, 7)]
    lines: list[tuple[int, list[str]]] = [(500, []), (1000, [])]

    invoice = billed(shop, lines, *both, discounts=ten_percent_off(shop))

    assert taxes(invoice) == [[21, 30], [43, 60]]
    assert [each.amount for each in invoice.total_taxes] == [64, 90]
    assert (invoice.total, invoice.total_excluding_tax) == (1440, 1286)


@pytest.mark.parametrize("level", ["line_item", "invoice"])
def test_15_percent_of_0_43_and_4_84_make_6_06(shop: Shop, level: str) -> None:
    """Source: https://support.stripe.com/questions/rounding-rules-for-stripe-fees: tax of 0.79."""
    shop.account.config["tax_rounding"] = level

    invoice = billed(shop, [(43, []), (484, [])], rate(shop, 15))

    assert (taxes(invoice), invoice.subtotal, invoice.total) == ([[6], [73]], 527, 606)


@pytest.mark.parametrize(("inclusive", "total"), [(False, 66_000), (True, 60_000)])
def test_600_at_10_percent(shop: Shop, inclusive: bool, total: int) -> None:
    """Source: support.stripe.com/questions/inclusive-and-exclusive-tax-options-in-the-tax-rate-api-
    and-stripe-tax.
    """
    invoice = billed(shop, [(60_000, [])], rate(shop, 10, inclusive=inclusive))

    assert invoice.total == total


def test_799_at_19_percent_owe_152(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/credit_notes/object, the line's taxes."""
    invoice = billed(shop, [(799, [])], rate(shop, 19))

    [line] = invoice.lines.data[0].taxes
    assert (line.amount, line.taxable_amount) == (152, 799)
    assert (line.tax_behavior, line.taxability_reason) == ("exclusive", "not_available")


def test_31_a_month_at_10_percent_on_top_cost_34_10(shop: Shop) -> None:
    """Source: RECOGNITION, "Tax liability": 3.10 of it are owed as tax."""
    invoice = billed(shop, [(3100, [])], rate(shop, 10))

    assert (amounts(invoice), tax(invoice), invoice.amount_paid) == ([3100], 310, 3410)


def automatically(shop: Shop, country: str, percentage: float, amount: int, behavior: str) -> Any:
    """Return the tax of an invoice where it is worked out from the customer's country."""
    shop.account.config["tax"] = {"rates": {country: percentage}}
    customer = shop.customer(address={"country": country})
    price = shop.price(amount, tax_behavior=behavior)
    subscription = shop.stripe.subscriptions.create(
        {"customer": customer, "items": [{"price": price}], "automatic_tax": {"enabled": True}}
    )
    [found] = shop.latest(subscription).total_taxes
    return found


def test_1499_at_10_25_percent_owe_154_automatically(shop: Shop) -> None:
    """Source: https://docs.stripe.com/api/tax/calculations/object (Seattle, exclusive)."""
    found = automatically(shop, "US", 10.25, 1499, "exclusive")

    assert (found.amount, found.taxable_amount) == (154, 1499)
    assert found.taxability_reason == "standard_rated"


def test_100_with_23_percent_inside_owe_18_70_automatically(shop: Shop) -> None:
    """Source: https://docs.stripe.com/tax/custom (Ireland, inclusive): of 81.30."""
    found = automatically(shop, "IE", 23, 10_000, "inclusive")

    assert (found.amount, found.taxable_amount) == (1870, 8130)
