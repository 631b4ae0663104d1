"""What follows from an answer: which of its values the next request takes, and for what."""

from __future__ import annotations

from typing import Any

SUBSCRIPTION = {"path.subscription_id": "$response.body#/customers/0/subscriptions/0/id"}
SAME = {"path.subscription_id": "$request.path.subscription_id"}
OF_OUTCOME = {"path.subscription_id": "$response.body#/subscription/id"}
PORTAL = {"path.portal_id": "$response.body#/id"}
SAME_PORTAL = {"path.portal_id": "$request.path.portal_id"}
QUOTE = {"quote": "$response.body#/quote"}
QUOTED = ("change_plan", "change_quantity", "apply_coupon", "resubscribe", "resume")

# From which operation, by which status, to which: parameters, and what the body says.
LINKS: list[tuple[str, str, str, dict[str, str], Any]] = [
    ("portal_read", "200", "portal_plans_list", SUBSCRIPTION, None),
    ("portal_read", "200", "portal_preview_create", SUBSCRIPTION, None),
    ("portal_read", "200", "portal_cancel", SUBSCRIPTION, None),
    (
        *("portal_read", "200", "portal_customer_update"),
        *({"path.customer_id": "$response.body#/customers/0/id"}, None),
    ),
    (
        *("portal_read", "200", "portal_payment_method_setup", {}),
        {"customer": "$response.body#/customers/0/id"},
    ),
    (
        *("portal_read", "200", "portal_payment_method_remove"),
        *({"path.method_id": "$response.body#/customers/0/payment_methods/0/id"}, None),
    ),
    (
        *("portal_read", "200", "portal_invoices_list"),
        *({"query.customer": "$response.body#/customers/0/id"}, None),
    ),
    (
        *("portal_invoices_list", "200", "portal_invoice_pay"),
        *({"path.invoice_id": "$response.body#/invoices/0/id"}, None),
    ),
    (
        *("portal_invoices_list", "200", "portal_invoices_list"),
        *({"query.cursor": "$response.body#/cursor"}, None),
    ),
    ("portal_plans_list", "200", "portal_preview_create", SAME, None),
    *(("portal_preview_create", "200", f"portal_{action}", SAME, QUOTE) for action in QUOTED),
    ("portal_change_plan", "200", "portal_preview_create", OF_OUTCOME, None),
    ("portal_change_plan", "200", "portal_undo_scheduled_change", OF_OUTCOME, None),
    ("portal_cancel", "200", "portal_undo_cancel", OF_OUTCOME, None),
    ("portal_undo_cancel", "200", "portal_cancel", OF_OUTCOME, None),
    ("portal_resubscribe", "200", "portal_cancel", OF_OUTCOME, None),
    (
        *("portal_payment_method_setup", "200", "portal_payment_method_save", {}),
        {"setup_intent": "$response.body#/setup_intent"},
    ),
    *(
        ("portals_open", "201", operation, PORTAL, None)
        for operation in (
            *("portals_read", "portals_rename", "portals_delete", "settings_read"),
            *("settings_change", "services_list", "secret_keys_list", "secret_keys_rotate"),
            *("sessions_end", "settings_copy", "settings_difference"),
        )
    ),
    ("portals_delete", "204", "portals_read", SAME_PORTAL, None),
    (
        *("settings_read", "200", "settings_change"),
        *({**SAME_PORTAL, "header.If-Match": "$response.header.ETag"}, None),
    ),
    (
        *("secret_keys_rotate", "201", "secret_keys_revoke"),
        *({**SAME_PORTAL, "path.key_id": "$response.body#/id"}, None),
    ),
    (
        *("services_list", "200", "services_change"),
        *(
            {**SAME_PORTAL, "path.product_id": "$response.body#/services/0/tiers/0/id"},
            None,
        ),
    ),
    (
        *("activity_list", "200", "activity_list"),
        *({"query.cursor": "$response.body#/cursor"}, None),
    ),
]


TAKE_BODIES = {target for _source, _status, target, _parameters, body in LINKS if body}


def add_links(document: dict[str, Any]) -> None:
    """Write the links into a description."""
    operations = {
        operation["operationId"]: operation
        for path in document["paths"].values()
        for operation in path.values()
    }
    for source, status, target, parameters, body in LINKS:
        assert target in operations, target
        link: dict[str, Any] = {"operationId": target, "parameters": parameters}
        if body is not None:
            link["requestBody"] = body
        operations[source]["responses"][status].setdefault("links", {})[target] = link
