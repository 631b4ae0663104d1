"""What the portal's page and `GET /api/v1/portal` show: read at one time, judged by the policy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.utils import timezone

from accounts.models import StripeConnection
from portal.actions.previews import renewal_of
from portal.catalogue import Catalogue, keep, kept, place_of
from portal.charged import as_charged
from portal.facts import (
    RESUBSCRIBED_FROM,
    SCHEDULED_CHANGE,
    cards_in_use,
    is_owed,
    plan_items,
    planned_of,
    was_given_up,
)
from portal.identity import Identity
from portal.models import IdentifyBy
from portal.policy import Action, Planned, Reason, Verdict, setting_verdict
from portal.problems import Problem
from portal.reads import Row, Shelf, by_email
from portal.standing import Standing, standing_of
from portal.visit import Visit
from servicebot.gateway.billing_shapes import Invoice, InvoicePage, Subscription
from servicebot.gateway.errors import NotFoundError, UnavailableError
from servicebot.gateway.shapes import Customer, Item, PaymentMethod, Price
from servicebot.gateway.wire import in_time, together

READS = 5  # customer, subscriptions, payment methods, invoices, upcoming invoice


SILENT = {Reason.SETTING_OFF, Reason.NOT_PERMITTED, Reason.NOT_COUNTED, Reason.NOT_PAUSED}
"""What isn't offered at all, so that nobody asks why not."""


@dataclass(frozen=True)
class PlannedChange:
    """A plan that starts with the next period; `price` where it is still sold."""

    tier: str
    price: Price | None
    starts_at: datetime


@dataclass(frozen=True)
class SubscriptionView:
    """One subscription as its customer sees it; `days_of_trial` says how many still begin."""

    standing: Standing
    service: str
    tier: str
    plan_item: Item
    other_items: tuple[tuple[str, Item], ...]
    open_invoice: Invoice | None
    planned: PlannedChange | None
    days_of_trial: int

    @property
    def has_actions(self) -> bool:
        """Whether there is a button for it."""
        return any(v.allowed for a, v in self.verdicts.items() if a is not Action.UPDATE_CARD)

    @property
    def lacks_card(self) -> bool:
        """Whether it can't go on, or be started again, without a card."""
        facts = self.standing.facts
        waits = facts.status in {"trialing", "paused"} and facts.is_charged_automatically
        is_last_hurdle = self.verdicts[Action.RESUBSCRIBE].reason is Reason.CARD_MISSING
        return is_last_hurdle or (waits and not facts.has_card and not self.subscription.cancel_at)

    @property
    def why_not(self) -> list[Verdict]:
        """Why what is offered here isn't possible now, each reason once."""
        if self.subscription.status == "canceled":
            asked = [Action.RESUBSCRIBE]
        else:
            asked = [Action.RESUME, Action.CHANGE_PLAN, Action.CHANGE_QUANTITY, Action.APPLY_COUPON]
        found = (self.verdicts[action] for action in asked)
        return list(dict.fromkeys(v for v in found if v.reason and v.reason not in SILENT))

    @property
    def subscription(self) -> Subscription:
        """Stripe's object."""
        return self.standing.subscription

    @property
    def verdicts(self) -> dict[Action, Verdict]:
        """What may be done with it."""
        return self.standing.verdicts


@dataclass(frozen=True)
class CustomerView:
    """One customer with all that is theirs; several of one e-mail stand each by itself.

    `upcoming` is their next invoice, which comes at `upcoming_at`.
    """

    customer: Customer
    subscriptions: tuple[SubscriptionView, ...]
    payment_methods: tuple[PaymentMethod, ...]
    default_method: PaymentMethod | None
    removable_methods: tuple[PaymentMethod, ...]
    invoices: tuple[Invoice, ...]
    older_after: str
    upcoming: Invoice | None
    upcoming_at: datetime | None

    @property
    def lacks_card(self) -> bool:
        """Whether one of the subscriptions needs a card."""
        return any(view.lacks_card for view in self.subscriptions)

    @property
    def has_details(self) -> bool:
        """Whether there is more to say of the customer than who they are."""
        customer = self.customer
        return bool(customer.phone or customer.tax_ids or any(asdict(customer.address).values()))


@dataclass(frozen=True)
class PageView:
    """All customers of a visit. `is_unsecured` says that test mode asked for no hash.

    `as_of` is set where Stripe doesn't answer and this is how things were then.
    """

    customers: tuple[CustomerView, ...]
    is_unsecured: bool
    can_update_card: bool
    as_of: datetime | None = None


def read_page(visit: Visit, *, may_be_kept: bool = False) -> PageView:
    """Read and judge everything that one page shows.

    One customer costs five reads at the same time and the catalogue, however much there is. Only
    what is charged in one of several currencies and no longer sold costs one more, now and then.
    Nothing is read that is kept (reads.py) and `may_be_kept`: never after something was done.
    Where Stripe doesn't answer then, what is kept is shown however old it is, and says so.
    """
    gateway = visit.gateway
    place = place_of(visit.connection)
    known = kept(place)
    shelf = Shelf(visit.connection, visit.customer_ids, is_read=may_be_kept)
    shown = shelf.shown() if may_be_kept else {}
    reads: list[Callable[[], Any]] = [] if known else [gateway.products, gateway.prices]
    start = len(reads)
    missing = [id_ for id_ in visit.customer_ids if id_ not in shown]
    for id_ in missing:
        reads += [partial(gateway.customer, id_), *gateway.reads_of(id_)]
    try:
        found = together(reads)
    except NotFoundError as error:
        raise Problem("no_customer") from error
    except UnavailableError:
        if not (may_be_kept and known):
            raise
        return _page_as_it_was(visit, known, shelf)
    catalogue = known or keep(visit.connection, place, *found[:start])
    rows = [tuple(found[i : i + READS]) for i in range(start, len(found), READS)]
    read = dict(zip(missing, rows, strict=True))
    shelf.keep(read)
    return _page(visit, catalogue, shown | read)


def _page_as_it_was(visit: Visit, catalogue: Catalogue, shelf: Shelf) -> PageView:
    """Return the page as it was read last; raises UnavailableError where nothing is kept."""
    found = shelf.oldest(visit.customer_ids)
    if found is None:
        raise UnavailableError("Stripe doesn't answer, and nothing is kept.")
    as_of, rows = found
    return replace(_page(visit, catalogue, rows), as_of=as_of)


def _page(visit: Visit, catalogue: Catalogue, rows: Mapping[str, Row]) -> PageView:
    own = catalogue.only(visit.settings.services)
    found = [rows[id_] for id_ in visit.customer_ids]
    theirs = [row for row in found if visit.is_theirs(row[0])]
    return page_of(visit, own, [_charged(visit, own, *row) for row in theirs])


def _charged(
    visit: Visit,
    catalogue: Catalogue,
    customer: Customer,
    subscriptions: tuple[Subscription, ...],
    *others: Any,
) -> tuple[Any, ...]:
    return (customer, as_charged(visit.connection, catalogue, subscriptions), *others)


def page_of(visit: Visit, catalogue: Catalogue, rows: list[tuple[Any, ...]]) -> PageView:
    """Judge what was read; raises Problem no_customer where nothing is left."""
    if not rows:
        raise Problem("no_customer")
    return PageView(
        customers=tuple(_customer_view(visit, catalogue, *row) for row in rows),
        is_unsecured=not visit.session.secret_id,
        can_update_card=_card_verdict(visit).allowed,
    )


@dataclass(frozen=True)
class InvoiceList:
    """Some invoices of one customer; `older_after` is where the next page goes on, if it does."""

    invoices: tuple[Invoice, ...]
    older_after: str


def read_invoices(
    visit: Visit, customer_id: str, *, subscription_id: str = "", after: str = ""
) -> InvoiceList:
    """Read invoices of one of the visit's customers, those of one subscription or of all shown."""
    visit.customer(customer_id)
    if after:
        visit.invoice(after)
    gateway, only = visit.gateway, subscription_id or visit.session.only_subscription
    found, subscriptions = together(
        [
            partial(gateway.invoices, customer_id, subscription=only, after=after),
            partial(gateway.subscriptions, customer_id),
        ]
    )
    older = found.invoices[-1].id if found.has_more else ""
    ids = {s.id for s in subscriptions if _is_shown(visit, s, subscriptions)}
    return InvoiceList(invoices_shown(visit, found, ids), older)


def find_customers(connection: StripeConnection, identity: Identity) -> tuple[str, ...]:
    """Return the ids of an identity's customers; Problem no_customer where there are none.

    A customer id is taken at its word here: the page's own reads say whether it exists.
    """
    if identity.kind == IdentifyBy.CUSTOMER_ID:
        return (identity.value,)
    shelf, name = by_email(connection, identity.value)
    known = shelf.shown().get(name)
    if known:
        return known
    try:
        same = in_time(partial(connection.gateway.customers_with_email, identity.value))
    except UnavailableError:
        kept_ids = shelf.oldest([name])
        if kept_ids is None:
            raise
        return kept_ids[1][name]
    found = tuple(customer.id for customer in same)
    if not found:
        raise Problem("no_customer")
    shelf.keep({name: found})
    return found


def _customer_view(
    visit: Visit,
    catalogue: Catalogue,
    customer: Customer,
    subscriptions: tuple[Subscription, ...],
    methods: tuple[PaymentMethod, ...],
    invoices: InvoicePage,
    upcoming: Invoice | None,
) -> CustomerView:
    shown = [s for s in subscriptions if _is_shown(visit, s, subscriptions)]
    views = [
        subscription_view(
            catalogue,
            standing_of(visit, catalogue, s, customer, subscriptions, methods),
            invoices,
        )
        for s in shown
    ]
    if visit.session.service:
        views = [view for view in views if view.service == visit.session.service]
    ids = {view.subscription.id for view in views}
    listed = invoices_shown(visit, invoices, ids)
    wanted = customer.default_payment_method_id
    used = cards_in_use(customer, subscriptions)
    own_upcoming = None if _is_of_another(visit, upcoming, ids) else upcoming
    free = tuple(m for m in methods if m.id not in used and m.id != wanted)
    return CustomerView(
        customer=customer,
        subscriptions=tuple(views),
        payment_methods=methods,
        default_method=next((method for method in methods if method.id == wanted), None),
        removable_methods=free if _card_verdict(visit).allowed else (),
        invoices=listed,
        older_after=invoices.invoices[-1].id if invoices.has_more else "",
        upcoming=own_upcoming,
        upcoming_at=renewal_of(own_upcoming) if own_upcoming else None,
    )


def _is_of_another(visit: Visit, upcoming: Invoice | None, subscription_ids: set[str]) -> bool:
    """Whether the customer's next invoice is of what this visit isn't about."""
    is_narrow = bool(visit.session.only_subscription)
    return is_narrow and upcoming is not None and upcoming.subscription_id not in subscription_ids


def _card_verdict(visit: Visit) -> Verdict:
    return setting_verdict(visit.settings, Action.UPDATE_CARD, visit.permissions)


def _is_shown(visit: Visit, subscription: Subscription, siblings: tuple[Subscription, ...]) -> bool:
    """Whether a subscription stands on the page: an attempt that came to nothing never does."""
    if not visit.is_about(subscription):
        return False
    if was_given_up(subscription):
        return False
    if subscription.status == "incomplete" and subscription.metadata.get(RESUBSCRIBED_FROM):
        # It is continued from the ended one that it takes the place of.
        return subscription.metadata[RESUBSCRIBED_FROM] not in {s.id for s in siblings}
    hidden = visit.settings.shows_only_active_subscriptions
    return not (hidden and subscription.status == "canceled")


def subscription_view(
    catalogue: Catalogue, standing: Standing, invoices: InvoicePage
) -> SubscriptionView:
    """Say what a subscription is called and what of it is open."""
    subscription = standing.subscription
    plan = (plan_items(subscription, catalogue) or list(subscription.items))[0]
    service = catalogue.service_of(plan.price.product_id)
    others = tuple(
        (catalogue.product_name(item.price.product_id), item)
        for item in subscription.items
        if item.id != plan.id
    )
    own = (i for i in invoices.invoices if i.subscription_id == subscription.id)
    unpaid = (invoice for invoice in own if is_owed(invoice, subscription))
    return SubscriptionView(
        standing=standing,
        service=service.name if service else "",
        tier=catalogue.tier_name(plan.price.product_id),
        plan_item=plan,
        other_items=others,
        open_invoice=next(unpaid, None),
        planned=planned_change(catalogue, subscription),
        days_of_trial=days_until(subscription.trial_end),
    )


def days_until(moment: datetime | None) -> int:
    """Return how many days begin before a moment."""
    left = moment - timezone.now() if moment else timedelta()
    return max(0, left.days + bool(left.seconds))


def planned_change(catalogue: Catalogue, subscription: Subscription) -> PlannedChange | None:
    """Return what a subscription's plan becomes with its next period, where that was asked here."""
    schedule = subscription.schedule
    if schedule is None or planned_of(schedule) is not Planned.OURS:
        return None
    coming = schedule.coming[0]
    named = schedule.metadata[SCHEDULED_CHANGE]
    sold = (
        (tier.name, price)
        for service in catalogue.services.values()
        for tier in service.tiers
        for price in tier.prices
        if price.id == named
    )
    tier, price = next(sold, ("", None))
    charged = price and price.in_currency(subscription.currency)
    return PlannedChange(tier, charged, coming.starts_at)


def invoices_shown(
    visit: Visit, page: InvoicePage, subscription_ids: set[str]
) -> tuple[Invoice, ...]:
    """Return the invoices that a customer sees: drafts never, one-off ones where it is set.

    A visit that is about one subscription has none of another.
    """
    shows_all = visit.settings.shows_all_invoices and not visit.session.only_subscription
    return tuple(
        invoice
        for invoice in page.invoices
        if invoice.status != "draft" and (shows_all or invoice.subscription_id in subscription_ids)
    )
