"""What can go wrong at Stripe, in our words. No exception of the SDK leaves the gateway."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import stripe


class GatewayError(Exception):
    """Stripe did not do what was asked.

    `param` names what it has something against, `request_id` is what its support asks for.
    """

    def __init__(
        self, message: str = "", *, code: str = "", param: str = "", request_id: str = ""
    ) -> None:
        super().__init__(message)
        self.code = code
        self.param = param
        self.request_id = request_id


class NotFoundError(GatewayError):
    """The account has no such object."""


class NothingUpcomingError(NotFoundError):
    """Nothing will be billed, so there is nothing to preview."""


class CardDeclinedError(GatewayError):
    """A payment was refused; `code` is Stripe's decline code, the message is for the customer."""


class AuthenticationRequiredError(GatewayError):
    """The customer's bank wants to hear from the customer first."""


class UnavailableError(GatewayError):
    """Stripe is down, slow or throttling; what was asked may or may not have happened.

    `retry_after` is in how many seconds it is worth trying again, 0 where that isn't known.
    """

    def __init__(self, message: str = "", *, retry_after: int = 0, **said: str) -> None:
        super().__init__(message, **said)
        self.retry_after = retry_after


class BusyError(UnavailableError):
    """So much is asked for this account just now that Stripe would throttle; nothing was asked."""


class DisconnectedError(GatewayError):
    """The merchant's key is revoked, wrong, or may not do this."""


class PermissionMissingError(DisconnectedError):
    """The merchant's key works, but may not do this."""

    @property
    def permission(self) -> str:
        """What the key lacks, in Stripe's name for it: product_write. Empty where it isn't said."""
        return next(iter(self.permissions), "")

    @property
    def permissions(self) -> tuple[str, ...]:
        """Every permission that Stripe names; where they are several, any of them would do."""
        return tuple(PERMISSION.findall(str(self)))


class RefusedError(GatewayError):
    """Stripe says that this request makes no sense in the state that things are in."""


class IdempotencyMismatchError(GatewayError):
    """The same idempotency key came with another request."""


class WebhookError(GatewayError):
    """What came to a webhook is no event that Stripe signed for it a moment ago."""


PERMISSION = re.compile(r"'rak_(\w+)'")
LACKING = (
    "does not have the required permissions"  # said with a 403, and by the docs with a 400 too
)
WRONG_KEYS = {"account_invalid", "secret_key_required"}  # 403 too, and no permission helps


def translated(error: stripe.StripeError) -> GatewayError:
    """Return our error for one of the SDK's."""
    code = error.code or ""
    return _kind(error, code)(
        error.user_message or "",
        code=code,
        param=getattr(error, "param", None) or "",  # not every error of the SDK has one
        request_id=error.request_id or "",
    )


def _kind(error: stripe.StripeError, code: str) -> type[GatewayError]:
    if code == "invoice_upcoming_none":
        return NothingUpcomingError
    if code == "resource_missing":
        return NotFoundError
    if code in {"authentication_required", "invoice_payment_intent_requires_action"}:
        return AuthenticationRequiredError
    if _says_what_is_lacking(error) and code not in WRONG_KEYS:
        return PermissionMissingError
    for kind, ours in KINDS:
        if isinstance(error, kind):
            return ours
    return UnavailableError


def _says_what_is_lacking(error: stripe.StripeError) -> bool:
    is_request = isinstance(error, stripe.InvalidRequestError)
    said = is_request and LACKING in (error.user_message or "")
    return said or isinstance(error, stripe.PermissionError)


KINDS: list[tuple[type[stripe.StripeError], type[GatewayError]]] = [
    (stripe.CardError, CardDeclinedError),
    (stripe.IdempotencyError, IdempotencyMismatchError),
    (stripe.AuthenticationError, DisconnectedError),
    (stripe.PermissionError, DisconnectedError),
    (stripe.RateLimitError, UnavailableError),
    (stripe.InvalidRequestError, RefusedError),
]


@contextmanager
def stripe_errors() -> Iterator[None]:
    """Turn every exception of the SDK into one of ours."""
    try:
        yield
    except stripe.StripeError as error:
        raise translated(error) from error
