"""The benchmark's addresses, beside the product's. Production doesn't know them."""

from __future__ import annotations

from django.urls import include, path

from tests.bench import bare

urlpatterns = [
    path("bench/bare/<str:portal_id>/<str:customer_id>", bare.page),
    path("bench/call/<str:portal_id>/<str:customer_id>", bare.one_call),
    path("", include("servicebot.urls")),
]
