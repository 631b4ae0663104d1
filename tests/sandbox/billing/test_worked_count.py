"""Counts the worked examples, and says which kinds of change they are of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

from tests.sandbox.billing import test_worked_changes as changes
from tests.sandbox.billing import test_worked_examples as examples
from tests.sandbox.billing import test_worked_taxes as taxes

Example = Callable[..., Any]
Record = Callable[[str, object], None]
MODULES: tuple[ModuleType, ...] = (examples, changes, taxes)
AT_LEAST = 20
KINDS: dict[str, list[Example]] = {
    "upgrade": [
        examples.test_an_upgrade_halfway_from_10_to_20_costs_5_more,
        examples.test_the_previewed_change_to_32_52_with_445540_seconds_left,
        changes.test_from_90_to_120_or_to_30_on_april_21,
    ],
    "downgrade": [
        examples.test_after_a_free_upgrade_only_classic_credits_what_was_never_paid,
        examples.test_dropping_the_10_item_halfway_credits_it_net_of_its_discount,
        changes.test_from_90_to_120_or_to_30_on_april_21,
    ],
    "interval": [
        examples.test_items_of_one_and_two_months_keep_their_own_periods,
        changes.test_from_a_month_to_a_year_the_date_moves_to_the_switch,
    ],
    "quantity": [
        examples.test_two_sites_at_9_99_cost_19_98,
        changes.test_none_of_what_costs_is_not_free,
    ],
    "coupon": [
        examples.test_5_off_is_spread_over_10_and_20_as_1_66_and_3_34,
        changes.test_half_off_for_four_months,
    ],
    "tax": [
        taxes.test_15_percent_of_0_43_and_4_84_make_6_06,
        taxes.test_600_at_10_percent,
    ],
    "credit balance": [
        changes.test_a_balance_is_settled_with_31,
        changes.test_an_invoice_of_minus_31_becomes_credit,
    ],
}


def every_example() -> Iterator[Example]:
    """Yield the test functions of the modules; one function is one published example."""
    for module in MODULES:
        for name, value in vars(module).items():
            if name.startswith("test_"):
                yield value


def modes_of(example: Example) -> set[str]:
    """Return the billing modes that an example names in its parameters."""
    marks = getattr(example, "pytestmark", [])
    values = [value for mark in marks for case in mark.args[1] for value in _flat(case)]
    return {value for value in values if value in ("classic", "flexible")}


def _flat(case: Any) -> tuple[Any, ...]:
    return case if isinstance(case, tuple) else (case,)


def test_every_example_names_its_source() -> None:
    unsourced = [each.__name__ for each in every_example() if "Source: " not in str(each.__doc__)]

    assert unsourced == []


def test_there_are_enough_and_of_every_kind(record_property: Record) -> None:
    count = len(list(every_example()))

    record_property("worked examples", count)
    assert count >= AT_LEAST
    assert all(set(found) <= set(every_example()) for found in KINDS.values())
    assert {mode for each in every_example() for mode in modes_of(each)} == {"classic", "flexible"}
