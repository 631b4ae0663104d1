"""Every address, and how it refuses whoever it isn't for. A forgotten one fails here.

Data of one customer against another's is in tests/portal; this table is about the doors.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core import mail
from django.test import Client
from django.urls import URLPattern, get_resolver

from accounts.connecting import connect
from accounts.invitations import invite
from accounts.models import ApiToken
from tests.base import ServicebotTestCase
from tests.world import Tenant

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
    "accounts/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": PUBLIC,
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
    "portal/<portal_id:portal_id>/": PUBLIC,
    "portal/<portal_id:portal_id>/look.css": PUBLIC,
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
    "webhooks/stripe/<int:connection_id>/": STRIPE,
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


def team_of(tenant: Tenant) -> dict[str, str]:
    """Return what addresses of a team's own things hold; makes an invitation and a token once."""
    owner = tenant.owner.memberships.get()
    if not owner.api_tokens.exists():
        ApiToken.make(owner, "Deployment")
        invite(owner, "invited@example.com", "viewer")
    return {
        "<int:member_id>": str(owner.pk),
        "<int:invitation_id>": str(tenant.merchant.invitations.get().pk),
        "<int:token_id>": str(owner.api_tokens.get().pk),
        "<str:token>": re.findall(r"/invitations/([^/]+)/", str(mail.outbox[0].body))[0],
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


class AddressesTestCase(ServicebotTestCase):
    """A test that asks addresses of Acme's, each of which is there."""

    def setUp(self) -> None:
        super().setUp()
        owner = self.acme.owner
        kind = Authenticator.Type.WEBAUTHN
        self.passkey = Authenticator.objects.create(user=owner, type=kind, data={"name": "Acme's"})
        browser = self.owner()
        browser.get("/accounts/")
        self.session = UserSession.objects.get(user=owner)

    def path(self, route: str) -> str:
        """Return an address of Acme's."""
        named = {
            "<portal_id:portal_id>": self.portal.public_id,
            "<str:subscription_id>": self.ada_sub,
            "<str:invoice_id>": "in_1",
            "<int:merchant_id>": str(self.acme.merchant.pk),
            "<int:connection_id>": str(self.acme.merchant.connections.get().pk),
            "<str:product_id>": self.acme.shop.products["Team"],
            "<int:secret_id>": str(self.portal.active_secrets()[0].pk),
            "<int:key_id>": str(self.portal.active_secrets()[0].pk),
            "<str:name>": "can_cancel",
            "<str:mode>": "test",
            **team_of(self.acme),
            "<int:pk>": str(self.passkey.pk),
            "<int:session_id>": str(self.session.pk),
        }
        for placeholder, value in named.items():
            route = route.replace(placeholder, value)
        return f"/{route}"


class DoorTests(AddressesTestCase):
    def of(self, kind: str) -> list[str]:
        """Return Acme's addresses of a kind."""
        return [self.path(route) for route, found in TABLE.items() if found == kind]

    def ask(self, browser: Client, path: str, **headers: str) -> set[tuple[int, str]]:
        """Return what both verbs answer, but for the one that isn't there."""
        answers = [
            browser.get(path, headers=headers),
            browser.post(path, {}, content_type="application/json", headers=headers),
        ]
        return {
            (answer.status_code, answer.headers.get("Location", "").split("?")[0])
            for answer in answers
            if answer.status_code != 405
        }

    def test_a_portal_page_takes_no_one_without_a_token(self) -> None:
        logged_in = self.owner()

        for path in self.of(PAGE):
            with self.subTest(path=path):
                assert self.ask(Client(), path) == {(401, "")}
                assert self.ask(logged_in, path) == {(401, "")}

    def test_a_portal_page_takes_no_token_of_another_portal(self) -> None:
        token = f"Bearer {self.token(self.carla, tenant=self.globex)}"

        for path in self.of(PAGE):
            with self.subTest(path=path):
                assert self.ask(Client(), path, authorization=token) == {(401, "")}

    def test_the_portal_api_takes_no_one_without_a_token(self) -> None:
        logged_in = self.owner()

        for path in self.of(API):
            with self.subTest(path=path):
                assert self.ask(Client(), path) == {(401, "")}
                assert self.ask(logged_in, path) == {(401, "")}

    def test_an_exchange_takes_no_one_without_a_hash(self) -> None:
        origin = {"Sec-Fetch-Site": "same-origin"}
        given = {"portal_id": self.portal.public_id, "email": "ada@example.com"}

        page = self.client.post(
            self.path("portal/<portal_id:portal_id>/session"), given, headers=origin
        )
        api = self.client.post("/api/v1/portal/session", given, content_type="application/json")

        assert (page.status_code, api.status_code) == (403, 403)

    def test_the_dashboard_asks_for_a_log_in(self) -> None:
        for path in [*self.of(DASHBOARD), *self.of(HOME), *self.of(OWN)]:
            with self.subTest(path=path):
                assert self.ask(Client(), path) == {(302, "/accounts/login/")}

    def test_a_strangers_portal_is_not_found(self) -> None:
        stranger = self.owner(self.globex)

        for path in self.of(DASHBOARD):
            with self.subTest(path=path):
                assert self.ask(stranger, path) == {(404, "")}

    def test_a_strangers_passkey_and_session_are_not_found(self) -> None:
        stranger = self.owner(self.globex)
        self.fresh(stranger)

        for path in self.of(OWN):
            with self.subTest(path=path):
                assert self.ask(stranger, path) == {(404, "")}

    def test_a_strangers_home_shows_nothing_of_others(self) -> None:
        stranger = self.owner(self.globex)

        for path in self.of(HOME):
            with self.subTest(path=path):
                page = stranger.get(path, follow=True).getvalue().decode()
                assert self.portal.public_id not in page
                assert "Acme" not in page

    def test_staff_pages_take_no_one_but_staff(self) -> None:
        for path in [*self.of(STAFF), "/staff/accounts/merchant/", "/staff/portal/portal/"]:
            with self.subTest(path=path):
                assert self.ask(Client(), path) <= {
                    (302, "/accounts/login/"),
                    (302, "/staff/login/"),
                }
                assert self.owner().get(path, follow=True).status_code == 403

    def test_what_is_the_users_own_asks_for_a_log_in(self) -> None:
        for path in self.of(ACCOUNT):
            with self.subTest(path=path):
                assert self.ask(Client(), path) == {(302, "/accounts/login/")}

    def test_what_was_mailed_lets_in_only_whom_it_is_for(self) -> None:
        for path in self.of(MAILED):
            with self.subTest(path=path):
                assert self.ask(Client(), path) == {(200, ""), (302, "/accounts/login/")}
                assert self.ask(self.owner(self.globex), path) == {(200, "")}
                assert not self.globex.owner.memberships.filter(merchant=self.acme.merchant)

    def test_a_webhook_takes_no_one_but_stripe(self) -> None:
        shop = self.acme.shop
        with self.settings(PUBLIC_URL="https://billing.example.com"):
            connect(self.acme.merchant, "test", shop.api_key, shop.publishable_key)

        for path in self.of(STRIPE):
            with self.subTest(path=path):
                assert self.ask(Client(), path) == {(400, "")}
                assert self.ask(self.owner(), path) == {(400, "")}

    def test_the_merchant_api_takes_no_one_without_a_token(self) -> None:
        for path in self.of(MERCHANT_API):
            with self.subTest(path=path):
                assert self.ask(Client(), path) == {(401, "")}

    def test_a_customers_token_opens_nothing_of_the_merchants(self) -> None:
        token = f"Bearer {self.token()}"

        for path in self.of(MERCHANT_API):
            with self.subTest(path=path):
                assert self.ask(Client(), path, authorization=token) == {(401, "")}
