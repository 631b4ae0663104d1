"""Why an action can't be done: every code, with the merchant's words for it.

The customer's words for the same codes are the portal texts `blocked.CODE`.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_noop

from portal.policy import MERCHANT_REASONS

WHILE_DOING: Mapping[str, str] = {
    "ends_otherwise": gettext_noop(
        "Canceling now would end it at another time than the customer was told."
    ),
    "same_plan": gettext_noop("The customer chose the plan that they are on."),
    "same_quantity": gettext_noop("The customer asked for as many as they have."),
    "quantity_not_offered": gettext_noop("The quantity is outside your rule for its unit."),
    "card_not_confirmed": gettext_noop("Stripe has not confirmed the card (SetupIntent)."),
    "card_in_use": gettext_noop("A subscription, a schedule or the default needs this card."),
    "nothing_to_pay": gettext_noop("The invoice is paid, void, or has nothing left to pay."),
    "tax_id_invalid": gettext_noop("Stripe takes no tax id of this kind with this value."),
    "address_missing": gettext_noop(
        "Stripe Tax is on for it, and the customer has no address that tax can be worked out by."
    ),
    "coupon_missing": gettext_noop("No code was typed."),
    "coupon_unknown": gettext_noop(
        "No promotion code of yours for this customer is spelled so, nor a coupon id where those "
        "are accepted."
    ),
    "coupon_expired": gettext_noop("The promotion code or its coupon is no longer valid."),
    "coupon_first_time_only": gettext_noop("The code is for first payments; this isn't one."),
    "coupon_minimum": gettext_noop(
        "The code has a minimum amount. Stripe takes none of those on a running subscription."
    ),
    "coupon_not_for_plan": gettext_noop("The coupon applies to other products."),
    "coupon_other_currency": gettext_noop("The coupon takes off an amount in another currency."),
    "coupon_applied_already": gettext_noop("The subscription has this coupon."),
    "coupon_refused": gettext_noop("Stripe refused the code for a reason of its own."),
    "change_under_way": gettext_noop(
        "Another request changes something of this customer; repeat with the same Idempotency-Key."
    ),
    "refused_by_stripe": gettext_noop("Stripe refused the change; `stripe_message` says why."),
}
"""What is found out only while it is done."""
MERCHANT_TEXTS: Mapping[str, str] = {
    **{reason.value: words for reason, words in MERCHANT_REASONS.items()},
    **WHILE_DOING,
}
