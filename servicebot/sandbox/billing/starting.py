"""Starting a subscription: its first period, its first invoice and how that is paid."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from servicebot.sandbox.billing import (
    amounts,
    automatic_tax,
    blank,
    catalogue,
    collection,
    invoicing,
    items,
    pending,
    taxes,
    terms,
)
from servicebot.sandbox.billing.changes import Plan, Planner
from servicebot.sandbox.billing.invoicing import Bill
from servicebot.sandbox.billing.lines import Line, period_description
from servicebot.sandbox.billing.periods import days
from servicebot.sandbox.billing.standing import ENDED
from servicebot.sandbox.billing.updating import redeem
from servicebot.sandbox.errors import invalid
from servicebot.sandbox.pages import whole

if TYPE_CHECKING:
    from servicebot.sandbox.world import Account

Object = dict[str, Any]
MISSING_ITEMS = "Missing required param: items."


def propose(account: Account, params: Object, now: int) -> tuple[Plan, list[Object]]:
    """Return the subscription that a call would start, its lines and its discounts."""
    customer = account.get("customer", params["customer"], param="customer")
    mode = (params.get("billing_mode") or {}).get("type", "flexible")
    subscription = blank.subscription(account, customer, mode, now)
    subscription["currency"] = _currency(account, params, customer)
    _place_items(account, subscription, params, now)
    subscription |= terms.plain_fields(account, subscription, params)
    running = terms.discounts_for(account, subscription, params.get("discounts"))
    subscription["discounts"] = [each["id"] for each in running]
    trial_end = _trial_end(params, now)
    planner = Planner(account, subscription, running)
    prorates = params.get("proration_behavior", "create_prorations") != "none"
    plan = _begun(planner, params, trial_end, now, prorates=prorates)
    plan.after |= terms.cancellation_fields(plan.after, params, now)
    plan.lines += _extra_lines(account, plan.after, params, now)
    automatic_tax.check_alone(plan.after)
    return plan, running


def _currency(account: Account, params: Object, customer: Object) -> str:
    given = params.get("items") or []
    if not given or "price" not in given[0]:
        raise invalid(MISSING_ITEMS, "items", "parameter_missing")
    price = account.get("price", given[0]["price"], param="items[0][price]")
    found = str(params.get("currency") or _customer_currency(account, price, customer)).lower()
    _check_currency(account, customer, found)
    return found


def _check_currency(account: Account, customer: Object, wanted: str) -> None:
    """Raise where something of the customer's runs in another currency.

    https://support.stripe.com/questions/set-or-change-currency-for-an-invoice-or-customer-in-stripe-billing
    """
    rows = account.find("subscription", customer=customer["id"], currency=customer["currency"])
    if customer["currency"] != wanted and any(row["status"] not in ENDED for row in rows):
        message = (
            "You cannot combine currencies on a single customer. This customer has an active "
            "subscription, subscription schedule, discount, quote, or invoice item with currency "
            f"{customer['currency']}"
        )
        raise invalid(message)


def _customer_currency(account: Account, price: Object, customer: Object) -> str:
    """Return the customer's currency where the price has it, else the price's own."""
    options = account.hidden.get(price["id"], {}).get("currency_options") or {}
    known = customer["currency"]
    return str(known if known in options else price["currency"])


def _place_items(account: Account, subscription: Object, params: Object, now: int) -> None:
    subscription["items"] = whole([], f"/v1/subscription_items?subscription={subscription['id']}")
    asked = terms.asked_items(account, subscription, params, now)
    subscription["items"]["data"] = [each.after for each in asked if each.after]


def _trial_end(params: Object, now: int) -> int | None:
    given = params.get("trial_end")
    if given == "now":
        return None
    if given is None:
        count = params.get("trial_period_days")
        return now + days(count) if count else None
    if given <= now:
        raise invalid(terms.NOT_IN_FUTURE, "trial_end")
    return int(given)


def _begun(
    planner: Planner, params: Object, trial_end: int | None, now: int, *, prorates: bool
) -> Plan:
    """Place the items in their first period and price it."""
    subscription = planner.subscription
    kept = subscription["items"]["data"]
    anchor = params.get("billing_cycle_anchor", now)
    if trial_end:
        subscription |= {
            "status": "trialing",
            "trial_start": now,
            "trial_end": trial_end,
            "billing_cycle_anchor": params.get("billing_cycle_anchor", trial_end),
        }
        _place(subscription, [items.placed(item, (now, trial_end)) for item in kept])
        return Plan(subscription, planner.first_lines(subscription), bills_now=True)
    if anchor < now:
        raise invalid("`billing_cycle_anchor` must be in the future.", "billing_cycle_anchor")
    subscription["billing_cycle_anchor"] = anchor
    _place(
        subscription,
        [items.placed(i, catalogue.price_period(i["price"], anchor, now)) for i in kept],
    )
    if anchor == now:
        return Plan(subscription, planner.first_lines(subscription), bills_now=True)
    return _stub(planner, now, prorates=prorates)


def _place(subscription: Object, kept: list[Object]) -> None:
    subscription["items"]["data"] = kept


def _stub(planner: Planner, now: int, *, prorates: bool) -> Plan:
    """Price the part of a period before the anchor; without proration it is free."""
    subscription = planner.subscription
    kept = subscription["items"]["data"]
    found = planner.charges(kept, kept, now) if prorates else []
    ends = [(now, item["current_period_end"]) for item in kept]
    _place(subscription, [items.placed(i, p) for i, p in zip(kept, ends, strict=True)])
    return Plan(subscription, found, bills_now=bool(found))


def _extra_lines(account: Account, subscription: Object, params: Object, now: int) -> list[Line]:
    """Return the one-time items that go on the first invoice."""
    found = []
    for position, given in enumerate(params.get("add_invoice_items") or []):
        param = f"add_invoice_items[{position}]"
        price = account.get("price", given["price"], param=f"{param}[price]")
        full = catalogue.full_price(account, price["id"], subscription["currency"])
        rates = taxes.rates_for(account, given.get("tax_rates"), f"{param}[tax_rates]")
        line = one_time_line(account, full, given.get("quantity", 1), now)
        found.append(replace(line, tax_rates=tuple(rate["id"] for rate in rates) or None))
    return found


def one_time_line(account: Account, price: Object, quantity: int, now: int) -> Line:
    """Return a line for something that is sold once."""
    name = catalogue.product_name(account, price)
    words = period_description(price, quantity, name) if price["recurring"] else name
    amount = amounts.price_amount(price, quantity)
    return Line(amount, words, (now, now), price=price, quantity=quantity)


def bill_for(account: Account, plan: Plan, running: list[Object], now: int) -> Bill:
    """Return the bill of a first invoice, with what waits for the customer's next one."""
    customer = account.tables["customer"][plan.after["customer"]]
    return Bill(
        customer=customer,
        currency=plan.after["currency"],
        lines=[*pending.lines(account, customer["id"], None), *plan.lines],
        now=now,
        period=(now, now),
        reason="subscription_create",
        subscription=plan.after,
        running=running,
    )


def create(account: Account, params: Object) -> Object:
    """Start a subscription and bill its first period."""
    if params.get("payment_behavior") == "pending_if_incomplete":
        message = "`pending_if_incomplete` is only supported when updating a subscription."
        raise invalid(message, "payment_behavior")
    customer = account.get("customer", params["customer"], param="customer")
    automatic_tax.check(customer, params)
    now = account.now(customer)
    strict = params.get("payment_behavior") == "error_if_incomplete"
    with account.all_or_nothing() if strict else nullcontext():
        plan, running = propose(account, params, now)
        return _begin(account, plan, running, params, now)


def _begin(account: Account, plan: Plan, running: list[Object], params: Object, now: int) -> Object:
    subscription = plan.after
    behavior = params.get("payment_behavior", "allow_incomplete")
    bill = bill_for(account, plan, running, now)
    if not bill.lines:
        redeem(account, running)
        return account.add(subscription, emit="customer.subscription.created")
    invoice = invoicing.compose(account, bill)
    charged = invoice["collection_method"] == "charge_automatically" and invoice["amount_due"] > 0
    if charged and behavior != "default_incomplete":
        require_method(account, bill.customer, subscription)
    if charged:
        subscription["status"] = "incomplete"
    subscription["latest_invoice"] = invoice["id"]
    redeem(account, running)
    _set_currency(account, bill.customer, subscription["currency"])
    account.add(subscription, emit="customer.subscription.created")
    invoicing.store(account, invoice, bill)
    account.hidden[invoice["id"]]["days_until_due"] = subscription["days_until_due"]
    invoicing.finalize(account, invoice, now)
    invoicing.record_debits(account, invoice)
    invoicing.use_up(account, subscription, invoice)
    _collect(account, invoice, behavior, off_session=params.get("off_session", False))
    return subscription


def require_method(account: Account, customer: Object, subscription: Object) -> None:
    """Raise where there is nothing to charge."""
    if collection.method_for(account, customer, subscription) is None:
        raise collection.no_method()


def _set_currency(account: Account, customer: Object, currency: str) -> None:
    customer["currency"] = currency


def _collect(account: Account, invoice: Object, behavior: str, *, off_session: bool) -> None:
    """Collect a first invoice as the call asks."""
    if invoice["amount_due"] == 0:
        collection.settle(account, invoice)
        return
    if invoice["collection_method"] == "send_invoice" or behavior == "default_incomplete":
        collection.open_intent(account, invoice)
        return
    intent = collection.attempt(account, invoice, off_session=off_session)
    if invoice["status"] != "paid" and behavior == "error_if_incomplete":
        raise collection.refusal(intent, "subscription")
