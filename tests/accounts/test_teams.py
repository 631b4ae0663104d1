"""A team keeps an owner, also where two people change it at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection

from accounts import invitations, teams, tokens
from accounts.models import ApiToken, Invitation, Membership, Merchant, User
from accounts.roles import Role
from servicebot.sandbox import doors
from servicebot.sandbox.world import Sandbox
from tests.base import ServicebotTestCase
from tests.world import make_tenant


class StaleTests(ServicebotTestCase):
    """Who acts was let in a moment ago, and is no longer who they were."""

    def setUp(self) -> None:
        super().setUp()
        second = User.objects.create_user("second@acme.example", "a long password")
        self.first = self.acme.owner.memberships.get()
        self.second = Membership.objects.create(
            user=second, merchant=self.acme.merchant, role=Role.OWNER
        )

    def test_a_demoted_owner_demotes_nobody(self) -> None:
        teams.change_role(self.first, self.second, Role.ADMIN)

        with pytest.raises(PermissionDenied):
            teams.change_role(self.second, self.first, Role.ADMIN)
        assert self.acme.merchant.memberships.get(role=Role.OWNER) == self.first

    def test_a_removed_owner_does_nothing_more(self) -> None:
        invitations.invite(self.first, "invited@example.com", Role.VIEWER)
        ApiToken.make(self.first, "Deployment")
        teams.remove(self.first, self.second)

        for act in (
            lambda: teams.remove(self.second, self.first),
            lambda: teams.leave(self.second),
            lambda: teams.rename_merchant(self.second, "Mine"),
            lambda: teams.delete_merchant(self.second),
            lambda: invitations.invite(self.second, "ben@example.com", Role.OWNER),
            lambda: invitations.revoke(self.second, Invitation.objects.get()),
            lambda: tokens.make_token(self.second, "Mine", Role.OWNER, 30),
            lambda: tokens.end_token(self.second, ApiToken.objects.get()),
        ):
            with self.subTest(act=act), pytest.raises(PermissionDenied):
                act()
        assert Merchant.objects.get(name="Acme").connection("test") is not None

    def test_somebody_who_has_left_meanwhile_is_said_to_have(self) -> None:
        teams.leave(self.second)

        with pytest.raises(ValidationError, match="left the team already"):
            teams.remove(self.first, self.second)

    def test_an_owner_who_can_not_log_in_does_not_count(self) -> None:
        User.objects.filter(pk=self.second.user_id).update(is_active=False)

        with pytest.raises(ValidationError, match="needs an owner"):
            teams.leave(self.first)

    def test_what_is_gone_already_is_noted_once(self) -> None:
        invitations.invite(self.first, "invited@example.com", Role.VIEWER)
        ApiToken.make(self.first, "Deployment")
        invitation, token = Invitation.objects.get(), ApiToken.objects.get()

        for _twice in range(2):
            invitations.revoke(self.first, invitation)
            tokens.end_token(self.first, token)

        noted = list(self.acme.merchant.activity.order_by("pk").values_list("action", flat=True))
        assert noted == ["member_invited", "invitation_revoked", "token_ended"]


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_demote_each_other_leave_one() -> None:
    with doors.use(Sandbox()):
        acme = make_tenant("Acme")
    second = User.objects.create_user("second@acme.example", "a long password")
    Membership.objects.create(user=second, merchant=acme.merchant, role=Role.OWNER)
    one, other = acme.merchant.memberships.order_by("pk")

    def demote(pair: tuple[Membership, Membership]) -> bool:
        try:
            teams.change_role(*pair, Role.VIEWER)
        except PermissionDenied:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(demote, [(one, other), (other, one)]))

    assert sorted(done) == [False, True]
    assert acme.merchant.memberships.filter(role=Role.OWNER).count() == 1
