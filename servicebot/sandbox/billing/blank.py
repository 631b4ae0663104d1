"""A new subscription as Stripe writes it: every key, with Stripe's value for none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from servicebot.sandbox.wire import clone

if TYPE_CHECKING:
    from servicebot.sandbox.world import Account

Object = dict[str, Any]
NOT_SET = (
    *("application", "application_fee_percent", "billing_cycle_anchor_config"),
    *("billing_thresholds", "cancel_at", "canceled_at", "customer_account", "days_until_due"),
    *("default_payment_method", "default_source", "description", "ended_at", "latest_invoice"),
    *("managed_payments", "next_pending_invoice_item_invoice", "on_behalf_of"),
    *("pause_collection", "pending_invoice_item_interval", "pending_setup_intent"),
    *("pending_update", "presentment_details", "schedule", "status_details", "transfer_data"),
    *("trial_end", "trial_start"),
)
USUAL: Object = {
    "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
    "billing_schedules": [],
    "cancel_at_period_end": False,
    "cancellation_details": {
        "comment": None,
        "feedback": None,
        "feedback_option": None,
        "reason": None,
    },
    "collection_method": "charge_automatically",
    "currency": "",
    "default_tax_rates": [],
    "discounts": [],
    "invoice_settings": {
        "account_tax_ids": None,
        "custom_fields": None,
        "description": None,
        "footer": None,
        "issuer": {"type": "self"},
    },
    "items": {},
    "metadata": {},
    "payment_settings": {
        "payment_method_options": None,
        "payment_method_types": None,
        "save_default_payment_method": "off",
    },
    "status": "active",
    "trial_settings": {
        "end_behavior": {"billing_cycle_anchor": None, "missing_payment_method": "create_invoice"}
    },
}


def subscription(account: Account, customer: Object, mode: str, now: int) -> Object:
    """Return a subscription without items."""
    flexible = {"proration_discounts": "included"} if mode == "flexible" else None
    return {
        "id": account.new_id("sub_"),
        "object": "subscription",
        **dict.fromkeys(NOT_SET),
        **clone(USUAL),
        "billing_cycle_anchor": now,
        "billing_mode": {"flexible": flexible, "type": mode},
        "created": now,
        "customer": customer["id"],
        "livemode": account.livemode,
        "start_date": now,
        "test_clock": customer["test_clock"],
    }
