"""Every address of the dashboard and the merchant API, by method: the right that it needs.

A new address is one line of RIGHTS, and one of `things` where it names something new. One that is
missing fails, and so does a method that is there without a right, or has one and isn't there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.test import Client
from django.urls import URLPattern, reverse

from accounts.invitations import invite
from accounts.models import ApiToken
from accounts.roles import Right, Role, may
from settings_ui.urls import urlpatterns
from tests.settings_ui.base import DashboardTestCase

ANYBODY = "anybody"  # nobody needs to be logged in
LOGGED_IN = "logged in"  # a member of no team gets in too

READ, EDIT, SECRETS, EXPORT = Right.READ, Right.EDIT, Right.SECRETS, Right.EXPORT
TEAM, STRIPE, TOKENS, DELETE = Right.TEAM, Right.STRIPE, Right.TOKENS, Right.DELETE
RIGHTS: dict[str, dict[str, str]] = {
    "home": {"GET": READ},
    "home_services": {"GET": READ},
    "merchant": {"GET": DELETE, "POST": DELETE},
    "delete_merchant": {"POST": DELETE},
    "export_merchant": {"POST": DELETE},
    "new_merchant": {"GET": LOGGED_IN, "POST": LOGGED_IN},
    "choose_merchant": {"POST": READ},
    "docs": {"GET": ANYBODY},
    "docs_page": {"GET": ANYBODY},
    "invitation": {"GET": ANYBODY, "POST": ANYBODY},
    "team": {"GET": READ},
    "invite": {"POST": TEAM},
    "leave_team": {"POST": READ},
    "change_role": {"POST": TEAM},
    "remove_member": {"POST": TEAM},
    "send_invitation": {"POST": TEAM},
    "revoke_invitation": {"POST": TEAM},
    "tokens": {"GET": TOKENS},
    "new_token": {"GET": TOKENS, "POST": TOKENS},
    "end_token": {"POST": TOKENS},
    "in_mode": {"GET": READ},
    "new_portal": {"GET": EDIT, "POST": EDIT},
    "portal": {"GET": READ},
    "rename_portal": {"POST": EDIT},
    "delete_portal": {"POST": DELETE},
    "install": {"GET": READ},
    "keys": {"GET": SECRETS},
    "rotate_key": {"POST": SECRETS},
    "revoke_key": {"POST": SECRETS},
    "end_sessions": {"POST": SECRETS},
    "check_identity": {"GET": SECRETS, "POST": SECRETS},
    "refused": {"GET": READ},
    "allow_origin": {"POST": EDIT},
    "settings": {"GET": READ},
    "save_setting": {"POST": EDIT},
    "undo_setting": {"POST": EDIT},
    "copy_settings": {"GET": EDIT, "POST": EDIT},
    "copy_services": {"GET": EDIT},
    "note": {"GET": READ},
    "customers": {"GET": EDIT},
    "preview": {"GET": READ},
    "preview_customer": {"POST": EDIT},
    "texts": {"GET": READ},
    "text": {"GET": READ},
    "save_text": {"POST": EDIT},
    "undo_text": {"POST": EDIT},
    "fetch_texts": {"POST": EDIT},
    "import_texts": {"POST": EDIT},
    "export_texts": {"GET": EXPORT},
    "services": {"GET": READ},
    "read_services": {"POST": READ},
    "make_demo": {"POST": EDIT},
    "write_kept": {"POST": EDIT},
    "save_product": {"POST": EDIT},
    "move_product": {"POST": EDIT},
    "stripe": {"GET": READ},
    "connect_stripe": {"POST": STRIPE},
    "check_stripe": {"POST": STRIPE},
    "set_up_endpoint": {"POST": STRIPE},
    "disconnect_stripe": {"POST": STRIPE},
    "activity": {"GET": READ},
    "activity_csv": {"GET": EXPORT},
    "leaving": {"GET": READ},
    "erase_customer": {"GET": EXPORT, "POST": EXPORT},
    "api_activity": {"GET": READ},
    "api_portals": {"GET": READ, "POST": EDIT},
    "api_portal": {"GET": READ, "PATCH": EDIT, "DELETE": DELETE},
    "api_settings": {"GET": READ, "PATCH": EDIT},
    "api_copy": {"GET": READ, "POST": EDIT},
    "api_secret_keys": {"GET": SECRETS},
    "api_rotate_key": {"POST": SECRETS},
    "api_revoke_key": {"POST": SECRETS},
    "api_end_sessions": {"POST": SECRETS},
    "api_services": {"GET": READ},
    "api_product": {"PATCH": EDIT},
}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
# An address that names one of these names something that has an owner.
OWNED = {"portal_id", "merchant_id", "member_id", "invitation_id", "token_id"}
PATTERNS = {str(pattern.name): pattern for pattern in urlpatterns}


def rows() -> Iterator[tuple[str, str, str]]:
    """Return every address with every method that it has, and the right for it."""
    for name, rights in RIGHTS.items():
        for method, right in rights.items():
            yield name, method, right


def placeholders(pattern: URLPattern) -> set[str]:
    """Return what an address names."""
    return set(pattern.pattern.converters)


def is_owned(name: str) -> bool:
    """Whether an address names something that has an owner."""
    return bool(placeholders(PATTERNS[name]) & OWNED)


class RolesAndUrlsTests(DashboardTestCase):
    def setUp(self) -> None:
        super().setUp()
        owner = self.acme.owner.memberships.get()
        invite(owner, "invited@example.com", Role.VIEWER)
        ApiToken.make(owner, "Deployment")
        self.things: dict[str, Any] = {
            "portal_id": self.portal.public_id,
            "merchant_id": self.acme.merchant.pk,
            "member_id": owner.pk,
            "invitation_id": self.acme.merchant.invitations.get().pk,
            "token_id": owner.api_tokens.get().pk,
            "token": "none",
            "name": "can_change_plan",
            "page": "embed",
            "mode": "test",
            "product_id": "prod_1",
            "secret_id": self.portal.secrets.get().pk,
            "key_id": self.portal.secrets.get().pk,
        }

    def ask(self, browser: Client, name: str, method: str) -> Any:
        """Send a request without a word in it, and undo what it did."""
        named = {each: self.things[each] for each in placeholders(PATTERNS[name])}
        address = reverse(f"dashboard:{name}", kwargs=named)
        given = {"data": {}, "content_type": "application/json"}
        with transaction.atomic():
            answer = getattr(browser, method.lower())(address, **({} if method == "GET" else given))
            transaction.set_rollback(True)
        return answer

    def is_shut(self, response: Any) -> bool:
        """Whether somebody was asked who they are."""
        is_led = response.headers.get("Location", "").startswith("/accounts/login/?next=/")
        return bool(response.status_code == 401 or (response.status_code == 302 and is_led))

    def test_every_address_is_in_the_table(self) -> None:
        assert set(PATTERNS) == set(RIGHTS)

    def test_no_address_has_another_method(self) -> None:
        for name, rights in RIGHTS.items():
            for method in set(METHODS) - set(rights):
                with self.subTest(page=name, method=method):
                    assert self.ask(self.client, name, method).status_code == 405

    def test_each_role_reaches_as_far_as_its_rights(self) -> None:
        for role in Role:
            browser = self.fresh(self.client if role == Role.OWNER else self.browser(role))
            for name, method, right in rows():
                with self.subTest(page=name, method=method, role=role):
                    response = self.ask(browser, name, method)

                    allowed = right in {ANYBODY, LOGGED_IN} or may(role, right)
                    assert (response.status_code != 403) is allowed
                    assert not self.is_shut(response)

    def test_a_strangers_things_do_not_exist(self) -> None:
        stranger = self.owner(self.globex)
        for name, method, _right in rows():
            with self.subTest(page=name, method=method):
                response = self.ask(stranger, name, method)

                assert (response.status_code == 404) is is_owned(name)
                assert response.status_code != 403

    def test_nobody_gets_in_without_logging_in(self) -> None:
        for name, method, right in rows():
            with self.subTest(page=name, method=method):
                assert self.is_shut(self.ask(Client(), name, method)) is (right != ANYBODY)
