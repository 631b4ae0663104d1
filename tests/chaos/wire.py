"""How a customer's browser reaches the product and Stripe: one try at a time, and the answer."""

from __future__ import annotations

import time
from typing import Any

import httpx

from tests.chaos.history import Json, Send

PATIENT, IMPATIENT = 40.0, 0.15


class Wire:
    """Connections to every server of the product, kept open as browsers do."""

    def __init__(self, urls: list[str], stripe_url: str) -> None:
        limits = httpx.Limits(max_connections=200)
        self._servers = [httpx.Client(base_url=url, limits=limits) for url in urls]
        self._stripe = httpx.Client(base_url=stripe_url, timeout=PATIENT, limits=limits)

    @property
    def count(self) -> int:
        """How many servers there are."""
        return len(self._servers)

    def send(self, to: int, method: str, path: str, **given: Any) -> Send:
        """Send a request to one of the servers; a connection that breaks is an answer too."""
        timeout = given.pop("timeout", PATIENT)
        at = time.monotonic()
        status, code, body = 0, "", {}
        to %= self.count
        try:
            answer = self._servers[to].request(method, path, timeout=timeout, **given)
            status, body = answer.status_code, _read(answer)
            code = "_".join(filter(None, [body.get("code", ""), body.get("reason", "")]))
        except httpx.ConnectError:
            code = "unreached"
        except httpx.TimeoutException:
            code = "gave up"
        except httpx.HTTPError:
            code = "broke"
        return Send(to, at, time.monotonic(), status, code, body)

    def stripe(self, key: str, path: str, **given: Any) -> Json:
        """Ask the sandbox, as Stripe.js does with a publishable key; its errors are answers."""
        headers = {"Authorization": f"Bearer {key}"}
        for _try in range(20):
            try:
                return _read(self._stripe.post(path, headers=headers, **given))
            except httpx.HTTPError:
                time.sleep(0.1)  # a fault that was meant for the product
        raise SystemExit(f"Stripe's stand-in doesn't answer at {path}")


def _read(answer: httpx.Response) -> Json:
    try:
        found = answer.json()
    except ValueError:
        return {}  # a page, where nobody expected to fail
    return found if isinstance(found, dict) else {"list": found}
