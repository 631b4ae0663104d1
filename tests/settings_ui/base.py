"""What the dashboard's tests share: Acme's team, its live portal, and another value of anything."""

from __future__ import annotations

import json
from typing import Any, cast

from django.test import Client

from accounts.models import ApiToken, Membership, User
from accounts.roles import Role
from accounts.signing_up import vouch_for
from portal.models import PortalSettings, open_portal
from portal.toggles import Address, Group, Lines, OwnTexts, PortalSetting, Table, Text, Toggle
from tests.base import ServicebotTestCase

ROWS: dict[str, list[dict[str, Any]]] = {
    "quantity_rules": [{"unit_label": "seat", "min": 2, "max": 8, "step": 2}],
    "cancellation_reasons": [
        {"key": "moving", "texts": {"en": "I am moving"}, "feedback": "other"},
        {"key": "unused", "feedback": "unused"},
    ],
}
LOOK = {"accent": "#3355cc", "radius": "large", "scheme": "dark"}
TEXTS = {"en": {"cancel.button": "Leave", "interval.month_one": "monthly"}}
TEXTS["en"]["interval.month_other"] = "each {count} months"
HTMX = {"HX-Request": "true"}


def another_value(setting: PortalSetting, now: Any) -> Any:
    """Return a valid value that the setting doesn't have now, if it can have another."""
    if isinstance(setting, Toggle):
        return not now
    if isinstance(setting, Lines):
        return ["https://shop.example.com", "https://*.example.org"]
    if isinstance(setting, Table):
        return ROWS[setting.name]
    if isinstance(setting, Text):
        return "Back on Monday"
    if isinstance(setting, Group):
        return LOOK
    if isinstance(setting, OwnTexts):
        return TEXTS
    if isinstance(setting, Address):
        return "https://shop.example.com/texts.json"
    values = [value for value, _label in setting.choices or []]
    return next((value for value in values if value != now), now)


def posted(value: Any) -> dict[str, Any]:
    """Return what a browser sends for a control with this value."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        name = "quantity_rules" if "unit_label" in value[0] else "cancellation_reasons"
        columns = cast("Table", PortalSettings.declared()[name]).columns
        rows = [*value, {}]
        return {
            column.name: [str(column.value(row) if row else "") for row in rows]
            for column in columns
        }
    if isinstance(value, dict) and "en" in value:
        return {"value": json.dumps(value)}
    if isinstance(value, dict):
        return value
    if isinstance(value, bool):
        return {"value": "on"} if value else {}
    return {"value": "\n".join(value) if isinstance(value, list) else value}


class DashboardTestCase(ServicebotTestCase):
    """Acme's owner is logged in as `self.client`; admin and viewer are at hand."""

    def setUp(self) -> None:
        super().setUp()
        self.client.force_login(self.acme.owner)
        self.client.get("/accounts/logout/")  # a session's first use in a minute is noted
        self.live = open_portal(self.acme.merchant, "live", "Acme live portal")
        self.home = f"/portals/{self.portal.public_id}"

    def member(self, role: str) -> User:
        """Add somebody to Acme's team."""
        user = User.objects.create_user(f"{role}@acme.example", "a long password")
        vouch_for(user)
        Membership.objects.create(user=user, merchant=self.acme.merchant, role=role)
        return user

    def browser(self, role: str) -> Client:
        """Return a browser in which a new member of this role is logged in."""
        browser = Client()
        browser.force_login(self.member(role))
        return browser

    def save(self, name: str, value: Any, client: Client | None = None, home: str = "") -> Any:
        """Save one setting as the page does."""
        address = f"{home or self.home}/settings/{name}/"
        return (client or self.client).post(address, posted(value), headers=HTMX)

    def settings_now(self) -> PortalSettings:
        """Return what the database has."""
        return PortalSettings.objects.get(portal=self.portal)

    def bearer(self, role: str = Role.OWNER) -> dict[str, str]:
        """Return the headers of an API token of a member."""
        owner = self.acme.owner if role == Role.OWNER else self.member(role)
        return {"Authorization": f"Bearer {ApiToken.make(owner.memberships.get(), 'test')}"}
