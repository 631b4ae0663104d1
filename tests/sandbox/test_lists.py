"""Pages, filters and expansions."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from servicebot.sandbox.world import Account
from tests.sandbox.conftest import START, Clock


def names(found: Any) -> list[str]:
    return [row.name for row in found.data]


@pytest.fixture
def five(client: Any, clock: Clock) -> Any:
    for number in range(5):
        clock.now = START + number
        client.customers.create({"name": str(number)})
    return client


def test_the_newest_come_first(five: Any) -> None:
    found = five.customers.list({"limit": 2})

    assert names(found) == ["4", "3"]
    assert found.has_more is True
    assert found.url == "/v1/customers"


def test_rows_of_one_second_come_newest_first_too(near: Any) -> None:
    for name in "abc":
        near.customers.create({"name": name})

    assert names(near.customers.list()) == ["c", "b", "a"]


def test_pages_go_on_from_a_cursor(five: Any) -> None:
    first = five.customers.list({"limit": 2})

    second = five.customers.list({"limit": 2, "starting_after": first.data[-1].id})
    back = five.customers.list({"limit": 10, "ending_before": second.data[0].id})

    assert (names(second), second.has_more) == (["2", "1"], True)
    assert (names(back), back.has_more) == (["4", "3"], False)


def test_paging_back_stops_next_to_the_cursor(five: Any) -> None:
    last = five.customers.list().data[-1]

    found = five.customers.list({"limit": 2, "ending_before": last.id})

    assert (names(found), found.has_more) == (["2", "1"], True)


def test_the_sdk_pages_by_itself(five: Any) -> None:
    found = five.customers.list({"limit": 2}).auto_paging_iter()

    assert [row.name for row in found] == ["4", "3", "2", "1", "0"]


@pytest.mark.parametrize(
    ("created", "expected"),
    [
        ({"gt": START + 3}, ["4"]),
        ({"gte": START + 3}, ["4", "3"]),
        ({"lt": START + 1}, ["0"]),
        ({"lte": START + 1, "gt": START}, ["1"]),
        (START + 2, ["2"]),
    ],
)
def test_lists_are_filtered_by_creation(five: Any, created: Any, expected: list[str]) -> None:
    assert names(five.customers.list({"created": created})) == expected


@pytest.mark.parametrize("limit", [0, 101])
def test_a_page_holds_one_to_a_hundred(near: Any, limit: int) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        near.customers.list({"limit": limit})

    assert caught.value.param == "limit"


def test_an_unknown_cursor_is_missing(near: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        near.customers.list({"starting_after": "cus_nobody"})

    assert (caught.value.code, caught.value.param) == ("resource_missing", "starting_after")


def test_two_cursors_are_one_too_many(near: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="only specify one"):
        near.customers.list({"starting_after": "cus_a", "ending_before": "cus_b"})


def a_price(client: Any) -> Any:
    product = client.products.create({"name": "Basic"})
    return client.prices.create(
        {"currency": "usd", "unit_amount": 500, "product": product.id, "expand": ["product"]}
    )


def test_an_id_is_expanded(client: Any) -> None:
    assert a_price(client).product.name == "Basic"


def test_the_rows_of_a_list_are_expanded(client: Any) -> None:
    a_price(client)

    found = client.prices.list({"expand": ["data.product.default_price"]})

    assert found.data[0].product.name == "Basic"
    assert found.data[0].product.default_price is None


def test_expanding_does_not_change_what_is_kept(client: Any, account: Account) -> None:
    price = a_price(client)

    assert account.get("price", price.id)["product"] == price.product.id


def test_expanding_ends_at_four_levels(near: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="more than 4 levels"):
        near.prices.list({"expand": ["data.a.b.c.d"]})


@pytest.mark.parametrize("path", ["active", "currency", "id", "nothing", "product.name"])
def test_what_is_no_id_cannot_be_expanded(near: Any, path: str) -> None:
    price = a_price(near)

    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        near.prices.retrieve(price.id, {"expand": [path]})


def test_a_bad_expansion_undoes_the_call(client: Any, account: Account) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        client.customers.create({"name": "Ada", "expand": ["email"]})

    assert account.find("customer") == []
    assert account.find("event") == []


def test_expanding_twice_is_as_good_as_once(near: Any) -> None:
    price = a_price(near)

    found = near.prices.retrieve(price.id, {"expand": ["product", "product.default_price"]})

    assert found.product.name == "Basic"


def test_a_deleted_customer_expands_as_deleted(near: Any) -> None:
    customer = near.customers.create({})
    intent = near.setup_intents.create({"customer": customer.id})
    near.customers.delete(customer.id)

    found = near.setup_intents.retrieve(intent.id, {"expand": ["customer"]})

    assert found.customer.deleted is True


def test_lists_inside_customers_show_when_expanded(near: Any) -> None:
    customer = near.customers.create({"expand": ["subscriptions", "sources", "tax_ids"]})

    assert customer.subscriptions.data == []
    assert customer.sources.url == f"/v1/customers/{customer.id}/sources"
    assert customer.tax_ids.has_more is False
