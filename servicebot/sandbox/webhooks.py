"""Webhooks: queued as events happen, signed and sent when told to."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from servicebot.sandbox.world import Account, Sandbox

RETRY_SECONDS = (300, 1800, 7200)
TIMEOUT_SECONDS = 10
OK = range(200, 300)


def queue(account: Account, event: dict[str, Any]) -> None:
    """Queue an event for every endpoint that listens to its type."""
    due = account.sandbox.clock() + account.weather.webhooks_late
    for endpoint in account.find("webhook_endpoint", status="enabled"):
        if {"*", event["type"]} & set(endpoint["enabled_events"]):
            event["pending_webhooks"] += 1
            delivery = {"event": event["id"], "endpoint": endpoint["id"], "due": due, "tries": 0}
            times = 2 if account.weather.webhooks_doubled else 1
            account.deliveries.extend({**delivery} for _ in range(times))


def signature(payload: bytes, secret: str, at: int) -> str:
    """Return the Stripe-Signature header for a payload sent at that time."""
    signed = f"{at}.".encode() + payload
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def deliver(sandbox: Sandbox) -> list[tuple[str, str, int]]:
    """Send every delivery that is due, oldest first unless the weather turns them about.

    Returns (event, endpoint, status) for each; a status of 0 means nobody answered.

    One that fails is tried again later, as often as RETRY_SECONDS says.
    """
    with sandbox.lock:
        due = [
            (account, delivery)
            for account in sandbox.accounts.values()
            for delivery in account.deliveries[:: -1 if account.weather.webhooks_reversed else 1]
            if delivery["due"] <= sandbox.clock()
        ]
    sent = [_attempt(account, delivery) for account, delivery in due]
    if sent:
        with sandbox.lock:
            sandbox.save()
    return sent


def _attempt(account: Account, delivery: dict[str, Any]) -> tuple[str, str, int]:
    """Send without holding the lock, since the receiver may well call back."""
    sandbox = account.sandbox
    event = account.tables["event"][delivery["event"]]
    endpoint = account.tables.get("webhook_endpoint", {}).get(delivery["endpoint"])
    status = 0
    if endpoint:
        secret = account.hidden[endpoint["id"]]["secret"]
        status = _post(endpoint["url"], json.dumps(event, indent=2).encode(), secret, account)
    with sandbox.lock:
        _settle(account, delivery, event, gone=endpoint is None, status=status)
    return event["id"], delivery["endpoint"], status


def _settle(
    account: Account, delivery: dict[str, Any], event: dict[str, Any], *, gone: bool, status: int
) -> None:
    finished = gone or status in OK or delivery["tries"] >= len(RETRY_SECONDS)
    if not finished:
        delivery["due"] = account.sandbox.clock() + RETRY_SECONDS[delivery["tries"]]
        delivery["tries"] += 1
        return
    if delivery in account.deliveries:
        account.deliveries.remove(delivery)
    if status in OK:
        event["pending_webhooks"] = max(event["pending_webhooks"] - 1, 0)


def _post(url: str, payload: bytes, secret: str, account: Account) -> int:
    """Return the receiver's status, 0 when it could not be reached."""
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    opener = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = opener(parts.netloc, timeout=TIMEOUT_SECONDS)
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        "Stripe-Signature": signature(payload, secret, account.sandbox.clock()),
    }
    try:
        connection.request("POST", f"{parts.path or '/'}?{parts.query}", payload, headers)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()
