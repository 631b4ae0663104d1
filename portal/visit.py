"""One identified person in one portal: the only handle that portal code has on data."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TypeVar

from django.conf import settings

from accounts.connecting import is_host_allowed
from accounts.models import StripeConnection
from portal.catalogue import Catalogue, catalogue_of
from portal.models import Portal, PortalSettings
from portal.problems import Problem
from portal.sessions import Session
from servicebot.gateway.billing_shapes import Invoice, SetupIntent, Subscription
from servicebot.gateway.client import Gateway
from servicebot.gateway.errors import NotFoundError
from servicebot.gateway.shapes import Customer, PaymentMethod
from servicebot.gateway.wire import in_time

T = TypeVar("T")


@dataclass(frozen=True)
class Visit:
    """One identified person in one portal, with the customers that are theirs.

    Whatever belongs to anyone else does not exist here: Problem not_found.
    """

    portal: Portal
    session: Session

    @property
    def settings(self) -> PortalSettings:
        """What the merchant allows."""
        return self.portal.settings

    @cached_property
    def connection(self) -> StripeConnection:
        """The merchant's keys; raises Problem stripe_disconnected where there are none."""
        return connection_of(self.portal)

    @cached_property
    def gateway(self) -> Gateway:
        """The merchant's Stripe account."""
        return self.connection.gateway

    @cached_property
    def catalogue(self) -> Catalogue:
        """What the merchant sells, the services of this portal alone."""
        return catalogue_of(self.connection).only(self.settings.services)

    @property
    def customer_ids(self) -> tuple[str, ...]:
        """Whose things may be seen and changed."""
        return self.session.customer_ids

    def customer(self, customer_id: str) -> Customer:
        """Return one of the person's own customers."""
        if customer_id not in self.customer_ids:
            raise Problem("not_found")
        return _found(self.gateway.customer, customer_id)

    def subscription(self, subscription_id: str) -> Subscription:
        """Return one of the person's own subscriptions, those that this visit is about."""
        if self.session.only_subscription not in {"", subscription_id}:
            raise Problem("not_found")
        subscription = _found(self.gateway.subscription, subscription_id)
        if subscription.customer_id not in self.customer_ids:
            raise Problem("not_found")
        return subscription

    def invoice(self, invoice_id: str) -> Invoice:
        """Return one of the person's own invoices."""
        invoice = _found(self.gateway.invoice, invoice_id)
        if invoice.customer_id not in self.customer_ids:
            raise Problem("not_found")
        return invoice

    def payment_method(self, method_id: str) -> PaymentMethod:
        """Return one of the person's own payment methods."""
        method = _found(self.gateway.payment_method, method_id)
        if method.customer_id not in self.customer_ids:
            raise Problem("not_found")
        return method

    def setup_intent(self, intent_id: str) -> SetupIntent:
        """Return an attempt to save a card that this portal began for one of the customers."""
        intent = _found(self.gateway.setup_intent, intent_id)
        if intent.customer_id not in self.customer_ids:
            raise Problem("not_found")
        if intent.metadata.get("sb_portal") != self.portal.public_id:
            raise Problem("not_found")
        return intent

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


def gateway_of(portal: Portal) -> Gateway:
    """Return a portal's Stripe account; raises Problem stripe_disconnected."""
    return connection_of(portal).gateway


def _found(read: Callable[[str], T], id_: str) -> T:
    try:
        return in_time(partial(read, id_))
    except NotFoundError as error:
        raise Problem("not_found") from error
