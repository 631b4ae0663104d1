"""What the portal API takes and answers, for its checks and its description.

Amounts are in minor units, times ISO 8601 in UTC."""

from __future__ import annotations

from rest_framework import serializers

from portal.actions.cancelling import Ends
from portal.actions.quoted import QUOTED


class ProblemAnswer(serializers.Serializer):
    """Why not, as problem details (RFC 9457) in `application/problem+json`.

    `code` is stable. With some codes come more fields, which the page about errors names.
    """

    type = serializers.CharField(help_text="Where the docs tell of this code.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="For developers.")
    code = serializers.CharField()
    errors = serializers.DictField(  # type: ignore[assignment] # DRF takes fields off the class
        required=False, help_text="What is wrong, by field."
    )
    reason = serializers.CharField(required=False)
    setting = serializers.CharField(required=False, help_text="The one that shuts it.")


class SessionRequest(serializers.Serializer):
    """Who the customer is, with the hash that proves it."""

    portal_id = serializers.CharField()
    # Signed and compared byte for byte, spaces too.
    email = serializers.CharField(required=False, trim_whitespace=False)
    customer_id = serializers.CharField(required=False, trim_whitespace=False)
    hash = serializers.CharField(required=False, trim_whitespace=False)
    token = serializers.CharField(
        required=False,
        trim_whitespace=False,
        help_text="A signed token, in place of the identity and its hash.",
    )
    subscription_id = serializers.CharField(required=False)
    service = serializers.CharField(required=False)
    language = serializers.CharField(
        required=False,
        allow_blank=True,
        help_text="A BCP 47 code. It never fails: what isn't offered gives the nearest that is.",
    )


class SessionAnswer(serializers.Serializer):
    """The session that follows."""

    token = serializers.CharField()
    expires_at = serializers.DateTimeField()


class PreviewRequest(serializers.Serializer):
    """The action to ask the cost of."""

    action = serializers.ChoiceField(choices=[(str(a), str(a)) for a in QUOTED])
    price = serializers.CharField(
        default="",
        allow_blank=True,
        help_text="The price to move to; resubscribing, the old one without it.",
    )
    quantity = serializers.IntegerField(
        allow_null=True, default=None, help_text="How many to have, for change_quantity."
    )
    coupon = serializers.CharField(
        default="",
        allow_blank=True,
        help_text="A promotion code: for apply_coupon, and with change_plan and resubscribe.",
    )


class QuoteRequest(serializers.Serializer):
    """A quote from a preview: what was agreed to, and no more, is done."""

    quote = serializers.CharField()


class CancelRequest(serializers.Serializer):
    """Why the customer leaves, in so far as they say, and when they were told that it ends."""

    reason = serializers.CharField(required=False, allow_blank=True, default="")
    comment = serializers.CharField(required=False, allow_blank=True, default="")
    ends = serializers.ChoiceField(
        list(Ends),
        required=False,
        allow_blank=True,
        default="",
        help_text="Where it would end otherwise by now, nothing is done: preview_stale.",
    )


class CustomerRequest(serializers.Serializer):
    """One of the visit's customers."""

    customer = serializers.CharField()


class SetupIntentRequest(serializers.Serializer):
    """A SetupIntent that Stripe.js has confirmed."""

    setup_intent = serializers.CharField()


class SetupIntentAnswer(serializers.Serializer):
    """What Stripe.js needs to save a card."""

    setup_intent = serializers.CharField()
    client_secret = serializers.CharField()
    publishable_key = serializers.CharField()


class VerdictAnswer(serializers.Serializer):
    """Whether an action may be done; `setting` names the one that shuts it."""

    allowed = serializers.BooleanField()
    reason = serializers.CharField(required=False)
    setting = serializers.CharField(required=False)


class StepAnswer(serializers.Serializer):
    """One step of a tiered price; `up_to` is null for the last."""

    up_to = serializers.IntegerField(allow_null=True)
    unit_amount_decimal = serializers.CharField()
    flat_amount_decimal = serializers.CharField()


class PriceAnswer(serializers.Serializer):
    """A price; `unit_amount` is null where it is tiered or in parts of a cent.

    `package_size` is how many units the amount pays for. `tiers` are filled where plans are listed;
    `trial_period_days` is for new subscriptions.
    """

    id = serializers.CharField()
    product = serializers.CharField()
    currency = serializers.CharField()
    unit_amount = serializers.IntegerField(allow_null=True)
    unit_amount_decimal = serializers.CharField(allow_null=True)
    package_size = serializers.IntegerField()
    interval = serializers.CharField()
    interval_count = serializers.IntegerField()
    metered = serializers.BooleanField()
    trial_period_days = serializers.IntegerField(allow_null=True)
    tiers_mode = serializers.CharField(allow_null=True)
    tiers = StepAnswer(many=True)


class ItemAnswer(serializers.Serializer):
    """One line of a subscription."""

    id = serializers.CharField()
    price = PriceAnswer()
    quantity = serializers.IntegerField(allow_null=True)
    current_period_start = serializers.DateTimeField()
    current_period_end = serializers.DateTimeField()


class DiscountAnswer(serializers.Serializer):
    """A discount at work."""

    id = serializers.CharField()
    name = serializers.CharField()
    percent_off = serializers.CharField(allow_null=True)
    amount_off = serializers.IntegerField(allow_null=True)
    currency = serializers.CharField()
    ends_at = serializers.DateTimeField(allow_null=True)


class PaymentMethodAnswer(serializers.Serializer):
    """How a customer pays; card fields are empty for other types."""

    id = serializers.CharField()
    type = serializers.CharField()
    brand = serializers.CharField()
    last4 = serializers.CharField()
    exp_month = serializers.IntegerField(allow_null=True)
    exp_year = serializers.IntegerField(allow_null=True)


class ScheduledChangeAnswer(serializers.Serializer):
    """A change of plan that starts with the next period."""

    prices = serializers.ListField(child=serializers.CharField())
    starts_at = serializers.DateTimeField()


class SubscriptionState(serializers.Serializer):
    """A subscription as it is now; `status` is Stripe's."""

    id = serializers.CharField()
    customer = serializers.CharField()
    status = serializers.CharField()
    currency = serializers.CharField()
    items = ItemAnswer(many=True)
    discounts = DiscountAnswer(many=True)
    cancel_at_period_end = serializers.BooleanField()
    cancel_at = serializers.DateTimeField(allow_null=True)
    canceled_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    trial_end = serializers.DateTimeField(allow_null=True)
    collection_method = serializers.CharField()
    pending_update_expires_at = serializers.DateTimeField(allow_null=True)
    scheduled_change = ScheduledChangeAnswer(allow_null=True)


class SubscriptionAnswer(SubscriptionState):
    """A subscription with its place among the merchant's services, and what may be done."""

    service = serializers.CharField()
    tier = serializers.CharField()
    payment_method = PaymentMethodAnswer(allow_null=True)
    actions = serializers.DictField(child=VerdictAnswer())


class LineAnswer(serializers.Serializer):
    """One line of an invoice or preview, in Stripe's words."""

    description = serializers.CharField()
    amount = serializers.IntegerField()
    proration = serializers.BooleanField()


class InvoiceAnswer(serializers.Serializer):
    """An invoice."""

    id = serializers.CharField()
    customer = serializers.CharField()
    subscription = serializers.CharField(allow_null=True)
    number = serializers.CharField()
    status = serializers.CharField()
    currency = serializers.CharField()
    total = serializers.IntegerField()
    amount_due = serializers.IntegerField()
    amount_remaining = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True)
    invoice_pdf = serializers.CharField()
    hosted_invoice_url = serializers.CharField()


class InvoicesAnswer(serializers.Serializer):
    """Some invoices, newest first; `cursor` is null where they end."""

    invoices = InvoiceAnswer(many=True)
    cursor = serializers.CharField(allow_null=True)


class PaymentAnswer(serializers.Serializer):
    """An invoice after its payment, and what the customer must still confirm with Stripe.js."""

    invoice = InvoiceAnswer()
    requires_action = serializers.DictField(child=serializers.CharField(), allow_null=True)


class UpcomingAnswer(serializers.Serializer):
    """The next invoice that is coming."""

    subscription = serializers.CharField(allow_null=True)
    currency = serializers.CharField()
    amount_due = serializers.IntegerField()
    date = serializers.DateTimeField(allow_null=True)
    lines = LineAnswer(many=True)


class AddressFields(serializers.Serializer):
    """A postal address; `country` has two letters."""

    line1 = serializers.CharField(required=False, allow_blank=True)
    line2 = serializers.CharField(required=False, allow_blank=True)
    postal_code = serializers.CharField(required=False, allow_blank=True)
    city = serializers.CharField(required=False, allow_blank=True)
    state = serializers.CharField(required=False, allow_blank=True)
    country = serializers.CharField(required=False, allow_blank=True)


class TaxIdFields(serializers.Serializer):
    """A tax id; `type` is Stripe's, such as eu_vat."""

    type = serializers.CharField()
    value = serializers.CharField()


class DetailsRequest(serializers.Serializer):
    """What to change of the billing details; the e-mail is the identity and stays."""

    name = serializers.CharField(required=False, allow_blank=True)
    phone = serializers.CharField(required=False, allow_blank=True)
    address = AddressFields(required=False)
    tax_ids = TaxIdFields(many=True, required=False)


class DetailsAnswer(serializers.Serializer):
    """A customer's billing details."""

    id = serializers.CharField()
    name = serializers.CharField()
    email = serializers.CharField()
    phone = serializers.CharField()
    address = AddressFields()
    tax_ids = TaxIdFields(many=True)


class CustomerAnswer(DetailsAnswer):
    """One customer with all that is theirs."""

    subscriptions = SubscriptionAnswer(many=True)
    payment_methods = PaymentMethodAnswer(many=True)
    default_payment_method = serializers.CharField(allow_null=True)
    upcoming_invoice = UpcomingAnswer(allow_null=True)


class PortalAnswer(serializers.Serializer):
    """A visit: what the merchant's settings say, and the customers that are the visitor's."""

    settings = serializers.DictField(child=serializers.JSONField())
    language = serializers.CharField(help_text="Of the portal's own page for this session.")
    unsecured = serializers.BooleanField()
    as_of = serializers.DateTimeField(
        allow_null=True,
        help_text="Set where Stripe doesn't answer: this is how things were then.",
    )
    customers = CustomerAnswer(many=True)


class PlanAnswer(serializers.Serializer):
    """One price that a subscription may move to.

    The present one is there too, `offered` false where nobody can come back to it.
    """

    tier = serializers.CharField()
    features = serializers.ListField(child=serializers.CharField())
    featured = serializers.BooleanField()
    current = serializers.BooleanField()
    offered = serializers.BooleanField()
    price = PriceAnswer()


class CouponAnswer(serializers.Serializer):
    """What a code takes off."""

    name = serializers.CharField()
    percent_off = serializers.CharField(allow_null=True)
    amount_off = serializers.IntegerField(allow_null=True)
    currency = serializers.CharField()
    duration = serializers.CharField()


class PreviewAnswer(serializers.Serializer):
    """What an action costs: now, and with the next invoice. The quote confirms it.

    `discount` is taken off the lines; `balance` is what the customer's balance adds or, below 0,
    pays, and `credit` goes there. `starts_at` is set where the change waits for the next period,
    `ends_at` where the subscription is set to end all the same.
    """

    action = serializers.CharField()
    price = serializers.CharField()
    quantity = serializers.IntegerField(allow_null=True)
    coupon = CouponAnswer(allow_null=True)
    currency = serializers.CharField()
    due_now = serializers.IntegerField()
    credit = serializers.IntegerField()
    balance = serializers.IntegerField()
    discount = serializers.IntegerField()
    tax = serializers.IntegerField()
    tax_included = serializers.IntegerField(help_text="What of the tax is in the lines already.")
    lines = LineAnswer(many=True)
    next_amount = serializers.IntegerField(allow_null=True)
    next_at = serializers.DateTimeField(allow_null=True)
    starts_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True)
    quote = serializers.CharField()


class OutcomeAnswer(serializers.Serializer):
    """The new state, and what the customer must still confirm with Stripe.js."""

    subscription = SubscriptionState()
    requires_action = serializers.DictField(child=serializers.CharField(), allow_null=True)
