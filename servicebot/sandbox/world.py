"""The stand-in's state: accounts, their objects, and the time that they live in."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias

from servicebot.sandbox import handling, routing, webhooks
from servicebot.sandbox.contract import Finding
from servicebot.sandbox.errors import StripeFault, missing, unauthorized
from servicebot.sandbox.faults import CallRecord, Weather
from servicebot.sandbox.wire import API_VERSION, Answer, Call, clone, random_text

Object: TypeAlias = dict[str, Any]

KEY = re.compile(r"(?P<role>sk|rk|pk)_(?P<mode>test|live)_(?P<name>\w+)")
SHORT_PREFIXES = {"cus_", "prod_", "req_", ""}
SAVED = ("tables", "hidden", "config", "answers", "deliveries")


def unix_now() -> int:
    """Return the real time as Stripe writes it."""
    return int(time.time())


@dataclass(frozen=True)
class Snapshot:
    """An account's state at a moment."""

    state: str
    events: dict[str, Object]
    count: int
    deliveries: list[dict[str, Any]]


@dataclass
class Account:
    """One account in one mode: its objects, and what Stripe knows of them but does not show."""

    name: str
    livemode: bool
    sandbox: Sandbox
    tables: dict[str, dict[str, Object]] = field(default_factory=dict)
    hidden: dict[str, dict[str, Any]] = field(default_factory=dict)
    config: dict[str, Any] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)
    deliveries: list[dict[str, Any]] = field(default_factory=list)
    weather: Weather = field(default_factory=Weather)
    cause: dict[str, str | None] = field(default_factory=dict)
    dirty: bool = False

    @property
    def id(self) -> str:
        return f"acct_{self.name}"

    def now(self, owner: Object | None = None) -> int:
        """Return the time for an object: its test clock's, else the sandbox's."""
        clock = self.clock_of(owner)
        if clock is None:
            return self.sandbox.clock()
        return int(self.tables["test_helpers.test_clock"][clock]["frozen_time"])

    def clock_of(self, owner: Object | None) -> Any:
        """Return the test clock that an object, or its customer, lives on."""
        if owner is None:
            return None
        clock = owner.get("test_clock")
        customer = self.tables.get("customer", {}).get(owner.get("customer") or "", {})
        return clock or customer.get("test_clock")

    def new_id(self, prefix: str) -> str:
        """Return an id as long as Stripe's of that prefix."""
        return prefix + random_text(14 if prefix in SHORT_PREFIXES else 24)

    def add(self, obj: Object, *, emit: str | None = None) -> Object:
        """Store a new object and tell of it."""
        self.dirty = True
        self.tables.setdefault(obj["object"], {})[obj["id"]] = obj
        if emit:
            self.emit(emit, obj)
        return obj

    def get(self, kind: str, id_: str, *, param: str = "id") -> Object:
        """Return an object, else raise Stripe's resource_missing."""
        found = self.tables.get(kind, {}).get(id_)
        if found is None:
            raise missing(kind, id_, param)
        return found

    def find(self, kind: str, **equal: Any) -> list[Object]:
        """Return the objects of a kind whose keys equal these, oldest first."""
        rows = self.tables.get(kind, {}).values()
        return [row for row in rows if all(row.get(key) == equal[key] for key in equal)]

    def remove(self, obj: Object, *, emit: str | None = None) -> Object:
        """Forget an object and return what Stripe answers then."""
        self.dirty = True
        del self.tables[str(obj["object"])][obj["id"]]
        if emit:
            self.emit(emit, obj)
        return {"id": obj["id"], "object": obj["object"], "deleted": True}

    def changed(self, obj: Object, before: Object, *, emit: str) -> None:
        """Tell of a change, with the top-level keys that differ from a clone taken before."""
        self.dirty = True
        names = {**before, **obj}
        previous = {name: before.get(name) for name in names if before.get(name) != obj.get(name)}
        if previous:
            self.emit(emit, obj, previous)

    def emit(self, type_: str, obj: Object, previous: Object | None = None) -> Object:
        """Record an event and queue it for the webhook endpoints that want it."""
        self.dirty = True
        data: Object = {"object": clone(obj)}
        if previous is not None:
            data["previous_attributes"] = clone(previous)
        event: Object = {
            "id": self.new_id("evt_"),
            "object": "event",
            "api_version": API_VERSION,
            "created": self.now(obj),
            "data": data,
            "livemode": self.livemode,
            "pending_webhooks": 0,
            "request": {
                "id": self.cause.get("id"),
                "idempotency_key": self.cause.get("idempotency_key"),
            },
            "type": type_,
        }
        self.tables.setdefault("event", {})[event["id"]] = event
        webhooks.queue(self, event)
        return event

    @contextmanager
    def all_or_nothing(self) -> Iterator[None]:
        """Take back every change to this account if a Stripe error is raised inside.

        Objects read before or inside are stale after the error; read them again.
        """
        kept = self.snapshot()
        try:
            yield
        except StripeFault:
            self.return_to(kept)
            raise

    def snapshot(self) -> Snapshot:
        """Return what is needed to undo changes; events are only ever added."""
        events = self.tables.get("event", {})
        others = {kind: rows for kind, rows in self.tables.items() if kind != "event"}
        return Snapshot(json.dumps([others, self.hidden]), events, len(events), [*self.deliveries])

    def return_to(self, kept: Snapshot) -> None:
        """Undo everything since a snapshot."""
        tables, self.hidden = json.loads(kept.state)
        events = dict(islice(kept.events.items(), kept.count))
        self.tables = {**tables, "event": events}
        self.deliveries = kept.deliveries

    def restore(self, state: dict[str, Any]) -> None:
        """Replace everything by a saved state."""
        for name in SAVED:
            setattr(self, name, state[name])


class Sandbox:
    """Every account of the stand-in, found by the key that opens it."""

    def __init__(
        self,
        path: Path | None = None,
        clock: Callable[[], int] = unix_now,
        public_url: str = "",
    ) -> None:
        self.path = path
        self.clock = clock
        self.public_url = public_url
        self.lock = threading.RLock()
        self.accounts: dict[str, Account] = {}
        self.calls: list[CallRecord] = []
        self.findings: list[Finding] = []
        self.refused: list[Finding] = []
        self._gathering = False
        routing.discover()
        if path and path.exists():
            self._load(path)

    def account(self, api_key: str) -> Account:
        """Return the account that a key opens; keys differing in role or mode share its name."""
        key = KEY.fullmatch(api_key)
        if key is None:
            raise unauthorized(_why_not(api_key))
        return self.account_named(key["name"], livemode=key["mode"] == "live")

    def account_named(self, name: str, *, livemode: bool = False) -> Account:
        """Return an account by its name, the part of the key after the mode; made when new."""
        slot = f"{'live' if livemode else 'test'}:{name}"
        with self.lock:
            if slot not in self.accounts:
                self.accounts[slot] = Account(name, livemode, self)
            return self.accounts[slot]

    def handle(self, call: Call) -> Answer:
        """Answer a call; raises faults.UnansweredError when the caller hears nothing."""
        return handling.handle(self, call)

    def deliver_webhooks(self) -> list[tuple[str, str, int]]:
        """Send the events that are due to their endpoints; returns (event, endpoint, status)."""
        return webhooks.deliver(self)

    def save(self) -> None:
        """Write everything to the file, if there is one, at once or not at all."""
        if self.path is None or self._gathering:
            return
        state = {
            slot: {name: getattr(account, name) for name in SAVED}
            for slot, account in self.accounts.items()
        }
        draft = self.path.with_suffix(".new")
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(json.dumps(state))
        draft.replace(self.path)

    @contextmanager
    def gathering(self) -> Iterator[None]:
        """Save once at the end instead of after every call, for filling in a lot."""
        self._gathering = True
        try:
            yield
        finally:
            self._gathering = False
            self.save()

    def _load(self, path: Path) -> None:
        for slot, state in json.loads(path.read_text()).items():
            mode, _, name = slot.partition(":")
            self.account_named(name, livemode=mode == "live").restore(state)


def _why_not(api_key: str) -> str:
    if not api_key:
        return (
            "You did not provide an API key. You need to provide your API key in the "
            "Authorization header, using Bearer auth (e.g. 'Authorization: Bearer "
            "YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication for details."
        )
    hidden = f"{api_key[:8]}{'*' * max(len(api_key) - 12, 3)}{api_key[-4:]}"
    return f"Invalid API Key provided: {hidden}"
