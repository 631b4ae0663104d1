"""The dashboard's addresses, and those of the merchant API."""

from __future__ import annotations

from django.urls import path

from settings_ui import api, install, portal_views, services, services_api, views

app_name = "dashboard"
urlpatterns = [
    path("", views.home, name="home"),
    path("merchants/<int:merchant_id>/", views.choose_merchant, name="choose_merchant"),
    path("modes/<str:mode>/", views.in_mode, name="in_mode"),
    path("portals/new/", views.new_portal, name="new_portal"),
    path("portals/<portal_id:portal_id>/settings/", portal_views.settings_page, name="settings"),
    path(
        "portals/<portal_id:portal_id>/settings/<str:name>/",
        portal_views.save_setting,
        name="save_setting",
    ),
    path("portals/<portal_id:portal_id>/settings/<str:name>/note/", portal_views.note, name="note"),
    path("portals/<portal_id:portal_id>/customers/", portal_views.customers, name="customers"),
    path("portals/<portal_id:portal_id>/preview/", portal_views.preview, name="preview"),
    path("portals/<portal_id:portal_id>/services/", services.services_page, name="services"),
    path("portals/<portal_id:portal_id>/services/read/", services.read_anew, name="read_services"),
    path("portals/<portal_id:portal_id>/services/demo/", services.make_demo, name="make_demo"),
    path("portals/<portal_id:portal_id>/services/write/", services.write_kept, name="write_kept"),
    path(
        "portals/<portal_id:portal_id>/services/<str:product_id>/save/",
        services.save_product,
        name="save_product",
    ),
    path(
        "portals/<portal_id:portal_id>/services/<str:product_id>/move/",
        services.move,
        name="move_product",
    ),
    path("portals/<portal_id:portal_id>/install/", install.install_page, name="install"),
    path("stripe/", views.stripe, name="stripe"),
    path("stripe/<str:mode>/", views.connect_stripe, name="connect_stripe"),
    path("stripe/<str:mode>/disconnect/", views.disconnect_stripe, name="disconnect_stripe"),
    path("api/v1/portals", api.Portals.as_view(), name="api_portals"),
    path(
        "api/v1/portals/<portal_id:portal_id>/settings", api.Settings.as_view(), name="api_settings"
    ),
    path(
        "api/v1/portals/<portal_id:portal_id>/services",
        services_api.Services.as_view(),
        name="api_services",
    ),
    path(
        "api/v1/portals/<portal_id:portal_id>/services/<str:product_id>",
        services_api.Product.as_view(),
        name="api_product",
    ),
]
