"""What is tried, all of it from one seed: who clicks what, what fails then, and what is killed.

The same seed is the same plan. What comes of it also depends on what happens first, which no seed
decides: so a replay tries the same things at the same customers, not the same interleaving.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

KINDS = {
    "change_plan": 22,
    "cancel": 16,
    "undo_cancel": 14,
    "change_quantity": 14,
    "resubscribe": 10,
    "card": 8,
    "pay": 8,
    "apply_coupon": 6,
    "undo_scheduled_change": 6,
    "details": 4,
    "resume": 10,
    "remove_card": 8,
}
CARDS = {
    "pm_card_visa": 8,
    "pm_card_mastercard": 5,
    "pm_card_chargeCustomerFail": 4,
    "pm_card_threeDSecure2Required": 2,
}
MERCHANTS = 5
STRUCK = 0.45  # of all clicks, by a fault at Stripe
IMPATIENT = 0.06
STUBBORN = 0.12  # presses what isn't offered
HOW_SENT = {
    "once": 10,
    "twice at once": 6,
    "twice later": 3,
    "at once and later": 2,
    "in two tabs": 2,
}
FAULTS = {"slow": 3, "500": 3, "429": 3, "lost": 5, "reset": 4}
WRITES, READS = "POST|DELETE", "GET"
PLACES = {
    "/v1/subscriptions": 6,
    "/v1/invoices/.*pay": 2,
    "/v1/subscription_schedules": 2,
    "/v1/customers": 2,
    "/v1/payment_methods": 2,
    "/v1/": 3,
}
SLOWEST = 1.5


@dataclass(frozen=True)
class Fault:
    """What goes wrong with the next calls about one customer that this fits."""

    kind: str
    method: str
    path: str
    times: int
    seconds: float


@dataclass(frozen=True)
class Act:
    """One click to be made. `number` picks among what there is when it comes to it."""

    customer: int
    kind: str
    number: int
    card: str
    sent: str
    is_stubborn: bool
    is_impatient: bool
    fault: Fault | None

    @property
    def is_doubled_at_once(self) -> bool:
        """Whether it is sent to two processes at the same moment."""
        return "at once" in self.sent

    @property
    def is_in_two_tabs(self) -> bool:
        """Whether it is clicked in another tab at the same moment: with a key of its own."""
        return self.sent == "in two tabs"

    @property
    def is_doubled_later(self) -> bool:
        """Whether it is sent again when it was answered."""
        return "later" in self.sent


@dataclass(frozen=True)
class Blow:
    """What is killed and started again when so many clicks have been made."""

    after: int
    target: str  # worker, server, redis or postgres
    which: int


@dataclass(frozen=True)
class Plan:
    """Everything that is going to be tried."""

    seed: int
    acts: tuple[Act, ...]
    blows: tuple[Blow, ...]

    def of(self, customer: int) -> list[Act]:
        """Return what one customer does, in order."""
        return [act for act in self.acts if act.customer == customer]


def make(seed: int, actions: int, customers: int, blows: frozenset[str]) -> Plan:
    """Return the plan of a seed: `actions` clicks, dealt to the customers in turn."""
    acts = tuple(_act(Random(f"{seed}/{n}"), n % customers) for n in range(actions))
    return Plan(seed, acts, tuple(_blows(Random(f"{seed}/blows"), actions, blows)))


def _act(random: Random, customer: int) -> Act:
    return Act(
        customer=customer,
        kind=_one(random, KINDS),
        number=random.randrange(1_000_000),
        card=_one(random, CARDS),
        sent=_one(random, HOW_SENT),
        is_stubborn=random.random() < STUBBORN,
        is_impatient=random.random() < IMPATIENT,
        fault=_fault(random) if random.random() < STRUCK else None,
    )


def _fault(random: Random) -> Fault:
    """Return a fault; two in a row outlast the SDK's one repeat, so that the outcome is unknown."""
    found = Fault(
        kind=_one(random, FAULTS),
        method=WRITES if random.random() < 0.8 else READS,
        path=_one(random, PLACES),
        times=random.choice([1, 2, 2, 4]),
        seconds=0.0,
    )
    if found.kind != "slow":
        return found
    return replace(found, times=1, seconds=round(random.uniform(0.2, SLOWEST), 2))


def _one(random: Random, weights: dict[str, int]) -> str:
    return random.choices(list(weights), list(weights.values()))[0]


def _blows(random: Random, actions: int, allowed: frozenset[str]) -> list[Blow]:
    """Return what is killed when: each kind at least once, spread over the run."""
    often = {"worker": 50, "server": 150, "redis": 250, "postgres": 350}
    found = []
    for target, every in often.items():
        times = max(1, actions // every) if target in allowed else 0
        for turn in range(times):
            after = int(actions * (turn + random.uniform(0.2, 0.8)) / times)
            found.append(Blow(after, target, random.randrange(1_000)))
    return sorted(found, key=lambda blow: blow.after)
