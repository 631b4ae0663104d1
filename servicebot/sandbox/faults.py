"""Bad weather on demand, and a log of the calls made."""

from __future__ import annotations

import re
import threading
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

Kind = Literal["400", "429", "500", "timeout", "reset", "slow", "lost"]
KINDS = get_args(Kind)


class UnansweredError(Exception):
    """The caller hears nothing: the connection breaks or times out."""

    def __init__(self, kind: str) -> None:
        super().__init__(kind)
        self.kind = kind


@dataclass
class Fault:
    """What happens to the next `times` calls whose verb and path match.

    "400", "429" and "500" answer so without acting; "timeout" and "reset" neither act nor answer;
    "slow" waits first; "lost" acts, then the connection breaks.
    """

    kind: Kind
    times: int = 1
    method: str = ".*"
    path: str = ".*"
    seconds: float = 0.0

    def fits(self, method: str, path: str) -> bool:
        return bool(
            self.times > 0 and re.fullmatch(self.method, method) and re.search(self.path, path)
        )


@dataclass
class Weather:
    """The faults and the latency of one account, and how its webhooks travel."""

    latency: float = 0.0
    webhooks_late: int = 0
    webhooks_doubled: bool = False
    webhooks_reversed: bool = False
    faults: list[Fault] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def bring(self, kind: Kind, **how: Any) -> Fault:
        """Order a fault for the next calls."""
        fault = Fault(kind, **how)
        with self.lock:
            self.faults.append(fault)
        return fault

    def clear(self) -> None:
        """Calm everything."""
        with self.lock:
            self.faults.clear()
            self.latency = 0.0
            self.webhooks_late = 0
            self.webhooks_doubled = self.webhooks_reversed = False

    def take(self, method: str, path: str) -> Fault | None:
        """Use up the first fault meant for this call."""
        with self.lock:
            found = next((fault for fault in self.faults if fault.fits(method, path)), None)
            if found:
                found.times -= 1
            self.faults = [fault for fault in self.faults if fault.times > 0]
            return found


@dataclass
class CallRecord:
    """One call as it was answered; times are of the monotonic clock, status 0 means no answer."""

    account: str
    livemode: bool
    method: str
    path: str
    params: dict[str, Any]
    started: float
    ended: float = 0.0
    status: int = 0
    request_id: str = ""
