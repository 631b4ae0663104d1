"""A click counts once: what was done under a key is remembered, and said again rather than redone.

Two requests at the same moment wait for each other (alone.py), and Stripe's own idempotency keys
stand below this. This is for the repeat that comes after the change has been made: it is in the
database, since a click must not be done again because Redis was restarted.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping

from django.db import Error

from portal.clicks import DoneClick
from portal.problems import Problem
from portal.visit import Visit

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
