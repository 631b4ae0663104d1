"""Tax rates through changes: prorations and their credits, phases, previews."""

from __future__ import annotations

import pytest

from tests.sandbox.billing.conftest import HALF, HOUR, Shop, amounts, item_of, period_end
from tests.sandbox.billing.test_taxes import line_taxes, rate, rates_of, sums, taxed


def test_a_proration_credits_the_tax_of_unused_time(shop: Shop) -> None:
    subscription = taxed(shop)
    shop.pass_time(HALF)

    change = {
        "items": shop.change(subscription, price=shop.price(3000)),
        "proration_behavior": "always_invoice",
    }
    preview = shop.preview(subscription, **change)
    shop.stripe.subscriptions.update(subscription.id, change)

    invoice = shop.latest(subscription)
    assert amounts(invoice) == [-500, 1500]
    assert line_taxes(invoice) == line_taxes(preview) == [[-100], [300]]
    assert sums(invoice) == sums(preview) == (1000, 1000, 1200, 1000)


def test_a_credit_alone_goes_to_the_balance_with_its_tax(shop: Shop) -> None:
    subscription = taxed(shop, 3000)
    shop.pass_time(HALF)

    shop.stripe.subscriptions.update(
        subscription.id,
        {
            "items": shop.change(subscription, price=shop.price(1000)),
            "proration_behavior": "always_invoice",
        },
    )

    assert shop.latest(subscription).total == -1200
    assert shop.stripe.customers.retrieve(subscription.customer).balance == -1200


def test_waiting_prorations_are_taxed_when_they_are_billed(shop: Shop) -> None:
    own = rate(shop, 10)
    subscription = taxed(shop)
    shop.pass_time(HALF)
    change = {"items": shop.change(subscription, price=shop.price(3000), tax_rates=[own])}

    preview = shop.preview(subscription, **change)
    shop.stripe.subscriptions.update(subscription.id, change)
    [credit, charge] = reversed(shop.stripe.invoice_items.list().data)
    shop.pass_time(period_end(subscription) + HOUR)

    assert [each.id for each in charge.tax_rates] == [own]
    assert [each.id for each in credit.tax_rates] == [subscription.default_tax_rates[0].id]
    assert line_taxes(shop.latest(subscription)) == line_taxes(preview) == [[-100], [150], [300]]


def test_a_changed_rate_counts_from_the_next_invoice_on(shop: Shop) -> None:
    subscription = taxed(shop)
    new = rate(shop, 10)

    after = shop.stripe.subscriptions.update(subscription.id, {"default_tax_rates": [new]})

    assert shop.again(subscription).latest_invoice == subscription.latest_invoice
    assert [each.id for each in after.default_tax_rates] == [new]
    assert shop.preview(subscription).total == 1100


@pytest.mark.parametrize(("mode", "credit"), [("classic", -50), ("flexible", -100)])
def test_credit_is_taxed_as_its_debit_was_in_flexible_billing_alone(
    shop: Shop, mode: str, credit: int
) -> None:
    subscription = taxed(shop, billing_mode={"type": mode})
    shop.pass_time(HALF)
    change = {
        "default_tax_rates": [rate(shop, 10)],
        "items": shop.change(subscription, price=shop.price(3000)),
        "proration_behavior": "always_invoice",
    }

    shop.stripe.subscriptions.update(subscription.id, change)

    assert line_taxes(shop.latest(subscription)) == [[credit], [150]]


def test_credit_for_what_was_not_taxed_is_not_taxed(shop: Shop) -> None:
    subscription = taxed(shop, default_tax_rates=[])
    shop.pass_time(HALF)
    change = {
        "default_tax_rates": [rate(shop)],
        "items": shop.change(subscription, price=shop.price(3000)),
    }

    preview = shop.preview(subscription, **change)
    shop.stripe.subscriptions.update(subscription.id, change)
    shop.pass_time(period_end(subscription) + HOUR)

    assert line_taxes(shop.latest(subscription)) == line_taxes(preview) == [[], [300], [600]]


def test_rates_are_cleared_with_an_empty_value(shop: Shop) -> None:
    own = rate(shop)
    subscription = taxed(shop)
    update = shop.stripe.subscriptions.update
    update(subscription.id, {"items": shop.change(subscription, tax_rates=[own])})

    update(
        subscription.id,
        {"default_tax_rates": "", "items": shop.change(subscription, tax_rates="")},
    )

    after = shop.again(subscription)
    assert (after.default_tax_rates, item_of(after).tax_rates) == ([], [])
    assert shop.preview(subscription).total == 1000


def test_the_tax_of_credited_time_comes_back_when_a_subscription_ends(shop: Shop) -> None:
    subscription = taxed(shop)
    shop.pass_time(HALF)

    shop.stripe.subscriptions.cancel(subscription.id, {"prorate": True, "invoice_now": True})

    assert shop.latest(subscription).total == -600


def test_a_phase_brings_its_own_rates_and_what_it_does_not_repeat_is_gone(shop: Shop) -> None:
    subscription = taxed(shop)
    own = rate(shop, 10)
    schedules = shop.stripe.subscription_schedules
    schedule = schedules.create({"from_subscription": subscription.id})
    now = schedule.phases[0]
    price = item_of(subscription).price.id
    first = {
        "items": [{"price": price}],
        "default_tax_rates": [each.id for each in now.default_tax_rates],
        "start_date": now.start_date,
        "end_date": now.end_date,
    }
    following = {
        "items": [{"price": price, "tax_rates": [own]}],
        "duration": {"interval": "month"},
    }

    schedules.update(schedule.id, {"phases": [first, following]})
    preview = shop.preview(subscription)
    shop.pass_time(period_end(subscription) + HOUR)

    after = shop.again(subscription)
    assert [each.id for each in now.default_tax_rates] == rates_of(shop.invoices(subscription)[0])
    assert shop.latest(subscription).total == preview.total == 1100
    assert after.default_tax_rates == []
    assert [each.id for each in item_of(after).tax_rates] == [own]


def test_rates_left_out_of_the_running_phase_are_gone_at_once(shop: Shop) -> None:
    subscription = taxed(shop)
    schedule = shop.stripe.subscription_schedules.create({"from_subscription": subscription.id})
    now = schedule.phases[0]
    phase = {
        "items": [{"price": item_of(subscription).price.id}],
        "start_date": now.start_date,
        "end_date": now.end_date,
    }

    shop.stripe.subscription_schedules.update(schedule.id, {"phases": [phase]})

    assert shop.again(subscription).default_tax_rates == []


def test_a_schedule_starts_a_subscription_with_rates(shop: Shop) -> None:
    phase = {
        "items": [{"price": shop.price(1000)}],
        "default_tax_rates": [rate(shop)],
        "duration": {"interval": "month"},
    }

    schedule = shop.stripe.subscription_schedules.create(
        {"customer": shop.customer(), "phases": [phase], "start_date": "now"}
    )

    subscription = shop.stripe.subscriptions.retrieve(schedule.subscription)
    assert shop.latest(subscription).total == 1200


def test_a_preview_of_a_new_subscription_is_taxed_like_its_first_invoice(shop: Shop) -> None:
    customer, default, own = shop.customer(), [rate(shop)], [rate(shop, 10)]
    details = {
        "items": [{"price": shop.price(1000), "tax_rates": own}, {"price": shop.price(500)}],
        "default_tax_rates": default,
    }

    preview = shop.stripe.invoices.create_preview(
        {"customer": customer, "subscription_details": details}
    )
    subscription = shop.stripe.subscriptions.create({"customer": customer, **details})

    assert sums(preview) == sums(shop.latest(subscription)) == (1500, 1500, 1700, 1500)
