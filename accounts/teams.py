"""Who is in a merchant's team, as what: the rules, for every page that changes it.

Whatever changes a team holds its merchant's row, so that two owners who demote each other at the
same moment leave one, and looks once more at what the one who asks may do.
"""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.activity import ActivityAction, note_member
from accounts.connecting import disconnect
from accounts.limits import DAY, is_within
from accounts.models import Membership, Merchant, Mode, User
from accounts.roles import Right, Role, may

MERCHANTS_A_DAY = 10


@transaction.atomic
def start_merchant(owner: User, name: str) -> Membership:
    """Make a merchant and its owner; raises ValidationError where the name is none."""
    merchant = Merchant(name=name)
    merchant.full_clean()
    merchant.save()
    return Membership.objects.create(user=owner, merchant=merchant, role=Role.OWNER)


def start_another_merchant(owner: User, name: str) -> Membership:
    """Make a merchant for somebody who may do so a few times a day; raises ValidationError."""
    if not is_within(f"merchants:{owner.pk}", MERCHANTS_A_DAY, DAY):
        raise ValidationError(_("You have started many merchants today. Try again tomorrow."))
    return start_merchant(owner, name)


@transaction.atomic
def change_role(by: Membership, member: Membership, role: str) -> None:
    """Give a member another role; raises ValidationError where nobody would be owner."""
    by = held(by, Right.TEAM)
    member = _now(member, by.merchant)
    if member.role == role:
        return
    _keep_an_owner(member, Role(role))
    before, member.role = member.role, role
    member.save(update_fields=["role"])
    note_member(
        by, ActivityAction.ROLE_CHANGED, subject=member.user.email, before=before, after=role
    )


@transaction.atomic
def remove(by: Membership, member: Membership) -> None:
    """Take somebody out of the team, with their API tokens; not the last owner."""
    by = held(by, Right.TEAM)
    member = _now(member, by.merchant)
    _keep_an_owner(member)
    note_member(by, ActivityAction.MEMBER_REMOVED, subject=member.user.email, before=member.role)
    member.delete()


@transaction.atomic
def leave(member: Membership) -> None:
    """Leave the team; raises ValidationError where nobody would be owner."""
    member = held(member, Right.READ)
    _keep_an_owner(member)
    note_member(member, ActivityAction.MEMBER_LEFT, subject=member.user.email, before=member.role)
    member.delete()


@transaction.atomic
def rename_merchant(by: Membership, name: str) -> None:
    """Call the merchant something else; raises ValidationError where that is no name."""
    merchant = held(by, Right.DELETE).merchant
    before, merchant.name = merchant.name, name
    merchant.full_clean()
    if name != before:
        merchant.save(update_fields=["name"])
        note_member(by, ActivityAction.MERCHANT_RENAMED, before=before, after=name)


def delete_merchant(by: Membership) -> None:
    """End the merchant, where this member may."""
    with transaction.atomic():
        merchant = held(by, Right.DELETE).merchant
    end_merchant(merchant)  # takes as long as Stripe does, so nothing is held meanwhile


def end_merchant(merchant: Merchant) -> None:
    """Delete a merchant with all that is its own, after Stripe was asked to tell us no more."""
    for mode in Mode:
        disconnect(merchant, mode)
    merchant.delete()


def held(by: Membership, right: str) -> Membership:
    """Hold the merchant's row, and return this place in its team as it is now.

    Raises PermissionDenied where it is gone meanwhile, or no longer has the right.
    """
    Merchant.objects.select_for_update().filter(pk=by.merchant_id).first()
    now = Membership.objects.select_related("merchant", "user").filter(pk=by.pk).first()
    if now is None or not may(now.role, right):
        raise PermissionDenied
    return now


def _now(member: Membership, merchant: Merchant) -> Membership:
    """Return a member as they are now; raises ValidationError where they have left the team."""
    now = merchant.memberships.select_related("user").filter(pk=member.pk).first()
    if now is None:
        raise ValidationError(_("They have left the team already."))
    return now


def _keep_an_owner(member: Membership, role: Role | None = None) -> None:
    """Raise ValidationError where nobody who can log in would own the merchant any more."""
    if role != Role.OWNER and is_last_owner(member):
        raise ValidationError(_("A team needs an owner. Make somebody else one first."))


def is_last_owner(member: Membership) -> bool:
    """Whether nobody else who can log in owns the merchant."""
    if member.role != Role.OWNER:
        return False
    others = member.merchant.memberships.filter(role=Role.OWNER).exclude(pk=member.pk)
    return not others.filter(user__is_active=True).exists()
