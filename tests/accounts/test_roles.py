"""The table of roles, said a second time."""

from __future__ import annotations

from accounts.models import Membership
from accounts.roles import Right, Role, may, narrower

VIEWERS = {"read"}
ADMINS = VIEWERS | {"edit", "secrets", "export"}
OWNERS = ADMINS | {"team", "stripe", "tokens", "delete"}


def test_each_role_reaches_as_far_as_it_says() -> None:
    reach = {role: {right.value for right in Right if may(role, right)} for role in Role}

    assert reach == {Role.VIEWER: VIEWERS, Role.ADMIN: ADMINS, Role.OWNER: OWNERS}


def test_a_member_has_the_rights_of_the_role() -> None:
    rights = Membership(role=Role.ADMIN).rights

    assert {name for name, allowed in rights.items() if allowed} == ADMINS


def test_of_two_roles_the_narrower_counts() -> None:
    assert narrower("owner", "viewer") == Role.VIEWER
    assert narrower("admin", "owner") == Role.ADMIN
