"""What happened to each of the demo's customers until today."""

from __future__ import annotations

from collections.abc import Generator
from functools import partial
from typing import TYPE_CHECKING, Any

from demo import catalogue
from demo.acme import ASKING_THE_BANK, DECLINING, MASTERCARD, VISA, Acme
from demo.story import DAY, HOUR, Story

if TYPE_CHECKING:
    from demo.backend import Subscription

TRIAL_DAYS = 14
YEARS_OF_HISTORY = 790
WITHOUT_CARD_PAUSE = {"end_behavior": {"missing_payment_method": "pause"}}


def stories(acme: Acme) -> list[Story]:
    """Return every customer's story, and the shop's own."""
    joined = partial(joins, acme)
    return [
        catalogue_story(acme),
        joined("active", 100, "team_usd_month"),
        joined("yearly", 200, "business_usd_year"),
        joined("trialing", 4, "team_usd_month", trial_period_days=TRIAL_DAYS),
        joined(
            "trialing_without_card",
            5,
            "team_usd_month",
            card=None,
            trial_period_days=TRIAL_DAYS,
            trial_settings=WITHOUT_CARD_PAUSE,
        ),
        ends_at_period_end(acme),
        payment_fails(acme, "past_due", joined_days=93, fails_days=20),
        payment_fails(acme, "unpaid", joined_days=105, fails_days=60),
        incomplete(acme),
        joined(
            "paused",
            20,
            "team_usd_month",
            card=None,
            trial_period_days=TRIAL_DAYS,
            trial_settings=WITHOUT_CARD_PAUSE,
        ),
        canceled(acme, "canceled", "business_usd_month", joined_days=160),
        canceled(acme, "canceled_old_price", catalogue.OLD_PRICE, joined_days=430),
        two_subscriptions(acme),
        joined("same_email_1", 300, "starter_usd_month"),
        joined("same_email_2", 40, "team_usd_year", card=MASTERCARD),
        joined(
            "several_items",
            75,
            "team_usd_month",
            "data_archive_usd_month",
            catalogue.METERED_PRICE,
        ),
        metered(acme),
        sends_invoice(acme),
        scheduled(acme),
        discounted(acme),
        joined("quantity", 140, "collaborate_usd_month:7"),
        joined("yen", 66, "team_jpy_month"),
        joined("many_invoices", YEARS_OF_HISTORY, "starter_usd_month"),
        nothing(acme),
    ]


def joins(
    acme: Acme, key: str, days: int, *items: str, card: str | None = VISA, **params: Any
) -> Generator[int, None, Subscription]:
    """Take a customer on some days ago; returns the subscription."""
    yield days * DAY
    return acme.subscribe(acme.take_on(key, card), *items, **params)


def catalogue_story(acme: Acme) -> Story:
    """Sell from the beginning, and raise a price in between."""
    yield (YEARS_OF_HISTORY + 1) * DAY
    acme.stock()
    yield 380 * DAY
    acme.archive(catalogue.OLD_PRICE)


def ends_at_period_end(acme: Acme) -> Story:
    subscription = yield from joins(acme, "ends_at_period_end", 82, "team_usd_month")
    yield 6 * DAY
    acme.api.subscriptions.update(subscription.id, {"cancel_at_period_end": True})


def payment_fails(acme: Acme, key: str, *, joined_days: int, fails_days: int) -> Story:
    """Pay well at first, then with a card that the bank declines at the next renewal."""
    subscription = yield from joins(acme, key, joined_days, "team_usd_month")
    yield fails_days * DAY
    acme.keep_card(str(subscription.customer), DECLINING)


def incomplete(acme: Acme) -> Story:
    """Leave in the middle of the bank's question; Stripe waits 23 hours."""
    yield 2 * HOUR
    acme.subscribe(acme.take_on("incomplete", ASKING_THE_BANK), "team_usd_month")


def canceled(acme: Acme, key: str, price: str, *, joined_days: int) -> Story:
    subscription = yield from joins(acme, key, joined_days, price)
    yield 24 * DAY
    details = {"cancellation_details": {"feedback": "too_complex"}}
    acme.api.subscriptions.cancel(subscription.id, details)


def two_subscriptions(acme: Acme) -> Story:
    subscription = yield from joins(acme, "two_subscriptions", 130, "starter_usd_month")
    yield 55 * DAY
    acme.subscribe(str(subscription.customer), "collaborate_usd_month:2")


def metered(acme: Acme) -> Story:
    subscription = yield from joins(acme, "metered", 70, catalogue.METERED_PRICE)
    for days, calls in ((60, 5_200), (35, 8_450), (12, 3_100), (2, 4_750)):
        yield days * DAY
        acme.count_calls(str(subscription.customer), calls)


def sends_invoice(acme: Acme) -> Story:
    """Pay by bank transfer: the first invoice is paid, the second is waiting."""
    terms = {"collection_method": "send_invoice", "days_until_due": 30}
    subscription = yield from joins(
        acme, "sends_invoice", 45, "business_usd_month", card=None, **terms
    )
    yield 20 * DAY
    acme.api.invoices.pay(str(subscription.latest_invoice), {"paid_out_of_band": True})


def scheduled(acme: Acme) -> Story:
    subscription = yield from joins(acme, "scheduled", 110, "business_usd_month")
    yield 3 * DAY
    acme.plan_change(subscription, "team_usd_month")


def discounted(acme: Acme) -> Story:
    yield 98 * DAY
    code = acme.api.promotion_codes.list({"code": catalogue.CODE}).data[0].id
    discounts = [{"promotion_code": code}]
    acme.subscribe(acme.take_on("discounted"), "team_usd_month", discounts=discounts)


def nothing(acme: Acme) -> Story:
    yield 30 * DAY
    acme.take_on("nothing", card=None)
