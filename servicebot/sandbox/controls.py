"""What the sandbox serves beside Stripe's API: authentication by the holder, faults, the log."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from servicebot.sandbox import webhooks
from servicebot.sandbox.errors import StripeFault, forbidden, invalid, missing
from servicebot.sandbox.faults import KINDS
from servicebot.sandbox.resources import intents, payment_intents, setup_intents
from servicebot.sandbox.wire import Answer, Call, api_key, clone, encode

if TYPE_CHECKING:
    from servicebot.sandbox.world import Account, Object, Sandbox

CHALLENGE = re.compile(r"/3ds/(?P<intent>(?:pi|seti)_\w+)/complete")
OUTCOMES = {"accept": True, "refuse": False}
SETTLERS = {"setup_intent": setup_intents.settle, "payment_intent": payment_intents.settle}
TRAVEL = {"latency", "webhooks_late", "webhooks_doubled", "webhooks_reversed"}
FAULT_NUMBERS = {"times": int, "seconds": float}


def respond(sandbox: Sandbox, call: Call) -> Answer | None:
    """Answer a call for the sandbox itself; None where it is for somebody else."""
    try:
        found = _found(sandbox, call)
    except StripeFault as fault:
        return encode(fault.status, fault.body(), {})
    if found is None:
        return None
    with sandbox.lock:
        sandbox.save()
    return encode(200, found, {})


def _found(sandbox: Sandbox, call: Call) -> Any:
    challenge = CHALLENGE.fullmatch(call.url)
    if challenge and call.method == "POST":
        with sandbox.lock:
            return complete(sandbox, challenge["intent"], _given(call))
    if not call.url.startswith("/_sandbox/"):
        return None
    account = _owner(sandbox, call)
    control = CONTROLS.get((call.method, call.url.removeprefix("/_sandbox/")))
    if control is None:
        raise StripeFault(404, "invalid_request_error", message=f"No such control: {call.url}")
    return control(account, _given(call))


def complete(sandbox: Sandbox, id_: str, given: dict[str, Any]) -> Object:
    """Settle what the card's holder answered their bank: accept or refuse."""
    account, intent = _waiting(sandbox, id_)
    intents.check_secret(intent, given.get("client_secret"), needed=True)
    if intent["status"] != "requires_action":
        raise intents.unexpected(intent, "authenticate")
    if given.get("outcome") not in OUTCOMES:
        raise invalid("The outcome must be accept or refuse.", "outcome")
    SETTLERS[intent["object"]](account, intent, accepted=OUTCOMES[given["outcome"]])
    shown: Object = clone(intent)
    return shown


def _waiting(sandbox: Sandbox, id_: str) -> tuple[Account, Object]:
    """Return an intent with its account, which the bank's page does not know."""
    kind = "payment_intent" if id_.startswith("pi_") else "setup_intent"
    for account in sandbox.accounts.values():
        intent = account.tables.get(kind, {}).get(id_)
        if intent:
            return account, intent
    raise missing(kind, id_, "intent")


def _owner(sandbox: Sandbox, call: Call) -> Account:
    key = api_key(call)
    if not key.startswith("sk_"):
        raise forbidden("The sandbox's controls need the account's secret key.")
    return sandbox.account(key)


def _given(call: Call) -> dict[str, Any]:
    """Return the body's values, whether sent as JSON or as a form."""
    if (call.header("Content-Type") or "").startswith("application/json"):
        return _json(call.body or b"{}")
    return dict(parse_qsl(call.body.decode("utf-8", "replace")))


def _json(body: bytes) -> dict[str, Any]:
    try:
        given = json.loads(body)
    except ValueError as error:
        raise invalid("The body is not JSON.") from error
    return given if isinstance(given, dict) else {}


def _bring_faults(account: Account, given: dict[str, Any]) -> Any:
    if given.get("kind") == "none":
        account.weather.clear()
        return {"faults": []}
    if given.get("kind") not in KINDS:
        raise invalid(f"The kind must be none or one of {', '.join(KINDS)}.", "kind")
    texts = {name: given[name] for name in ("method", "path") if name in given}
    account.weather.bring(given["kind"], **texts, **_numbers(given))
    return {"faults": [asdict(fault) for fault in account.weather.faults]}


def _numbers(given: dict[str, Any]) -> dict[str, Any]:
    try:
        return {name: read(given[name]) for name, read in FAULT_NUMBERS.items() if name in given}
    except (TypeError, ValueError) as error:
        raise invalid("times and seconds must be numbers.") from error


def _configure(account: Account, given: dict[str, Any]) -> Any:
    for name in TRAVEL & set(given):
        setattr(account.weather, name, given[name])
    account.config.update({name: given[name] for name in given if name not in TRAVEL})
    return {**account.config, **{name: getattr(account.weather, name) for name in sorted(TRAVEL)}}


def _calls(account: Account, given: dict[str, Any]) -> Any:
    calls = account.sandbox.calls
    mine = [c for c in calls if (c.account, c.livemode) == (account.name, account.livemode)]
    return {"calls": [asdict(call) for call in mine]}


def _findings(account: Account, given: dict[str, Any]) -> Any:
    sandbox = account.sandbox
    return {
        "findings": [asdict(finding) for finding in sandbox.findings],
        "refused": [asdict(finding) for finding in sandbox.refused],
    }


def _deliver(account: Account, given: dict[str, Any]) -> Any:
    return {"deliveries": webhooks.deliver(account.sandbox)}


CONTROLS = {
    ("POST", "faults"): _bring_faults,
    ("POST", "config"): _configure,
    ("POST", "deliver"): _deliver,
    ("GET", "calls"): _calls,
    ("GET", "findings"): _findings,
}
