"""Stripe's test cards: what each does when it is attached, charged or asked to authenticate.

All that decline or authenticate are here (https://docs.stripe.com/testing). The others are known by
their number and refused, since what they are for (disputes, captchas, PINs) is not done here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from servicebot.sandbox.errors import StripeFault, card_error

Authentication = Literal["never", "until_set_up", "always", "already_set_up", "broken"]


@dataclass(frozen=True)
class Decline:
    """A refusal in Stripe's words."""

    code: str
    decline_code: str | None
    message: str
    advice_code: str | None = None

    def error(self) -> dict[str, Any]:
        """Return the error as it stands in an intent's last error."""
        named = {
            "advice_code": self.advice_code,
            "code": self.code,
            "decline_code": self.decline_code,
            "doc_url": f"https://docs.stripe.com/error-codes/{self.code.replace('_', '-')}",
            "message": self.message,
            "type": "card_error",
        }
        return {name: value for name, value in named.items() if value is not None}

    def fault(self, **extra: Any) -> StripeFault:
        """Return the error as an answer of its own."""
        advice = {"advice_code": self.advice_code} if self.advice_code else {}
        return card_error(self.code, self.decline_code, self.message, **advice, **extra)


@dataclass(frozen=True)
class Card:
    """A test card; `shortcuts` end Stripe's names for it (pm_card_…, tok_…)."""

    number: str
    brand: str
    shortcuts: tuple[str, ...] = ()
    attach: Decline | None = None
    charge: Decline | None = None
    authentication: Authentication = "never"
    funding: str = "credit"
    country: str = "US"

    @property
    def name(self) -> str:
        """What tells it from others: some are known by a token alone and share a number."""
        return self.shortcuts[0] if self.shortcuts else self.number


def _declined(code: str, advice: str = "try_again_later") -> Decline:
    return Decline("card_declined", code, "Your card was declined.", advice)


GENERIC = _declined("generic_decline")
FUNDS = Decline(
    "card_declined", "insufficient_funds", "Your card has insufficient funds.", "try_again_later"
)
LOST = _declined("lost_card", "do_not_try_again")
STOLEN = _declined("stolen_card", "do_not_try_again")
VELOCITY = Decline(
    "card_declined",
    "card_velocity_exceeded",
    "Your card was declined for making repeated attempts too frequently or exceeding its amount "
    "limit.",
    "try_again_later",
)
FRAUDULENT = Decline("card_declined", "fraudulent", "Your card was declined.", "do_not_try_again")
EXPIRED = Decline("expired_card", None, "Your card has expired.", "do_not_try_again")
CVC = Decline("incorrect_cvc", None, "Your card's security code is incorrect.")
PROCESSING = Decline(
    "processing_error",
    None,
    "An error occurred while processing your card. Try again in a little bit.",
    "try_again_later",
)
AUTHENTICATION = Decline(
    "authentication_required",
    "authentication_required",
    "Your card was declined. This transaction requires authentication.",
)
LOOKUP = Decline("card_declined", "generic_decline", "Your card was declined.")
NOT_A_TEST_CARD = Decline(
    "card_declined",
    "test_mode_live_card",
    "Your card was declined. Your request was in test mode, but used a non test (live) card. "
    "For a list of valid test cards, visit: https://stripe.com/docs/testing.",
)


def _refused(number: str, shortcut: str, decline: Decline, *more: str) -> Card:
    names = (shortcut, f"visa_{shortcut}", *more)
    return Card(number, "visa", names, attach=decline, charge=decline)


def _fails_later(shortcut: str, decline: Decline) -> Card:
    names = (shortcut, f"visa_{shortcut}")
    return Card("4000000000000341", "visa", names, charge=decline)


def _asks(number: str, *shortcuts: str, country: str = "US") -> Card:
    return Card(number, "visa", shortcuts, authentication="always", country=country)


CARDS = (
    Card("4242424242424242", "visa", ("visa",)),
    Card("4000056655665556", "visa", ("visa_debit",), funding="debit"),
    Card("5555555555554444", "mastercard", ("mastercard",)),
    Card("2223003122003222", "mastercard"),
    Card("5200828282828210", "mastercard", ("mastercard_debit",), funding="debit"),
    Card("5105105105105100", "mastercard", ("mastercard_prepaid",), funding="prepaid"),
    Card("378282246310005", "amex", ("amex", "amex_threeDSecureNotSupported")),
    Card("371449635398431", "amex"),
    Card("6011111111111117", "discover", ("discover",)),
    Card("3056930009020004", "diners", ("diners",)),
    Card("3566002020360505", "jcb", ("jcb",), country="JP"),
    Card("6200000000000005", "unionpay", ("unionpay",), country="CN"),
    Card("4000002760000016", "visa", ("de",), country="DE"),
    Card("4000008260000000", "visa", ("gb",), country="GB"),
    Card("4000002500000003", "visa", ("fr",), country="FR"),
    _refused("4000000000000002", "chargeDeclined", GENERIC),
    _refused(
        "4000000000009995",
        "chargeDeclinedInsufficientFunds",
        FUNDS,
        "visa_debit_chargeDeclinedInsufficientFunds",
    ),
    _refused("4000000000009987", "chargeDeclinedLostCard", LOST),
    _refused("4000000000009979", "chargeDeclinedStolenCard", STOLEN),
    _refused("4000000000006975", "chargeDeclinedVelocityLimitExceeded", VELOCITY),
    _refused("4100000000000019", "radarBlock", FRAUDULENT, "visa_chargeDeclinedFraudulent"),
    _refused("4000000000000069", "chargeDeclinedExpiredCard", EXPIRED),
    _refused("4000000000000127", "chargeDeclinedIncorrectCvc", CVC),
    _refused("4000000000000119", "chargeDeclinedProcessingError", PROCESSING),
    _fails_later("chargeCustomerFail", GENERIC),
    _fails_later("chargeCustomerFailLostCard", LOST),
    _fails_later("chargeCustomerFailStolenCard", STOLEN),
    Card("4000000000004954", "visa", ("riskLevelHighest",), charge=FRAUDULENT),
    Card(
        "4000000000003220",
        "visa",
        ("threeDSecure2Required",),
        authentication="until_set_up",
        country="IE",
    ),
    Card("4000008400000027", "visa", authentication="until_set_up"),
    Card(
        "4000008400001280",
        "visa",
        ("threeDSecureRequiredProcessingError",),
        charge=LOOKUP,
        authentication="broken",
    ),
    Card("4000000000003055", "visa", ("threeDSecureOptional",)),
    Card("4000000000003097", "visa", ("threeDSecureOptionalProcessingError",)),
    Card("4000000032200000", "visa"),  # authenticates by itself: frictionless
    Card(
        "4000008400001629",
        "visa",
        ("threeDSecureRequiredChargeDeclined",),
        charge=GENERIC,
        authentication="until_set_up",
    ),
    Card(
        "4000002500003155",
        "visa",
        ("authenticationRequiredOnSetup",),
        authentication="until_set_up",
    ),
    _asks("4000002760003184", "authenticationRequired", country="DE"),
    *(_asks(f"40005826000001{end}") for end in ("02", "10")),
    *(_asks(f"40005826000000{end}") for end in ("45", "94")),
    Card(
        "4000003800000446",
        "visa",
        ("authenticationRequiredSetupForOffSession",),
        authentication="already_set_up",
    ),
    Card(
        "4000008260003178",
        "visa",
        ("authenticationRequiredChargeDeclinedInsufficientFunds",),
        charge=FUNDS,
        authentication="until_set_up",
    ),
)
NOT_DONE = {
    "disputes": (
        *("4000000000000259", "4000000000002685", "4000000000001976", "4000000000005423"),
        *("4000000404000079", "4000000404000038", "4000008400000779", "5105008400000002"),
        *("4000000001000043", "4000000404004816", "4000000404005649", "5105000300000018"),
    ),
    "captchas": ("4000000000001208", "4000000000003725"),
    "PINs": ("4001007020000002", "4000008260000075", "4001000360000005", "4000002760000008"),
    "risk levels and checks": (
        *("4000000000009235", "4000008400000407", "4000008400000159", "4000008400001017"),
        *("4000008405600003", "4000000000000101", "4000000000000036", "4000058400307872"),
        *("4000058400306072", "4000000000000028", "4000000000000010", "4000000000000044"),
    ),
    "refunds and balances": (
        *("4000000000007726", "4000000000005126", "4000000000000077", "4000003720000278"),
    ),
}
BY_NUMBER = {card.number: card for card in reversed(CARDS)}
BY_NAME = {card.name: card for card in CARDS}
BY_SHORTCUT = {name: card for card in CARDS for name in card.shortcuts}


def shortcut(name: str) -> Card | None:
    """Return the card behind a pm_card_… or tok_… name."""
    for prefix in ("pm_card_", "tok_"):
        if name.startswith(prefix):
            return BY_SHORTCUT.get(name.removeprefix(prefix))
    return None


def is_wrong(number: str) -> bool:
    """Tell whether a number is no card number at all, by its check digit."""
    if not number.isdecimal() or not 12 <= len(number) <= 19:
        return True
    digits = [int(digit) for digit in reversed(number)]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 != 0


def needs_authentication(card: Card, *, off_session: bool, set_up: bool) -> bool:
    """Tell whether a payment must be authenticated by the card's holder."""
    if card.authentication in {"never", "broken"}:
        return False
    if not off_session or card.authentication == "always":
        return True
    return card.authentication == "until_set_up" and not set_up


def needs_authentication_to_set_up(card: Card) -> bool:
    return card.authentication in {"until_set_up", "always"}


def not_done(number: str) -> str | None:
    """Return what a test card of Stripe's is for that this sandbox doesn't do."""
    return next((what for what, numbers in NOT_DONE.items() if number in numbers), None)
