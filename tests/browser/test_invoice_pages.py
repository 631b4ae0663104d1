"""The hosted invoice page and its PDF."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest
import stripe as sdk
from playwright.sync_api import Page, expect
from stripe import StripeClient

pytestmark = pytest.mark.browser


def invoice(stripe: StripeClient, customer: str, card: str, **item: Any) -> sdk.Invoice:
    """Return an open invoice of a customer with a default card."""
    held = stripe.v1.payment_methods.attach(card, {"customer": customer})
    stripe.v1.customers.update(customer, {"invoice_settings": {"default_payment_method": held.id}})
    row = {
        "customer": customer,
        "amount": 3252,
        "currency": "usd",
        "description": "Pro <b>",
        **item,
    }
    stripe.v1.invoice_items.create(row)  # type: ignore[arg-type]
    draft = stripe.v1.invoices.create(
        {"customer": customer, "pending_invoice_items_behavior": "include", "auto_advance": False}
    )
    return stripe.v1.invoices.finalize_invoice(draft.id)


def test_an_open_invoice_is_shown_and_paid(
    page: Page, stripe: StripeClient, customer: str, sandbox_url: str
) -> None:
    due = invoice(stripe, customer, "pm_card_visa")

    page.goto(str(due.hosted_invoice_url))
    expect(page.get_by_text("Payment due")).to_be_visible()
    expect(page.get_by_text("Pro <b>")).to_be_visible()
    page.get_by_role("button", name="Pay 32.52 USD").click()

    expect(page.get_by_text("Paid", exact=True)).to_be_visible()
    expect(page.get_by_role("button")).to_have_count(0)
    assert stripe.v1.invoices.retrieve(due.id).status == "paid"


def test_a_declined_card_leaves_the_invoice_open(
    page: Page, stripe: StripeClient, customer: str, sandbox_url: str
) -> None:
    due = invoice(stripe, customer, "pm_card_chargeCustomerFail")

    page.goto(str(due.hosted_invoice_url))
    page.get_by_role("button", name="Pay").click()

    expect(page.get_by_role("alert")).to_have_text("Your card was declined.")
    assert stripe.v1.invoices.retrieve(due.id).status == "open"


@pytest.mark.parametrize(
    ("button", "status", "shown"),
    [
        ("Complete authentication", "paid", "Paid"),
        ("Fail authentication", "open", "Payment due"),
    ],
)
def test_the_bank_is_asked_on_the_way(
    page: Page,
    stripe: StripeClient,
    customer: str,
    sandbox_url: str,
    button: str,
    status: str,
    shown: str,
) -> None:
    due = invoice(stripe, customer, "pm_card_threeDSecure2Required")

    page.goto(str(due.hosted_invoice_url))
    page.get_by_role("button", name="Pay").click()
    page.get_by_role("button", name=button).click()

    expect(page.get_by_text(shown, exact=True)).to_be_visible()
    assert stripe.v1.invoices.retrieve(due.id).status == status


def test_the_pdf_is_well_formed_and_says_what_is_due(
    stripe: StripeClient, customer: str, sandbox_url: str
) -> None:
    due = invoice(stripe, customer, "pm_card_visa", description="Pro (net) \\ 日本")

    answer = httpx.get(str(due.invoice_pdf))

    assert answer.headers["content-type"] == "application/pdf"
    assert f"Invoice-{due.number}.pdf" in answer.headers["content-disposition"]
    for text in (due.number, "ada@example.com", r"Pro \(net\) \\ ??", "32.52 USD", "Amount due"):
        assert f"({text}) Tj".encode() in answer.content
    assert objects_stand_where_the_table_says(answer.content) > 5


def test_many_lines_run_over_several_pages(
    stripe: StripeClient, customer: str, sandbox_url: str
) -> None:
    for _ in range(60):
        row = {"customer": customer, "amount": 100, "currency": "usd", "description": "Seat"}
        stripe.v1.invoice_items.create(row)  # type: ignore[arg-type]
    due = invoice(stripe, customer, "pm_card_visa")

    pdf = httpx.get(str(due.invoice_pdf)).content

    assert pdf.count(b"/Type /Page ") == 3
    assert pdf.count(b"(Seat) Tj") == 60
    objects_stand_where_the_table_says(pdf)


def objects_stand_where_the_table_says(pdf: bytes) -> int:
    """Follow the file's own table, as a reader does; return how many objects it names."""
    start = int(pdf.rpartition(b"startxref\n")[2].split()[0])
    assert pdf[start:].startswith(b"xref\n0 ")
    offsets = [int(row) for row in re.findall(rb"(\d{10}) 00000 n \n", pdf[start:])]
    for number, offset in enumerate(offsets, start=1):
        assert pdf[offset:].startswith(b"%d 0 obj\n" % number)
    for length, stream in re.findall(
        rb"/Length (\d+) >>\nstream\n(.*?)\nendstream", pdf, re.DOTALL
    ):
        assert len(stream) == int(length)
    assert b"/Size %d " % (len(offsets) + 1) in pdf[start:]
    return len(offsets)


@pytest.mark.parametrize("path", ["acct_acme/in_none", "acct_other/{id}", "acct_acme/in_none/pdf"])
def test_anything_else_is_not_found(
    stripe: StripeClient, customer: str, sandbox_url: str, path: str
) -> None:
    due = invoice(stripe, customer, "pm_card_visa")

    answer = httpx.get(f"{sandbox_url}/invoice/{path.format(id=due.id)}")

    assert answer.status_code == 404


def test_a_draft_has_no_page(stripe: StripeClient, customer: str, sandbox_url: str) -> None:
    draft = stripe.v1.invoices.create({"customer": customer})

    answer = httpx.get(f"{sandbox_url}/invoice/acct_acme/{draft.id}")

    assert answer.status_code == 404


def test_a_bank_page_of_its_own_goes_back_to_the_return_url(
    page: Page, stripe: StripeClient, payment: str, sandbox_url: str
) -> None:
    confirmed = stripe.v1.payment_intents.confirm(
        payment.partition("_secret_")[0],
        {
            "payment_method": "pm_card_threeDSecure2Required",
            "return_url": f"{sandbox_url}/elements/card.css",
        },
    )
    assert confirmed.next_action
    assert confirmed.next_action.redirect_to_url

    page.goto(str(confirmed.next_action.redirect_to_url.url))
    page.get_by_role("button", name="Complete authentication").click()
    page.wait_for_url("**/card.css?**")

    assert "payment_intent=pi_" in page.url
    assert "redirect_status=succeeded" in page.url
