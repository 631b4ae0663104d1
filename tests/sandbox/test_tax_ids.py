"""Customers' tax ids in the sandbox: kept, listed, shown on invoices, gone with their customer."""

from __future__ import annotations

import pytest
import stripe

from servicebot.sandbox import doors
from servicebot.sandbox.world import Sandbox
from tests.world import Objects, Shop


def test_they_are_kept_listed_and_on_the_next_invoice() -> None:
    with doors.use(Sandbox()) as sandbox:
        shop = Shop("acme")
        shop.stock()
        ada = shop.customer("Ada")
        ids = shop.stripe.v1.customers.tax_ids
        made = ids.create(ada, {"type": "gb_vat", "value": "GB123456789"})

        shop.subscribe(ada)

        (invoice,) = shop.stripe.v1.invoices.list({"customer": ada}).data
        assert invoice.customer_tax_ids[0].value == "GB123456789"
        assert [each.id for each in ids.list(ada).data] == [made.id]
        assert ids.retrieve(ada, made.id).country == "GB"
        events = shop.stripe.v1.events.list({"type": "customer.tax_id.created"}).data
        assert events[0].data.object.id == made.id
        shop.stripe.v1.customers.delete(ada)
        assert Objects(sandbox, shop.api_key).all("tax_id") == []
        assert sandbox.findings == []


@pytest.mark.parametrize(("kind", "value"), [("eu_vat", "123"), ("au_abn", "1"), ("gb_vat", "X")])
def test_a_value_of_another_look_is_refused(kind: str, value: str) -> None:
    with doors.use(Sandbox()):
        shop = Shop("acme")
        ada = shop.customer("Ada", card="")

        with pytest.raises(stripe.InvalidRequestError) as caught:
            shop.stripe.v1.customers.tax_ids.create(ada, {"type": kind, "value": value})

    assert caught.value.code == "tax_id_invalid"
