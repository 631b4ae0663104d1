"""Whole journeys with money and cards in them, the customer's bank asking where it wants to."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SignIn
from tests.browser.customer import ASKING_EACH_TIME
from tests.browser.stack import Stack

pytestmark = pytest.mark.browser

REFUSED = "Your bank didn’t confirm it, so nothing was changed."


def test_a_failed_payment_is_repaired_with_a_new_card(sign_in: SignIn) -> None:
    liam = sign_in("past_due", phone=True)

    liam.press("Pay \\$49.00")
    liam.is_told("Your card was declined. Nothing was changed.")
    liam.press("Update card")
    liam.reads("Also pay the open $49.00 of")
    liam.type_card("4000000000000341")
    liam.press("Save card and pay \\$49.00")
    liam.is_told("The new card is saved, but a payment with it was declined.")
    assert liam.subscription.status == "past_due"
    liam.can_use_it()
    liam.press("Update card")
    liam.type_card("4242424242424242")
    liam.press("Save card and pay \\$49.00")

    liam.hears("The new card is saved, and what was open is paid.")
    liam.reads("Active", "Visa ending 4242")
    liam.reads_nowhere("We couldn’t charge")
    assert liam.subscription.status == "active"
    assert liam.card == "4242"
    assert {invoice.status for invoice in liam.invoices} == {"paid"}


def test_a_card_that_is_declined_at_once_is_not_saved(sign_in: SignIn) -> None:
    olivia = sign_in("metered", phone=True, dark=True)
    olivia.press("Update card")
    olivia.type_card("4000000000000002")

    olivia.press("Save card")

    olivia.is_told("Your card was declined. Nothing was changed. Use another card")
    olivia.can_use_it()
    assert olivia.card == "4242"


def test_what_is_unpaid_is_paid_with_the_card_the_draft_too(sign_in: SignIn) -> None:
    priya = sign_in("unpaid", phone=True, dark=True)
    owed = [i for i in priya.invoices if i.status in {"open", "draft"}]
    assert [invoice.status for invoice in owed] == ["draft", "open"]

    priya.reads("We have stopped trying.")
    priya.press("Update card")
    expect(priya.portal.get_by_role("checkbox", name="Also pay the open $49.00")).to_have_count(2)
    priya.can_use_it()
    priya.type_card("5555555555554444")
    priya.press("Save card and pay")

    priya.reads("Active")
    assert priya.subscription.status == "active"
    paid = [priya.stack.stripe.v1.invoices.retrieve(invoice.id) for invoice in owed]
    assert [(invoice.status, invoice.amount_paid) for invoice in paid] == [("paid", 4900)] * 2


def test_a_paused_subscription_gets_a_card_and_goes_on(sign_in: SignIn) -> None:
    hanna = sign_in("paused")

    hanna.reads("The trial ended without a card.", "Add a card first, then it can go on.")
    expect(hanna.button("Resume")).to_have_count(0)
    hanna.press("Add card")
    hanna.type_card("4242424242424242")
    hanna.press("Save card")
    hanna.press("Resume")
    hanna.reads("What resuming Team costs")
    hanna.can_use_it()
    due = hanna.quoted("Resume and pay")
    hanna.press("Resume and pay")

    hanna.reads("Active")
    assert hanna.subscription.status == "active"
    assert hanna.invoices[0].amount_paid == due == 4900


def test_an_open_invoice_is_paid_when_the_bank_agrees(sign_in: SignIn) -> None:
    grace = sign_in("sends_invoice", dark=True)
    grace.carry(ASKING_EACH_TIME)
    grace.looks_again(grace.button("Pay \\$99.00"))

    grace.reads("An invoice of $99.00 is due on")
    grace.can_use_it()
    grace.press("Pay \\$99.00")
    grace.answer_the_bank("Complete")

    grace.hears("The invoice is paid.")
    grace.reads_nowhere("An invoice of $99.00 is due on")
    assert [(i.status, i.amount_paid) for i in grace.invoices[:1]] == [("paid", 9900)]


def test_a_payment_that_the_bank_refuses_stays_open_and_is_paid_later(sign_in: SignIn) -> None:
    mateo = sign_in("incomplete", phone=True)

    mateo.press("Pay \\$49.00")
    mateo.answer_the_bank("Fail")
    mateo.is_told(REFUSED)
    mateo.can_use_it()
    mateo.press("Back to the overview")
    mateo.reads("The first payment of $49.00 is still open.", "First payment open")
    assert mateo.subscription.status == "incomplete"
    mateo.press("Pay \\$49.00")
    mateo.answer_the_bank("Complete")

    mateo.hears("The invoice is paid.")
    mateo.reads("Active")
    assert mateo.subscription.status == "active"
    assert [i.status for i in mateo.invoices] == ["paid"]


def test_a_plan_changes_when_the_bank_agrees(sign_in: SignIn) -> None:
    elena = sign_in("many_invoices")
    elena.carry(ASKING_EACH_TIME)

    elena.press("Change plan")
    elena.choose("Team")
    elena.press("See what it costs")
    due = elena.quoted("Change to Team and pay")
    elena.press("Change to Team and pay")
    elena.answer_the_bank("Complete")

    expect(elena.portal.locator("article header .tag")).to_have_text("Team")
    elena.hears("Done. Your subscription is up to date.")
    assert elena.tier(elena.subscription) == "Team"
    assert elena.subscription.pending_update is None
    assert elena.invoices[0].amount_paid == due


def test_a_change_that_the_bank_refuses_waits_and_blocks_others(sign_in: SignIn) -> None:
    sofia = sign_in("two_subscriptions")
    sofia.carry(ASKING_EACH_TIME)
    listed = {sofia.tier(subscription): subscription for subscription in sofia.subscriptions}
    analytics = sofia.portal.locator(f"#sub-{listed['Starter'].id}")

    sofia.press("Change plan", analytics)
    sofia.choose("Business")
    sofia.press("See what it costs")
    due = sofia.quoted("Change to Business and pay")
    sofia.press("Change to Business and pay")
    sofia.answer_the_bank("Fail")
    sofia.is_told(REFUSED)
    sofia.press("Back to the overview")
    sofia.reads("Your change waits for a payment of", "or the change is dropped")
    expect(analytics).to_contain_text("Change waiting for payment")
    expect(analytics).to_contain_text("An earlier change still waits for its payment.")
    expect(sofia.button("Change plan", analytics)).to_have_count(0)
    sofia.can_use_it()
    waiting = sofia.stack.subscription(listed["Starter"].id)
    assert (sofia.tier(waiting), waiting.status) == ("Starter", "active")
    assert waiting.pending_update is not None
    sofia.press("Pay \\$")
    sofia.answer_the_bank("Complete")

    expect(analytics.locator(".tag")).to_have_text("Business")
    changed = sofia.stack.subscription(listed["Starter"].id)
    assert (sofia.tier(changed), changed.pending_update) == ("Business", None)
    assert sofia.invoices[0].amount_paid == due


def test_coming_back_goes_on_where_the_bank_refused(sign_in: SignIn) -> None:
    ingrid = sign_in("canceled_old_price", phone=True)
    ingrid.carry(ASKING_EACH_TIME)

    for answer in ("Fail", "Complete"):
        ingrid.press("Resubscribe")
        ingrid.choose("Team")
        ingrid.press("See what it costs")
        ingrid.press("Start Team again and pay \\$49.00")
        ingrid.answer_the_bank(answer)
        if answer == "Fail":
            ingrid.is_told(REFUSED)
            ingrid.press("Back to the overview")

    ingrid.reads("Active")
    begun = ingrid.stack.stripe.v1.subscriptions.list({"customer": ingrid.id, "status": "all"})
    statuses = sorted(subscription.status for subscription in begun.data)
    assert statuses == ["active", "canceled"]
    assert ingrid.invoices[0].amount_paid == 4900


def test_a_card_is_replaced_when_the_bank_agrees(sign_in: SignIn) -> None:
    aisha = sign_in("trialing", phone=True, dark=True)

    aisha.press("Update card")
    aisha.type_card("4000000000003220")
    aisha.press("Save card")
    aisha.answer_the_bank("Fail")
    aisha.is_told(REFUSED)
    assert aisha.card == "4242"
    aisha.press("Save card")
    aisha.answer_the_bank("Complete")

    aisha.hears("The new card is saved.")
    aisha.reads("Visa ending 3220")
    assert aisha.card == "3220"


def test_a_card_is_removed_after_one_question(sign_in: SignIn, demo: Stack) -> None:
    lucas = sign_in("scheduled", phone=True)
    demo.stripe.v1.payment_methods.attach("pm_card_mastercard", {"customer": lucas.id})
    remove = lucas.portal.locator("summary", has_text="Remove")
    lucas.looks_again(remove)

    remove.click()
    lucas.reads("Nothing is paid with this card. Removing it can’t be undone.")
    lucas.can_use_it()
    lucas.press("Remove this card")

    lucas.hears("The card is removed.")
    lucas.reads_nowhere("Mastercard ending 4444")
    methods = demo.stripe.v1.payment_methods.list({"customer": lucas.id}).data
    assert [method.card.last4 for method in methods] == ["4242"]
