"""Every address of the product; tests/strangers says whom each refuses."""

from __future__ import annotations

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from portal.admin import staff
from servicebot import health

handler500 = "portal.outage.server_error"
urlpatterns = [
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("accounts/", include("accounts.urls")),
    path("staff/", staff.urls),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    path("", include("portal.urls")),
    path("", include("settings_ui.urls")),
]
handler404 = "portal.problems.page_not_found"
