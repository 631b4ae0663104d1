"""What a change makes of a subscription and what it bills: worked out once, for preview and act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from servicebot.sandbox.billing import (
    amounts,
    catalogue,
    currencies,
    discounts,
    items,
    ledger,
    lines,
    proration,
)
from servicebot.sandbox.billing.items import Change
from servicebot.sandbox.billing.ledger import Carried, Segment
from servicebot.sandbox.billing.lines import Line
from servicebot.sandbox.billing.periods import Period
from servicebot.sandbox.billing.proration import Debit

if TYPE_CHECKING:
    from servicebot.sandbox.world import Account

Object = dict[str, Any]


@dataclass
class Plan:
    """A subscription as it will be, and the lines that the change bills."""

    after: Object
    lines: list[Line] = field(default_factory=list)
    bills_now: bool = False
    carried: Carried = field(default_factory=Carried)
    takes_waiting: bool = True


@dataclass(frozen=True)
class Terms:
    """How a change is to be done: when, whether prorated, and what happens to the cycle."""

    now: int
    moment: int
    proration: str = "create_prorations"
    anchor: int | None = None
    trial_end: int | None = None
    ends_trial: bool = False

    @property
    def prorates(self) -> bool:
        return self.proration != "none"


class Planner:
    """Works out one change of one subscription."""

    def __init__(self, account: Account, subscription: Object, running: list[Object]) -> None:
        self.account = account
        self.subscription = subscription
        self.running = running
        self.flexible = subscription["billing_mode"]["type"] == "flexible"
        self.currency: str = subscription["currency"]
        self.step = currencies.step(self.currency)

    def full_price(self, item: Object) -> Object:
        return catalogue.full_price(self.account, item["price"]["id"], self.currency)

    def amount(self, item: Object) -> int:
        return amounts.price_amount(self.full_price(item), items.quantity_of(item))

    def credits(self, item: Object, moment: int) -> list[Line]:
        """Return the credit for an item's unused time: what was debited, or its price's share."""
        debits = ledger.debits(self.account, item["id"])
        if items.is_metered(item) or self._is_trial(self.subscription):
            return []
        if self.flexible:
            open_ = proration.still_open(debits, moment)
            return [
                self._credit(item, each, each.unused(moment, self.step), moment) for each in open_
            ]
        period = items.period_of(item)
        last = debits[-1] if debits else Debit(0, *period)
        reductions = self._reductions(moment, self._spent(last))
        net = discounts.net(self.amount(item), item["price"]["product"], reductions)
        unused = proration.remaining(net, period, moment, self.step)
        return [self._credit(item, replace(last, end=period[1]), unused, moment)]

    def _credit(self, item: Object, debit: Debit, amount: int, moment: int) -> Line:
        return self._prorated("Unused", item, -amount, (moment, debit.end), debit)

    def charges(self, changed: list[Object], others: list[Object], moment: int) -> list[Line]:
        """Return the charges for the rest of the periods of changed items."""
        every = [item for item in others if not items.is_metered(item)]
        nets = dict(zip([item["id"] for item in every], self._nets(every, moment), strict=True))
        return [self._charge(item, nets[item["id"]], moment) for item in changed if item in every]

    def _charge(self, item: Object, net: int, moment: int) -> Line:
        period = items.period_of(item)
        amount = proration.remaining(net, period, moment, self.step)
        return self._prorated("Remaining", item, amount, (moment, period[1]), None)

    def _nets(self, every: list[Object], moment: int) -> list[int]:
        """Return whole-period amounts less the discounts that are not for one invoice only.

        Flexible billing spreads them over the items; classic takes them off each to the full.
        """
        parts = [(self.amount(item), item["price"]["product"]) for item in every]
        lasting = [each for each in self._reductions(moment) if each.duration != "once"]
        if not self.flexible:
            return [discounts.net(amount, product, lasting) for amount, product in parts]
        cuts = discounts.spread(parts, lasting)
        return [
            amount - sum(cut for _, cut in each)
            for (amount, _), each in zip(parts, cuts, strict=True)
        ]

    def _spent(self, debit: Debit) -> list[Object]:
        """Return the discounts of a charge that were good for one invoice and have left since."""
        ids = {each["id"] for each in self.running}
        found = [self.account.get("discount", id_) for id_ in debit.discounts if id_ not in ids]
        return [
            each for each in found if catalogue.coupon_of(self.account, each)["duration"] == "once"
        ]

    def _reductions(self, moment: int, more: Sequence[Object] = ()) -> list[discounts.Reduction]:
        every = [*self.running, *more]
        return catalogue.reductions(self.account, every, self.currency, moment)

    def _prorated(
        self, kind: str, item: Object, amount: int, period: Period, debit: Debit | None
    ) -> Line:
        quantity = items.quantity_of(item)
        name = catalogue.product_name(self.account, item["price"])
        shown = debit.discounts if debit else tuple(each["id"] for each in self.running)
        return Line(
            amount=amount,
            description=lines.proration_description(kind, quantity, name, period[0]),
            period=period,
            price=self.full_price(item),
            quantity=quantity,
            item=item["id"],
            subscription=self.subscription["id"],
            proration=True,
            credits=debit.origin if debit else None,
            discounts=shown,
            discountable=False,
            tax_rates=debit.tax_rates if debit and self.flexible else items.tax_rates_of(item),
        )

    def period_line(self, item: Object, *, trial: bool = False) -> Line:
        """Return the line for a whole period of a licensed item."""
        price, quantity = self.full_price(item), items.quantity_of(item)
        name = catalogue.product_name(self.account, price)
        words = lines.period_description(price, quantity, name)
        return Line(
            amount=0 if trial else self.amount(item),
            description=self._trial_words(quantity, name) if trial else words,
            period=items.period_of(item),
            price=price,
            quantity=quantity,
            item=item["id"],
            subscription=self.subscription["id"],
            tax_rates=items.tax_rates_of(item),
        )

    def _trial_words(self, quantity: int, name: str) -> str:
        if self.flexible:
            return f"Free trial for {quantity} {lines.TIMES} {name}"
        return f"Trial period for {name}"

    def usage_lines(self, item: Object, until: int) -> list[Line]:
        """Return the lines for what was used of a metered item.

        Flexible billing bills all of it, at the prices of their time; classic only what was used
        since the last change of price.
        """
        earlier = ledger.segments(self.account, item["id"])
        start = earlier[-1].end if earlier else item["current_period_start"]
        last = self._usage_line(item, item["price"]["id"], (start, until))
        if not self.flexible:
            return [last]
        found = [self._usage_line(item, each.price, (each.start, each.end)) for each in earlier]
        return [*found, last]

    def _usage_line(self, item: Object, price_id: str, period: Period) -> Line:
        price = catalogue.full_price(self.account, price_id, self.currency)
        used = ledger.usage(self.account, self.subscription["customer"], price, period)
        name = catalogue.product_name(self.account, price)
        return Line(
            amount=amounts.price_amount(price, used),
            description=lines.period_description(price, used, name),
            period=period,
            price=price,
            quantity=used,
            item=item["id"],
            subscription=self.subscription["id"],
            tax_rates=items.tax_rates_of(item),
        )

    def update(self, asked: list[Change], terms: Terms) -> Plan:
        """Return what changed items, a new anchor or a trial make of the subscription."""
        restarts = self._restarts(asked, terms)
        plan = self._restarted(asked, terms) if restarts else self._continued(asked, terms)
        if self._is_trial(plan.after) and not restarts:
            plan.lines = []
        plan.bills_now = restarts or (terms.proration == "always_invoice" and bool(plan.lines))
        return plan

    def _is_trial(self, subscription: Object) -> bool:
        return bool(subscription["status"] == "trialing")

    def _restarts(self, asked: list[Change], terms: Terms) -> bool:
        if terms.ends_trial:
            return True
        if terms.trial_end is not None:
            return not self._is_trial(self.subscription)
        if terms.anchor is not None:
            return True
        if self.flexible or self._is_trial(self.subscription):
            return False
        return any(each.moves_interval for each in asked) or self._leaves_free(asked)

    def _leaves_free(self, asked: list[Change]) -> bool:
        """Tell whether a free subscription starts to cost (classic billing starts it anew).

        None of something that has a price is not free.
        """
        was_free = all(self._is_free(each.before) for each in asked if each.before)
        return was_free and not all(self._is_free(each.after) for each in asked if each.after)

    def _is_free(self, item: Object) -> bool:
        return not items.is_metered(item) and amounts.price_amount(self.full_price(item), 1) == 0

    def _after(self, kept: list[Object], **more: Any) -> Object:
        data = {**self.subscription["items"], "data": kept}
        return {**self.subscription, "items": data, **more}

    def _restarted(self, asked: list[Change], terms: Terms) -> Plan:
        """Start a new period now: unused time is credited, use is billed, all items are billed."""
        old = [each.before for each in asked if each.before]
        credits_ = [line for item in old for line in self.credits(item, terms.moment)]
        metered = [item for item in old if items.is_metered(item)]
        used = [line for item in metered for line in self.usage_lines(item, terms.now)]
        if self._is_trial(self.subscription):
            used = []
        after = self._anew([each.after for each in asked if each.after], terms)
        return Plan(
            after,
            [*(credits_ if terms.prorates else []), *used, *self.first_lines(after)],
            carried=Carried(
                credited=[item["id"] for item in old] if terms.prorates else [],
                used=[item["id"] for item in metered],
            ),
            takes_waiting=self.flexible or terms.proration != "always_invoice",
        )

    def _anew(self, kept: list[Object], terms: Terms) -> Object:
        if terms.trial_end is not None:
            period = (terms.now, terms.trial_end)
            kept = [items.placed(item, period) for item in kept]
            return self._after(
                kept,
                billing_cycle_anchor=terms.trial_end,
                trial_start=self.subscription["trial_start"] or terms.now,
                trial_end=terms.trial_end,
                status="trialing",
            )
        kept = [
            items.placed(item, catalogue.price_period(item["price"], terms.now, terms.now))
            for item in kept
        ]
        after = self._after(kept, billing_cycle_anchor=terms.now)
        if self._is_trial(after):
            after |= {"trial_end": terms.now, "status": "active"}
        return after

    def first_lines(self, subscription: Object) -> list[Line]:
        """Return what the periods that the items are in cost from their start."""
        trial = self._is_trial(subscription)
        licensed = [item for item in subscription["items"]["data"] if not items.is_metered(item)]
        return [self.period_line(item, trial=trial) for item in licensed]

    def _continued(self, asked: list[Change], terms: Terms) -> Plan:
        """Change items inside the running period."""
        kept = [self._in_period(each, terms) for each in asked if each.after]
        after = self._after(kept)
        if terms.trial_end is not None:
            after |= {"trial_end": terms.trial_end, "billing_cycle_anchor": terms.trial_end}
            period_end = terms.trial_end
            after["items"]["data"] = [{**i, "current_period_end": period_end} for i in kept]
        plan = Plan(after, carried=Carried(switched=self._switched(asked, terms)))
        if terms.prorates and self.subscription["status"] != "paused":
            self._prorate(plan, asked, terms)
        return plan

    def _switched(self, asked: list[Change], terms: Terms) -> list[tuple[str, Segment]]:
        """Return the metered prices that others replace inside the period."""
        found = []
        for each in asked:
            if each.before and each.after and each.is_billed and each.is_metered_throughout:
                earlier = ledger.segments(self.account, each.before["id"])
                start = earlier[-1].end if earlier else each.before["current_period_start"]
                segment = Segment(each.before["price"]["id"], start, terms.now)
                found.append((each.before["id"], segment))
        return found

    def _prorate(self, plan: Plan, asked: list[Change], terms: Terms) -> None:
        """Add the credits and charges of what changes inside the period."""
        billed = [each for each in asked if each.is_billed]
        old = [each.before for each in billed if each.before]
        stopped = [each.before for each in billed if each.stops_metering]
        ids = {each.after["id"] for each in billed if each.after}
        kept = plan.after["items"]["data"]
        fresh = [item for item in kept if item["id"] in ids]
        plan.lines = [line for item in old for line in self.credits(item, terms.moment)]
        for item in stopped:
            if item and self.flexible:
                found = self.usage_lines(item, terms.now)
                plan.lines += [replace(line, proration=True) for line in found if line.amount]
                plan.carried.used.append(item["id"])
        plan.lines += self.charges(fresh, kept, terms.moment)
        plan.carried.credited = [item["id"] for item in old]

    def _in_period(self, change: Change, terms: Terms) -> Object:
        """Place a changed item: a kept rhythm keeps its period, another one joins the grid."""
        item = change.after or {}
        if change.before is not None and not change.moves_interval:
            return item
        if self._is_trial(self.subscription):
            start = self.subscription["trial_start"]
            return items.placed(item, (start, self.subscription["trial_end"]))
        anchor = self.subscription["billing_cycle_anchor"]
        return items.placed(item, catalogue.price_period(item["price"], anchor, terms.moment))

    def renewal(self, moment: int) -> Plan:
        """Return the next period of the items whose period has run out by a moment."""
        due = [i for i in self.subscription["items"]["data"] if i["current_period_end"] <= moment]
        metered = [item for item in due if items.is_metered(item)]
        used = [line for i in metered for line in self.usage_lines(i, i["current_period_end"])]
        kept = [
            self._next(item) if item in due else item for item in self.subscription["items"]["data"]
        ]
        ids = {item["id"] for item in due}
        licensed = [i for i in kept if i["id"] in ids and not items.is_metered(i)]
        stubs = [item for item in licensed if item["current_period_start"] < moment]
        whole = [self.period_line(item) for item in licensed if item not in stubs]
        return Plan(
            self._after([self._from(item, moment) if item in stubs else item for item in kept]),
            [*used, *self.charges(stubs, kept, moment), *whole],
            bills_now=True,
            carried=Carried(used=[item["id"] for item in metered]),
        )

    def _from(self, item: Object, moment: int) -> Object:
        """Return an item whose period begins late: where a trial ends before the cycle's day."""
        return {**item, "current_period_start": moment}

    def _next(self, item: Object) -> Object:
        anchor = self.subscription["billing_cycle_anchor"]
        period = catalogue.price_period(item["price"], anchor, item["current_period_end"])
        return items.placed(item, period)

    def ending(self, moment: int, *, prorate: bool, invoice: bool) -> list[Line]:
        """Return what is still billed when the subscription ends at a moment."""
        kept = self.subscription["items"]["data"]
        trial = self._is_trial(self.subscription)
        metered = [item for item in kept if items.is_metered(item) and invoice and not trial]
        used = [line for item in metered for line in self.usage_lines(item, moment)]
        back = [line for i in kept for line in self.credits(i, moment) if prorate and not trial]
        return [*back, *(line for line in used if line.amount)]
