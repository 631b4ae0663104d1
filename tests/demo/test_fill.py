"""The demo's past: everybody is in the state that their name says, and can be found."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import time_machine

from demo import backend
from demo.fill import FillError, Found, fill, find_everybody, is_filled, readdress, verify
from servicebot.sandbox.world import Sandbox

PROMISED = [
    "active",
    "yearly",
    "trialing",
    "trialing_without_card",
    "ends_at_period_end",
    "past_due",
    "unpaid",
    "incomplete",
    "paused",
    "canceled",
    "two_subscriptions",
    "same_email_1",
    "same_email_2",
    "several_items",
    "metered",
    "sends_invoice",
    "scheduled",
    "discounted",
    "quantity",
    "yen",
    "many_invoices",
    "nothing",
]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("filled") / "sandbox.json"


@pytest.fixture(scope="module")
def sandbox(path: Path) -> Sandbox:
    made = Sandbox(path, public_url="http://127.0.0.1:8002")
    fill(made)
    return made


@pytest.fixture(scope="module")
def everybody(sandbox: Sandbox) -> dict[str, Found]:
    return find_everybody(sandbox)


@pytest.fixture(scope="module")
def api(sandbox: Sandbox) -> Any:
    return backend.client(sandbox).v1


def only(found: Found) -> dict[str, Any]:
    """Return somebody's one subscription."""
    (subscription,) = found.subscriptions
    return subscription


def test_everybody_promised_is_there(everybody: dict[str, Found]) -> None:
    assert set(PROMISED) <= set(everybody)
    assert len({found.customer_id for found in everybody.values()}) == len(everybody)


@pytest.mark.parametrize(
    ("key", "status"),
    [
        ("active", "active"),
        ("trialing", "trialing"),
        ("past_due", "past_due"),
        ("unpaid", "unpaid"),
        ("incomplete", "incomplete"),
        ("paused", "paused"),
        ("canceled", "canceled"),
    ],
)
def test_a_status_is_as_named(everybody: dict[str, Found], key: str, status: str) -> None:
    assert only(everybody[key])["status"] == status


def test_a_trial_without_a_card_has_none(everybody: dict[str, Found], api: Any) -> None:
    customer = everybody["trialing_without_card"].customer_id

    assert only(everybody["trialing_without_card"])["trial_end"] > time.time()
    assert api.customers.payment_methods.list(customer).data == []
    assert len(api.customers.payment_methods.list(everybody["trialing"].customer_id).data) == 1


def test_one_ends_with_the_period(everybody: dict[str, Found]) -> None:
    subscription = only(everybody["ends_at_period_end"])

    assert subscription["status"] == "active"
    assert subscription["cancel_at_period_end"] is True


def test_a_failed_payment_is_open_and_will_be_tried_again(
    everybody: dict[str, Found], api: Any
) -> None:
    invoice = api.invoices.retrieve(only(everybody["past_due"])["latest_invoice"])

    assert invoice.status == "open"
    assert invoice.next_payment_attempt > time.time()


def test_an_unpaid_one_was_tried_to_the_end(everybody: dict[str, Found], api: Any) -> None:
    customer = everybody["unpaid"].customer_id

    failed = api.invoices.list({"customer": customer, "status": "open"}).data

    assert [(one.attempt_count, one.next_payment_attempt) for one in failed] == [(4, None)]


def test_the_bank_waits_for_an_answer(everybody: dict[str, Found], api: Any) -> None:
    invoice = only(everybody["incomplete"])["latest_invoice"]

    paid = api.invoice_payments.list({"invoice": invoice}).data[0].payment.payment_intent

    assert api.payment_intents.retrieve(paid).status == "requires_action"


def test_two_customers_share_an_address(everybody: dict[str, Found]) -> None:
    first, second = everybody["same_email_1"], everybody["same_email_2"]

    assert first.email == second.email
    assert first.customer_id != second.customer_id


def test_subscriptions_differ_as_named(everybody: dict[str, Found]) -> None:
    yearly, metered = only(everybody["yearly"]), only(everybody["metered"])

    assert yearly["items"]["data"][0]["price"]["recurring"]["interval"] == "year"
    assert metered["items"]["data"][0]["price"]["recurring"]["usage_type"] == "metered"
    assert only(everybody["sends_invoice"])["collection_method"] == "send_invoice"
    assert only(everybody["scheduled"])["schedule"].startswith("sub_sched_")
    assert len(only(everybody["discounted"])["discounts"]) == 1
    assert only(everybody["quantity"])["items"]["data"][0]["quantity"] == 7
    assert only(everybody["yen"])["currency"] == "jpy"
    assert len(only(everybody["several_items"])["items"]["data"]) == 3
    assert len(everybody["two_subscriptions"].subscriptions) == 2
    assert everybody["nothing"].subscriptions == ()


def test_the_planned_change_is_still_to_come(everybody: dict[str, Found], api: Any) -> None:
    schedule = api.subscription_schedules.retrieve(only(everybody["scheduled"])["schedule"])

    assert schedule.status == "active"
    assert schedule.phases[1].start_date > time.time()


def test_the_discount_is_on_the_bill(everybody: dict[str, Found], api: Any) -> None:
    invoice = api.invoices.retrieve(only(everybody["discounted"])["latest_invoice"])

    assert (invoice.subtotal, invoice.total) == (4900, 3920)


def test_use_was_billed(everybody: dict[str, Found], api: Any) -> None:
    invoices = api.invoices.list({"customer": everybody["metered"].customer_id}).data

    assert any(invoice.total > 0 for invoice in invoices)


def test_many_invoices_fill_pages(everybody: dict[str, Found], api: Any) -> None:
    customer = everybody["many_invoices"].customer_id

    assert len(api.invoices.list({"customer": customer, "limit": 100}).data) > 24


def test_someone_left_at_a_price_no_longer_sold(everybody: dict[str, Found], api: Any) -> None:
    (item,) = only(everybody["canceled_old_price"])["items"]["data"]

    assert api.prices.retrieve(item["price"]["id"]).active is False


def test_a_year_costs_ten_months(api: Any) -> None:
    prices = {price.lookup_key: price for price in api.prices.list({"limit": 100}).data}

    assert prices["team_usd_month"].unit_amount == 4900
    assert prices["team_usd_year"].unit_amount == 49_000
    assert prices["team_jpy_month"].currency == "jpy"


def test_the_catalogue_says_what_belongs_together(api: Any) -> None:
    products = {product.name: product for product in api.products.list({"limit": 100}).data}

    assert products["Team"].metadata["sb_service"] == products["Starter"].metadata["sb_service"]
    assert products["Team"].marketing_features[0].name == "Unlimited dashboards"
    assert products["Data archive"].metadata["sb_addon"] == "true"
    assert products["Collaborate"].unit_label == "seat"
    assert products["Collaborate"].metadata["sb_quantity_enabled"] == "true"


def test_nothing_said_or_answered_broke_the_contract(sandbox: Sandbox) -> None:
    assert sandbox.findings == []
    assert sandbox.refused == []


def test_what_was_filled_is_found_again(sandbox: Sandbox, path: Path) -> None:
    again = Sandbox(path)

    assert is_filled(again)
    assert find_everybody(again) == find_everybody(sandbox)


def test_links_of_invoices_follow_a_sandbox_that_moved(path: Path, sandbox: Sandbox) -> None:
    moved = Sandbox(path, public_url="http://127.0.0.1:9002")

    readdress(moved)

    invoices = backend.client(moved).v1.invoices.list({"limit": 100}).data
    links = [str(one.invoice_pdf) for one in invoices if one.invoice_pdf]
    assert len(links) > 50
    assert all(link.startswith("http://127.0.0.1:9002/invoice/") for link in links)


def test_time_goes_on_after_the_filling(sandbox: Sandbox) -> None:
    assert abs(sandbox.clock() - time.time()) < 2


def test_an_empty_sandbox_is_not_filled() -> None:
    assert not is_filled(Sandbox())


def test_a_wrong_state_is_named(everybody: dict[str, Found]) -> None:
    wrong = everybody | {"active": everybody["canceled"]}

    with pytest.raises(FillError, match="active"):
        verify(wrong)


def test_a_wrong_trait_is_named(everybody: dict[str, Found]) -> None:
    plain = replace(everybody["yen"], subscriptions=everybody["active"].subscriptions)

    with pytest.raises(FillError, match="yen"):
        verify(everybody | {"yen": plain})


def test_a_customer_who_is_gone_is_named_with_the_way_on(path: Path) -> None:
    sandbox = Sandbox(path)
    sandbox.path = None
    gone = find_everybody(sandbox)["nothing"].customer_id
    backend.client(sandbox).v1.customers.delete(gone)

    with pytest.raises(FillError, match=r"Ben Carter .*make demo-reset"):
        find_everybody(sandbox)


def test_other_keys_open_empty_accounts(sandbox: Sandbox) -> None:
    other = sandbox.account("sk_test_somebodyElse")

    assert other.tables == {}


@pytest.mark.parametrize("day", ["2027-01-31", "2027-03-01", "2028-02-29", "2027-10-31"])
def test_it_comes_out_right_on_any_day(day: str) -> None:
    with time_machine.travel(f"{day}T09:00Z", tick=False):
        fill(Sandbox())
