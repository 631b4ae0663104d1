"""Whether a merchant's Stripe still takes our key, and whether we take what it tells us.

A connection remembers since when it doesn't. Nothing is written while things stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.utils import timezone

from accounts import notices
from accounts.models import StripeConnection

FAILING_FOR = timedelta(minutes=15)  # how long events may fail before the owners are told


def settle(connection: StripeConnection, *, is_owner_there: bool = False) -> None:
    """Note how Stripe took the key in what was just asked of it.

    The owners are told of a key that is refused or was found to lack something, unless one of them
    has just asked, and reads it on the page.
    """
    standing = connection.gateway.standing
    if standing.refusals and _is_current(connection):
        _note_refusals(connection, is_owner_there=is_owner_there)
    if standing.is_answered and not standing.is_refused and connection.refused_since is not None:
        _over(connection, "refused_since")
        notices.over(connection, notices.Kind.KEY_REFUSED)


def _is_current(connection: StripeConnection) -> bool:
    """Whether this key is still the one; new keys take no blame for what was begun with the old."""
    rows = StripeConnection.objects.filter(pk=connection.pk, checked_at=connection.checked_at)
    return rows.exists()


def _note_refusals(connection: StripeConnection, *, is_owner_there: bool) -> None:
    standing = connection.gateway.standing
    found = sorted(standing.lacking.difference(connection.lacking))
    if found:
        connection.lacking = sorted([*connection.lacking, *found])
        StripeConnection.objects.filter(pk=connection.pk).update(lacking=connection.lacking)
    if standing.is_refused:
        _since(connection, "refused_since")
    if not is_owner_there:
        _tell(connection, found)


def _tell(connection: StripeConnection, lacking: list[str]) -> None:
    """Tell the owners of a refused key, and of each permission that was found to be missing."""
    if connection.gateway.standing.is_refused:
        notices.tell_of_refused_key(connection)
    for name in lacking:
        notices.tell_of_missing_permission(connection, name)


@contextmanager
def hearing(connection: StripeConnection) -> Iterator[None]:
    """Note whether an event of this connection could be taken; whatever goes wrong goes on."""
    try:
        yield
    except Exception:
        _since(connection, "failing_since")
        if is_failing_long(connection):
            notices.tell_of_failing_events(connection)
        raise
    if connection.failing_since is not None:
        _over(connection, "failing_since")
        notices.over(connection, notices.Kind.EVENTS_FAIL)


def is_failing_long(connection: StripeConnection) -> bool:
    """Whether events fail for longer than a moment's trouble lasts."""
    since = connection.failing_since
    return since is not None and timezone.now() - since > FAILING_FOR


def _since(connection: StripeConnection, field: str) -> None:
    """Note since when something is wrong, once; two requests side by side note one time."""
    if getattr(connection, field) is None:
        now = timezone.now()
        rows = StripeConnection.objects.filter(pk=connection.pk, **{field: None})
        rows.update(**{field: now})
        setattr(connection, field, now)


def _over(connection: StripeConnection, field: str) -> None:
    StripeConnection.objects.filter(pk=connection.pk).update(**{field: None})
    setattr(connection, field, None)
