"""A click counts once: what was done under a key is remembered, and said again rather than redone.

Stripe's own idempotency keys stand below this: two requests at the same moment carry the same key
to Stripe and end in one change. This is for the repeat that comes after the change has been made.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from django.core.cache import cache

from portal.problems import Problem
from portal.visit import Visit

SECONDS_KEPT = 24 * 60 * 60


class Click:
    """One press of a button, known by the key that its page or client chose."""

    def __init__(self, visit: Visit, action: str, key: str, params: Mapping[str, str]) -> None:
        self.key = visit.key(action, key)
        self._place = f"done:{self.key}"
        said = json.dumps(params, sort_keys=True)
        self._digest = hashlib.sha256(said.encode()).hexdigest()

    def was_done(self) -> bool:
        """Whether this very click did its work before.

        Raises Problem idempotency_mismatch where its key came with other parameters.
        """
        before = cache.get(self._place)
        if before not in {None, self._digest}:
            raise Problem("idempotency_mismatch")
        return before is not None

    def is_done(self) -> bool:
        """Remember that the work is done; False where the same click has said so meanwhile."""
        return cache.add(self._place, self._digest, SECONDS_KEPT)

    def step(self, name: str) -> str:
        """Return Stripe's idempotency key for one step of the work."""
        return f"{self.key}-{name}"
