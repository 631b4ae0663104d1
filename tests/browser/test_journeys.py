"""Whole journeys of a shop's customers: what they read on the way, and what is at Stripe after it.

One demo runs for all of them and each has a customer of its own, so the order doesn't matter.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SignIn
from tests.browser.stack import Stack

pytestmark = pytest.mark.browser

DONE = "Done. Your subscription is up to date."
SEATS = {"unit_label": "seat", "min": 2, "max": 20, "step": 1}


def test_a_code_is_tried_seen_and_applied(sign_in: SignIn) -> None:
    maya = sign_in("active")
    before = len(maya.invoices)

    maya.press("Use a code")
    code = maya.portal.get_by_role("textbox", name="Promotion code")
    maya.press("See the new price")
    maya.is_told("Type a code first.")
    code.fill("NOPE")
    maya.press("See the new price")
    maya.is_told("We don’t know this code.")
    expect(code).to_be_focused()
    expect(code).to_have_attribute("aria-invalid", "true")
    maya.can_use_it()
    code.fill("welcome20")
    maya.press("See the new price")
    maya.reads("With the code welcome20", "Then $39.20 on")
    maya.reads_nowhere("We don’t know this code.")
    assert not maya.subscription.discounts
    maya.press("Apply code")

    maya.reads("20% off", "· $39.20")
    maya.hears(DONE)
    (discount,) = maya.subscription.discounts
    upcoming = maya.stack.stripe.v1.invoices.create_preview({"customer": maya.id})
    assert [d.discount for d in upcoming.total_discount_amounts] == [discount]
    assert upcoming.amount_due == 3920
    assert len(maya.invoices) == before


def test_a_code_comes_along_with_a_change_of_plan(sign_in: SignIn) -> None:
    emma = sign_in("several_items", phone=True)

    emma.press("Change plan")
    emma.choose("Business")
    emma.portal.get_by_text("I have a code").click()
    emma.type("Promotion code", "WELCOME")
    emma.press("See what it costs")
    emma.is_told("We don’t know this code.")
    emma.type("Promotion code", "WELCOME20")
    emma.press("See what it costs")
    emma.reads("What Business costs", "20% off")
    expect(emma.button("Change to Business and pay")).to_be_in_viewport(ratio=1)
    emma.can_use_it()
    due = emma.quoted("Change to Business and pay")
    emma.press("Change to Business and pay")

    expect(emma.portal.locator("article header .tag")).to_have_text("Business")
    emma.reads("20% off")
    assert emma.invoices[0].amount_paid == due
    assert emma.tier(emma.subscription) == "Business"
    assert len(emma.subscription["items"].data) == 3
    assert len(emma.subscription.discounts) == 1


def test_a_quantity_outside_the_rule_is_refused_and_one_inside_charged(
    sign_in: SignIn, demo: Stack
) -> None:
    demo.switch(quantity_rules=[SEATS])
    wei = sign_in("quantity", phone=True, dark=True)
    number = wei.portal.get_by_role("spinbutton")

    wei.press("Change quantity")
    wei.reads("From 2 to 20.")
    number.fill("21")
    wei.press("See what it costs")
    wei.is_told("This quantity isn’t offered.")
    expect(number).to_be_focused()
    wei.can_use_it()
    number.fill("9")
    wei.press("See what it costs")
    wei.reads("What 9 × Collaborate cost", "Then $108.00 on")
    due = wei.quoted("Change to 9 and pay")
    wei.press("Change to 9 and pay")

    wei.reads("× 9")
    wei.hears(DONE)
    assert wei.subscription["items"].data[0].quantity == 9
    assert wei.invoices[0].amount_paid == due


def test_another_plan_takes_the_cost_of_the_last_one_away(sign_in: SignIn) -> None:
    yusuf = sign_in("trialing_without_card")

    yusuf.press("Change plan")
    yusuf.choose("Business")
    yusuf.press("See what it costs")
    yusuf.reads("What Business costs")
    yusuf.choose("Starter")

    expect(yusuf.portal.get_by_role("button", name="Change to Business")).to_have_count(0)
    assert yusuf.tier(yusuf.subscription) == "Team"


def test_a_downgrade_waits_for_the_period_and_is_undone(sign_in: SignIn) -> None:
    tomas = sign_in("yearly")
    paid = len(tomas.invoices)

    tomas.press("Change plan")
    tomas.choose("Starter")
    tomas.press("See what it costs")
    tomas.reads("Nothing", "Starter starts on May", "Then $190.00 on May")
    tomas.press("Change to Starter on May")
    tomas.reads("Changes to Starter on May", "A change is planned for the next period.")
    tomas.can_use_it()

    expect(tomas.button("Change plan")).to_have_count(0)
    schedule = tomas.stack.stripe.v1.subscription_schedules.retrieve(tomas.subscription.schedule)
    now, then = schedule.phases
    assert then.start_date == now.end_date
    assert tomas.tier(tomas.subscription) == "Business"

    tomas.press("Keep Business")

    expect(tomas.button("Change plan")).to_be_visible()
    tomas.reads_nowhere("Planned change")
    assert tomas.subscription.schedule is None
    assert tomas.tier(tomas.subscription) == "Business"
    assert len(tomas.invoices) == paid


def test_coming_back_to_another_plan_with_a_code(sign_in: SignIn) -> None:
    noah = sign_in("canceled", phone=True)

    noah.press("Resubscribe")
    noah.choose("Team")
    noah.portal.get_by_text("I have a code").click()
    noah.type("Promotion code", "WELCOME20")
    noah.press("See what it costs")
    noah.reads("20% off", "−$9.80", "Then $39.20 on")
    noah.can_use_it()
    due = noah.quoted("Start Team again and pay")
    noah.press("Start Team again and pay")

    noah.reads("Active", "You have already started this subscription again.")
    (made,) = noah.subscriptions
    assert made.status == "active"
    assert made.metadata["sb_resubscribed_from"] == noah.subscription.id
    assert noah.tier(made) == "Team"
    assert len(made.discounts) == 1
    assert noah.invoices[0].amount_paid == due == 3920


def test_billing_details_with_a_tax_id_that_is_wrong_at_first(sign_in: SignIn) -> None:
    haruka = sign_in("yen", phone=True, dark=True)

    haruka.press("Change details")
    haruka.type("Street and number", "1-2-3 Marunouchi")
    haruka.type("City", "Tokyo")
    haruka.portal.get_by_role("combobox", name="Country").select_option("JP")
    haruka.portal.get_by_role("combobox", name="Kind of tax ID").select_option("eu_vat")
    haruka.type("Tax ID number", "1")
    haruka.press("Save details")
    haruka.is_told("This tax ID isn’t right.")
    expect(haruka.portal.get_by_role("textbox", name="Tax ID number")).to_be_focused()
    haruka.can_use_it()
    haruka.portal.get_by_role("combobox", name="Kind of tax ID").select_option("de_stn")
    haruka.type("Tax ID number", "1234567890")
    haruka.press("Save details")

    haruka.reads("1-2-3 Marunouchi", "Tokyo", "Japan", "DE STN 1234567890")
    haruka.hears("The details are saved. Your next invoice has them.")
    stripe = haruka.stack.stripe.v1
    kept = stripe.customers.retrieve(haruka.id)
    tax_ids = stripe.customers.tax_ids.list(haruka.id).data
    assert (kept.address.line1, kept.address.country) == ("1-2-3 Marunouchi", "JP")
    assert [(tax_id.type, tax_id.value) for tax_id in tax_ids] == [("de_stn", "1234567890")]


def test_two_customers_of_one_address_stay_apart(sign_in: SignIn, demo: Stack) -> None:
    daniel = sign_in("same_email_1")
    lagos = demo.customer("same_email_2")["customer_id"]
    others = demo.stripe.v1.customers.retrieve(lagos).invoice_settings
    own = daniel.portal.locator(f"#sub-{daniel.subscription.id}")

    daniel.press("Change plan", own)
    daniel.choose("Team")
    daniel.press("See what it costs")
    daniel.reads(f"It belongs to Daniel Okafor ({daniel.id}).")
    daniel.press("Not now")
    daniel.press("Cancel subscription", own)
    daniel.reads(f"It belongs to Daniel Okafor ({daniel.id}).")
    daniel.can_use_it()
    daniel.portal.locator(f"#card-button-{daniel.id}").click()
    daniel.reads(f"It pays for what belongs to Daniel Okafor ({daniel.id}).")
    daniel.type_card("5555555555554444")
    daniel.press("Save card")

    daniel.hears("The new card is saved.")
    assert daniel.card == "4444"
    assert demo.stripe.v1.customers.retrieve(lagos).invoice_settings == others


def test_a_double_click_makes_one_change(sign_in: SignIn, demo: Stack) -> None:
    ben = sign_in("nothing")
    ben.reads("No subscriptions")
    ben.carry("pm_card_visa")
    seats = demo.stripe.v1.prices.list({"lookup_keys": ["collaborate_usd_month"]}).data[0].id
    started = {"customer": ben.id, "items": [{"price": seats, "quantity": 2}]}
    made = demo.stripe.v1.subscriptions.create(started)
    ben.looks_again(ben.button("Change quantity"))

    ben.press("Change quantity")
    ben.portal.get_by_role("spinbutton").fill("5")
    ben.press("See what it costs")
    due = ben.quoted("Change to 5 and pay")
    ben.button("Change to 5 and pay").dblclick()

    ben.reads("× 5")
    changed, first = ben.invoices
    assert (changed.amount_paid, first.amount_paid) == (due, 2400)
    assert demo.subscription(made.id)["items"].data[0].quantity == 5


def test_a_second_tab_is_told_of_the_new_amount_and_goes_on(sign_in: SignIn) -> None:
    first, second = sign_in("discounted"), sign_in("discounted", phone=True)
    for tab in (first, second):
        tab.press("Change plan")
    second.portal.get_by_role("radio", name="Yearly").check()
    for tab in (first, second):
        tab.choose("Business")
        tab.press("See what it costs")
        tab.reads("What Business costs")
    told = second.quoted("Change to Business and pay")
    first.press("Change to Business and pay")
    first.hears(DONE)
    invoices = len(first.invoices)

    second.press("Change to Business and pay")
    second.is_told("The amount has changed since you last looked. Nothing was charged.")
    assert len(first.invoices) == invoices
    now = second.quoted("Change to Business and pay")
    second.press("Change to Business and pay")

    second.hears(DONE)
    second.reads("per year")
    assert now != told
    assert second.invoices[0].amount_paid == now


def test_an_amount_that_changed_is_shown_before_it_is_charged(sign_in: SignIn) -> None:
    chloe = sign_in("ends_at_period_end", dark=True)
    chloe.press("Change plan")
    chloe.choose("Business")
    chloe.press("See what it costs")
    told = chloe.quoted("Change to Business and pay")
    chloe.stack.stripe.v1.customers.update(chloe.id, {"balance": -500})

    chloe.press("Change to Business and pay")
    chloe.is_told("The amount has changed since you last looked. Nothing was charged.")
    chloe.reads("Your balance", "−$5.00", "It is still set to end")
    chloe.can_use_it()
    assert chloe.tier(chloe.subscription) == "Team"
    now = chloe.quoted("Change to Business and pay")
    chloe.press("Change to Business and pay")

    expect(chloe.portal.locator("article header .tag")).to_have_text("Business")
    assert abs(told - now - 500) <= 1
    assert chloe.invoices[0].amount_paid == now


def test_the_keyboard_alone_opens_closes_and_comes_back(sign_in: SignIn) -> None:
    grace = sign_in("metered")
    keyboard = grace.page.keyboard
    opener = grace.button("Use a code")

    opener.focus()
    keyboard.press("Enter")
    expect(grace.portal.get_by_role("heading", name="Use a code")).to_be_focused()
    keyboard.press("Tab")
    keyboard.type("HELLO")
    keyboard.press("Escape")
    expect(opener).to_be_focused()
    keyboard.press("Enter")
    expect(grace.portal.get_by_role("heading", name="Use a code")).to_be_focused()
    for _ in range(3):
        keyboard.press("Tab")
    keyboard.press("Enter")
    expect(opener).to_be_focused()
    grace.button("Update card").focus()
    keyboard.press("Enter")
    expect(
        grace.portal.frame_locator("[data-element] iframe").get_by_label("Card number")
    ).to_be_focused()
    keyboard.press("Escape")

    expect(grace.button("Update card")).to_be_focused()
    expect(grace.portal.locator("form.change")).to_have_count(0)


def test_what_is_done_is_where_the_eye_goes(sign_in: SignIn) -> None:
    aisha = sign_in("trialing", phone=True)

    aisha.press("Cancel subscription")
    aisha.press("Cancel on")

    heading = aisha.portal.get_by_role("heading", name="Analytics")
    expect(heading).to_be_focused()
    expect(heading).to_be_in_viewport()
    aisha.reads("Ends on")
    assert aisha.subscription.cancel_at_period_end
