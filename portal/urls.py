"""The portal's addresses: page, API and the script of the snippet."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from portal import (
    api,
    assets,
    billing_views,
    csp_reports,
    embedding,
    look_views,
    shell,
    views,
    webhooks,
)
from portal import api_subscriptions as acts
from portal import subscription_views as one
from portal.actions.quoted import QUOTED

API = "api/v1/portal"
SUBSCRIPTION = "subscriptions/<str:subscription_id>"

look_patterns: list[URLPattern] = [
    path("logo/<str:version>", look_views.logo, name="logo"),
]
page_patterns: list[URLPattern] = [
    path("", shell.shell, name="shell"),
    path("session", views.session, name="session"),
    path("page", views.page, name="page"),
    path("language", views.speak, name="speak"),
    path(f"{SUBSCRIPTION}/plans", one.choose_plan, name="choose-plan"),
    path(f"{SUBSCRIPTION}/quantity", one.choose_quantity, name="choose-quantity"),
    path(f"{SUBSCRIPTION}/coupon", one.enter_coupon, name="enter-coupon"),
    path(f"{SUBSCRIPTION}/ask-cancel", one.ask_cancel, name="ask-cancel"),
    path(f"{SUBSCRIPTION}/cancel", one.cancel, name="cancel"),
    path(f"{SUBSCRIPTION}/undo-cancel", one.undo_cancel, name="undo-cancel"),
    path(
        f"{SUBSCRIPTION}/undo-scheduled-change",
        one.undo_scheduled_change,
        name="undo-scheduled-change",
    ),
    path(f"{SUBSCRIPTION}/ask-resubscribe", one.ask_resubscribe, name="ask-resubscribe"),
    *(
        path(f"{SUBSCRIPTION}/{before}{action.path}", view, {"action": action}, name=name)
        for action in QUOTED
        for before, view, name in (
            ("preview-", one.preview, f"preview-{action.path}"),
            ("", one.confirm, action.path),
        )
    ),
    path("card", views.ask_card, name="ask-card"),
    path("card/begin", views.begin_card, name="begin-card"),
    path("card/save", views.save_card, name="save-card"),
    path("card/remove", views.remove_card, name="remove-card"),
    path("billing", billing_views.ask, name="ask-billing"),
    path("billing/save", billing_views.save, name="save-billing"),
    path("invoices", views.invoices, name="invoices"),
    path("invoices/<str:invoice_id>/pay", views.pay_invoice, name="pay-invoice"),
]
api_patterns: list[URLPattern] = [
    path(API, api.PortalView.as_view(), name="api-portal"),
    path(f"{API}/session", api.SessionView.as_view(), name="api-session"),
    path(f"{API}/customers/<str:customer_id>", api.CustomerView.as_view(), name="api-customer"),
    path(f"{API}/invoices", api.InvoicesView.as_view(), name="api-invoices"),
    path(f"{API}/invoices/<str:invoice_id>/pay", api.PayView.as_view(), name="api-pay"),
    path(f"{API}/{SUBSCRIPTION}/plans", acts.PlansView.as_view(), name="api-plans"),
    path(f"{API}/{SUBSCRIPTION}/preview", acts.PreviewView.as_view(), name="api-preview"),
    *(
        path(f"{API}/{SUBSCRIPTION}/{name}", view.as_view(), name=f"api-{name}")
        for name, view in (
            ("change-plan", acts.ChangePlanView),
            ("change-quantity", acts.ChangeQuantityView),
            ("apply-coupon", acts.ApplyCouponView),
            ("cancel", acts.CancelView),
            ("undo-cancel", acts.UndoCancelView),
            ("undo-scheduled-change", acts.UndoScheduledChangeView),
            ("resume", acts.ResumeView),
            ("resubscribe", acts.ResubscribeView),
        )
    ),
    path(f"{API}/payment-method/setup", api.SetupView.as_view(), name="api-setup"),
    path(f"{API}/payment-method", api.PaymentMethodView.as_view(), name="api-payment-method"),
    path(
        f"{API}/payment-method/<str:method_id>",
        api.RemoveMethodView.as_view(),
        name="api-remove-method",
    ),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("embed/v1.js", embedding.script, name="embed"),
    path("embed/v1.src.js", embedding.source, name="embed-source"),
    path("embed/v1.debug.js", embedding.debug_script, name="embed-debug"),
    path("portal/assets/<str:version>/<str:name>", assets.asset, name="asset"),
    path("portal/<portal_id:portal_id>/", include(page_patterns + look_patterns)),
    path("csp-report", csp_reports.take, name="csp-report"),
    path("webhooks/stripe/<slug:endpoint_slug>/", webhooks.take, name="stripe-webhook"),
    *api_patterns,
]
