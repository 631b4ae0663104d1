"""A lot of everything, put where it is kept without asking anybody for each."""

from __future__ import annotations

from django.utils import timezone

from accounts.activity import Activity, ActivityAction, ActivityKind
from accounts.invitations import invite
from accounts.models import ApiToken, Membership, Merchant, Mode, StripeConnection, User
from accounts.roles import Role
from portal.models import Portal, PortalSecret, PortalSettings, open_portal
from servicebot.sandbox.wire import clone
from servicebot.sandbox.world import Sandbox
from tests.world import Tenant


def grow_customer(
    tenant: Tenant, sandbox: Sandbox, customer: str, *, subscriptions: int, invoices: int
) -> None:
    """Give a customer as many subscriptions and invoices in all, invoices as copies of one."""
    for _ in range(subscriptions - 1):
        tenant.shop.subscribe(customer)
    account = sandbox.account(tenant.shop.api_key)
    table = account.tables["invoice"]
    theirs = [row for row in table.values() if row["customer"] == customer]
    for number in range(invoices - len(theirs)):
        copied = {**clone(theirs[-1]), "id": account.new_id("in_"), "number": f"COPY-{number}"}
        table[copied["id"]] = copied


def grow_merchants(count: int) -> None:
    """Add merchants who each have a connection and a portal with its settings."""
    made = Merchant.objects.bulk_create(Merchant(name=f"Shop {n}") for n in range(count))
    now = timezone.now()
    StripeConnection.objects.bulk_create(
        StripeConnection(merchant=m, mode=Mode.TEST, api_key="sk_test_x", checked_at=now)
        for m in made
    )
    portals = Portal.objects.bulk_create(
        Portal(merchant=m, mode=Mode.TEST, name=m.name) for m in made
    )
    PortalSettings.objects.bulk_create(PortalSettings(portal=p, mode=p.mode) for p in portals)


def grow_team(tenant: Tenant) -> None:
    """Give a merchant more portals, members and memberships, and a long past."""
    owner = tenant.owner.memberships.get()
    for number in range(12):
        portal = open_portal(tenant.merchant, Mode.TEST, f"Portal {number}")
        user = User.objects.create_user(f"member{number}@example.com")
        Membership.objects.create(user=user, merchant=tenant.merchant, role=Role.VIEWER)
        other = Merchant.objects.create(name=f"Other {number}")
        Membership.objects.create(user=tenant.owner, merchant=other, role=Role.VIEWER)
        PortalSecret.make(tenant.portal)
        ApiToken.make(owner, f"Token {number}")
        invite(owner, f"invited{number}@example.com", Role.VIEWER)
        for action in (ActivityAction.CHANGE_PLAN, ActivityAction.CANCEL):
            _note(tenant, portal, action, number)


def _note(tenant: Tenant, portal: Portal, action: ActivityAction, number: int) -> None:
    Activity.objects.create(
        merchant=tenant.merchant,
        kind=ActivityKind.CUSTOMER,
        action=action,
        who=f"customer{number}@example.com",
        portal_id=portal.public_id,
        mode=portal.mode,
        customer_id=f"cus_{number}",
        subject=f"sub_{number}",
        before={"plan": "Starter", "interval": "month"},
        after={"plan": "Team", "interval": "month"},
    )
