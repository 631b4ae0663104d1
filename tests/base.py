"""The cast and the small functions that the product's tests share.

Ada and Ben buy from Acme, Carla from Globex. Requests to Stripe go through the real SDK to the
sandbox, and nothing that either side says may break the contract.
"""

from __future__ import annotations

from typing import Any
from unittest.mock import patch

from django.core.cache import cache
from django.test import Client, TestCase

from accounts import seen
from accounts.limits import DAY
from portal import sessions
from portal.identity import Identity, Proof, hash_of
from servicebot.sandbox import doors
from servicebot.sandbox.world import Sandbox
from tests.world import Objects, Tenant, make_tenant


class ServicebotTestCase(TestCase):
    """A test with two merchants and three customers."""

    sandbox: Sandbox
    acme: Tenant
    globex: Tenant
    refuses_requests = False

    def setUp(self) -> None:
        super().setUp()
        cache.clear()
        # That a session is used is noted once in a while, and that counts as queries: a test seldom
        # meets the end of a minute, but does.
        self.enterContext(patch.object(seen, "MINUTE", DAY))
        self.sandbox = self.enterContext(doors.use(Sandbox()))
        self.acme = make_tenant("Acme", Ada="Team month", Ben="Starter month")
        self.globex = make_tenant("Globex", Carla="Team month")
        self.ada, self.ada_sub = self.acme.buyers["Ada"]
        self.ben, self.ben_sub = self.acme.buyers["Ben"]
        self.carla, self.carla_sub = self.globex.buyers["Carla"]
        self.portal = self.acme.portal
        self.stripe = Objects(self.sandbox, self.acme.shop.api_key)
        self.switch(requires_security_hash=True, can_change_plan=True, shows_all_invoices=True)
        self.sandbox.calls.clear()

    def tearDown(self) -> None:
        """Nothing that was said to Stripe, and nothing it answered, broke the contract."""
        assert self.sandbox.findings == []
        assert self.refuses_requests or self.sandbox.refused == []
        super().tearDown()

    def switch(self, **settings: Any) -> None:
        """Set settings of Acme's portal."""
        row = self.portal.settings
        for name, value in settings.items():
            setattr(row, name, value)
        row.save()

    def hash(self, value: str, tenant: Tenant | None = None) -> str:
        """Make a hash as the merchant's server does."""
        return hash_of((tenant or self.acme).secret, value)

    def token(
        self,
        *customer_ids: str,
        email: str = "ada@example.com",
        tenant: Tenant | None = None,
        **narrowed: str,
    ) -> str:
        """Make a session token for customers of a portal, Ada's if none are named."""
        tenant = tenant or self.acme
        secret_id = tenant.portal.active_secrets()[0].pk
        identity = Identity("email", email)
        ids = customer_ids or (self.ada,)
        return sessions.begin(tenant.portal, Proof(identity, secret_id), ids, **narrowed).token()

    def page_post(self, path: str, token: str | None = None, **data: Any) -> Any:
        """Post to Acme's portal page as an identified person."""
        headers = {"Authorization": f"Bearer {self.token() if token is None else token}"}
        return self.client.post(f"/portal/{self.portal.public_id}/{path}", data, headers=headers)

    def api(self, method: str, path: str, token: str | None = None, **body: Any) -> Any:
        """Call the portal API as an identified person."""
        headers = {"Authorization": f"Bearer {self.token() if token is None else token}"}
        key = body.pop("idempotency_key", None)
        if key:
            headers["Idempotency-Key"] = key
        call = getattr(self.client, method)
        if method == "get":
            return call(f"/api/v1/portal{path}", body, headers=headers)
        return call(f"/api/v1/portal{path}", body, content_type="application/json", headers=headers)

    def owner(self, tenant: Tenant | None = None) -> Client:
        """Return a browser in which the owner is logged in."""
        browser = Client()
        browser.force_login((tenant or self.acme).owner)
        return browser

    def fresh(self, browser: Client | None = None) -> Client:
        """Let who is logged in prove once more that it is them, as protected pages ask."""
        browser = browser or self.client
        browser.post("/accounts/reauthenticate/", {"password": "a long password"})
        return browser
