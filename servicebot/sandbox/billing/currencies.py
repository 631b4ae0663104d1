"""Stripe's currencies: in which units amounts are counted, and which amounts can be charged.

https://docs.stripe.com/currencies: amounts of three-decimal currencies end in 0, and those of ISK
and UGX, which have become whole but are still counted in hundredths, in 00.
"""

from __future__ import annotations

from servicebot.sandbox.errors import StripeFault

WHOLE = frozenset(
    {"bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga"}
    | {"pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"}
)
THOUSANDTHS = frozenset({"bhd", "jod", "kwd", "omr", "tnd"})
STEPS = {**dict.fromkeys(THOUSANDTHS, 10), "isk": 100, "ugx": 100}
# The least that can be charged; less waits on the customer's balance for the next invoice.
MINIMUM = {
    **dict.fromkeys(("aud", "brl", "cad", "chf", "eur", "inr", "nzd", "sgd", "usd"), 50),
    **dict.fromkeys(("aed", "myr", "pln", "ron"), 200),
    **dict.fromkeys(("nok", "sek"), 300),
    **dict.fromkeys(("mxn", "thb"), 1000),
    "czk": 1500,
    "dkk": 250,
    "gbp": 30,
    "hkd": 400,
    "huf": 17_500,
    "jpy": 50,
}
NOT_WHOLE = (
    "Invalid amount. Amounts in {name} must be evenly divisible by {step}. See "
    "https://stripe.com/docs/currencies#special-cases for more information."
)


def places(currency: str) -> int:
    """Return how many digits of an amount come after the point."""
    return 0 if currency in WHOLE else 3 if currency in THOUSANDTHS else 2


def step(currency: str) -> int:
    """Return what every amount is a multiple of."""
    return STEPS.get(currency, 1)


def chargeable(amount: int, currency: str) -> int:
    """Return what of an amount can be charged: nothing of credit or of too little."""
    whole = amount - amount % step(currency)
    return whole if whole >= max(MINIMUM.get(currency, 1), 1) else 0


def check(amount: int | None, currency: str, param: str) -> None:
    """Raise where an amount has more digits than can be charged."""
    if amount is None or amount % step(currency) == 0:
        return
    message = NOT_WHOLE.format(name=currency.upper(), step=step(currency))
    code = "invalid_charge_amount_no_decimal_compatible"
    raise StripeFault(400, "invalid_request_error", code, param, message)
