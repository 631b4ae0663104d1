"""Finding a portal at its door, with all that is asked of it there.

On PostgreSQL each process keeps what it read until one of those rows is another. The database says
so itself: `xmin` is the transaction that wrote a row, `ctid` where the row lies since, and no two
versions of a row have both in common. So nobody who writes has to remember what is kept here, and
what was revoked is revoked for the very next request. Elsewhere all is read each time.
https://www.postgresql.org/docs/current/ddl-system-columns.html
"""

from __future__ import annotations

import time
from copy import copy

from django.db import connection as database

from portal.models import Portal
from servicebot.at_hand import Hand

SECONDS_KEPT = 600  # its rows are looked at each time; this bounds only what nobody asks for

_portals = Hand[tuple[str, Portal]](1000)

VERSIONS = """
SELECT ROW(p.xmin, p.ctid, s.xmin, s.ctid, m.xmin, m.ctid,
  (SELECT (c.xmin, c.ctid) FROM accounts_stripeconnection c
    WHERE c.merchant_id = p.merchant_id AND c.mode = p.mode),
  (SELECT (f.xmin, f.ctid) FROM portal_fetchedtexts f WHERE f.portal_id = p.id),
  (SELECT array_agg((k.xmin, k.ctid)) FROM portal_portalsecret k WHERE k.portal_id = p.id))::text
FROM portal_portal p
JOIN portal_portalsettings s ON s.portal_id = p.id
JOIN accounts_merchant m ON m.id = p.merchant_id
WHERE p.public_id = %s
"""


def find(public_id: str) -> Portal | None:
    """Return a portal with its settings, merchant, connection, keys and fetched texts.

    What is returned is the caller's own to change; None where there is no such portal.
    """
    if database.vendor != "postgresql":
        return _read(public_id)
    versions = _versions(public_id)
    if versions is None:
        return None
    kept = _portals.get(public_id)
    if kept is None or kept[0] != versions:
        portal = _read(public_id)
        if portal is None:
            return None
        # Should it have changed since it was asked for its versions, these are never met again.
        kept = versions, _complete(portal)
        _portals.put(public_id, kept, time.time() + SECONDS_KEPT)
    return _copied(kept[1])


def _versions(public_id: str) -> str | None:
    with database.cursor() as cursor:
        cursor.execute(VERSIONS, [public_id])
        row = cursor.fetchone()
    return row and str(row[0])


def _read(public_id: str) -> Portal | None:
    rows = Portal.objects.select_related("settings", "merchant", "fetched")
    return rows.filter(public_id=public_id).first()


def _complete(portal: Portal) -> Portal:
    """Read what else belongs to it."""
    _all = portal.connection, portal.all_secrets
    return portal


def _copied(kept: Portal) -> Portal:
    """Return the same, in objects that nobody else has."""
    portal, merchant = copy(kept), copy(kept.merchant)
    portal.merchant = merchant
    portal.settings = copy(kept.settings)
    if hasattr(kept, "fetched"):
        portal.fetched = copy(kept.fetched)
    portal.connection = copy(kept.connection)
    if portal.connection:
        portal.connection.merchant = merchant
    portal.all_secrets = [*map(copy, kept.all_secrets)]
    return portal
