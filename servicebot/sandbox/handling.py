"""The one handler behind both doors: from a call to an answer."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from servicebot.sandbox import browser_keys, contract, idempotency, permissions, routing
from servicebot.sandbox.errors import StripeFault
from servicebot.sandbox.expand import expand
from servicebot.sandbox.faults import CallRecord, Fault, UnansweredError
from servicebot.sandbox.refusals import refuse_findings
from servicebot.sandbox.routing import Operation, Request
from servicebot.sandbox.wire import Answer, Call, api_key, clone, decode, encode, random_text

if TYPE_CHECKING:
    from servicebot.sandbox.world import Account, Sandbox

Body = dict[str, Any]
MAX_NOTES = 20_000
CHECKED: Counter[str] = Counter()
"""How many answers of each operation were checked in this process, by all its sandboxes."""
FOUND: list[contract.Finding] = []
"""What was wrong with them."""


def handle(sandbox: Sandbox, call: Call) -> Answer:
    """Answer a call and note it in the sandbox's log."""
    record = CallRecord(
        account="",
        livemode=False,
        method=call.method,
        path=call.url,
        params=decode(call),
        started=time.monotonic(),
        request_id=f"req_{random_text(14)}",
    )
    sandbox.calls.append(record)
    del sandbox.calls[:-MAX_NOTES]
    try:
        answer = _answer(sandbox, call, record)
        record.status = answer.status
        return answer
    finally:
        record.ended = time.monotonic()


def _answer(sandbox: Sandbox, call: Call, record: CallRecord) -> Answer:
    try:
        account = sandbox.account(api_key(call))
    except StripeFault as fault:
        return _encoded(call, record, fault.status, fault.body())
    record.account, record.livemode = account.name, account.livemode
    weather = account.weather.take(call.method, call.url)
    time.sleep(account.weather.latency + (weather.seconds if weather else 0))
    if weather and weather.kind in {"timeout", "reset"}:
        raise UnansweredError(weather.kind)
    with sandbox.lock:
        answer = _settled(account, call, record, weather)
        if account.dirty:
            account.dirty = False
            sandbox.save()
    if weather and weather.kind == "lost":
        raise UnansweredError("reset")
    return answer


def _settled(account: Account, call: Call, record: CallRecord, weather: Fault | None) -> Answer:
    """Return the kept answer for a repeated key, else carry the call out and keep its answer."""
    try:
        kept = idempotency.earlier(account, call)
        if kept:
            replay = {"Idempotent-Replayed": "true", "Original-Request": kept["request_id"]}
            return _encoded(call, record, kept["status"], kept["body"], replay)
        if weather and weather.kind in REFUSALS:
            refusal = REFUSALS[weather.kind]
            raise refusal()
        body = _carried_out(account, call, record)
    except StripeFault as fault:
        error = _shown_error(account, call, record, fault)
        idempotency.keep(account, call, fault.status, error, record.request_id)
        return _encoded(call, record, fault.status, error)
    idempotency.keep(account, call, 200, body, record.request_id)
    return _encoded(call, record, 200, body)


def _carried_out(account: Account, call: Call, record: CallRecord) -> Body:
    """Check a call, let time catch up, run its operation, expand and check the answer."""
    operation, path = routing.find(call.method, call.url)
    permissions.check(operation, api_key(call), account)
    permissions.check_headers(call, account)
    request = Request(
        account=account,
        params=_params(account.sandbox, call, record.params),
        path=path,
        publishable=permissions.is_publishable(api_key(call)),
        idempotency_key=idempotency.key_of(call),
        request_id=record.request_id,
        url=call.url,
    )
    routing.refuse_unsupported(operation, request.params)
    browser_keys.check_expansion(request)
    permissions.check_expansions(request.params.get("expand", []), api_key(call), account)
    _catch_up(account)
    body = _expanded(account, request, operation)
    account.dirty = account.dirty or call.method != "GET"
    _check_answer(account.sandbox, call, 200, body)
    return browser_keys.shown(body) if request.publishable else body


def _expanded(account: Account, request: Request, operation: Operation) -> Body:
    """Run an operation; where its answer can't be expanded as asked, nothing has happened."""
    paths = request.params.get("expand", [])
    kept = account.snapshot() if paths and operation.method != "GET" else None
    account.cause = {"id": request.request_id, "idempotency_key": request.idempotency_key}
    try:
        body: Body = clone(operation.function(request))
    finally:
        account.cause = {}
    try:
        expand(account, body, paths)
    except StripeFault:
        if kept:
            account.return_to(kept)
        raise
    return body


def _check_answer(sandbox: Sandbox, call: Call, status: int, body: Body) -> None:
    findings = contract.check_answer(call.method, call.url, status, body)
    CHECKED[str(contract.match(call.method, call.url))] += 1
    FOUND.extend(findings)
    sandbox.findings.extend(findings)
    del sandbox.findings[:-MAX_NOTES]


def _params(sandbox: Sandbox, call: Call, raw: Body) -> Body:
    """Return the parameters as the SDK's types read them, refusing what those do not know."""
    public, private = browser_keys.split(raw)
    params, findings = contract.checked_request(call.method, call.url, public)
    private, more = browser_keys.checked(private)
    findings = [*findings, *more]
    sandbox.refused.extend(findings)
    del sandbox.refused[:-MAX_NOTES]
    refuse_findings(findings)
    return {**params, **private}


def _catch_up(account: Account) -> None:
    for catch_up in routing.catch_ups:
        catch_up(account, None, account.sandbox.clock())


def _shown_error(account: Account, call: Call, record: CallRecord, fault: StripeFault) -> Body:
    """Return an error with the address of its log, as short as the key's owner may see it."""
    mode = "" if account.livemode else "test/"
    body = fault.body()
    address = f"https://dashboard.stripe.com/{account.id}/{mode}logs/{record.request_id}"
    body["error"]["request_log_url"] = address
    _check_answer(account.sandbox, call, fault.status, body)
    if permissions.is_publishable(api_key(call)):
        body["error"] = browser_keys.shown_error(body["error"])
    return body


def _encoded(
    call: Call, record: CallRecord, status: int, body: Body, extra: dict[str, str] | None = None
) -> Answer:
    headers = {"Request-Id": record.request_id, **(extra or {})}
    key = call.header("Idempotency-Key")
    if key and call.method == "POST":
        headers = {"Idempotency-Key": key, "Original-Request": record.request_id, **headers}
    if status == 429 or status >= 500:
        headers["Stripe-Should-Retry"] = "false"
    return encode(status, body, headers)


def _refused() -> StripeFault:
    return StripeFault(400, "invalid_request_error", message="This request can't be processed now.")


def _too_many() -> StripeFault:
    message = "Request rate limit exceeded. Learn more about rate limits at https://stripe.com/docs/rate-limits."
    return StripeFault(429, "invalid_request_error", "rate_limit", message=message)


def _broken() -> StripeFault:
    message = "An unknown error occurred. Please try again later."
    return StripeFault(500, "api_error", message=message)


REFUSALS = {"400": _refused, "429": _too_many, "500": _broken}
