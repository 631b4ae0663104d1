"""Tells at the end of a run how the contract check fared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in summary(terminalreporter):
        terminalreporter.write_line(f"contract check: {line}")


def summary(reporter: pytest.TerminalReporter) -> Iterator[str]:
    """Yield a line for each kind of mutant, and what was timed."""
    counts: dict[str, list[tuple[int, int]]] = defaultdict(list)
    reports = [*reporter.stats.get("passed", []), *reporter.stats.get("failed", [])]
    for name, value in (item for report in reports for item in report.user_properties):
        if name.endswith(" mutants"):
            counts[name].append(value)
        elif name.startswith("timing "):
            yield f"{name.removeprefix('timing ')} {value}"
    for name, pairs in counts.items():
        caught, made = (sum(column) for column in zip(*pairs, strict=True))
        yield f"{caught} of {made} {name} caught ({100 * caught / made:.1f} %)"
