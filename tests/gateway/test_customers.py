"""Customers' details and tax ids."""

from __future__ import annotations

import pytest

from servicebot.gateway.client import Gateway
from servicebot.gateway.errors import NotFoundError, RefusedError
from servicebot.gateway.tax_types import TAX_ID_TYPES
from tests.world import Shop


def test_details_are_changed_and_read(shop: Shop, gateway: Gateway) -> None:
    ada = shop.customer("Ada")

    gateway.update_customer(ada, {"name": "Ada Ltd", "address": {"city": "Berlin", "line2": ""}})

    found = gateway.customer(ada)
    assert (found.name, found.address.city, found.address.line2) == ("Ada Ltd", "Berlin", "")


def test_tax_ids_come_and_go_with_their_customer(shop: Shop, gateway: Gateway) -> None:
    ada, ben = shop.customer("Ada"), shop.customer("Ben")

    made = gateway.add_tax_id(ada, "eu_vat", "DE123456789")

    assert gateway.customer(ada).tax_ids == (made,)
    assert gateway.customer(ben).tax_ids == ()
    with pytest.raises(NotFoundError):
        gateway.remove_tax_id(ben, made.id)
    gateway.remove_tax_id(ada, made.id)
    assert gateway.customer(ada).tax_ids == ()


def test_a_number_that_cant_be_one_is_refused(shop: Shop, gateway: Gateway) -> None:
    with pytest.raises(RefusedError) as caught:
        gateway.add_tax_id(shop.customer("Ada"), "us_ein", "zz")

    assert (caught.value.code, caught.value.param) == ("tax_id_invalid", "value")


def test_the_kinds_are_stripes() -> None:
    assert {"eu_vat", "us_ein", "jp_trn"} <= set(TAX_ID_TYPES)
    assert len(TAX_ID_TYPES) > 100
