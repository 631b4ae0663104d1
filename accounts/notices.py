"""E-mail to a merchant's owners about trouble that they alone can end.

A trouble is told once: again only when it has lasted REMIND_AFTER more, or comes back after all was
well for WELL_FOR. Mail goes out after the transaction, in a thread of its own, since a mail server
may take seconds and the customer whose request met the trouble must not wait for it. A mail that
can't be sent is logged, and the dashboard says the same.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import cache, partial

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Merchant, OwnerNotice, StripeConnection
from accounts.roles import Role
from servicebot.gateway.permissions import label_of, serves_of

logger = logging.getLogger(__name__)

REMIND_AFTER = timedelta(hours=24)
WELL_FOR = timedelta(hours=1)
# What makes refused attempts a trouble: more than so many of one portal within this time.
REFUSALS_AT_MOST = 20
REFUSALS_WITHIN = timedelta(minutes=10)


class Kind(models.TextChoices):
    """What the owners are told of."""

    KEY_REFUSED = "key_refused"
    PERMISSION_MISSING = "permission_missing"
    EVENTS_FAIL = "events_fail"
    REFUSALS = "refusals"


def tell_of_refused_key(connection: StripeConnection) -> None:
    """Tell the owners that Stripe doesn't take the key any more."""
    merchant, mode = connection.merchant, connection.mode
    if not _is_due(merchant, Kind.KEY_REFUSED, mode):
        return
    with translation.override(settings.LANGUAGE_CODE):
        named = {"merchant": merchant.name, "mode": connection.get_mode_display().lower()}
        _post(
            merchant,
            _("Stripe refuses the key of %(merchant)s in %(mode)s mode") % named,
            [
                _(
                    "Stripe no longer takes the restricted key that Servicebot works with in "
                    "%(mode)s mode (%(key)s). It was revoked, has expired, or has lost a "
                    "permission."
                )
                % {**named, "key": connection.api_key_hint},
                _(
                    "Until that is mended, your customers read that the portal isn't available "
                    "right now. Nothing is lost, and their subscriptions run on at Stripe."
                ),
                _(
                    "What to do: open the page below, see what is missing, and paste a new key or "
                    "allow the old one more in Stripe."
                ),
                _address("dashboard:stripe"),
            ],
        )


def tell_of_missing_permission(connection: StripeConnection, name: str) -> None:
    """Tell the owners that a customer needed something that the key may not do."""
    merchant, mode = connection.merchant, connection.mode
    if not _is_due(merchant, Kind.PERMISSION_MISSING, f"{mode} {name}"):
        return
    with translation.override(settings.LANGUAGE_CODE):
        named = {
            "merchant": merchant.name,
            "mode": connection.get_mode_display().lower(),
            "permission": label_of(name),
            "serves": serves_of(name),
        }
        _post(
            merchant,
            _("The Stripe key of %(merchant)s lacks %(permission)s") % named,
            [
                _(
                    "A customer asked for something that the restricted key may not do in "
                    "%(mode)s mode. It lacks %(permission)s, which is for this: %(serves)s."
                )
                % named,
                _(
                    "Customers who ask for it read that it isn't possible right now. All else "
                    "works."
                ),
                _(
                    "What to do: in Stripe, edit the key and set that row. Then open the page "
                    "below and check the key again. Or turn off the settings that need it."
                ),
                _address("dashboard:stripe"),
            ],
        )


def tell_of_failing_events(connection: StripeConnection) -> None:
    """Tell the owners that what Stripe tells us can't be taken, and for how long already."""
    merchant, mode = connection.merchant, connection.mode
    if not _is_due(merchant, Kind.EVENTS_FAIL, mode):
        return
    with translation.override(settings.LANGUAGE_CODE):
        named = {"merchant": merchant.name, "mode": connection.get_mode_display().lower()}
        _post(
            merchant,
            _("Stripe's webhooks for %(merchant)s fail in %(mode)s mode") % named,
            [
                _(
                    "Servicebot can't take what Stripe tells it in %(mode)s mode, since "
                    "%(since)s UTC."
                )
                % {**named, "since": _moment(connection.failing_since)},
                _(
                    "Your customers can do everything meanwhile. New products and prices show "
                    "up in the portal some minutes late."
                ),
                _(
                    "What to do: open the page below and set the webhook endpoint up again. If it "
                    "goes on, see in Stripe, under Webhooks, what the last deliveries answered."
                ),
                _address("dashboard:stripe"),
            ],
        )


def tell_of_refusals(
    merchant: Merchant, portal_public_id: str, portal_name: str, count: int
) -> None:
    """Tell the owners that a portal refused `count` attempts within REFUSALS_WITHIN, if many."""
    if count <= REFUSALS_AT_MOST or not _is_due(merchant, Kind.REFUSALS, portal_public_id):
        return
    with translation.override(settings.LANGUAGE_CODE):
        named = {
            "portal": portal_name,
            "count": count,
            "minutes": REFUSALS_WITHIN // timedelta(minutes=1),
        }
        _post(
            merchant,
            _("%(portal)s refuses many visitors") % named,
            [
                ngettext(
                    "The portal %(portal)s has refused %(count)d attempt to open it within "
                    "%(minutes)d minutes.",
                    "The portal %(portal)s has refused %(count)d attempts to open it within "
                    "%(minutes)d minutes.",
                    count,
                )
                % named,
                _(
                    "Whoever was refused saw nothing. Either your own page sends a wrong identity "
                    "or hash, and your customers can't get in; or somebody tries to get in as one "
                    "of them."
                ),
                _(
                    "What to do: open the page below. It lists the last attempts with the reason, "
                    "and says how the hash is made."
                ),
                _address("dashboard:install", portal_public_id),
            ],
        )


def over(connection: StripeConnection, kind: Kind) -> None:
    """Note that a trouble is over."""
    rows = connection.merchant.notices.filter(kind=kind, subject=connection.mode, over_at=None)
    rows.update(over_at=timezone.now())


def _is_due(merchant: Merchant, kind: Kind, subject: str) -> bool:
    """Whether a trouble is to be told now; it then counts as told.

    The row is taken by one update, so that of two requests side by side one tells.
    """
    now = timezone.now()
    row, is_new = OwnerNotice.objects.get_or_create(merchant=merchant, kind=kind, subject=subject)
    if is_new:
        return True
    mine = OwnerNotice.objects.filter(pk=row.pk)
    is_long_ago = models.Q(sent_at__lte=now - REMIND_AFTER)
    was_well = models.Q(over_at__lte=now - WELL_FOR)
    if mine.filter(is_long_ago | was_well).update(sent_at=now, over_at=None):
        return True
    if row.over_at is not None:
        mine.update(over_at=None)
    return False


def _post(merchant: Merchant, subject: str, paragraphs: Iterable[str]) -> None:
    """Have a mail sent to every owner once the transaction stands."""
    owners = merchant.memberships.filter(role=Role.OWNER, user__is_active=True)
    body = "\n\n".join([*paragraphs, _("Servicebot")]) + "\n"
    for email in owners.values_list("user__email", flat=True):
        mail = EmailMessage(" ".join(subject.split()), body, to=[email])
        transaction.on_commit(partial(_hand_over, mail), robust=True)


def _hand_over(mail: EmailMessage) -> None:
    postman().submit(_send, mail)


@cache
def postman() -> ThreadPoolExecutor:
    """Return the one thread that sends, made at first use; the process ends when it is done."""
    return ThreadPoolExecutor(1, thread_name_prefix="notices")


def _send(mail: EmailMessage) -> None:
    try:
        mail.send()
    except Exception:
        logger.exception("A notice to an owner was not sent: %s", mail.subject)


def _address(name: str, *args: str) -> str:
    return f"{settings.PUBLIC_URL}{reverse(name, args=args)}"


def _moment(at: datetime | None) -> str:
    return date_format(at, "j M Y, H:i") if at else ""
