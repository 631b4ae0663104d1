"""Automatic tax: a rate for each country that the account collects in, by where customers live."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.billing.conftest import HALF, HOUR, Shop, amounts, item_of, period_end, refusal

ON: dict[str, Any] = {"automatic_tax": {"enabled": True}}
OFF: dict[str, Any] = {"automatic_tax": {"enabled": False}}


@pytest.fixture
def german(shop: Shop) -> Shop:
    """A shop that collects tax in Germany."""
    shop.account.config["tax"] = {"rates": {"DE": 19}, "behavior": "exclusive"}
    return shop


def living_in(shop: Shop, country: str, **more: Any) -> str:
    return shop.customer(address={"country": country}, **more)


def taxed(shop: Shop, country: str = "DE", **more: Any) -> Any:
    price = shop.price(1000, **more)
    return shop.subscribe(living_in(shop, country), price, **ON)


def told(invoice: Any) -> tuple[Any, ...]:
    """Return the total, and what was taxed, how and why."""
    [tax] = invoice.total_taxes
    return invoice.total, tax.amount, tax.tax_behavior, tax.taxability_reason


def test_customers_pay_the_rate_of_their_country(german: Shop) -> None:
    subscription = taxed(german)

    invoice = german.latest(subscription)

    assert subscription.automatic_tax.enabled is True
    assert subscription.automatic_tax.liability.type == "self"
    assert told(invoice) == (1190, 190, "exclusive", "standard_rated")
    assert (invoice.automatic_tax.enabled, invoice.automatic_tax.status) == (True, "complete")
    assert invoice.amount_paid == 1190


def test_the_rate_is_an_archived_tax_rate_that_is_used_again(german: Shop) -> None:
    invoices = [german.latest(taxed(german)) for _ in range(2)]

    [rate] = {invoice.total_taxes[0].tax_rate_details.tax_rate for invoice in invoices}

    found = german.stripe.tax_rates.retrieve(rate)
    assert (found.country, found.percentage, found.active) == ("DE", 19, False)


def test_where_the_account_does_not_collect_nothing_is_owed(german: Shop) -> None:
    invoice = german.latest(taxed(german, "FR"))

    assert told(invoice) == (1000, 0, "exclusive", "not_collecting")


def test_what_is_shipped_is_taxed_where_it_goes(german: Shop) -> None:
    shipping = {"name": "Ada", "address": {"country": "DE"}}
    customer = living_in(german, "FR", shipping=shipping)

    subscription = german.subscribe(customer, german.price(1000), **ON)

    assert german.latest(subscription).total == 1190


@pytest.mark.parametrize(
    ("behavior", "said", "currency", "kind"),
    [
        ("exclusive", "inclusive", "usd", "inclusive"),
        ("exclusive", "unspecified", "usd", "exclusive"),
        ("inclusive", "unspecified", "usd", "inclusive"),
        (None, "unspecified", "usd", "exclusive"),
        (None, "unspecified", "eur", "inclusive"),
        (None, "exclusive", "eur", "exclusive"),
    ],
)
def test_whether_tax_is_inside_says_the_price_else_the_account_else_the_currency(
    german: Shop, behavior: str | None, said: str, currency: str, kind: str
) -> None:
    german.account.config["tax"] = {"rates": {"DE": 25}} | (
        {"behavior": behavior} if behavior else {}
    )

    invoice = german.latest(taxed(german, tax_behavior=said, currency=currency))

    total, tax = (1250, 250) if kind == "exclusive" else (1000, 200)
    assert told(invoice) == (total, tax, kind, "standard_rated")


def test_somebody_who_lives_nowhere_is_refused(german: Shop) -> None:
    customer, price = german.customer(), german.price(1000)

    create = refusal(lambda: german.subscribe(customer, price, **ON))
    subscription = german.subscribe(customer, price)
    update = refusal(lambda: german.stripe.subscriptions.update(subscription.id, ON))

    assert {create.code, update.code} == {"customer_tax_location_invalid"}
    assert german.again(subscription).automatic_tax.enabled is False


def test_a_preview_says_that_it_needs_a_location(german: Shop) -> None:
    items = [{"price": german.price(1000)}]
    given = {"customer": german.customer(), "subscription_details": {"items": items}, **ON}

    preview = german.stripe.invoices.create_preview(given)

    assert preview.automatic_tax.status == "requires_location_inputs"
    assert (preview.total, preview.total_taxes) == (1000, [])


def test_a_preview_is_what_is_charged(german: Shop) -> None:
    customer, items = living_in(german, "DE"), [{"price": german.price(999)}]
    given = {"customer": customer, "subscription_details": {"items": items}, **ON}

    preview = german.stripe.invoices.create_preview(given)
    subscription = german.stripe.subscriptions.create({"customer": customer, "items": items, **ON})

    assert (
        told(preview)
        == told(german.latest(subscription))
        == (*(1189, 190, "exclusive", "standard_rated"),)
    )


def test_changes_are_previewed_and_taxed_alike(german: Shop) -> None:
    subscription = taxed(german)
    german.pass_time(HALF)
    change = {
        "items": german.change(subscription, price=german.price(3000)),
        "proration_behavior": "always_invoice",
    }

    preview = german.preview(subscription, **change)
    german.stripe.subscriptions.update(subscription.id, change)

    invoice = german.latest(subscription)
    assert amounts(invoice) == amounts(preview) == [-500, 1500]
    assert told(invoice) == told(preview) == (1190, 190, "exclusive", "standard_rated")


def test_it_can_be_turned_on_and_off(german: Shop) -> None:
    subscription = german.subscribe(living_in(german, "DE"), german.price(1000))
    update = german.stripe.subscriptions.update

    on = german.stripe.invoices.create_preview({"subscription": subscription.id, **ON})
    update(subscription.id, ON)
    after = german.preview(subscription)
    off = update(subscription.id, OFF)

    assert (on.total, after.total) == (1190, 1190)
    assert off.automatic_tax.enabled is False
    assert german.preview(subscription).total == 1000


def test_renewals_follow_the_customer_to_another_country(german: Shop) -> None:
    subscription = taxed(german)

    german.stripe.customers.update(subscription.customer, {"address": {"country": "FR"}})
    german.pass_time(period_end(subscription) + HOUR)

    assert german.latest(subscription).total == 1000


def test_a_location_lost_before_the_invoice_is_final_turns_it_off(german: Shop) -> None:
    subscription = taxed(german)

    german.stripe.customers.update(subscription.customer, {"address": ""})
    german.pass_time(period_end(subscription))
    draft = german.latest(subscription)
    german.pass_time(period_end(subscription) + HOUR)

    final, after = german.latest(subscription), german.again(subscription)
    assert draft.automatic_tax.status == "requires_location_inputs"
    assert final.automatic_tax.disabled_reason == "finalization_requires_location_inputs"
    assert (final.status, final.total) == ("paid", 1000)
    assert after.automatic_tax.enabled is False
    assert after.automatic_tax.disabled_reason == "requires_location_inputs"
    assert german.preview(subscription).automatic_tax.disabled_reason is None


def test_who_is_exempt_pays_none(german: Shop) -> None:
    customer = living_in(german, "DE", tax_exempt="reverse")

    invoice = german.latest(german.subscribe(customer, german.price(1000), **ON))

    assert told(invoice) == (1000, 0, "exclusive", "reverse_charge")


def test_an_account_without_an_office_can_not_collect(shop: Shop) -> None:
    error = refusal(lambda: taxed(shop))

    assert (error.param, error.http_status) == ("automatic_tax[enabled]", 400)


def test_it_goes_with_no_rates_set_by_hand(german: Shop) -> None:
    vat = {"display_name": "VAT", "percentage": 19, "inclusive": False}
    rate = german.stripe.tax_rates.create(vat).id
    customer, price = living_in(german, "DE"), german.price(1000)
    subscription = german.subscribe(customer, price, **ON)
    items = german.change(subscription, tax_rates=[rate])

    whole = refusal(lambda: german.subscribe(customer, price, default_tax_rates=[rate], **ON))
    item = refusal(lambda: german.stripe.subscriptions.update(subscription.id, {"items": items}))

    assert {whole.param, item.param} == {"automatic_tax[enabled]"}


def test_phases_carry_it_or_leave_it_to_the_default_settings(german: Shop) -> None:
    subscription = taxed(german)
    schedules = german.stripe.subscription_schedules
    schedule = schedules.create({"from_subscription": subscription.id})
    now = schedule.phases[0]
    items = {"items": [{"price": item_of(subscription).price.id}]}
    dates = {"start_date": now.start_date, "end_date": now.end_date}
    month = {"duration": {"interval": "month"}}

    schedules.update(
        schedule.id,
        {"phases": [{**items, **dates, **ON}, {**items, **month}, {**items, **month, **OFF}]},
    )

    assert now.automatic_tax.enabled is schedule.default_settings.automatic_tax.enabled is True
    totals = []
    for _ in range(2):
        german.pass_time(period_end(german.again(subscription)) + HOUR)
        totals.append(german.latest(subscription).total)
    assert totals == [1190, 1000]


def test_default_settings_turn_it_on_for_all_phases(german: Shop) -> None:
    subscription = german.subscribe(living_in(german, "DE"), german.price(1000))
    schedules = german.stripe.subscription_schedules
    schedule = schedules.create({"from_subscription": subscription.id})
    now = schedule.phases[0]
    items = {"items": [{"price": item_of(subscription).price.id}]}
    dates = {"start_date": now.start_date, "end_date": now.end_date}

    schedules.update(schedule.id, {"phases": [{**items, **dates}], "default_settings": ON})

    assert now.automatic_tax is None
    assert german.again(subscription).automatic_tax.enabled is True
