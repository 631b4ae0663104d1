"""A click counts once: what was done under a key is remembered, and said again rather than redone.

Two requests at the same moment wait for each other (alone.py), and Stripe's own idempotency keys
stand below this. This is for the repeat that comes after the change has been made: it is in the
database, since a click must not be done again because Redis was restarted. So is that its work has
begun: where the answer was lost, or the process killed, the repeat looks at how things are and says
what came of it.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import Error

from portal.clicks import BegunClick, DoneClick
from portal.problems import Problem
from portal.visit import Visit
from servicebot.gateway.errors import GatewayError, UnavailableError

logger = logging.getLogger(__name__)


class Click:
    """One press of a button, known by the key that its page or client chose."""

    def __init__(self, visit: Visit, action: str, key: str, params: Mapping[str, str]) -> None:
        self.key = visit.key(action, key)
        said = json.dumps(params, sort_keys=True)
        self._digest = hashlib.sha256(said.encode()).hexdigest()

    def was_done(self) -> bool:
        """Whether this very click did its work before.

        Raises Problem idempotency_mismatch where its key came with other parameters.
        """
        before = DoneClick.digest_at(self.key)
        if before not in {None, self._digest}:
            raise Problem("idempotency_mismatch")
        return before is not None

    def was_begun(self) -> bool:
        """Whether this very click may have done its work: it began, and nobody heard the end."""
        return BegunClick.is_at(self.key)

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """Do the work within: that it began is remembered, unless it is refused for good."""
        BegunClick.note(self.key)
        try:
            yield
        except UnavailableError:
            raise
        except (GatewayError, Problem):
            self._forget_begun()
            raise

    def _forget_begun(self) -> None:
        try:
            BegunClick.drop(self.key)
        except Error:
            logger.exception("Refused, and still taken for begun: %s", self.key)

    def is_done(self) -> bool:
        """Remember that the work is done; False where the same click has said so meanwhile.

        It can't be undone by failing here, so what goes wrong is only logged.
        """
        try:
            return DoneClick.note(self.key, self._digest)
        except Error:
            logger.exception("Done and not remembered: %s", self.key)
            return True

    def step(self, name: str) -> str:
        """Return Stripe's idempotency key for one step of the work."""
        return f"{self.key}-{name}"
