"""One identified person in one portal: the only handle that portal code has on data."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Protocol, TypeVar

from django.conf import settings

from accounts.connecting import is_host_allowed
from accounts.health import settle
from accounts.models import StripeConnection
from portal.catalogue import Catalogue, catalogue_of
from portal.facts import RESUBSCRIBED_FROM
from portal.models import IdentifyBy, Portal, PortalSettings
from portal.own_texts import texts_of
from portal.policy import EVERYTHING, Permission
from portal.problems import Problem
from portal.reads import drop
from portal.sessions import Session
from portal.texts import Texts
from servicebot.gateway.billing_shapes import Invoice, SetupIntent, Subscription
from servicebot.gateway.client import Gateway
from servicebot.gateway.errors import NotFoundError
from servicebot.gateway.shapes import Customer, PaymentMethod
from servicebot.gateway.wire import READ_SECONDS, in_time, together


class Owned(Protocol):
    """What belongs to a customer."""

    @property
    def customer_id(self) -> str:
        """Whose it is."""


T = TypeVar("T")
Belonging = TypeVar("Belonging", bound=Owned)


@dataclass(frozen=True)
class Visit:
    """One identified person in one portal, with the customers that are theirs.

    Whatever belongs to anyone else does not exist here: Problem not_found. So does a customer whose
    e-mail was changed since the visit was let in.
    """

    portal: Portal
    session: Session
    inline: str = ""  # texts that came from the snippet with this very request
    _owners: dict[str, Customer] = field(default_factory=dict, init=False, compare=False)

    @property
    def settings(self) -> PortalSettings:
        """What the merchant allows."""
        return self.portal.settings

    @cached_property
    def texts(self) -> Texts:
        """What the portal says, in the language of this visit."""
        return texts_of(self.portal, self.session.language, self.inline)

    @property
    def permissions(self) -> frozenset[Permission]:
        """What a signed token allows; everything where there was none, or it named nothing."""
        named = self.session.permissions
        return frozenset(map(Permission, named)) if named else EVERYTHING

    def require_permission(self, permission: Permission) -> None:
        """Raise Problem permission_missing where the signed token doesn't allow this."""
        if permission not in self.permissions:
            raise Problem("permission_missing", permission=permission.value)

    def speaking(self, language: str) -> Visit:
        """Return the same visit in another language."""
        return replace(self, session=replace(self.session, language=language))

    @cached_property
    def connection(self) -> StripeConnection:
        """The merchant's keys; raises Problem stripe_disconnected where there are none."""
        return connection_of(self.portal)

    def settle(self) -> None:
        """Note how Stripe took the merchant's key in this visit, where it was asked anything."""
        if "connection" in vars(self):
            settle(self.connection)

    @cached_property
    def gateway(self) -> Gateway:
        """The merchant's Stripe account; what is written there has the customers read anew."""
        gateway = self.connection.gateway
        gateway.after_write = partial(drop, self.connection, *self.customer_ids)
        return gateway

    @cached_property
    def catalogue(self) -> Catalogue:
        """What the merchant sells, the services of this portal alone."""
        return catalogue_of(self.connection).only(self.settings.services)

    @property
    def customer_ids(self) -> tuple[str, ...]:
        """Whose things may be seen and changed."""
        return self.session.customer_ids

    def customer(self, customer_id: str) -> Customer:
        """Return one of the person's own customers as it is now."""
        self._owners.pop(customer_id, None)
        return self.owner(customer_id)

    def owner(self, customer_id: str) -> Customer:
        """Return one of the person's own customers as this request has read it."""
        if customer_id not in self.customer_ids:
            raise Problem("not_found")
        if customer_id not in self._owners:
            in_time(self._looking_at(customer_id))
        return self._owners[customer_id]

    def is_theirs(self, customer: Customer) -> bool:
        """Whether a customer still has the e-mail that this visit was let in with."""
        identity = self.session.identity
        return identity.kind != IdentifyBy.EMAIL or customer.email == identity.value

    def subscription(self, subscription_id: str) -> Subscription:
        """Return one of the person's own subscriptions, those that this visit is about."""
        found = self._own(self.gateway.subscription, subscription_id)
        if not self.is_about(found):
            raise Problem("not_found")
        return found

    def is_about(self, subscription: Subscription) -> bool:
        """Whether this visit is about a subscription: all are, this one, or what it came after."""
        only = self.session.only_subscription
        came_after = subscription.metadata.get(RESUBSCRIBED_FROM)
        return only in {"", subscription.id, came_after}

    def invoice(self, invoice_id: str) -> Invoice:
        """Return one of the person's own invoices, those that this visit is about."""
        invoice = self._own(self.gateway.invoice, invoice_id)
        if self.session.only_subscription in {"", invoice.subscription_id}:
            return invoice
        if not invoice.subscription_id:
            raise Problem("not_found")
        self.subscription(invoice.subscription_id)
        return invoice

    def payment_method(self, method_id: str) -> PaymentMethod:
        """Return one of the person's own payment methods."""
        return self._own(self.gateway.payment_method, method_id)

    def setup_intent(self, intent_id: str) -> SetupIntent:
        """Return an attempt to save a card that this portal began for one of the customers."""
        intent = self._own(self.gateway.setup_intent, intent_id)
        if intent.metadata.get("sb_portal") != self.portal.public_id:
            raise Problem("not_found")
        return intent

    def _own(self, read: Callable[[str], Belonging], id_: str) -> Belonging:
        """Return what belongs to one of the customers; who is alone is read at the same time."""
        alone = [each for each in self.customer_ids if len(self.customer_ids) == 1]
        unread = [self._looking_at(each) for each in alone if each not in self._owners]
        found: Belonging = _found(partial(together, [partial(read, id_), *unread], READ_SECONDS))[0]
        self.owner(found.customer_id)
        return found

    def _looking_at(self, customer_id: str) -> Callable[[], None]:
        """Return a read of a customer that may run in another thread, away from the database."""
        read = partial(self.gateway.customer, customer_id)

        def look() -> None:
            customer = _found(read)
            if not self.is_theirs(customer):
                raise Problem("not_found")
            self._owners[customer_id] = customer

        return look

    def key(self, *parts: str) -> str:
        """Return Stripe's idempotency key for one step of one action of this visit."""
        identity = self.session.identity
        said = "\0".join([self.portal.public_id, identity.kind, identity.value, *parts])
        return hmac.new(settings.SECRET_KEY.encode(), said.encode(), hashlib.sha256).hexdigest()


def connection_of(portal: Portal) -> StripeConnection:
    """Return the way to a portal's Stripe; raises Problem stripe_disconnected."""
    connection = portal.connection
    if connection is None or not is_host_allowed(portal.mode):
        raise Problem("stripe_disconnected")
    return connection


def _found(read: Callable[[], T]) -> T:
    try:
        return read()
    except NotFoundError as error:
        raise Problem("not_found") from error
