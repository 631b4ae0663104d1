"""Stripe's words for a request that its types do not allow."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from servicebot.sandbox.errors import StripeFault, invalid

if TYPE_CHECKING:
    from servicebot.sandbox.contract import Finding

NO_LONGER = (
    "payment_method_types is no longer supported in this API version. Use "
    "automatic_payment_methods or allowed_payment_method_types instead."
)
ORDER = ("operation", "unknown", "missing", "type", "enum")


def refuse_findings(findings: list[Finding]) -> None:
    """Raise Stripe's error for the gravest finding about a request."""
    if findings:
        raise _refusal(min(findings, key=lambda finding: ORDER.index(finding.problem)))


def _refusal(finding: Finding) -> StripeFault:
    param = bracketed(finding.path)
    if finding.path == "payment_method_types":
        return invalid(NO_LONGER, param, "payment_method_types_no_longer_supported")
    if finding.problem == "unknown":
        return invalid(f"Received unknown parameter: {param}", param, "parameter_unknown")
    if finding.problem == "missing":
        return invalid(f"Missing required param: {param}.", param, "parameter_missing")
    return invalid(f"Invalid {param}: {finding.detail}", param)


def bracketed(path: str) -> str:
    """Turn "items[0].price" into Stripe's "items[0][price]"."""
    return re.sub(r"\.([^.\[\]]+)", r"[\1]", path)
