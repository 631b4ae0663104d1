from __future__ import annotations

from typing import Any

import pytest
import stripe

from tests.sandbox.conftest import error_of

VAT = {"display_name": "VAT", "percentage": 19, "inclusive": False}


def test_a_rate_keeps_what_it_was_made_with(client: Any) -> None:
    made = client.tax_rates.create(
        {
            **VAT,
            "country": "DE",
            "jurisdiction": "Germany",
            "tax_type": "vat",
            "metadata": {"a": "b"},
        }
    )

    found = client.tax_rates.retrieve(made.id)

    assert found.id.startswith("txr_")
    assert (found.percentage, found.inclusive, found.active) == (19, False, True)
    assert (found.country, found.jurisdiction, found.tax_type) == ("DE", "Germany", "vat")
    assert found.metadata.to_dict() == {"a": "b"}


def test_its_words_change_and_its_percentage_never_does(near: Any) -> None:
    made = near.tax_rates.create(VAT)

    after = near.tax_rates.update(
        made.id, {"display_name": "MwSt.", "active": False, "metadata": {"a": "b"}}
    )

    assert (after.display_name, after.active, after.percentage) == ("MwSt.", False, 19)
    with pytest.raises(stripe.InvalidRequestError):
        near.tax_rates.update(made.id, {"percentage": 20})


@pytest.mark.parametrize("name", ["display_name", "percentage", "inclusive"])
def test_what_it_cannot_do_without(near: Any, name: str) -> None:
    given = {key: value for key, value in VAT.items() if key != name}

    with pytest.raises(stripe.InvalidRequestError) as caught:
        near.tax_rates.create(given)

    assert error_of(caught)["param"] == name


@pytest.mark.parametrize("percentage", [-1, 100.5])
def test_percentages_lie_between_0_and_100(near: Any, percentage: float) -> None:
    with pytest.raises(stripe.InvalidRequestError) as caught:
        near.tax_rates.create({**VAT, "percentage": percentage})

    assert error_of(caught)["param"] == "percentage"


def test_the_list_is_narrowed_by_kind(near: Any) -> None:
    on_top = near.tax_rates.create(VAT)
    inside = near.tax_rates.create({**VAT, "inclusive": True})
    archived = near.tax_rates.create({**VAT, "active": False})

    every = near.tax_rates.list().data
    active = near.tax_rates.list({"active": True}).data
    both = near.tax_rates.list({"active": True, "inclusive": True}).data

    assert [rate.id for rate in every] == [archived.id, inside.id, on_top.id]
    assert [rate.id for rate in active] == [inside.id, on_top.id]
    assert [rate.id for rate in both] == [inside.id]
