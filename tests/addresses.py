"""Addresses of a merchant's own things, for tests that ask all of them."""

from __future__ import annotations

import re

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core import mail

from accounts.invitations import invite
from accounts.models import ApiToken
from tests.base import ServicebotTestCase
from tests.world import Tenant


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
