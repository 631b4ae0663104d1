from __future__ import annotations

import base64

import pytest

from servicebot.sandbox.wire import Call, api_key, clone, decode


def decoded(body: str, query: str = "") -> dict[str, object]:
    path = f"/v1/things?{query}" if query else "/v1/things"
    return decode(Call("POST", path, {}, body.encode()))


def test_nested_names_become_nested_dicts() -> None:
    found = decoded("a[b][0][c]=1&a[b][1][c]=2&a[d]=x%20y&e=")

    assert found == {"a": {"b": {"0": {"c": "1"}, "1": {"c": "2"}}, "d": "x y"}, "e": ""}


def test_empty_brackets_count_up() -> None:
    assert decoded("a[]=x&a[]=y") == {"a": {"0": "x", "1": "y"}}


def test_empty_brackets_start_a_new_item_where_a_key_repeats() -> None:
    found = decoded("a[][b]=1&a[][c]=2&a[][b]=3")

    assert found == {"a": {"0": {"b": "1", "c": "2"}, "1": {"b": "3"}}}


def test_the_query_counts_as_parameters() -> None:
    assert decoded("", query="limit=3&expand[0]=data") == {"limit": "3", "expand": {"0": "data"}}


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ("Bearer sk_test_x", "sk_test_x"),
        ("Basic " + base64.b64encode(b"sk_test_x:").decode(), "sk_test_x"),
        ("Basic ???", ""),
        ("Digest sk_test_x", ""),
    ],
)
def test_keys_come_as_bearer_or_basic(header: str, key: str) -> None:
    assert api_key(Call("GET", "/v1/account", {"authorization": header})) == key


def test_a_clone_shares_nothing() -> None:
    original = {"a": [{"b": 1}]}

    copy = clone(original)
    copy["a"][0]["b"] = 2

    assert original == {"a": [{"b": 1}]}
