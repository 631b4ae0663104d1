"""The end of a person's account: asked for, or because nobody ever proved the address."""

from __future__ import annotations

from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Invitation, Merchant, User
from accounts.teams import end_merchant, is_last_owner

UNPROVEN_KEPT = timedelta(days=30)
INVITATIONS_KEPT = timedelta(days=30)  # after their end


@transaction.atomic
def delete_user(user: User) -> None:
    """Delete an account with its second factors, tokens, places in teams and log-ins.

    Raises ValidationError where a merchant would be left without an owner. What they did stays in
    the merchants' activity for as long as that is kept.
    """
    for membership in user.memberships.select_related("merchant"):
        Merchant.objects.select_for_update().get(pk=membership.merchant_id)
        if is_last_owner(membership):
            named = {"merchant": membership.merchant.name}
            told = _(
                "%(merchant)s would have no owner. Make somebody else one, or delete it first."
            )
            raise ValidationError(told % named)
    _end_log_ins(user)
    user.delete()


def forget_unproven() -> int:
    """Delete the accounts, and the merchants that are theirs alone, of those who signed up and
    never proved their address; return how many those were. Nobody has ever been in them."""
    accounts = unproven(timezone.now() - UNPROVEN_KEPT)
    for user in accounts:
        for membership in user.memberships.select_related("merchant"):
            if is_last_owner(membership):
                end_merchant(membership.merchant)
        delete_user(user)
    return len(accounts)


def unproven(before: object) -> QuerySet[User]:
    """Return who signed up before then, has never logged in, and has no address that is proven."""
    people = User.objects.filter(joined_at__lt=before, last_login=None, is_staff=False)
    return people.exclude(emailaddress__verified=True).exclude(emailaddress=None)


def forget_invitations() -> int:
    """Delete invitations that ended long ago; return how many."""
    ended = timezone.now() - INVITATIONS_KEPT
    return Invitation.objects.filter(expires_at__lt=ended).delete()[0]


def forget_log_ins() -> int:
    """Delete log-ins that have ended, with the addresses that they came from; return how many."""
    gone, _by_model = Session.objects.filter(expire_date__lt=timezone.now()).delete()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    return gone


def _end_log_ins(user: User) -> None:
    keys = UserSession.objects.filter(user=user).values("session_key")
    Session.objects.filter(session_key__in=keys).delete()
