"""What customers clicked and what they were told, as it is compared with the ledger."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

TOO_MANY = 429
BROKEN = 500
UNDER_WAY = "change_under_way"  # refused for now: the same click may be what is under way


@dataclass(frozen=True)
class Send:
    """A click sent once, and the answer; status 0 where the connection broke."""

    to: int
    at: float
    until: float
    status: int
    code: str
    body: Json

    @property
    def is_clear(self) -> bool:
        """Whether this says that it is done, or that it isn't; anything else may be either."""
        is_for_now = self.status == TOO_MANY or self.code.endswith(UNDER_WAY)
        return 0 < self.status < BROKEN and not is_for_now

    @property
    def is_put_off(self) -> bool:
        """Whether the customer was told to come back later, and that nothing was done now."""
        return self.status == TOO_MANY

    @property
    def is_done(self) -> bool:
        """Whether the customer was told that it is done."""
        return 200 <= self.status < 300

    @property
    def said(self) -> str:
        """The answer in a word or two."""
        return f"{self.status or 'cut'} {self.code}".strip()


@dataclass
class Click:
    """One press of a button, sent until it was answered; `wants` is what it is to bring about.

    In another tab the same may be clicked at the same moment: then one of the two is done.

    `until` is when the same customer's next click began.
    """

    number: int
    customer: str
    kind: str
    path: str
    body: Json
    key: str
    wants: Json
    method: str = "POST"
    began: float = 0.0
    until: float = float("inf")
    sends: list[Send] = field(default_factory=list)
    rival: list[Send] = field(default_factory=list)  # the same in another tab, under another key
    confirmed: str = ""  # what became of the payment that the bank was asked about

    @property
    def answers(self) -> list[Send]:
        """The clear ones, in the order that they came."""
        sends = [send for send in (*self.sends, *self.rival) if send.is_clear]
        return sorted(sends, key=lambda send: send.until)

    @property
    def is_told_done(self) -> bool:
        """Whether any answer said that it is done."""
        return any(send.is_done for send in self.answers)

    @property
    def is_told_refused(self) -> bool:
        """Whether any answer said that it isn't, for good."""
        return any(not send.is_done for send in self.answers)

    @property
    def is_told_both(self) -> bool:
        """Whether one and the same click was told that it is done, and that it isn't."""
        said = [{send.is_done for send in one if send.is_clear} for one in (self.sends, self.rival)]
        return any(len(each) > 1 for each in said)
