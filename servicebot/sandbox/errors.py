"""Stripe's errors, as operations raise them and as they go over the wire."""

from __future__ import annotations

from typing import Any

NAMES_IN_MESSAGES = {
    "payment_method": "PaymentMethod",
    "setup_intent": "setupintent",
    "promotion_code": "promotion code",
    "test_helpers.test_clock": "testclock",
    "billing.meter": "billing meter",
}


class StripeFault(Exception):  # noqa: N818 - it is Stripe's answer, not an error of ours
    """An error that Stripe would answer; the only exception that operations raise."""

    def __init__(
        self,
        status: int,
        type: str,  # noqa: A002 - Stripe's word
        code: str | None = None,
        param: str | None = None,
        message: str = "",
        **extra: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.type = type
        self.code = code
        self.param = param
        self.message = message
        self.extra = extra

    def body(self) -> dict[str, Any]:
        """Return the error as Stripe's JSON, leaving out what is not set."""
        doc_url = self.code and f"https://docs.stripe.com/error-codes/{self.code.replace('_', '-')}"
        error = {
            "code": self.code,
            "doc_url": doc_url,
            "message": self.message,
            "param": self.param,
            "type": self.type,
            **self.extra,
        }
        return {"error": {name: value for name, value in error.items() if value is not None}}


def missing(kind: str, id_: str, param: str = "id") -> StripeFault:
    """No such object: 404 where the URL names it, 400 where a parameter does."""
    status = 404 if param in {"id", "intent"} else 400
    name = NAMES_IN_MESSAGES.get(kind, kind)
    message = f"No such {name}: '{id_}'"
    return StripeFault(status, "invalid_request_error", "resource_missing", param, message)


def invalid(message: str, param: str | None = None, code: str | None = None) -> StripeFault:
    """A request that Stripe refuses as it stands."""
    return StripeFault(400, "invalid_request_error", code, param, message)


def card_error(code: str, decline_code: str | None, message: str, **extra: Any) -> StripeFault:
    """A card that was refused; `extra` may carry the intent, advice_code and param."""
    return StripeFault(402, "card_error", code, message=message, decline_code=decline_code, **extra)


def unauthorized(message: str) -> StripeFault:
    """A key that opens nothing."""
    return StripeFault(401, "invalid_request_error", message=message)


def forbidden(message: str, code: str | None = None) -> StripeFault:
    """A key that does not open this."""
    return StripeFault(403, "invalid_request_error", code, message=message)
