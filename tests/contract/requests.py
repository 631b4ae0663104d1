"""Good requests, as a form or a query string gives them: nested, and every value a string."""

from __future__ import annotations

from typing import Any

ADDRESS = {"line1": "Sporgasse 4", "city": "Graz", "postal_code": "8010", "country": "AT"}
RECURRING = {"interval": "month", "interval_count": "3"}
CARD = {"number": "4242424242424242", "exp_month": "8", "exp_year": "2030", "cvc": "123"}
PREVIEW = {
    "items": {"0": {"id": "si_1", "price": "price_2", "quantity": "2"}},
    "proration_behavior": "always_invoice",
    "proration_date": "1767225600",
    "billing_cycle_anchor": {"type": "now"},
    "cancel_at": "min_period_end",
}
PHASES = {
    "0": {
        "start_date": "1767225600",
        "end_date": "1769904000",
        "items": {"0": {"price": "price_1", "quantity": "3"}},
        "discounts": {"0": {"discount": "di_1"}},
    },
    "1": {
        "items": {"0": {"price": "price_2", "quantity": "1"}},
        "duration": {"interval": "month", "interval_count": "1"},
        "proration_behavior": "none",
        "metadata": {"sb_scheduled_change": "1"},
    },
}

GOOD: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "/v1/account", {}),
    ("GET", "/v1/customers", {"limit": "3", "email": "ada@example.com", "created": {"gte": "1"}}),
    ("GET", "/v1/customers", {"created": "1767225600", "expand": {"0": "data.subscriptions"}}),
    ("GET", "/v1/customers/search", {"query": "email:'ada@example.com'"}),
    (
        "POST",
        "/v1/customers",
        {
            "address": ADDRESS,
            "balance": "-500",
            "email": "ada@example.com",
            "invoice_settings": {"default_payment_method": "pm_1", "custom_fields": ""},
            "metadata": {"crm": "4711"},
            "name": "Ada",
            "preferred_locales": {"0": "de", "1": "en"},
            "shipping": {"address": ADDRESS, "name": "Ada"},
            "tax_exempt": "reverse",
            "tax_id_data": {"0": {"type": "eu_vat", "value": "ATU12345678"}},
            "test_clock": "clock_1",
        },
    ),
    ("POST", "/v1/customers/cus_1", {"address": "", "metadata": "", "tax_exempt": ""}),
    ("DELETE", "/v1/customers/cus_1", {}),
    ("GET", "/v1/customers/cus_1/payment_methods", {"type": "card", "limit": "10"}),
    ("POST", "/v1/customers/cus_1/tax_ids", {"type": "eu_vat", "value": "ATU12345678"}),
    (
        "POST",
        "/v1/products",
        {
            "name": "Team",
            "active": "true",
            "images": {"0": "https://example.com/team.png"},
            "marketing_features": {"0": {"name": "Shared inbox"}},
            "default_price_data": {
                "currency": "eur",
                "unit_amount": "1900",
                "recurring": RECURRING,
            },
        },
    ),
    ("GET", "/v1/products", {"active": "true", "ids": {"0": "prod_1", "1": "prod_2"}}),
    (
        "POST",
        "/v1/prices",
        {
            "currency": "eur",
            "product": "prod_1",
            "recurring": {"interval": "month", "usage_type": "metered", "meter": "mtr_1"},
            "tiers": {
                "0": {"up_to": "10", "unit_amount_decimal": "0.5"},
                "1": {"up_to": "inf", "flat_amount": "100"},
            },
            "tiers_mode": "graduated",
            "billing_scheme": "tiered",
            "currency_options": {"usd": {"unit_amount": "2100", "tax_behavior": "exclusive"}},
        },
    ),
    ("POST", "/v1/prices/price_1", {"active": "false", "nickname": "", "metadata": {"a": ""}}),
    ("GET", "/v1/prices", {"product": "prod_1", "type": "recurring", "limit": "100"}),
    (
        "POST",
        "/v1/subscriptions",
        {
            "customer": "cus_1",
            "items": {"0": {"price": "price_1", "quantity": "2"}, "1": {"price": "price_2"}},
            "billing_cycle_anchor": "1767225600",
            "billing_mode": {"type": "flexible"},
            "collection_method": "send_invoice",
            "days_until_due": "14",
            "discounts": {"0": {"coupon": "SUMMER"}, "1": {"promotion_code": "promo_1"}},
            "expand": {"0": "latest_invoice.confirmation_secret"},
            "off_session": "true",
            "payment_behavior": "default_incomplete",
            "payment_settings": {"save_default_payment_method": "on_subscription"},
            "trial_end": "now",
            "trial_settings": {"end_behavior": {"missing_payment_method": "pause"}},
        },
    ),
    (
        "POST",
        "/v1/subscriptions/sub_1",
        {
            "items": {"0": {"id": "si_1", "deleted": "true", "clear_usage": "false"}},
            "billing_cycle_anchor": {"type": "unchanged"},
            "cancel_at": "",
            "cancel_at_period_end": "true",
            "cancellation_details": {"comment": "", "feedback": "too_expensive"},
            "default_tax_rates": "",
            "discounts": "",
            "metadata": {"sb_reason": "price"},
            "pause_collection": {"behavior": "void", "resumes_at": "1767225600"},
            "proration_behavior": "none",
            "proration_date": "1767225600",
            "trial_end": "1767225600",
        },
    ),
    ("POST", "/v1/subscriptions/sub_1", {"cancel_at": "max_period_end", "pause_collection": ""}),
    (
        "DELETE",
        "/v1/subscriptions/sub_1",
        {"invoice_now": "true", "prorate": "false", "cancellation_details": {"comment": "bye"}},
    ),
    ("POST", "/v1/subscriptions/sub_1/resume", {"billing_cycle_anchor": {"type": "now"}}),
    ("POST", "/v1/subscriptions/sub_1/pause", {"type": "subscription"}),
    ("GET", "/v1/subscriptions", {"customer": "cus_1", "status": "all", "price": "price_1"}),
    ("GET", "/v1/subscription_items", {"subscription": "sub_1"}),
    (
        "POST",
        "/v1/invoices/create_preview",
        {
            "customer": "cus_1",
            "subscription": "sub_1",
            "subscription_details": PREVIEW,
            "discounts": {"0": {"discount": "di_1"}},
            "preview_mode": "next",
        },
    ),
    ("POST", "/v1/invoices/in_1/pay", {"payment_method": "pm_1", "off_session": "false"}),
    ("GET", "/v1/invoices", {"status": "open", "created": {"gt": "1", "lte": "2"}, "limit": "5"}),
    ("GET", "/v1/invoice_payments", {"invoice": "in_1", "payment": {"type": "payment_intent"}}),
    (
        "POST",
        "/v1/invoiceitems",
        {
            "customer": "cus_1",
            "amount": "-500",
            "currency": "eur",
            "period": {"start": "1", "end": "2"},
            "discountable": "false",
        },
    ),
    (
        "POST",
        "/v1/subscription_schedules",
        {"from_subscription": "sub_1"},
    ),
    (
        "POST",
        "/v1/subscription_schedules/sub_sched_1",
        {"phases": PHASES, "end_behavior": "release", "proration_behavior": "none"},
    ),
    (
        "POST",
        "/v1/payment_methods",
        {"type": "card", "card": CARD, "billing_details": {"address": ADDRESS, "email": ""}},
    ),
    ("POST", "/v1/payment_methods/pm_1/attach", {"customer": "cus_1"}),
    (
        "POST",
        "/v1/setup_intents",
        {
            "customer": "cus_1",
            "automatic_payment_methods": {"enabled": "true", "allow_redirects": "never"},
            "usage": "off_session",
            "metadata": {"visit": "1"},
        },
    ),
    (
        "POST",
        "/v1/payment_intents",
        {
            "amount": "1900",
            "currency": "eur",
            "confirm": "true",
            "off_session": "one_off",
            "excluded_payment_method_types": {"0": "klarna"},
            "setup_future_usage": "off_session",
        },
    ),
    (
        "POST",
        "/v1/coupons",
        {
            "duration": "repeating",
            "duration_in_months": "3",
            "percent_off": "25.5",
            "applies_to": {"products": {"0": "prod_1"}},
        },
    ),
    (
        "POST",
        "/v1/promotion_codes",
        {
            "promotion": {"type": "coupon", "coupon": "SUMMER"},
            "code": "SUMMER25",
            "restrictions": {"minimum_amount": "1000", "minimum_amount_currency": "eur"},
        },
    ),
    ("GET", "/v1/events", {"types": {"0": "invoice.paid", "1": "price.updated"}, "limit": "1"}),
    (
        "POST",
        "/v1/webhook_endpoints",
        {
            "url": "https://example.com/hooks",
            "enabled_events": {"0": "invoice.paid", "1": "*"},
            "api_version": "2026-10-28.endive",
        },
    ),
    ("POST", "/v1/test_helpers/test_clocks", {"frozen_time": "1767225600", "name": "January"}),
    ("POST", "/v1/test_helpers/test_clocks/clock_1/advance", {"frozen_time": "1767312000"}),
    (
        "POST",
        "/v1/billing/meters",
        {
            "display_name": "Calls",
            "event_name": "calls",
            "default_aggregation": {"formula": "sum"},
            "customer_mapping": {"type": "by_id", "event_payload_key": "customer"},
        },
    ),
    ("POST", "/v1/billing/meter_events", {"event_name": "calls", "payload": {"value": "1"}}),
]
