"""What came of it: how often each operation answered what, and what was wrong."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from schemathesis import Case

from tests.fuzz.asking import operation_of

MOST_TOLD = 40


@dataclass
class Told:
    """The answers of a run."""

    operations: list[str]
    answers: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))
    done: Counter[str] = field(default_factory=Counter)
    phases: Counter[str] = field(default_factory=Counter)
    followed: int = 0
    findings: dict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    faults: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many requests were answered."""
        return sum(counts.total() for counts in self.answers.values())

    def note(self, case: Case, status: int) -> None:
        """Count an answer."""
        operation = operation_of(case)
        self.answers[operation][status] += 1
        self.phases[str(case.meta.phase.name) if case.meta else ""] += 1
        if 200 <= status < 300 and case.method.lower() == case.operation.method.lower():
            self.done[operation] += 1

    def find(self, operation: str, title: str, told: str) -> None:
        """Note what was wrong with an answer."""
        self.findings[operation, title].append(told)

    def lacking(self, at_least: int) -> Iterator[str]:
        """Say what a run must have had to judge anything."""
        if self.total < at_least:
            yield f"{self.total} requests are fewer than {at_least}"
        if not self.followed:
            yield "no request took anything from an answer before"
        for operation in self.operations:
            if not self.done[operation]:
                yield f"{operation} never did what it is for"

    def table(self) -> Iterator[str]:
        """Say how often each operation answered what."""
        statuses = sorted({status for counts in self.answers.values() for status in counts})
        yield f"{'operation':30}" + "".join(f"{status:6}" for status in [*statuses, "all"])
        for operation in sorted(self.operations):
            counts = self.answers[operation]
            cells = [*(counts[status] for status in statuses), counts.total()]
            yield f"{operation:30}" + "".join(f"{cell or '.':>6}" for cell in cells)
        sums = [sum(self.answers[o][s] for o in self.operations) for s in statuses]
        yield f"{'all':30}" + "".join(f"{cell:6}" for cell in [*sums, self.total])

    def wrong(self) -> Iterator[str]:
        """Say what was wrong, each kind with its shortest example."""
        for (operation, title), told in list(self.findings.items())[:MOST_TOLD]:
            yield f"{operation}: {title}, {len(told)} times"
            yield min(told, key=len)
        yield from self.faults[:5]
