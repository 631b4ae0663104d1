"""Putting whole objects where their ids stand, as far as a call asks for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from servicebot.sandbox.errors import StripeFault, invalid
from servicebot.sandbox.wire import clone

if TYPE_CHECKING:
    from servicebot.sandbox.world import Account

Included: TypeAlias = "Callable[[Account, dict[str, Any]], Any]"

MAX_LEVELS = 4
KINDS = {
    "cus": "customer",
    "prod": "product",
    "price": "price",
    "pm": "payment_method",
    "seti": "setup_intent",
    "pi": "payment_intent",
    "promo": "promotion_code",
    "di": "discount",
    "sub": "subscription",
    "si": "subscription_item",
    "in": "invoice",
    "ii": "invoiceitem",
    "inpay": "invoice_payment",
    "sub_sched": "subscription_schedule",
    "clock": "test_helpers.test_clock",
}
NAMES = {"coupon": "coupon", "product": "product"}  # their ids may be of the merchant's making
EXPANDABLE_KEYS = (
    "account_tax_ids application charge coupon customer default_payment_method default_price "
    "default_source default_tax_rates discount discounts feedback_option invoice latest_attempt "
    "latest_charge latest_invoice latest_revision mandate on_behalf_of payment_intent "
    "payment_method payment_record pending_setup_intent price product promotion_code review "
    "schedule setup_attempt setup_intent single_use_mandate subscription tax_code tax_rates "
    "test_clock"
)
_included: dict[tuple[str, str], Included] = {}


def included(kind: str, name: str) -> Callable[[Included], Included]:
    """Register what fills a key that Stripe shows only when expanded."""

    def register(function: Included) -> Included:
        _included[kind, name] = function
        return function

    return register


def expand(account: Account, answer: dict[str, Any], paths: list[str]) -> None:
    """Expand the paths inside an answer, which must be a clone of the stored object."""
    for path in paths:
        names = path.split(".")
        if len(names) > MAX_LEVELS:
            raise invalid(
                f"You cannot expand more than {MAX_LEVELS} levels of a property. Property: {path}",
                param="expand",
            )
        _walk(account, answer, names, path)


def _walk(account: Account, here: Any, names: list[str], path: str) -> None:
    for item in here if isinstance(here, list) else [here]:
        _step(account, item, names, path)


def _step(account: Account, here: Any, names: list[str], path: str) -> None:
    name = names[0]
    if here is None:
        return
    if not isinstance(here, dict):
        raise _refusal(path)
    include = _included.get((here.get("object", ""), name))
    if include and name not in here:
        here[name] = include(account, here)
    last = len(names) == 1
    if name not in here or (last and not include and name not in EXPANDABLE_KEYS.split()):
        raise _refusal(path)
    here[name] = _opened(account, name, here[name], path)
    if not last:
        _walk(account, here[name], names[1:], path)


def _opened(account: Account, name: str, value: Any, path: str) -> Any:
    """Return the object for an id, objects for a list of ids, and objects as they are."""
    if isinstance(value, list):
        return [_opened(account, name, inner, path) for inner in value]
    if isinstance(value, str):
        return _object(account, name, value, path)
    if value is not None and not isinstance(value, dict):
        raise _refusal(path)
    return value


def _object(account: Account, name: str, id_: str, path: str) -> dict[str, Any]:
    """Return a clone of the object that the id under this name stands for."""
    kind = NAMES.get(name) or (KINDS.get(id_.rpartition("_")[0]) if name != "id" else None)
    if kind is None:
        raise _refusal(path)
    found = account.tables.get(kind, {}).get(id_)
    return clone(found) if found else {"id": id_, "object": kind, "deleted": True}


def _refusal(path: str) -> StripeFault:
    return invalid(f"This property cannot be expanded ({path}).", param="expand")
