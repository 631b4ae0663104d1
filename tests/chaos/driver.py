"""The customers: each does what is planned, one click after another, until it is answered."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import time
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, replace

from tests.chaos.aims import Aim, aim
from tests.chaos.buyers import Buyer
from tests.chaos.history import Click, Json, Send
from tests.chaos.plan import Act
from tests.chaos.wire import IMPATIENT, PATIENT, Wire

API = "/api/v1/portal"
TRIES = 60
SECONDS_TO_CLEAR = 180
SECONDS_BETWEEN = 0.25
UNAUTHORIZED = 401


class StuckError(Exception):
    """Something isn't answered clearly, however often it is asked."""


class Customer:
    """One customer before their portal."""

    def __init__(self, buyer: Buyer, wire: Wire, pool: ThreadPoolExecutor) -> None:
        self.buyer, self.wire = buyer, wire
        self.clicks: list[Click] = []
        self.refused: list[Send] = []  # what was not even offered
        self.stuck: list[str] = []
        self._pool = pool
        self._token = ""
        self._turn = itertools.count(buyer.number)
        self._keys = itertools.count()

    # Asking

    def ask(self, method: str, path: str, *, is_limited: bool = False, **given: object) -> Send:
        """Send what changes nothing that matters until it is answered clearly.

        Of what `is_limited` for an hour a customer also takes the word that it was too often.
        """
        for _try in range(TRIES):
            if not self._token:
                self._begin()
            answer = self._send(next(self._turn), method, path, **given)
            if answer.is_clear:
                return answer
            time.sleep(SECONDS_BETWEEN)
        if is_limited and answer.is_put_off:
            return answer
        raise StuckError(f"{method} {path}: {answer.said}")

    def stripe(self, path: str, data: Json) -> Json:
        """Ask Stripe as the browser does."""
        return self.wire.stripe(self.buyer.publishable_key, path, data=data)

    def new_key(self) -> str:
        """Return a key for a click."""
        return f"customer-{self.buyer.number}-{next(self._keys)}"

    def _begin(self) -> None:
        """Be let in."""
        buyer = self.buyer
        signed = hmac.new(buyer.secret.encode(), buyer.email.encode(), hashlib.sha256).hexdigest()
        body = {"portal_id": buyer.portal_id, "email": buyer.email, "hash": signed}
        for _try in range(TRIES):
            answer = self.wire.send(next(self._turn), "POST", f"{API}/session", json=body)
            if answer.is_done:
                self._token = answer.body["token"]
                return
            time.sleep(SECONDS_BETWEEN)
        raise StuckError(f"session: {answer.said}")

    def _send(self, to: int, method: str, path: str, **given: object) -> Send:
        headers = {"Authorization": f"Bearer {self._token}", **_headers(given.pop("key", ""))}
        answer = self.wire.send(to, method, f"{API}{path}", headers=headers, **given)
        if answer.status == UNAUTHORIZED:
            self._token = ""
            return Send(answer.to, answer.at, answer.until, 0, answer.code, {})
        return answer

    # Clicking

    def do(self, number: int, act: Act) -> None:
        """Make one click of the plan, or note that it isn't offered."""
        try:
            found = aim(self, act)
            if isinstance(found, Aim):
                self._click(number, act, found)
            else:
                self.refused.append(found)
        except StuckError as error:
            self.stuck.append(str(error))

    def _click(self, number: int, act: Act, aimed: Aim) -> None:
        click = Click(
            number, self.buyer.id, aimed.kind, aimed.path, aimed.body, self.new_key(), aimed.wants
        )
        click.method = aimed.method
        click.began = time.monotonic()
        if self.clicks:
            self.clicks[-1].until = click.began
        self.clicks.append(click)
        if act.fault:
            self._strike(act)
        self._press(click, act)
        self._repeat_until_clear(click)
        if act.is_doubled_later:
            self._press_once(click, next(self._turn))
            self._repeat_until_clear(click, since=len(click.sends) - 1)
        self._confirm(click)

    def _strike(self, act: Act) -> None:
        """Order the fault that this click is to meet, for this customer alone."""
        fault = act.fault
        if fault is None:
            return
        asked = {**asdict(fault), "path": f"^/{self.buyer.id}{fault.path}"}
        self.wire.stripe(self.buyer.api_key, "/_sandbox/faults", json=asked)

    def _press(self, click: Click, act: Act) -> None:
        """Send a click, twice at the same moment and to two servers where that is planned."""
        timeout = IMPATIENT if act.is_impatient else PATIENT
        first = next(self._turn)
        beside: list[Future[None]] = []
        if act.is_doubled_at_once:
            beside.append(self._pool.submit(self._press_once, click, first + 1))
        if act.is_in_two_tabs:
            tab = replace(click, key=self.new_key(), sends=click.rival)
            beside.append(self._pool.submit(self._repeat_until_clear, tab))
        self._press_once(click, first, timeout)
        for other in beside:
            other.result()

    def _press_once(self, click: Click, to: int, timeout: float = PATIENT) -> None:
        if not self._token:
            self._begin()
        given = {"json": click.body, "key": click.key, "timeout": timeout}
        click.sends.append(self._send(to, click.method, click.path, **given))

    def _repeat_until_clear(self, click: Click, since: int = 0) -> None:
        """Press the same button again while nobody knows what came of it."""
        ends = time.monotonic() + SECONDS_TO_CLEAR
        while time.monotonic() < ends:
            if any(send.is_clear or send.is_put_off for send in click.sends[since:]):
                return
            if click.sends:
                time.sleep(SECONDS_BETWEEN)
            self._press_once(click, next(self._turn))
        raise StuckError(f"{click.kind} {click.key}: {click.sends[-1].said}")

    def _confirm(self, click: Click) -> None:
        """Let Stripe.js ask the bank where the last answer says so."""
        waiting = next((s.body.get("requires_action") for s in click.answers[::-1]), None)
        if not waiting:
            return
        secret = waiting["client_secret"]
        intent = secret.partition("_secret_")[0]
        given = {"client_secret": secret, "payment_method": waiting["payment_method"]}
        made = self.stripe(f"/v1/payment_intents/{intent}/confirm", given)
        click.confirmed = str(self.answered_bank(made, secret).get("status", "declined"))

    def answered_bank(self, made: Json, secret: str) -> Json:
        """Return an intent after the customer has agreed, where their bank wants to know."""
        if made.get("status") != "requires_action":
            return made
        agreed = {"client_secret": secret, "outcome": "accept"}
        return self.stripe(f"/3ds/{made['id']}/complete", agreed)


def _headers(key: object) -> dict[str, str]:
    return {"Idempotency-Key": str(key)} if key else {}
