"""Makes a request of Schemathesis's one that means something: real things in it, and somebody who
asks. Most are signed in as who they should be; some as strangers, viewers, or nobody."""

from __future__ import annotations

from random import Random
from typing import Any

from django.conf import settings
from schemathesis import Case
from schemathesis.generation.meta import TestPhase

from tests.fuzz.known import KNOWN, Known
from tests.fuzz.links import TAKE_BODIES
from tests.fuzz.people import Person, World

NEWLY_EVERY = 40  # requests
NONSENSE = ("Bearer", "Bearer x:y:z", "Basic YTpi", "Bearer sb_api_x")
SHUTS = {"settings_change", "settings_copy", "sessions_end", "services_change"}


class Asking:
    """Turns made-up requests into those of this world."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.random = world, Random(seed)
        self.asked, self.followed, self.is_shut = 0, 0, False

    def chance(self, of: float) -> bool:
        """Say yes as often as that."""
        return self.random.random() < of

    def prepare(self, case: Case) -> None:
        """Change a request before it is sent."""
        self.asked += 1
        if self.asked % NEWLY_EVERY == 0:
            self.world.renew()
        operation = operation_of(case)
        if self.is_shut and self.chance(0.7):
            self.world.tidy()
        self.is_shut = operation in SHUTS
        if self._follows(case):
            self.followed += 1
            if operation not in TAKE_BODIES:
                self._fill_body(case, KNOWN[operation](self.world))
        elif self.chance(0.85):
            self._fill(case, KNOWN[operation](self.world))
        self._keep_home(case, operation)
        self._sign_in(case, operation)

    def _follows(self, case: Case) -> bool:
        """Whether a request speaks of what an answer before it has said."""
        is_stateful = case.meta is not None and case.meta.phase.name == TestPhase.STATEFUL
        body = case.body if isinstance(case.body, dict) else {}
        named = [*case.path_parameters.values(), *case.query.values(), *body.values()]
        return is_stateful and any(self.world.is_real(str(value)) for value in named)

    def _fill(self, case: Case, known: Known) -> None:
        case.path_parameters.update(known.path)
        if self.chance(0.8):
            case.headers.pop("If-Match", None)
        for name, value in known.query.items():
            if name in case.query and self.chance(0.7):
                case.query[name] = value
        self._fill_body(case, known)

    def _fill_body(self, case: Case, known: Known) -> None:
        if known.body and self.chance(0.35):
            case.body = dict(known.body)
        elif isinstance(case.body, dict):
            filled = {name: value for name, value in known.body.items() if name in case.body}
            case.body = {**case.body, **{n: v for n, v in filled.items() if self.chance(0.7)}}

    def _keep_home(self, case: Case, operation: str) -> None:
        """Let what others still need not be deleted."""
        if (
            operation == "portals_delete"
            and case.path_parameters.get("portal_id") == self.world.portal.public_id
        ):
            case.path_parameters["portal_id"] = self.world.spare_portal().public_id

    def _sign_in(self, case: Case, operation: str) -> None:
        dice = self.random.random()
        if operation == "portal_session_create" or dice < 0.02:
            return
        if dice < 0.04:
            case.headers["Authorization"] = self.random.choice(NONSENSE)
        elif operation.startswith("portal_"):
            case.headers["Authorization"] = f"Bearer {self._visitor(case, dice)}"
        elif dice < 0.2:
            case.cookies = dict(self.world.browser)
            case.headers["X-CSRFToken"] = self.world.browser[settings.CSRF_COOKIE_NAME]
        else:
            case.headers["Authorization"] = f"Bearer {self._member(dice)}"

    def _visitor(self, case: Case, dice: float) -> str:
        if dice < 0.07:
            return self.world.token_of_a_stranger()
        return self.world.token(self._whose(case))

    def _whose(self, case: Case) -> Person:
        named = [*case.path_parameters.values(), *case.query.values()]
        named += case.body.values() if isinstance(case.body, dict) else []
        found = (self.world.owner_of(value) for value in named if isinstance(value, str))
        return next(filter(None, found), self.world.now)

    def _member(self, dice: float) -> str:
        if dice < 0.23:
            return self.world.stranger
        return self.world.viewer if dice < 0.26 else self.world.owner


def operation_of(case: Case) -> str:
    """Return what the description calls it."""
    definition: Any = case.operation.definition.raw
    return str(definition["operationId"])
