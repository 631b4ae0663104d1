"""Taking parameters into objects the way Stripe does: '' clears, metadata merges."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from servicebot.sandbox.errors import invalid

ADDRESS = ("city", "country", "line1", "line2", "postal_code", "state")
MAX_METADATA_KEYS = 50
MAX_METADATA_VALUE = 500
MAX_METADATA_NAME = 40


def cleared(value: Any) -> Any:
    """Return None for the empty string that clears a field."""
    return None if value == "" else value


def take(obj: dict[str, Any], params: dict[str, Any], names: Iterable[str]) -> None:
    """Set the named fields that were sent."""
    for name in names:
        if name in params:
            obj[name] = cleared(params[name])


def take_metadata(obj: dict[str, Any], params: dict[str, Any]) -> None:
    """Merge metadata: an empty value removes its key, an empty string removes all."""
    given = params.get("metadata")
    if given is None:
        return
    merged = {**(obj.get("metadata") or {}), **given} if given else {}
    obj["metadata"] = {name: value for name, value in merged.items() if value != ""}
    _check_metadata(obj["metadata"])


def _check_metadata(metadata: dict[str, str]) -> None:
    if len(metadata) > MAX_METADATA_KEYS:
        message = f"Metadata can have at most {MAX_METADATA_KEYS} keys."
        raise invalid(message, "metadata")
    for name, value in metadata.items():
        if len(name) > MAX_METADATA_NAME:
            message = (
                f"Metadata keys can have up to {MAX_METADATA_NAME} characters, but you passed in "
                f"a key that is {len(name)} characters. Invalid key: {name}"
            )
            raise invalid(message, "metadata")
        if len(value) > MAX_METADATA_VALUE:
            message = (
                f"Metadata values can have up to {MAX_METADATA_VALUE} characters, but you passed "
                f"in a value that is {len(value)} characters. Invalid value: {value}"
            )
            raise invalid(message, f"metadata[{name}]")


def address(given: dict[str, Any] | str | None) -> dict[str, Any] | None:
    """Return an address with every line, empty ones as None."""
    if not isinstance(given, dict):
        return None
    return {name: cleared(given.get(name)) for name in ADDRESS}


def need(params: dict[str, Any], name: str) -> Any:
    """Return a parameter that this request can't do without."""
    if name not in params:
        raise invalid(f"Missing required param: {name}.", name, "parameter_missing")
    return params[name]


def pick(given: dict[str, Any] | None, names: Iterable[str]) -> dict[str, Any]:
    """Return the named fields, those not given as None."""
    return {name: cleared((given or {}).get(name)) for name in names}
