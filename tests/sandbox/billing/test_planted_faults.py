"""The sandbox is not its own judge: faults planted in it are noticed by tests written without them.

Each fault names the tests that must notice it. Where its line is no longer in the source, or where
one of its tests passes all the same, it fails here.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.sandbox.billing import faults_of_amounts, faults_of_states
from tests.sandbox.billing.planting import Fault, Judge, planted, verdicts
from tests.sandbox.billing.test_worked_examples import (
    test_an_upgrade_halfway_from_10_to_20_costs_5_more as upgrade,
)

Record = Callable[[str, object], None]
FAULTS: list[Fault] = [*faults_of_amounts.FAULTS, *faults_of_states.FAULTS]
AT_LEAST = 30


def judges() -> list[Judge]:
    """Return every test that judges, once."""
    found = dict.fromkeys(judge for fault in FAULTS for judge in fault.judges)
    return sorted(found, key=lambda judge: judge.__name__)


@pytest.mark.parametrize("judge", judges(), ids=lambda judge: judge.__name__)
def test_without_a_fault_every_judge_passes(judge: Judge) -> None:
    assert all(verdicts(judge))


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_a_fault_is_noticed(fault: Fault, record_property: Record) -> None:
    with planted(fault):
        blind = [judge.__name__ for judge in fault.judges if all(verdicts(judge))]

    record_property("planted faults", not blind)
    assert blind == []


def test_there_are_enough_faults_and_none_twice() -> None:
    places = {(fault.module, fault.line, fault.faulty) for fault in FAULTS}

    assert len(places) == len({fault.what for fault in FAULTS}) == len(FAULTS) >= AT_LEAST


def test_a_fault_leaves_with_its_planting() -> None:
    fault = next(fault for fault in FAULTS if fault.judges == (upgrade,))

    with planted(fault):
        inside = all(verdicts(upgrade))

    assert (inside, all(verdicts(upgrade))) == (False, True)


@pytest.mark.parametrize(
    ("line", "faulty"),
    [("a line that is nowhere", "another"), ("Object = dict[str, Any]", "Object = dict")],
    ids=["gone", "no function"],
)
def test_a_fault_that_can_not_be_planted_fails(line: str, faulty: str) -> None:
    fault = Fault("rotten", "billing.proration", line, faulty, ())

    with pytest.raises(AssertionError, match="rotten"), planted(fault):
        pass
