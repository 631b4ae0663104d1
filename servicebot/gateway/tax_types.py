"""The kinds of tax id that Stripe knows, by the installed SDK."""

from __future__ import annotations

from typing import get_args

from stripe.params import CustomerCreateTaxIdParams


def _named() -> tuple[str, ...]:
    """Return the values of the SDK's Literal, which stands in a union with plain text."""
    hint = CustomerCreateTaxIdParams.__annotations__["type"]
    return tuple(name for part in get_args(hint) for name in get_args(part))


TAX_ID_TYPES = _named()
