"""Changing some of a portal's own texts; the others stay. For the dashboard's page of texts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.core import signing
from django.db import transaction

from accounts.models import Membership, Mode
from portal.models import Portal, PortalSettings
from portal.problems import Problem
from portal.resource import Flat, read, without_built_in
from portal.wording import split
from settings_ui.saving import save_settings

SALT = "settings_ui.text_changes"
Keys = Collection[tuple[str, str]]  # of languages and texts


@dataclass(frozen=True)
class Change:
    """One text that becomes another; empty is the built-in one."""

    language: str
    key: str
    now: Flat
    then: Flat


def put_texts(
    portal: Portal,
    given: Mapping[str, Flat],
    keys: Keys,
    *,
    by: Membership,
    versions: Collection[int] | None,
) -> PortalSettings:
    """Keep what is given in place of what there is for these keys.

    Raises Problem as save_settings does. What doesn't fit our texts any more isn't kept either.
    """
    with transaction.atomic():
        settings = PortalSettings.objects.select_for_update().get(portal=portal)
        own = {language: dict(flat) for language, flat in usable(settings).items()}
        for language, key in keys:
            for path in part(own, language, key):
                del own[language][path]
        for language, flat in given.items():
            own.setdefault(language, {}).update(flat)
        return save_settings(portal, {"custom_texts": own}, by=by, versions=versions)


def usable(settings: PortalSettings) -> Mapping[str, Flat]:
    """Return the texts that are saved and can be used."""
    return read(settings.custom_texts).texts


def part(own: Mapping[str, Flat], language: str, key: str) -> Flat:
    """Return what there is of one text, each of its plural forms."""
    return by_key(own, language).get(key, {})


def by_key(own: Mapping[str, Flat], language: str) -> dict[str, Flat]:
    """Return the texts of one language, the plural forms of each together."""
    found: dict[str, Flat] = {}
    for path, text in own.get(language, {}).items():
        found.setdefault(split(path, language)[0], {})[path] = text
    return found


def keys_of(own: Mapping[str, Flat]) -> set[tuple[str, str]]:
    """Return every text that is among these."""
    return {(language, key) for language in own for key in by_key(own, language)}


def differences(
    settings: PortalSettings, given: Mapping[str, Flat], *, whole: bool
) -> list[Change]:
    """Return what would be different with these texts; `whole` where there are to be no others."""
    own, then = usable(settings), without_built_in(given)
    keys = keys_of(given) | (keys_of(own) if whole else set())
    changes = [Change(*key, part(own, *key), part(then, *key)) for key in sorted(keys)]
    return [change for change in changes if change.now != change.then]


def ticket_for(before: PortalSettings, after: PortalSettings, language: str, key: str) -> str:
    """Return what undoes a change of one text in live mode; empty where there is none."""
    if after.mode != Mode.LIVE or after.version != before.version + 1:
        return ""
    said = {
        "portal": after.portal_id,
        "text": [language, key],
        "version": after.version,
        "was": part(usable(before), language, key),
        "is": part(usable(after), language, key),
    }
    return signing.dumps(said, salt=SALT, compress=True)


def undo_text(
    portal: Portal, language: str, key: str, ticket: str, *, by: Membership
) -> PortalSettings:
    """Put back what a text was before the change that the ticket was made for.

    Raises Problem: invalid where it is no ticket for this text; changed_meanwhile where anything
    was changed since.
    """
    try:
        said = signing.loads(ticket, salt=SALT)
    except signing.BadSignature as error:
        raise Problem("invalid") from error
    if (said["portal"], said["text"]) != (portal.pk, [language, key]):
        raise Problem("invalid")
    given = {language: said["was"]} if said["was"] else {}
    return put_texts(portal, given, [(language, key)], by=by, versions={said["version"]})
