"""One merchant's Stripe account in one mode: a verb per method, our shapes in and out.

Reads go through `raw_request` into dataclasses, since the SDK's own objects cost five times as
much; writes go through the SDK's typed services, each with an idempotency key. Every method
raises errors.py's errors and no others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import quote

import stripe

from servicebot.gateway.billing_shapes import Invoice, InvoicePage, SetupIntent, Subscription
from servicebot.gateway.errors import NotFoundError
from servicebot.gateway.line import Line
from servicebot.gateway.schedule_shapes import Schedule
from servicebot.gateway.shapes import (
    Coupon,
    Customer,
    PaymentMethod,
    Price,
    Product,
    PromotionCode,
    TaxId,
)
from servicebot.gateway.webhooks import EVENTS, WebhookEndpoint

WHOLE = ["discounts.source.coupon", "schedule"]  # what a subscription is read with
PRICE_WHOLE = ["tiers", "currency_options"]
COUPON_WHOLE = ["applies_to", "currency_options"]
INVOICES_A_PAGE = 12


def at(collection: str, id_: str) -> str:
    """Return the path of one object. An id may come from anywhere, so it never leaves its place."""
    if not id_:
        raise NotFoundError(f"No id to look for in {collection}.")
    return f"{collection}/{quote(id_, safe='')}"


class Gateway(Line):
    """One merchant's Stripe account in one mode."""

    # Reads

    def customer(self, customer_id: str) -> Customer:
        """Return a customer; a deleted one is not found."""
        raw = self._get(at("/v1/customers", customer_id), expand=["tax_ids"])
        if raw.get("deleted"):
            raise NotFoundError(f"Customer {customer_id} was deleted.")
        return Customer.from_stripe(raw)

    def customers_with_email(self, email: str) -> list[Customer]:
        """Return every customer with exactly this e-mail, case as Stripe has it."""
        return [Customer.from_stripe(c) for c in self._all("/v1/customers", email=email)]

    def recent_customers(self, limit: int) -> list[Customer]:
        """Return the newest customers of the account."""
        raw = self._get("/v1/customers", limit=limit)
        return [Customer.from_stripe(customer) for customer in raw["data"]]

    def subscriptions(self, customer_id: str) -> tuple[Subscription, ...]:
        """Return all subscriptions of a customer, ended ones too, newest first."""
        found = self._all(
            "/v1/subscriptions",
            customer=customer_id,
            status="all",
            expand=[f"data.{path}" for path in WHOLE],
        )
        return tuple(Subscription.from_stripe(subscription) for subscription in found)

    def subscription(self, subscription_id: str) -> Subscription:
        """Return one subscription."""
        raw = self._get(at("/v1/subscriptions", subscription_id), expand=WHOLE)
        return Subscription.from_stripe(raw)

    def payment_methods(self, customer_id: str) -> tuple[PaymentMethod, ...]:
        """Return what a customer can pay with, newest first."""
        found = self._all(f"{at('/v1/customers', customer_id)}/payment_methods")
        return tuple(PaymentMethod.from_stripe(method) for method in found)

    def payment_method(self, method_id: str) -> PaymentMethod:
        """Return one way to pay."""
        return PaymentMethod.from_stripe(self._get(at("/v1/payment_methods", method_id)))

    def invoices(self, customer_id: str, *, subscription: str = "", after: str = "") -> InvoicePage:
        """Return a page of invoices, newest first, those older than `after`."""
        narrowed = {"subscription": subscription, "starting_after": after}
        given = {key: value for key, value in narrowed.items() if value}
        raw = self._get("/v1/invoices", customer=customer_id, limit=INVOICES_A_PAGE, **given)
        return InvoicePage.from_stripe(raw)

    def invoice(self, invoice_id: str) -> Invoice:
        """Return one invoice, with the secret that confirms its payment in a browser."""
        raw = self._get(at("/v1/invoices", invoice_id), expand=["confirmation_secret"])
        return Invoice.from_stripe(raw)

    def upcoming(self, customer_id: str, subscription_id: str = "") -> Invoice | None:
        """Return the next invoice that is coming, or None where nothing will renew."""
        named = {"subscription": subscription_id} if subscription_id else {"customer": customer_id}
        try:
            return self.preview(named)
        except NotFoundError:
            return None

    def preview(self, params: Mapping[str, Any]) -> Invoice:
        """Return the invoice that a change would make, without making it."""
        return Invoice.from_stripe(self._call("post", "/v1/invoices/create_preview", params))

    def products(self) -> list[Product]:
        """Return every product, archived ones too."""
        return [Product.from_stripe(product) for product in self._all("/v1/products")]

    def prices(self) -> list[Price]:
        """Return every price on sale, with its steps and what it costs in other currencies."""
        found = self._all("/v1/prices", active=True, expand=[f"data.{p}" for p in PRICE_WHOLE])
        return [Price.from_stripe(price) for price in found]

    def price(self, price_id: str) -> Price:
        """Return one price, on sale or not, with its steps and its other currencies."""
        return Price.from_stripe(self._get(at("/v1/prices", price_id), expand=PRICE_WHOLE))

    def promotion_codes(self, code: str) -> list[PromotionCode]:
        """Return the promotion codes that are spelled so, in any case, spent ones too."""
        expand = [f"data.promotion.coupon.{path}" for path in COUPON_WHOLE]
        raw = self._get("/v1/promotion_codes", code=code, limit=100, expand=expand)
        return [PromotionCode.from_stripe(each) for each in raw["data"]]

    def coupon(self, coupon_id: str) -> Coupon:
        """Return a coupon by its id."""
        return Coupon.from_stripe(self._get(at("/v1/coupons", coupon_id), expand=COUPON_WHOLE))

    def setup_intent(self, intent_id: str, client_secret: str = "") -> SetupIntent:
        """Return an attempt to save a card; a publishable key needs its client secret."""
        proof = {"client_secret": client_secret} if client_secret else {}
        return SetupIntent.from_stripe(self._get(at("/v1/setup_intents", intent_id), **proof))

    def reads_of(self, customer_id: str) -> list[Callable[[], Any]]:
        """Return what a page reads of a customer besides the customer, to run together."""
        return [
            partial(self.subscriptions, customer_id),
            partial(self.payment_methods, customer_id),
            partial(self.invoices, customer_id),
            partial(self.upcoming, customer_id),
        ]

    # Writes

    def update_subscription(
        self, subscription_id: str, change: Mapping[str, Any], *, key: str
    ) -> Subscription:
        """Change a subscription; `change` is in Stripe's parameters."""
        return self._write(
            Subscription.from_stripe,
            self.stripe.v1.subscriptions.update,
            subscription_id,
            {**change, "expand": WHOLE},
            key=key,
        )

    def cancel_now(
        self, subscription_id: str, details: Mapping[str, str], *, key: str
    ) -> Subscription:
        """End a subscription at once: nothing is refunded, metered use is billed."""
        params = {"prorate": False, "invoice_now": True, "expand": WHOLE}
        if details:
            params["cancellation_details"] = dict(details)
        return self._write(
            Subscription.from_stripe,
            self.stripe.v1.subscriptions.cancel,
            subscription_id,
            params,
            key=key,
        )

    def resume(self, subscription_id: str, params: Mapping[str, Any], *, key: str) -> Subscription:
        """Let a paused subscription run again; `params` are Stripe's."""
        return self._write(
            Subscription.from_stripe,
            self.stripe.v1.subscriptions.resume,
            subscription_id,
            {**params, "expand": WHOLE},
            key=key,
        )

    def create_schedule(self, subscription_id: str, *, key: str) -> Schedule:
        """Put a subscription under a schedule that changes nothing yet."""
        made_from = {"from_subscription": subscription_id}
        return self._write(
            Schedule.from_stripe,
            self.stripe.v1.subscription_schedules.create,
            made_from,
            key=key,
        )

    def update_schedule(self, schedule_id: str, change: Mapping[str, Any], *, key: str) -> Schedule:
        """Change a schedule; `change` is in Stripe's parameters."""
        return self._write(
            Schedule.from_stripe,
            self.stripe.v1.subscription_schedules.update,
            schedule_id,
            dict(change),
            key=key,
        )

    def release_schedule(self, schedule_id: str, *, key: str) -> None:
        """Let a schedule's subscription go on by itself, as it is now."""
        self._write(
            Schedule.from_stripe,
            self.stripe.v1.subscription_schedules.release,
            schedule_id,
            {},
            key=key,
        )

    def create_subscription(self, params: Mapping[str, Any], *, key: str) -> Subscription:
        """Start a subscription; `params` are Stripe's."""
        return self._write(
            Subscription.from_stripe,
            self.stripe.v1.subscriptions.create,
            {**params, "expand": WHOLE},
            key=key,
        )

    def create_setup_intent(
        self, customer_id: str, metadata: Mapping[str, str], *, key: str
    ) -> SetupIntent:
        """Start saving a card for payments while the customer is away."""
        params: dict[str, Any] = {
            "usage": "off_session",
            "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
            "metadata": dict(metadata),
        }
        if customer_id:
            params["customer"] = customer_id
        return self._write(
            SetupIntent.from_stripe, self.stripe.v1.setup_intents.create, params, key=key
        )

    def pay_invoice(self, invoice_id: str, payment_method_id: str) -> Invoice:
        """Charge an open invoice while its customer is there to answer their bank.

        Raises CardDeclinedError, or AuthenticationRequiredError where the bank wants to be asked.
        """
        params = {"payment_method": payment_method_id, "off_session": False}
        return self._write(
            Invoice.from_stripe, self.stripe.v1.invoices.pay, invoice_id, params, key=""
        )

    def finalize_invoice(self, invoice_id: str) -> Invoice:
        """Make a draft an open invoice, which Stripe then doesn't charge by itself."""
        params = {"auto_advance": False}
        finalize = self.stripe.v1.invoices.finalize_invoice
        return self._write(Invoice.from_stripe, finalize, invoice_id, params, key="")

    def void_invoice(self, invoice_id: str) -> Invoice:
        """Let nobody pay an open invoice any more; what it took of a balance is given back."""
        return self._write(
            Invoice.from_stripe, self.stripe.v1.invoices.void_invoice, invoice_id, {}, key=""
        )

    def detach(self, method_id: str, *, key: str) -> PaymentMethod:
        """Take a payment method from its customer; Stripe never gives it back."""
        detach = self.stripe.v1.payment_methods.detach
        return self._write(PaymentMethod.from_stripe, detach, method_id, {}, key=key)

    def cancel_setup_intent(self, intent_id: str) -> None:
        """Give up an attempt to save a card."""
        self._remove(self.stripe.v1.setup_intents.cancel, intent_id)

    def make_default(self, customer_id: str, payment_method_id: str, *, key: str) -> Customer:
        """Charge this customer's invoices to a payment method from now on."""
        change = {"invoice_settings": {"default_payment_method": payment_method_id}}
        return self._write(
            Customer.from_stripe, self.stripe.v1.customers.update, customer_id, change, key=key
        )

    def update_customer(self, customer_id: str, change: Mapping[str, Any]) -> Customer:
        """Change a customer; `change` is in Stripe's parameters."""
        update = self.stripe.v1.customers.update
        return self._write(Customer.from_stripe, update, customer_id, dict(change), key="")

    def add_tax_id(self, customer_id: str, kind: str, value: str) -> TaxId:
        """Give a customer a tax id; raises RefusedError tax_id_invalid where it can't be one."""
        params = {"type": kind, "value": value}
        create = self.stripe.v1.customers.tax_ids.create
        return self._write(TaxId.from_stripe, create, customer_id, params, key="")

    def remove_tax_id(self, customer_id: str, tax_id: str) -> None:
        """Take a tax id from a customer."""
        self._remove(self.stripe.v1.customers.tax_ids.delete, customer_id, tax_id)

    def set_product_metadata(self, product_id: str, metadata: Mapping[str, str]) -> Product:
        """Set some of a product's metadata; an empty text takes a name away."""
        change = {"metadata": dict(metadata)}
        update = self.stripe.v1.products.update
        return self._write(Product.from_stripe, update, product_id, change, key="")

    def create_product(self, params: Mapping[str, Any], *, key: str) -> Product:
        """Add something to sell; `params` are Stripe's."""
        create = self.stripe.v1.products.create
        return self._write(Product.from_stripe, create, dict(params), key=key)

    def create_price(self, params: Mapping[str, Any], *, key: str) -> Price:
        """Add a price to a product; `params` are Stripe's."""
        create = self.stripe.v1.prices.create
        return self._write(Price.from_stripe, create, dict(params), key=key)

    def create_webhook_endpoint(self, url: str, metadata: Mapping[str, str]) -> WebhookEndpoint:
        """Have Stripe tell this address of EVENTS; what signs them is in this answer alone."""
        params = {
            "url": url,
            "enabled_events": list(EVENTS),
            "api_version": stripe.api_version,
            "description": "Servicebot",
            "metadata": dict(metadata),
        }
        return self._write(
            WebhookEndpoint.from_stripe, self.stripe.v1.webhook_endpoints.create, params, key=""
        )

    def delete_webhook_endpoint(self, endpoint_id: str) -> None:
        """Have Stripe tell it nothing more."""
        self._remove(self.stripe.v1.webhook_endpoints.delete, endpoint_id)
