"""Idempotency keys: one answer per key, for the same request only."""

from __future__ import annotations

import hashlib
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from servicebot.sandbox.errors import StripeFault, invalid

if TYPE_CHECKING:
    from servicebot.sandbox.wire import Call
    from servicebot.sandbox.world import Account

KEPT_SECONDS = 24 * 3600
MAX_LENGTH = 255
PAYMENT_REQUIRED = 402
BAD_REQUEST = 400
SERVER_ERROR = 500


def key_of(call: Call) -> str | None:
    """Return the key of a call; only POST has one."""
    key = call.header("Idempotency-Key") if call.method == "POST" else None
    if key is not None and len(key) > MAX_LENGTH:
        raise invalid(f"Idempotency-Key must be at most {MAX_LENGTH} characters.")
    return key or None


def earlier(account: Account, call: Call) -> dict[str, Any] | None:
    """Return the answer kept for this call's key, refusing the key for another request."""
    key = key_of(call)
    kept: dict[str, Any] | None = account.answers.get(key or "")
    if kept is None or kept["at"] <= account.sandbox.clock() - KEPT_SECONDS:
        return None
    if kept["fingerprint"] != _fingerprint(call):
        raise StripeFault(400, "idempotency_error", message=_mismatch(call, kept, str(key)))
    return kept


def keep(account: Account, call: Call, status: int, body: dict[str, Any], request_id: str) -> None:
    """Keep the answer of a request that was carried out; refused requests may be sent again."""
    if BAD_REQUEST <= status < SERVER_ERROR and status != PAYMENT_REQUIRED:
        return
    key = key_of(call)
    if key is None:
        return
    account.dirty = True
    _forget_old(account)
    account.answers[key] = {
        "at": account.sandbox.clock(),
        "path": call.url,
        "fingerprint": _fingerprint(call),
        "status": status,
        "body": body,
        "request_id": request_id,
    }


def _forget_old(account: Account) -> None:
    """Drop answers kept long enough; they stand in the order of their time."""
    before = account.sandbox.clock() - KEPT_SECONDS
    old = takewhile(lambda key: account.answers[key]["at"] <= before, account.answers)
    for key in list(old):
        del account.answers[key]


def _fingerprint(call: Call) -> str:
    """Return what makes a request the same: verb, path and parameters in any order."""
    parts = sorted([*call.body.split(b"&"), *call.query.encode().split(b"&")])
    whole = b"\n".join([call.method.encode(), call.url.encode(), *parts])
    return hashlib.sha256(whole).hexdigest()


def _mismatch(call: Call, kept: dict[str, Any], key: str) -> str:
    if kept["path"] != call.url:
        return (
            "Keys for idempotent requests can only be used for the same endpoint they were first "
            f"used for ('{call.url}' vs '{kept['path']}'). Try using a key other than '{key}' if "
            "you meant to execute a different request."
        )
    return (
        "Keys for idempotent requests can only be used with the same parameters they were first "
        f"used with. Try using a key other than '{key}' if you meant to execute a different "
        "request."
    )
