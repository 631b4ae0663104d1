"""What a call asks of a subscription, checked and turned into fields and terms of a change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicebot.sandbox.billing import amounts, automatic_tax, catalogue, items, taxes
from servicebot.sandbox.billing.changes import Terms
from servicebot.sandbox.billing.periods import DAY, MONTHS, SECONDS
from servicebot.sandbox.billing.standing import ENDED
from servicebot.sandbox.errors import invalid
from servicebot.sandbox.fields import cleared, take_metadata
from servicebot.sandbox.resources import coupons

if TYPE_CHECKING:
    from servicebot.sandbox.world import Account

Object = dict[str, Any]
AFTER_THE_END = frozenset({"metadata", "cancellation_details", "expand"})
CANCEL_WORDS = {"min_period_end": min, "max_period_end": max, "max_billed_until": max}
PENDING_PARAMS = frozenset(
    {"items", "trial_end", "metadata", "discounts", "cancel_at_period_end", "off_session"}
    | {"payment_behavior", "proration_behavior", "proration_date", "billing_cycle_anchor"}
)
NOT_IN_FUTURE = "Invalid timestamp: must be an integer Unix timestamp in the future."
TWO_YEARS = 2 * 366 * DAY
DISCOUNTS_AT_MOST = 20  # https://docs.stripe.com/billing/subscriptions/coupons


def check_open(subscription: Object, params: Object) -> None:
    """Raise where a subscription has ended and more than its notes are to change."""
    if subscription["status"] in ENDED and set(params) - AFTER_THE_END:
        message = "A canceled subscription can only update its cancellation_details and metadata."
        raise invalid(message)


def check_schedule(subscription: Object, params: Object) -> None:
    """Raise where a schedule manages what is to change."""
    for name in ("cancel_at_period_end", "cancel_at"):
        if subscription["schedule"] and name in params:
            message = (
                "The subscription is managed by the subscription schedule "
                f"`{subscription['schedule']}`, and updating any cancelation behavior directly is "
                "not allowed. Please update the schedule instead."
            )
            raise invalid(message, name)


def check_pending(subscription: Object, params: Object) -> None:
    """Raise where a change can't wait for its payment."""
    if params.get("payment_behavior") != "pending_if_incomplete":
        return
    if subscription["collection_method"] == "send_invoice":
        message = (
            "`payment_behavior=pending_if_incomplete` can only be used when "
            "`collection_method=charge_automatically`."
        )
        raise invalid(message, "payment_behavior")
    for name in sorted(set(params) - PENDING_PARAMS):
        message = f"You cannot update `{name}` when `payment_behavior` is `pending_if_incomplete`."
        raise invalid(message, name)


def period_end(subscription: Object) -> int:
    """Return when a subscription's earliest period ends."""
    return min(int(item["current_period_end"]) for item in subscription["items"]["data"])


def terms_of(subscription: Object, params: Object, now: int) -> Terms:
    """Return how a change is to be done."""
    proration = params.get("proration_behavior", "create_prorations")
    trial_end, ends_trial = _trial(subscription, params, now)
    anchor = (params.get("billing_cycle_anchor") or {}).get("type")
    terms = Terms(
        now=now,
        moment=params.get("proration_date", now),
        proration=proration,
        anchor=now if anchor == "now" and subscription["status"] != "trialing" else None,
        trial_end=trial_end,
        ends_trial=ends_trial,
    )
    if "proration_date" in params:
        _check_proration_date(subscription, params, terms)
    return terms


def _trial(subscription: Object, params: Object, now: int) -> tuple[int | None, bool]:
    given = params.get("trial_end")
    if given is None:
        return None, False
    if given == "now":
        return None, subscription["status"] == "trialing"
    if given <= now:
        raise invalid(NOT_IN_FUTURE, "trial_end")
    if given > now + TWO_YEARS:
        message = "Invalid timestamp: can be no more than two years in the future."
        raise invalid(message, "trial_end")
    return given, False


def _check_proration_date(subscription: Object, params: Object, terms: Terms) -> None:
    param = "proration_date"
    if not terms.prorates:
        message = "You cannot pass `proration_date` when `proration_behavior` is `none`."
        raise invalid(message, param)
    if not {"items", "trial_end", "billing_cycle_anchor"} & set(params):
        message = "You must pass `items` or `trial_end` when passing `proration_date`."
        raise invalid(message, param)
    start = max(item["current_period_start"] for item in subscription["items"]["data"])
    if not start <= terms.moment <= period_end(subscription):
        message = (
            "The proration date must be within the current period of the subscription "
            f"({start} to {period_end(subscription)})."
        )
        raise invalid(message, param)


def plain_fields(account: Account, subscription: Object, params: Object) -> Object:
    """Return the fields that a call sets as they are given."""
    found: Object = {}
    for name in ("description", "default_payment_method", "default_source"):
        if name in params:
            found[name] = cleared(params[name])
    _check_method(account, subscription, found)
    _check_pause(params, account.now(subscription))
    if "metadata" in params:
        noted = {"metadata": dict(subscription["metadata"])}
        take_metadata(noted, params)
        found |= noted
    if "default_tax_rates" in params:
        given = params["default_tax_rates"]
        found["default_tax_rates"] = taxes.rates_for(account, given, "default_tax_rates")
    if "automatic_tax" in params:
        found["automatic_tax"] = automatic_tax.setting(account, params["automatic_tax"])
    found |= _settings(subscription, params)
    found |= _collection(subscription, params)
    return found


def _check_method(account: Account, subscription: Object, found: Object) -> None:
    id_ = found.get("default_payment_method")
    if id_ is None:
        return
    method = account.get("payment_method", id_, param="default_payment_method")
    if method["customer"] != subscription["customer"]:
        message = (
            f"The customer does not have a payment method with the ID {id_}. The payment method "
            "must be attached to the customer."
        )
        raise invalid(message, "default_payment_method", "resource_missing")


def _check_pause(params: Object, now: int) -> None:
    at = (params.get("pause_collection") or {}).get("resumes_at")
    if at is not None and at <= now:
        raise invalid(NOT_IN_FUTURE, "pause_collection[resumes_at]")


def _settings(subscription: Object, params: Object) -> Object:
    found: Object = {}
    if "payment_settings" in params:
        found["payment_settings"] = {
            **subscription["payment_settings"],
            **params["payment_settings"],
        }
    if "trial_settings" in params:
        kept = (subscription["trial_settings"] or {}).get("end_behavior", {})
        given = params["trial_settings"]["end_behavior"]
        found["trial_settings"] = {"end_behavior": {**kept, **given}}
    if "pause_collection" in params:
        given = cleared(params["pause_collection"])
        found["pause_collection"] = given and {"resumes_at": None, **given}
    return found


def _collection(subscription: Object, params: Object) -> Object:
    """Return how invoices are collected; sent ones need days, charged ones have none."""
    method = params.get("collection_method", subscription["collection_method"])
    due_days = params.get("days_until_due", subscription["days_until_due"])
    if method == "send_invoice" and due_days is None:
        message = "You must pass `days_until_due` when `collection_method` is `send_invoice`."
        raise invalid(message, "days_until_due")
    if method != "send_invoice" and "days_until_due" in params:
        message = "`days_until_due` can only be set when `collection_method` is `send_invoice`."
        raise invalid(message, "days_until_due")
    return {
        "collection_method": method,
        "days_until_due": due_days if method == "send_invoice" else None,
    }


def cancellation_fields(subscription: Object, params: Object, now: int) -> Object:
    """Return what a call sets of the subscription's end and the reasons given for it."""
    found: Object = {}
    details = dict(subscription["cancellation_details"])
    if "cancel_at_period_end" in params and "cancel_at" in params:
        message = "You may only specify one of these parameters: cancel_at, cancel_at_period_end."
        raise invalid(message)
    if "cancel_at_period_end" in params:
        at_end = bool(params["cancel_at_period_end"])
        found = _end(subscription, period_end(subscription) if at_end else None, now)
        found["cancel_at_period_end"] = at_end
    elif "cancel_at" in params:
        found = _end(subscription, _moment(subscription, params["cancel_at"], now), now)
        found["cancel_at_period_end"] = False
    if found:
        details["reason"] = "cancellation_requested" if found["cancel_at"] else None
    for name, value in (params.get("cancellation_details") or {}).items():
        details[name] = cleared(value)
    return {**found, "cancellation_details": details}


def _end(subscription: Object, at: int | None, now: int) -> Object:
    asked = subscription["canceled_at"] or now
    return {"cancel_at": at, "canceled_at": None if at is None else asked}


def _moment(subscription: Object, given: Any, now: int) -> int | None:
    if given == "":
        return None
    if given in CANCEL_WORDS:
        ends = [item["current_period_end"] for item in subscription["items"]["data"]]
        return int(CANCEL_WORDS[given](ends))
    if int(given) <= now:
        raise invalid("`cancel_at` must be a timestamp in the future.", "cancel_at")
    return int(given)


def discounts_for(account: Account, subscription: Object, given: Any) -> list[Object]:
    """Return the discounts that a call leaves on a subscription; new ones are not stored yet."""
    if given is None or given == []:
        return running(account, subscription)
    if given == "":
        return []
    if len(given) > DISCOUNTS_AT_MOST:
        message = f"You can apply at most {DISCOUNTS_AT_MOST} discounts to a subscription."
        raise invalid(message, "discounts")
    return [_discount(account, subscription, each) for each in given]


def _discount(account: Account, subscription: Object, given: Object) -> Object:
    is_new = subscription["id"] not in account.tables.get("subscription", {})
    currency = subscription["currency"]
    amounts_ = [_amount(account, item, currency) for item in subscription["items"]["data"]]
    return coupons.discount_for(
        account,
        given,
        customer=subscription["customer"],
        subscription=subscription["id"],
        now=account.now(subscription),
        amount=sum(amounts_) if is_new else None,
        currency=currency,
    )


def _amount(account: Account, item: Object, currency: str) -> int:
    if items.is_metered(item):
        return 0
    price = catalogue.full_price(account, item["price"]["id"], currency)
    return amounts.price_amount(price, items.quantity_of(item))


def running(account: Account, subscription: Object) -> list[Object]:
    """Return a subscription's discounts."""
    return [account.get("discount", id_) for id_ in subscription["discounts"]]


def follow_period(fields: Object) -> Object:
    """Let an end with the period move with the period."""
    if fields["cancel_at_period_end"]:
        fields["cancel_at"] = period_end(fields)
    return fields


def asked_items(
    account: Account, subscription: Object, params: Object, now: int
) -> list[items.Change]:
    """Return what a call makes of the items, if their rhythms go together."""
    found = items.changes(account, subscription, params.get("items") or [], now)
    rhythms = {items.rhythm(each.after) for each in found if each.after}
    if subscription["billing_mode"]["type"] == "classic" and len(rhythms) > 1:
        message = (
            "Currently, all prices on a subscription must have the same `recurring.interval` and "
            "`recurring.interval_count`. If you meant to update an existing subscription item "
            "instead of creating a new one, make sure to include the subscription item ID in "
            "your request."
        )
        raise invalid(message, "items")
    if not go_together(rhythms):
        message = (
            "All prices on a subscription must have intervals that are multiples of the shortest "
            "interval."
        )
        raise invalid(message, "items")
    return found


def go_together(rhythms: set[tuple[str, int]]) -> bool:
    """Tell whether every interval is a multiple of the shortest; one day divides all of them."""
    by_days = [SECONDS[name] // DAY * count for name, count in rhythms if name in SECONDS]
    by_months = [MONTHS[name] * count for name, count in rhythms if name in MONTHS]
    if by_days and by_months:
        return min(by_days) == 1
    lengths = by_days or by_months
    return all(length % min(lengths) == 0 for length in lengths)
