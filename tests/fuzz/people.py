"""Who asks, and what is theirs: what Schemathesis makes up means something in this world.

Things are used up by what is done to them. So customers come anew every few dozen requests, and
what requests of the merchant's have shut is opened again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.test import Client

from accounts.models import ApiToken, Membership, User
from accounts.roles import Role
from portal import sessions
from portal.identity import Identity, Proof
from portal.models import Portal, PortalSecret, PortalSettings, open_portal
from servicebot.sandbox import doors
from servicebot.sandbox.world import Account, Sandbox
from tests.world import make_tenant

OPEN = (
    *("requires_security_hash", "can_change_plan", "can_change_quantity", "can_cancel"),
    *("can_resubscribe", "can_use_coupon", "can_use_coupon_to_resubscribe", "can_update_card"),
    *("can_update_billing_details", "shows_all_invoices"),
)


@dataclass(frozen=True)
class Person:
    """Somebody with an e-mail address: one customer of Stripe's with one subscription."""

    email: str
    customer: str
    subscription: str


class World:
    """Acme with its team and customers, and Globex, whose people are strangers here."""

    def __init__(self) -> None:
        self.sandbox = Sandbox()
        doors.install(self.sandbox)
        acme, self.globex = make_tenant("Acme"), make_tenant("Globex")
        self.merchant, self.portal, self.shop = acme.merchant, acme.portal, acme.shop
        owner = acme.owner.memberships.get()
        self.owner = ApiToken.make(owner, "Deployment", Role.OWNER)
        self.viewer = ApiToken.make(self._viewer(), "Reports", Role.VIEWER)
        self.stranger = ApiToken.make(self.globex.owner.memberships.get(), "Theirs", Role.OWNER)
        self.browser = logged_in(acme.owner)
        self.people: dict[str, Person] = {}
        self._stock()
        self.tidy()
        self.renew()

    @property
    def account(self) -> Account:
        """What Acme has at Stripe."""
        return self.sandbox.account(self.shop.api_key)

    @property
    def v1(self) -> Any:
        """Acme's own way to Stripe."""
        return self.shop.stripe.v1

    def _viewer(self) -> Membership:
        user = User.objects.create_user("viewer@acme.example", "a long password")
        return Membership.objects.create(user=user, merchant=self.merchant, role=Role.VIEWER)

    def _stock(self) -> None:
        coupon = self.v1.coupons.create({"percent_off": 10, "duration": "once", "name": "Welcome"})
        promotion = {"promotion": {"type": "coupon", "coupon": coupon.id}, "code": "WELCOME"}
        self.v1.promotion_codes.create(promotion)

    def renew(self) -> None:
        """Let the next customer come. Limits count by identity, address and time: time passes."""
        cache.clear()
        name = f"Person{len(self.people)}"
        customer = self.shop.customer(name)
        email = f"{name.lower()}@example.com"
        self.now = Person(email, customer, self.shop.subscribe(customer))
        self.people[customer] = self.now

    def tidy(self) -> None:
        """Open what was shut: settings and products as they were, and nobody thrown out."""
        row = PortalSettings.objects.get(portal=self.portal)
        row.delete()
        PortalSettings.objects.create(
            portal=self.portal, mode=self.portal.mode, pk=row.pk, **dict.fromkeys(OPEN, True)
        )
        self.portal.ended_sessions.all().delete()
        for tier, product in self.shop.products.items():
            sold = {"sb_service": "Notes", "sb_tier": tier, "sb_quantity_enabled": "true"}
            unset = dict.fromkeys(("sb_addon", "sb_order", "sb_hidden", "sb_featured"), "")
            changes = {"unit_label": "seat", "metadata": {**sold, **unset}}
            self.v1.products.update(product, changes)
        cache.clear()

    def spare_portal(self) -> Portal:
        """Open a portal for somebody to delete."""
        return open_portal(self.merchant, self.portal.mode, "Spare")

    def secret(self) -> PortalSecret:
        """Return the newest key of the portal."""
        return self.portal.active_secrets()[0]

    def owner_of(self, id_: str) -> Person | None:
        """Return whose a thing of Stripe's is."""
        customer = id_
        for table in self.account.tables.values():
            if id_ in table:
                customer = str(table[id_].get("customer", id_))
        return self.people.get(customer)

    def is_real(self, id_: str) -> bool:
        """Whether there is such a thing."""
        tables = self.account.tables.values()
        return any(id_ in table for table in tables) or (
            id_.isalnum() and id_.isascii() and Portal.objects.filter(public_id=id_).exists()
        )

    def token(self, person: Person) -> str:
        """Return a session token of somebody's."""
        proof = Proof(Identity("email", person.email), self.secret().pk)
        return sessions.begin(self.portal, proof, (person.customer,)).token()

    def token_of_a_stranger(self) -> str:
        """Return a session token for Globex's portal."""
        portal = self.globex.portal
        proof = Proof(Identity("email", "carla@example.com"), portal.active_secrets()[0].pk)
        return sessions.begin(portal, proof, ("cus_carla",)).token()


def logged_in(user: User) -> dict[str, str]:
    """Return the cookies of a browser in which somebody is logged in and has opened a page."""
    browser = Client()
    browser.force_login(user)
    browser.get("/tokens/")
    return {name: morsel.value for name, morsel in browser.cookies.items()}
