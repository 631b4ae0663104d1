"""What is measured. Whatever is compared is asked in the same run, in turn."""

from __future__ import annotations

import http.client
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from portal.models import IdentifyBy, Portal
from tests.bench import stack, world
from tests.bench.stack import BARE, PRODUCT, forget_all, load
from tests.bench.world import Asking

LATENCY, SLOW_LATENCY = 0.150, 1.0
AT_ONCE = 200


@dataclass(frozen=True)
class Effort:
    """How long it may take: the full run, or a quick look whether it works."""

    rounds: int
    seconds: float
    slow_seconds: float
    slow_customers: int
    processes: tuple[int, ...]
    tenants: tuple[int, ...]
    customers: tuple[int, ...]


FULL = Effort(25, 6, 20, 4000, (1, 2, 3, 4), (1, 100, 1000, 5000), (1, 1000, 10_000, 100_000))
QUICK = Effort(3, 1, 3, 400, (1, 2), (1, 200), (1, 500))


@dataclass(frozen=True)
class Row:
    """One line of the table; `is_met` is None where there is no goal."""

    what: str
    value: str
    ratio: str = ""
    goal: str = ""
    is_met: bool | None = None


@dataclass(frozen=True)
class Taken:
    """What one answer has cost, in milliseconds: as the client saw it, in the server, processor."""

    client: float
    server: float
    processor: float
    call: float = 0.0


@dataclass(frozen=True)
class Cast:
    """The portals that are asked, and who asks."""

    by_id: Portal
    by_email: Portal
    slow: Portal
    customer: str
    email: str
    subscription: str
    slow_customers: list[str]
    key: str
    slow_key: str

    @classmethod
    def made(cls, told: dict[str, Any]) -> Cast:
        """Make the merchants of what Stripe has."""
        bench, slow = told["bench"], told["slow"]
        return cls(
            by_id=world.opened("By id", bench, IdentifyBy.CUSTOMER_ID),
            by_email=world.opened("By e-mail", bench, IdentifyBy.EMAIL),
            slow=world.opened("Slow", slow, IdentifyBy.CUSTOMER_ID),
            customer=bench["customers"][0],
            email=bench["email"],
            subscription=bench["subscriptions"][0],
            slow_customers=slow["customers"],
            key=bench["key"],
            slow_key=slow["key"],
        )


def asked(port: int, asking: Asking) -> Taken:
    """Ask once on a connection of its own."""
    started = time.perf_counter()
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    verb = "GET" if asking.body is None else "POST"
    line.request(verb, asking.path, asking.body, asking.headers)
    answer = line.getresponse()
    body = answer.read()
    client = (time.perf_counter() - started) * 1000
    line.close()
    assert answer.status == 200, (asking.path, answer.status, body[:300])
    server, processor = map(float, answer.headers["Bench-Cost"].split(";"))
    call = float(answer.headers.get("Bench-Call", "0").split(";")[0])
    spent = float(answer.headers.get("Bench-Call", "0;0").split(";")[1])
    return Taken(client, server, spent or processor, call)


def in_turn(rounds: int, **acts: Callable[[], Taken]) -> dict[str, list[Taken]]:
    """Do each once in every round; the first two rounds warm up and don't count."""
    found: dict[str, list[Taken]] = {name: [] for name in acts}
    for number in range(rounds + 2):
        for name, act in acts.items():
            taken = act()
            if number > 1:
                found[name].append(taken)
    return found


def median(values: list[float]) -> float:
    """Return the one in the middle, nothing where there are none."""
    return statistics.median(values) if values else float("nan")


def compared(what: str, ms: float, to: float, goal: float, unit: str = "ms") -> Row:
    """Return a line whose ratio is to be at most the goal."""
    ratio = ms / to
    return Row(what, f"{ms:.1f} {unit}", f"{ratio:.2f} ×", f"≤ {goal} ×", ratio <= goal)


def at_least(what: str, value: float, of: float, goal: float, unit: str) -> Row:
    """Return a line whose share is to be at least the goal."""
    share = value / of
    return Row(what, f"{value:.1f} {unit}", f"{share:.2f} ×", f"≥ {goal} ×", share >= goal)


def one_by_one(cast: Cast, effort: Effort) -> list[Row]:
    """Measure single requests: cold and warm pages, and an action."""

    def cold(asking: Asking) -> Callable[[], Taken]:
        def act() -> Taken:
            forget_all()
            return asked(PRODUCT, asking)

        return act

    def once(asking: Asking, port: int = PRODUCT) -> Callable[[], Taken]:
        return lambda: asked(port, asking)

    by_id = world.page(cast.by_id, cast.customer)
    by_email = world.page(cast.by_email, cast.email)
    one = f"subscriptions/{cast.subscription}"
    found = in_turn(
        effort.rounds,
        call=once(world.one_call(cast.by_id, cast.customer)),
        cold_id=cold(by_id),
        cold_email=cold(by_email),
        again_id=once(by_id),
        anew_id=once(replace(by_id, is_anew=True)),
        warm_id=once(by_id),
        bare=once(world.bare(cast.by_id, cast.customer), BARE),
    )
    calls = calls_of(cast, f"{one}/cancel")
    acts = in_turn(
        effort.rounds,
        cancel=once(world.acting(cast.by_id, cast.customer, f"{one}/cancel")),
        undo=once(world.acting(cast.by_id, cast.customer, f"{one}/undo-cancel")),
        call=once(world.one_call(cast.by_id, cast.customer)),
    )
    call = median([t.call for t in found["call"]])
    bare, anew = servers(found["bare"]), servers(found["anew_id"])
    spent = median([t.processor for t in acts["cancel"]])
    for_calls = calls * median([t.processor for t in acts["call"]])
    beyond = spent - for_calls
    return [
        Row("one call of Stripe's", f"{call:.1f} ms"),
        compared("cold page by customer id", clients(found["cold_id"]), call, 1.15),
        compared("cold page by e-mail", clients(found["cold_email"]), call, 2.15),
        Row("the template from memory in a bare view, in the server", f"{bare:.1f} ms"),
        compared("warm page, in the server", servers(found["warm_id"]), bare, 1.5),
        Row("the same, rendered anew", f"{anew:.1f} ms", f"{anew / bare:.2f} ×"),
        Row(f"canceling, processor, with its {calls} calls of Stripe's", f"{spent:.1f} ms"),
        Row("canceling, processor beyond those", f"{beyond:.1f} ms", "", "≤ 20 ms", beyond <= 20),
    ]


def clients(taken: list[Taken]) -> float:
    return median([t.client for t in taken])


def servers(taken: list[Taken]) -> float:
    return median([t.server for t in taken])


def calls_of(cast: Cast, path: str) -> int:
    """Return how many calls of Stripe's an action makes, and undo it."""
    before = len(stack.ask_stripe(cast.key, "calls")["calls"])
    asked(PRODUCT, world.acting(cast.by_id, cast.customer, path))
    made = len(stack.ask_stripe(cast.key, "calls")["calls"]) - before
    asked(PRODUCT, world.acting(cast.by_id, cast.customer, path.replace("cancel", "undo-cancel")))
    return made


def group(port: int, connections: int, *asking: Asking, pause: float = 0.0) -> dict[str, Any]:
    """Return a part of a load, with so many seconds between one answer and the next request."""
    requests = [a.raw for a in asking]
    return {"port": port, "connections": connections, "requests": requests, "pause": pause}


def per_second(port: int, seconds: float, *asking: Asking, connections: int = 16) -> float:
    """Return how many answers a second come, whoever is asked."""
    (found,) = load(seconds, group(port, connections, *asking))
    assert not found["errors"], found["errors"][:3]
    return float(found["in_time"] / seconds)


def pages_per_second(cast: Cast, effort: Effort) -> list[Row]:
    """Measure warm pages and the bare view's, in turn, from one load generator."""
    page, bare = world.page(cast.by_id, cast.customer), world.bare(cast.by_id, cast.customer)
    ours, theirs = [], []
    for _turn in range(3):
        theirs.append(per_second(BARE, effort.seconds, bare))
        ours.append(per_second(PRODUCT, effort.seconds, page))
    best = median(theirs)
    return [
        Row("bare view's pages a second", f"{best:.1f} /s"),
        at_least("warm pages a second", median(ours), best, 0.7, "/s"),
    ]


def slow_stripe(cast: Cast, effort: Effort, pid: int) -> list[Row]:
    """Let one merchant's Stripe take a second, with many customers at once, and look at others.

    `pid` is gunicorn's first process.
    """
    stack.ask_stripe(cast.slow_key, "config", latency=SLOW_LATENCY)
    theirs = [world.page(cast.slow, each) for each in cast.slow_customers]
    others = group(PRODUCT, 2, world.page(cast.by_id, cast.customer), pause=0.1)
    first, theirs = theirs[: len(theirs) // 4], theirs[len(theirs) // 4 :]
    load(SLOW_LATENCY * 2, group(PRODUCT, len(first) // 4, *first))  # the catalogue is known now
    (quiet,) = load(effort.seconds, others)
    spent = -stack.processor_seconds(pid)
    slow, meanwhile = load(effort.slow_seconds, group(PRODUCT, AT_ONCE, *theirs), others)
    spent += stack.processor_seconds(pid)
    answered = len(slow["taken"]) + len(meanwhile["taken"])
    # Nothing can be answered in the first of these seconds.
    working = effort.slow_seconds - SLOW_LATENCY
    allowed = min(stack.threads() * 2, AT_ONCE) / SLOW_LATENCY * working
    errors = len(slow["errors"]) + len(meanwhile["errors"])
    kinds = ", ".join(sorted(set(slow["errors"] + meanwhile["errors"])))[:80]
    said = f"Stripe at {SLOW_LATENCY:.0f} s, {AT_ONCE} customers at once"
    share = slow["in_time"] / allowed
    before, after = median(quiet["taken"]), median(meanwhile["taken"])
    return [
        Row(f"{said}: errors", f"{errors} {kinds}".strip(), "", "none", not errors),
        Row(
            f"{said}: pages of {allowed:.0f} that the threads allow",
            f"{slow['in_time']}",
            f"{share:.0%}",
            "≥ 90 %",
            share >= 0.9,
        ),
        Row(f"{said}: sent away for a second meanwhile", f"{slow['came_again']} times"),
        Row(f"{said}: processor time for each page", f"{spent / answered * 1000:.1f} ms"),
        Row("other merchants' warm page, quiet", f"{before:.1f} ms"),
        compared("other merchants' warm page meanwhile", after, before, 2),
    ]
