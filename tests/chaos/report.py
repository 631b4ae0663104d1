"""The table at the end of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from tests.chaos.compare import Fault, Finding
from tests.chaos.history import Click, Send
from tests.chaos.ledger import Ledger

SHOWN = 40


def counted(title: str, counts: Counter[str]) -> list[str]:
    """Return a part of the table, the most frequent first."""
    return [f"{title}: {sum(counts.values())}"] + [
        f"  {times:6d}  {name}" for name, times in counts.most_common()
    ]


def table(
    clicks: list[Click],
    refused: Iterable[Send],
    blows: Iterable[str],
    ledger: Ledger,
    findings: list[Finding],
) -> str:
    """Return what was tried, what was answered and what is wrong."""
    sends = [send for click in clicks for send in (*click.sends, *click.rival)]
    faults = Counter(str(finding.fault) for finding in findings)
    lines = [
        *counted("clicks", Counter(click.kind for click in clicks)),
        *counted("looked at, and not possible", Counter(send.said for send in refused)),
        *counted("answers", Counter(send.said for send in sends)),
        *counted("faults at Stripe that struck", Counter(s["kind"] for s in ledger.struck)),
        *counted("killed and started again", Counter(blows)),
        *counted("webhooks", Counter(ledger.webhooks)),
        f"clicks sent more than once: {sum(len(click.sends) > 1 for click in clicks)}",
        f"payments confirmed with the bank: {sum(bool(click.confirmed) for click in clicks)}",
        *(f"{fault}: {faults[fault]}" for fault in Fault),
    ]
    return "\n".join(lines)


def told(findings: list[Finding]) -> str:
    """Return the findings, a line each, SHOWN at most."""
    more = [f"… and {len(findings) - SHOWN} more"] if len(findings) > SHOWN else []
    return "\n".join([*map(str, findings[:SHOWN]), *more])
