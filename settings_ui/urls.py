"""The dashboard's addresses, and those of the merchant API."""

from __future__ import annotations

from django.urls import path

from settings_ui import (
    activity_api,
    activity_views,
    api,
    copying_api,
    copying_views,
    home_views,
    install,
    invitations,
    merchant,
    portal_page,
    portal_views,
    portals_api,
    services,
    services_api,
    team,
    tokens,
    views,
)

app_name = "dashboard"
urlpatterns = [
    path("merchant/", merchant.merchant, name="merchant"),
    path("merchant/delete/", merchant.delete_merchant, name="delete_merchant"),
    path("merchants/new/", merchant.new_merchant, name="new_merchant"),
    path("", home_views.home, name="home"),
    path("home/services/", home_views.home_services, name="home_services"),
    path("merchants/<int:merchant_id>/", views.choose_merchant, name="choose_merchant"),
    path("invitations/<str:token>/", invitations.invitation, name="invitation"),
    path("team/", team.team, name="team"),
    path("team/invite/", team.invite, name="invite"),
    path("team/leave/", team.leave, name="leave_team"),
    path("team/<int:member_id>/role/", team.change_role, name="change_role"),
    path("team/<int:member_id>/remove/", team.remove, name="remove_member"),
    path("team/invitations/<int:invitation_id>/send/", team.send_again, name="send_invitation"),
    path("team/invitations/<int:invitation_id>/revoke/", team.revoke, name="revoke_invitation"),
    path("tokens/", tokens.tokens, name="tokens"),
    path("tokens/new/", tokens.new_token, name="new_token"),
    path("tokens/<int:token_id>/end/", tokens.end, name="end_token"),
    path("modes/<str:mode>/", views.in_mode, name="in_mode"),
    path("portals/new/", views.new_portal, name="new_portal"),
    path("portals/<portal_id:portal_id>/", portal_page.portal, name="portal"),
    path("portals/<portal_id:portal_id>/rename/", portal_page.rename, name="rename_portal"),
    path("portals/<portal_id:portal_id>/delete/", portal_page.delete, name="delete_portal"),
    path("portals/<portal_id:portal_id>/settings/", portal_views.settings_page, name="settings"),
    path(
        "portals/<portal_id:portal_id>/settings/<str:name>/",
        portal_views.save_setting,
        name="save_setting",
    ),
    path("portals/<portal_id:portal_id>/settings/<str:name>/note/", portal_views.note, name="note"),
    path(
        "portals/<portal_id:portal_id>/settings/<str:name>/undo/",
        portal_views.undo_setting,
        name="undo_setting",
    ),
    path("portals/<portal_id:portal_id>/copy/", copying_views.copy_page, name="copy_settings"),
    path(
        "portals/<portal_id:portal_id>/copy/services/",
        copying_views.copy_services,
        name="copy_services",
    ),
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
    path("api/v1/portals", portals_api.Portals.as_view(), name="api_portals"),
    path("api/v1/portals/<portal_id:portal_id>", portals_api.Portal.as_view(), name="api_portal"),
    path("activity/", activity_views.activity, name="activity"),
    path("activity/csv/", activity_views.activity_csv, name="activity_csv"),
    path("activity/leaving/", activity_views.leaving_page, name="leaving"),
    path("activity/erase/", activity_views.erase, name="erase_customer"),
    path("api/v1/activity", activity_api.ActivityView.as_view(), name="api_activity"),
    path(
        "api/v1/portals/<portal_id:portal_id>/settings", api.Settings.as_view(), name="api_settings"
    ),
    path(
        "api/v1/portals/<portal_id:portal_id>/settings/copy",
        copying_api.Copy.as_view(),
        name="api_copy",
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
