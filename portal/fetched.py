"""The texts that a merchant keeps at an address of theirs: what came from there last, and how."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal import fetching
from portal.resource import Fault, Resource, ResourceError, parse, read

if TYPE_CHECKING:
    from portal.models import Portal

Fetch = Callable[[str], bytes]


class FetchedTexts(models.Model):
    """What is used of a merchant's address; it stays until all of what comes after it is good."""

    portal = models.OneToOneField("portal.Portal", models.CASCADE, related_name="fetched")
    texts = models.JSONField(default=dict)
    url = models.CharField(_("where it came from"), max_length=500, default="", blank=True)
    fetched_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(default=timezone.now)
    faults = models.JSONField(default=list)  # of the last try

    def __str__(self) -> str:
        return f"texts fetched for {self.portal_id}"

    @property
    def told(self) -> list[str]:
        """What is wrong with what came last."""
        return [str(Fault(**fault)) for fault in self.faults]


def refresh(portal: Portal, fetch: Fetch = fetching.fetch) -> FetchedTexts | None:
    """Fetch a portal's texts anew; what is used stays where anything is wrong with the new ones.

    Nothing is fetched, and nothing kept, for a portal without an address.
    """
    url = portal.settings.custom_resource_url
    if not url:
        FetchedTexts.objects.filter(portal=portal).delete()
        return None
    found = _read(url, fetch)
    now = timezone.now()
    kept: dict[str, Any] = {"tried_at": now, "faults": [f.as_json() for f in found.faults]}
    if not found.faults:
        kept |= {"texts": found.texts, "url": url, "fetched_at": now}
    row, _is_new = FetchedTexts.objects.update_or_create(portal=portal, defaults=kept)
    portal.fetched = row
    return row


def _read(url: str, fetch: Fetch) -> Resource:
    try:
        return read(parse(fetch(url)))
    except ResourceError as error:
        return Resource({}, (error.fault,))
