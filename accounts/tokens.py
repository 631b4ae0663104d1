"""The API tokens of a merchant's team: the rules for making and ending one."""

from __future__ import annotations

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.activity import ActivityAction, note_member
from accounts.models import ApiToken, Membership, Merchant
from accounts.roles import Right
from accounts.teams import held


def tokens_of(merchant: Merchant) -> QuerySet[ApiToken]:
    """Return every token of the team, the newest first."""
    found = ApiToken.objects.filter(membership__merchant=merchant)
    return found.select_related("membership__user").order_by("-pk")


@transaction.atomic
def make_token(by: Membership, name: str, role: str, days: int) -> str:
    """Make a token and return it; it can't be read again.

    Raises ValidationError for a name that is taken: two of one name can't be told apart, and a
    form that is sent twice makes one token.
    """
    by = held(by, Right.TOKENS)
    if tokens_of(by.merchant).filter(name__iexact=name).exists():
        raise ValidationError({"name": _("There is a token of this name. Choose another.")})
    value = ApiToken.make(by, name, role, timezone.now() + timedelta(days=days))
    note_member(by, ActivityAction.TOKEN_MADE, subject=name, after={"role": role, "days": days})
    return value


@transaction.atomic
def end_token(by: Membership, token: ApiToken) -> None:
    """End a token: from now on it opens nothing."""
    by = held(by, Right.TOKENS)
    gone, _each = tokens_of(by.merchant).filter(pk=token.pk).delete()
    if gone:
        note_member(by, ActivityAction.TOKEN_ENDED, subject=token.name, before={"role": token.role})
