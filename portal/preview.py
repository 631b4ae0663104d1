"""The portal as it is without anybody's data: its own page and policy over a made-up customer."""

from __future__ import annotations

import time

from django.utils import timezone

from accounts.models import Mode
from portal import events, fixtures, languages, sessions
from portal.answers import problem_words, rendered
from portal.fixtures import Row
from portal.identity import Identity
from portal.models import IdentifyBy, Portal
from portal.own_texts import texts_of
from portal.page import page_of
from portal.sessions import Session
from portal.states import STATES, State
from portal.visit import Visit

MADE_UP_SECRET = -1


def states(portal: Portal) -> dict[str, State]:
    """Return what there is to look at: a live portal never goes without the hash."""
    is_live = portal.mode == Mode.LIVE
    return {name: state for name, state in STATES.items() if not (is_live and state.is_unsecured)}


def preview(portal: Portal, state: State, language: str) -> str:
    """Render a portal's page for one state, by the settings that are in force; asks nobody."""
    if state.is_off:
        return problem_words(sessions.off(portal), texts_of(portal, language))
    rows = state.rows(timezone.now())
    visit = Visit(portal, _session(portal, state, rows, language))
    # The made-up service stands for whichever of the merchant's the portal is for.
    found = page_of(visit, fixtures.catalogue(), list(rows))
    told = events.carried(portal.settings, found, fixtures.catalogue, events.first)
    return rendered("page", visit, page=found, languages=languages.choices(), **told)


def _session(portal: Portal, state: State, rows: list[Row], language: str) -> Session:
    """Return what an exchange would have begun; nobody gets a token of it."""
    ids = tuple(row[0].id for row in rows)
    by_email = portal.settings.identify_by == IdentifyBy.EMAIL
    now = int(time.time())
    return Session(
        portal_id=portal.public_id,
        identity=Identity(portal.settings.identify_by, fixtures.EMAIL if by_email else ids[0]),
        customer_ids=ids,
        secret_id=0 if state.is_unsecured else MADE_UP_SECRET,
        exchanged_at=now,
        issued_at=now,
        language=language,
    )
