"""Inviting people to a merchant's team by e-mail: the rules. Only the e-mail holds the token."""

from __future__ import annotations

import logging
import secrets
from datetime import timedelta
from enum import Enum

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity import ActivityAction, note_member
from accounts.limits import HOUR, is_within
from accounts.models import Invitation, Membership, Merchant, User, digest_of
from accounts.roles import Right, Role, may
from accounts.teams import held

GOOD_FOR = timedelta(days=7)
AN_HOUR = 20  # e-mails a merchant sends to whoever it likes

logger = logging.getLogger(__name__)


class Fit(Enum):
    """Whether an invitation is for whoever is logged in."""

    YES = "yes"
    MEMBER = "member"  # is in the team already
    UNVERIFIED = "unverified"  # has the address, but has not proven it
    NO = "no"


def invite(by: Membership, email: str, role: str) -> bool:
    """Invite an address, or renew what it was invited to; return whether the e-mail went out.

    Raises ValidationError where it is a member's, or where too many were sent.
    """
    token = secrets.token_urlsafe(32)
    invitation = _kept(by, email.lower(), Role(role), token)
    return _is_sent(invitation, token)


@transaction.atomic
def _kept(by: Membership, email: str, role: Role, token: str) -> Invitation:
    by = held(by, Right.TEAM)
    if by.merchant.memberships.filter(user__email__iexact=email).exists():
        raise ValidationError({"email": _("%(email)s is in the team already.") % {"email": email}})
    if not is_within(f"invitations:{by.merchant_id}", AN_HOUR, HOUR):
        raise ValidationError(_("You have sent many invitations. Try again in an hour."))
    invitation, _made = by.merchant.invitations.update_or_create(
        email=email,
        defaults={
            "role": role,
            "digest": digest_of(token),
            "invited_by": by.user,
            "expires_at": timezone.now() + GOOD_FOR,
        },
    )
    note_member(by, ActivityAction.MEMBER_INVITED, subject=email, after=role)
    return invitation


@transaction.atomic
def revoke(by: Membership, invitation: Invitation) -> None:
    """Take an invitation back: its link opens nothing any more."""
    by = held(by, Right.TEAM)
    gone, _each = by.merchant.invitations.filter(pk=invitation.pk).delete()
    if gone:
        note_member(by, ActivityAction.INVITATION_REVOKED, subject=invitation.email)


def found(token: str) -> Invitation | None:
    """Return the invitation that this token is for, also one that has ended."""
    invitations = Invitation.objects.select_related("merchant", "invited_by")
    return invitations.filter(digest=digest_of(token)).first()


def fit(invitation: Invitation, user: User) -> Fit:
    """Say whether the invitation is for this user: the address is theirs, in any case of letters.

    Where it is known whether they have proven the address, they must have.
    """
    if user.memberships.filter(merchant=invitation.merchant_id).exists():
        return Fit.MEMBER
    known = EmailAddress.objects.filter(user=user, email__iexact=invitation.email).first()
    if known is not None:
        return Fit.YES if known.verified else Fit.UNVERIFIED
    return Fit.YES if user.email.lower() == invitation.email.lower() else Fit.NO


@transaction.atomic
def accept(user: User, invitation: Invitation) -> Membership | None:
    """Take the place in the team, once; None where the invitation isn't this user's or is gone."""
    Merchant.objects.select_for_update().filter(pk=invitation.merchant_id).first()
    now = Invitation.objects.filter(pk=invitation.pk, digest=invitation.digest).first()
    if now is None or now.has_ended or fit(now, user) is not Fit.YES:
        return None
    membership = Membership.objects.create(user=user, merchant=now.merchant, role=now.role)
    note_member(membership, ActivityAction.MEMBER_JOINED, subject=user.email, after=now.role)
    now.delete()
    return membership


def _is_sent(invitation: Invitation, token: str) -> bool:
    """Send the e-mail with the link; a server that takes none is logged."""
    address = settings.PUBLIC_URL + reverse("dashboard:invitation", args=[token])
    context = {"invitation": invitation, "address": address, "rights": rights_of(invitation.role)}
    subject = _("%(by)s invites you to %(merchant)s on Servicebot") % {
        "by": invitation.invited_by,
        "merchant": invitation.merchant,
    }
    body = render_to_string("accounts/invitation.txt", context)
    try:
        # A name may hold a line break, and a subject may not.
        send_mail(" ".join(subject.split()), body, None, [invitation.email])
    except OSError as error:
        logger.warning("Invitation %s was not sent: %s", invitation.pk, type(error).__name__)
        return False
    return True


def rights_of(role: str) -> list[Right]:
    """Return what a role may do, in the order of the table."""
    return [right for right in Right if may(role, right)]
