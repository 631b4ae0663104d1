"""The portal's addresses: page, API and the script of the snippet."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path, register_converter

from portal import api, shell, views, webhooks
from portal.converters import PortalIdConverter

API = "api/v1/portal"
register_converter(PortalIdConverter, "portal_id")
SUBSCRIPTION = "subscriptions/<str:subscription_id>"

page_patterns: list[URLPattern] = [
    path("", shell.shell, name="shell"),
    path("session", views.session, name="session"),
    path("page", views.page, name="page"),
    path(f"{SUBSCRIPTION}/plans", views.choose_plan, name="choose-plan"),
    path(f"{SUBSCRIPTION}/preview-change-plan", views.preview_plan, name="preview-plan"),
    path(f"{SUBSCRIPTION}/change-plan", views.change_plan, name="change-plan"),
    path(f"{SUBSCRIPTION}/ask-cancel", views.ask_cancel, name="ask-cancel"),
    path(f"{SUBSCRIPTION}/cancel", views.cancel, name="cancel"),
    path(f"{SUBSCRIPTION}/undo-cancel", views.undo_cancel, name="undo-cancel"),
    path(f"{SUBSCRIPTION}/ask-resubscribe", views.ask_resubscribe, name="ask-resubscribe"),
    path(
        f"{SUBSCRIPTION}/preview-resubscribe", views.preview_resubscribe, name="preview-resubscribe"
    ),
    path(f"{SUBSCRIPTION}/resubscribe", views.resubscribe, name="resubscribe"),
    path("card", views.ask_card, name="ask-card"),
    path("card/begin", views.begin_card, name="begin-card"),
    path("card/save", views.save_card, name="save-card"),
    path("invoices", views.invoices, name="invoices"),
    path("invoices/<str:invoice_id>/pay", views.pay_invoice, name="pay-invoice"),
]
api_patterns: list[URLPattern] = [
    path(API, api.PortalView.as_view(), name="api-portal"),
    path(f"{API}/session", api.SessionView.as_view(), name="api-session"),
    path(f"{API}/invoices", api.InvoicesView.as_view(), name="api-invoices"),
    path(f"{API}/invoices/<str:invoice_id>/pay", api.PayView.as_view(), name="api-pay"),
    path(f"{API}/{SUBSCRIPTION}/plans", api.PlansView.as_view(), name="api-plans"),
    path(f"{API}/{SUBSCRIPTION}/preview", api.PreviewView.as_view(), name="api-preview"),
    path(f"{API}/{SUBSCRIPTION}/change-plan", api.ChangePlanView.as_view(), name="api-change-plan"),
    path(f"{API}/{SUBSCRIPTION}/cancel", api.CancelView.as_view(), name="api-cancel"),
    path(f"{API}/{SUBSCRIPTION}/undo-cancel", api.UndoCancelView.as_view(), name="api-undo-cancel"),
    path(
        f"{API}/{SUBSCRIPTION}/resubscribe", api.ResubscribeView.as_view(), name="api-resubscribe"
    ),
    path(f"{API}/payment-method/setup", api.SetupView.as_view(), name="api-setup"),
    path(f"{API}/payment-method", api.PaymentMethodView.as_view(), name="api-payment-method"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("embed/v1.js", shell.embed, name="embed"),
    path("portal/<portal_id:portal_id>/", include(page_patterns)),
    path("webhooks/stripe/<int:connection_id>/", webhooks.take, name="stripe-webhook"),
    *api_patterns,
]
