"""Every address, and the door that it has. A forgotten one fails here.

Who is refused at each door, and how, stands in tests/strangers/table.py and is tried there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, get_resolver

from tests.base import ServicebotTestCase

PUBLIC = "public"  # the same for everybody
PAGE = "page"  # a portal's page: needs a session token of this portal
API = "api"  # the portal API: needs a session token
EXCHANGE = "exchange"  # needs an identity with its hash
DASHBOARD = "dashboard"  # needs a log-in; a stranger's portal doesn't exist
HOME = "home"  # needs a log-in; shows the user's own things only
OWN = "own"  # needs a log-in and a proof; nobody else's passkey or session exists
MERCHANT_API = "merchant api"  # needs an API token or a log-in
STAFF = "staff"  # needs one of the operator's staff
ACCOUNT = "account"  # needs a log-in; about the user alone
MAILED = "mailed"  # says what it is to whoever has the link; gives it to whom it is for
RESET = "reset"  # needs the link that was mailed
STRIPE = "stripe"  # needs the signature of that merchant's Stripe

ONE = "portal/<portal_id:portal_id>/subscriptions/<str:subscription_id>"
TABLE: dict[str, str] = {
    "livez": PUBLIC,
    "readyz": PUBLIC,
    "accounts/": HOME,
    "accounts/login/": PUBLIC,
    "accounts/logout/": PUBLIC,
    "accounts/signup/": PUBLIC,
    "accounts/reauthenticate/": ACCOUNT,
    "accounts/inactive/": PUBLIC,
    "accounts/email/": HOME,
    "accounts/email/code/": PUBLIC,
    "accounts/password/change/": HOME,
    "accounts/password/reset/": PUBLIC,
    "accounts/password/reset/done/": PUBLIC,
    "accounts/password/reset/key/done/": PUBLIC,
    "accounts/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": RESET,
    "staff/": STAFF,  # Django's admin, whole: its site is the door
    "accounts/2fa/": PUBLIC,
    "accounts/2fa/authenticate/": PUBLIC,
    "accounts/2fa/reauthenticate/": HOME,
    "accounts/2fa/app/add/": HOME,
    "accounts/2fa/app/remove/": HOME,
    "accounts/2fa/codes/": HOME,
    "accounts/2fa/codes/new/": HOME,
    "accounts/2fa/codes/download/": HOME,
    "accounts/passkeys/": HOME,
    "accounts/passkeys/add/": HOME,
    "accounts/passkeys/login/": PUBLIC,
    "accounts/passkeys/reauthenticate/": HOME,
    "accounts/passkeys/<int:pk>/edit/": OWN,
    "accounts/passkeys/<int:pk>/remove/": OWN,
    "accounts/sessions/": HOME,
    "accounts/sessions/<int:session_id>/end/": OWN,
    "api/schema/": PUBLIC,
    "api/docs/": PUBLIC,
    "docs/": PUBLIC,
    "docs/<path:page>/": PUBLIC,
    "csp-report": PUBLIC,
    "embed/v1.js": PUBLIC,
    "embed/v1.src.js": PUBLIC,
    "embed/v1.debug.js": PUBLIC,
    "portal/assets/<str:version>/<str:name>": PUBLIC,
    "portal/<portal_id:portal_id>/": PUBLIC,
    "portal/<portal_id:portal_id>/logo/<str:version>": PUBLIC,
    "portal/<portal_id:portal_id>/session": EXCHANGE,
    "portal/<portal_id:portal_id>/page": PAGE,
    "portal/<portal_id:portal_id>/language": PAGE,
    f"{ONE}/plans": PAGE,
    f"{ONE}/quantity": PAGE,
    f"{ONE}/coupon": PAGE,
    f"{ONE}/ask-cancel": PAGE,
    f"{ONE}/cancel": PAGE,
    f"{ONE}/undo-cancel": PAGE,
    f"{ONE}/undo-scheduled-change": PAGE,
    f"{ONE}/ask-resubscribe": PAGE,
    f"{ONE}/preview-change-plan": PAGE,
    f"{ONE}/change-plan": PAGE,
    f"{ONE}/preview-change-quantity": PAGE,
    f"{ONE}/change-quantity": PAGE,
    f"{ONE}/preview-apply-coupon": PAGE,
    f"{ONE}/apply-coupon": PAGE,
    f"{ONE}/preview-resume": PAGE,
    f"{ONE}/resume": PAGE,
    f"{ONE}/preview-resubscribe": PAGE,
    f"{ONE}/resubscribe": PAGE,
    "portal/<portal_id:portal_id>/billing": PAGE,
    "portal/<portal_id:portal_id>/billing/save": PAGE,
    "portal/<portal_id:portal_id>/card": PAGE,
    "portal/<portal_id:portal_id>/card/begin": PAGE,
    "portal/<portal_id:portal_id>/card/save": PAGE,
    "portal/<portal_id:portal_id>/card/remove": PAGE,
    "portal/<portal_id:portal_id>/invoices": PAGE,
    "portal/<portal_id:portal_id>/invoices/<str:invoice_id>/pay": PAGE,
    "webhooks/stripe/<slug:endpoint_slug>/": STRIPE,
    "api/v1/portal": API,
    "api/v1/portal/session": EXCHANGE,
    "api/v1/portal/invoices": API,
    "api/v1/portal/invoices/<str:invoice_id>/pay": API,
    "api/v1/portal/subscriptions/<str:subscription_id>/plans": API,
    "api/v1/portal/subscriptions/<str:subscription_id>/preview": API,
    "api/v1/portal/subscriptions/<str:subscription_id>/change-plan": API,
    "api/v1/portal/subscriptions/<str:subscription_id>/change-quantity": API,
    "api/v1/portal/subscriptions/<str:subscription_id>/apply-coupon": API,
    "api/v1/portal/subscriptions/<str:subscription_id>/cancel": API,
    "api/v1/portal/subscriptions/<str:subscription_id>/undo-cancel": API,
    "api/v1/portal/subscriptions/<str:subscription_id>/undo-scheduled-change": API,
    "api/v1/portal/subscriptions/<str:subscription_id>/resume": API,
    "api/v1/portal/subscriptions/<str:subscription_id>/resubscribe": API,
    "api/v1/portal/customers/<str:customer_id>": API,
    "api/v1/portal/payment-method/setup": API,
    "api/v1/portal/payment-method": API,
    "api/v1/portal/payment-method/<str:method_id>": API,
    "": HOME,
    "merchant/": HOME,
    "merchant/delete/": HOME,
    "merchant/export/": HOME,
    "merchants/new/": HOME,
    "home/services/": HOME,
    "merchants/<int:merchant_id>/": DASHBOARD,
    "invitations/<str:token>/": MAILED,
    "team/": HOME,
    "team/invite/": HOME,
    "team/leave/": HOME,
    "team/<int:member_id>/role/": DASHBOARD,
    "team/<int:member_id>/remove/": DASHBOARD,
    "team/invitations/<int:invitation_id>/send/": DASHBOARD,
    "team/invitations/<int:invitation_id>/revoke/": DASHBOARD,
    "tokens/": HOME,
    "tokens/new/": HOME,
    "tokens/<int:token_id>/end/": DASHBOARD,
    "modes/<str:mode>/": HOME,
    "portals/new/": HOME,
    "portals/<portal_id:portal_id>/": DASHBOARD,
    "portals/<portal_id:portal_id>/rename/": DASHBOARD,
    "portals/<portal_id:portal_id>/delete/": DASHBOARD,
    "portals/<portal_id:portal_id>/settings/": DASHBOARD,
    "portals/<portal_id:portal_id>/settings/<str:name>/": DASHBOARD,
    "portals/<portal_id:portal_id>/settings/<str:name>/note/": DASHBOARD,
    "portals/<portal_id:portal_id>/settings/<str:name>/undo/": DASHBOARD,
    "portals/<portal_id:portal_id>/copy/": DASHBOARD,
    "portals/<portal_id:portal_id>/copy/services/": DASHBOARD,
    "portals/<portal_id:portal_id>/customers/": DASHBOARD,
    "portals/<portal_id:portal_id>/preview/": DASHBOARD,
    "portals/<portal_id:portal_id>/preview/customer/": DASHBOARD,
    "portals/<portal_id:portal_id>/texts/": DASHBOARD,
    "portals/<portal_id:portal_id>/texts/one/": DASHBOARD,
    "portals/<portal_id:portal_id>/texts/save/": DASHBOARD,
    "portals/<portal_id:portal_id>/texts/undo/": DASHBOARD,
    "portals/<portal_id:portal_id>/texts/fetch/": DASHBOARD,
    "portals/<portal_id:portal_id>/texts/import/": DASHBOARD,
    "portals/<portal_id:portal_id>/texts/export/": DASHBOARD,
    "portals/<portal_id:portal_id>/services/": DASHBOARD,
    "portals/<portal_id:portal_id>/services/read/": DASHBOARD,
    "portals/<portal_id:portal_id>/services/demo/": DASHBOARD,
    "portals/<portal_id:portal_id>/services/write/": DASHBOARD,
    "portals/<portal_id:portal_id>/services/<str:product_id>/save/": DASHBOARD,
    "portals/<portal_id:portal_id>/services/<str:product_id>/move/": DASHBOARD,
    "portals/<portal_id:portal_id>/install/": DASHBOARD,
    "portals/<portal_id:portal_id>/keys/": DASHBOARD,
    "portals/<portal_id:portal_id>/keys/rotate/": DASHBOARD,
    "portals/<portal_id:portal_id>/keys/<int:secret_id>/revoke/": DASHBOARD,
    "portals/<portal_id:portal_id>/sessions/end/": DASHBOARD,
    "portals/<portal_id:portal_id>/check/": DASHBOARD,
    "portals/<portal_id:portal_id>/refused/": DASHBOARD,
    "portals/<portal_id:portal_id>/origins/allow/": DASHBOARD,
    "stripe/": HOME,
    "stripe/<str:mode>/": HOME,
    "stripe/<str:mode>/check/": HOME,
    "stripe/<str:mode>/listen/": HOME,
    "stripe/<str:mode>/disconnect/": HOME,
    "activity/": HOME,
    "activity/csv/": HOME,
    "activity/leaving/": HOME,
    "activity/erase/": HOME,
    "api/v1/activity": MERCHANT_API,
    "api/v1/portals": MERCHANT_API,
    "api/v1/portals/<portal_id:portal_id>": MERCHANT_API,
    "api/v1/portals/<portal_id:portal_id>/settings": MERCHANT_API,
    "api/v1/portals/<portal_id:portal_id>/settings/copy": MERCHANT_API,
    "api/v1/portals/<portal_id:portal_id>/services": MERCHANT_API,
    "api/v1/portals/<portal_id:portal_id>/services/<str:product_id>": MERCHANT_API,
    "api/v1/portals/<portal_id:portal_id>/secret-keys": MERCHANT_API,
    "api/v1/portals/<portal_id:portal_id>/secret-keys/rotate": MERCHANT_API,
    "api/v1/portals/<portal_id:portal_id>/secret-keys/<int:key_id>/revoke": MERCHANT_API,
    "api/v1/portals/<portal_id:portal_id>/sessions/end": MERCHANT_API,
}


def addresses(patterns: list[Any], before: str = "") -> Iterator[str]:
    """Return every route of the URLconf."""
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern) or getattr(pattern, "app_name", "") == "admin":
            yield route
        else:
            yield from addresses(pattern.url_patterns, route)


def unlisted(table: dict[str, str]) -> set[str]:
    """Return what stands in the table or in the URLconf but not in both."""
    return set(addresses(get_resolver().url_patterns)) ^ set(table)


class TableTests(ServicebotTestCase):
    def test_every_address_says_how_it_refuses_a_stranger(self) -> None:
        assert unlisted(TABLE) == set()

    def test_an_address_left_out_is_found(self) -> None:
        shorter = {route: kind for route, kind in TABLE.items() if route != "stripe/"}

        assert unlisted(shorter) == {"stripe/"}


class StaffTests(ServicebotTestCase):
    def test_no_page_of_the_staffs_takes_anyone_else(self) -> None:
        for path in ("/staff/", "/staff/accounts/merchant/", "/staff/portal/portal/"):
            with self.subTest(path=path):
                self.assertRedirects(
                    self.client.get(path), f"/staff/login/?next={path}", target_status_code=302
                )
                assert self.owner().get(path, follow=True).status_code == 403
