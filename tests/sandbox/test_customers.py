from __future__ import annotations

from typing import Any

import pytest
import stripe

from servicebot.sandbox.world import Account, Sandbox
from tests.sandbox.conftest import START


def test_a_customer_has_every_field(client: Any) -> None:
    customer = client.customers.create(
        {
            "email": "ada@example.com",
            "name": "Ada",
            "address": {"line1": "1 High St", "country": "GB"},
            "shipping": {"name": "Ada", "address": {"city": "London"}},
            "metadata": {"plan": "gold"},
            "preferred_locales": ["en-GB"],
        }
    )

    assert customer.id.startswith("cus_")
    assert len(customer.id) == len("cus_") + 14
    assert customer.created == START
    assert customer.address.postal_code is None
    assert customer.shipping.address.city == "London"
    assert customer.metadata["plan"] == "gold"
    assert customer.invoice_settings.default_payment_method is None


def test_updating_merges_metadata_and_clears_fields(client: Any) -> None:
    customer = client.customers.create({"name": "Ada", "metadata": {"a": "1", "b": "2"}})

    found = client.customers.update(customer.id, {"name": "", "metadata": {"a": "", "c": "3"}})

    assert found.name is None
    assert found.metadata.to_dict() == {"b": "2", "c": "3"}


def test_all_metadata_is_cleared_at_once(near: Any) -> None:
    customer = near.customers.create({"metadata": {"a": "1"}})

    assert near.customers.update(customer.id, {"metadata": ""}).metadata.to_dict() == {}


def test_a_deleted_customer_is_remembered_as_deleted(client: Any) -> None:
    customer = client.customers.create({})

    assert client.customers.delete(customer.id).deleted is True
    assert client.customers.retrieve(customer.id).deleted is True
    assert client.customers.list().data == []
    with pytest.raises(stripe.InvalidRequestError, match="No such customer"):
        client.customers.update(customer.id, {"name": "Ada"})


def test_a_strange_email_is_refused(near: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        near.customers.create({"email": "ada"})

    assert caught.value.code == "email_invalid"


def test_the_email_filter_is_exact_and_minds_case(client: Any) -> None:
    ada = client.customers.create({"email": "ada@example.com"})
    twin = client.customers.create({"email": "ada@example.com"})
    client.customers.create({"email": "Ada@example.com"})

    found = client.customers.list({"email": "ada@example.com"})

    assert [row.id for row in found.data] == [twin.id, ada.id]


def test_customers_on_test_clocks_are_hidden_unless_the_clock_is_named(client: Any) -> None:
    clock = client.test_helpers.test_clocks.create({"frozen_time": START})
    hidden = client.customers.create({"email": "ada@example.com", "test_clock": clock.id})

    assert client.customers.list({"email": "ada@example.com"}).data == []
    assert client.customers.list().data == []
    assert [c.id for c in client.customers.list({"test_clock": clock.id}).data] == [hidden.id]


def test_a_payment_method_can_come_with_the_customer(client: Any) -> None:
    customer = client.customers.create(
        {
            "payment_method": "pm_card_visa",
            "invoice_settings": {"default_payment_method": "pm_card_visa"},
        }
    )

    methods = client.payment_methods.list({"customer": customer.id}).data
    assert [method.id for method in methods] == [customer.invoice_settings.default_payment_method]


def test_a_refused_card_makes_no_customer(client: Any, account: Account) -> None:
    with pytest.raises(stripe.CardError):
        client.customers.create({"payment_method": "pm_card_chargeDeclined"})

    assert account.find("customer") == []


def test_the_default_must_be_the_customers_own(near: Any) -> None:
    ada = near.customers.create({"payment_method": "pm_card_visa"})
    ben = near.customers.create({})
    method = near.payment_methods.list({"customer": ada.id}).data[0]

    with pytest.raises(stripe.InvalidRequestError, match="does not have a payment method"):
        near.customers.update(ben.id, {"invoice_settings": {"default_payment_method": method.id}})


def test_events_tell_what_was_before(near: Any, account: Account) -> None:
    customer = near.customers.create({"name": "Ada"})
    near.customers.update(customer.id, {"name": "Ben"})
    near.customers.update(customer.id, {"name": "Ben"})

    events = account.find("event")

    assert [event["type"] for event in events] == ["customer.created", "customer.updated"]
    assert events[1]["data"]["previous_attributes"] == {"name": "Ada"}
    assert events[1]["data"]["object"]["name"] == "Ben"
    assert events[1]["request"]["id"].startswith("req_")


def test_the_account_describes_itself(client: Any, account: Account, sandbox: Sandbox) -> None:
    account.config["account"] = {"name": "Acme Ltd", "country": "GB", "default_currency": "gbp"}

    found = client.accounts.retrieve_current()

    assert found.id == "acct_acme"
    assert found.business_profile.name == "Acme Ltd"
    assert (found.country, found.default_currency) == ("GB", "gbp")
    assert client.accounts.retrieve("acct_acme").id == found.id
    with pytest.raises(stripe.PermissionError):
        client.accounts.retrieve("acct_globex")
