"""What the Stripe page shows of one mode."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db import models
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from accounts.listening import address_of, can_be_reached
from accounts.models import Merchant, Mode, StripeConnection
from servicebot.gateway.permissions import Permission, label_of, needed_in, rows_in, serves_of
from settings_ui.forms import ConnectForm

KEYS_PAGE = "https://dashboard.stripe.com/%sapikeys/create"


class Hearing(models.TextChoices):
    """Whether Stripe's events arrive."""

    UNREACHED = "unreached", _("Stripe can't reach this server")
    FORBIDDEN = "forbidden", _("The key may not set it up")
    ABSENT = "absent", _("Not set up")
    FAILING = "failing", _("Failing")
    SILENT = "silent", _("Nothing heard yet")
    TOLD = "told", _("Working")


@dataclass(frozen=True)
class Tried:
    """A permission, and whether the key has it."""

    permission: Permission
    is_there: bool


@dataclass(frozen=True)
class Way:
    """How one mode is connected.

    `refused` is what a key lacks that was just pasted and not taken, `done` and `failed` are what
    came of what was just asked for.
    """

    mode_value: str
    connection: StripeConnection | None
    form: ConnectForm
    refused: tuple[str, ...] = ()
    done: str = ""
    failed: str = ""

    @property
    def mode(self) -> Mode:
        """The mode, with its label."""
        return Mode(self.mode_value)

    @property
    def permissions(self) -> list[Tried]:
        """What the connected key has and lacks of what a key of this mode is asked for."""
        return self._tried(self._lacking)

    @property
    def pasted_permissions(self) -> list[Tried]:
        """The same of the key that was just pasted and not taken."""
        return self._tried(self.refused)

    def _tried(self, lacking: tuple[str, ...]) -> list[Tried]:
        return [Tried(each, each.name not in lacking) for each in needed_in(self.mode)]

    @property
    def missing(self) -> list[dict[str, str]]:
        """What the connected key lacks, in the Dashboard's words, with what that stops."""
        return [{"label": label_of(name), "serves": serves_of(name)} for name in self._lacking]

    @property
    def _lacking(self) -> tuple[str, ...]:
        return tuple(self.connection.lacking if self.connection else ())

    @property
    def rows(self) -> list[Permission]:
        """What is set in Stripe when the key is made."""
        return rows_in(self.mode)

    @property
    def keys_page(self) -> str:
        """Stripe's page for making a key; where it reads parameters, the rows are set already."""
        named = [("name", "Servicebot")]
        allowed = [("permissions[]", f"rak_{each.name}") for each in self.rows]
        place = KEYS_PAGE % ("test/" if self.mode == Mode.TEST else "")
        return f"{place}?{urlencode(named + allowed)}"

    @cached_property
    def hearing(self) -> Hearing:
        """Whether Stripe's events arrive."""
        connection = self.connection
        if connection is None or not connection.is_told:
            return self._why_not
        if connection.failing_since:
            return Hearing.FAILING
        return Hearing.TOLD if self.last_event_at else Hearing.SILENT

    @property
    def _why_not(self) -> Hearing:
        if not can_be_reached(self.mode):
            return Hearing.UNREACHED
        return Hearing.FORBIDDEN if "webhook_write" in self._lacking else Hearing.ABSENT

    @property
    def endpoint(self) -> str:
        """Where Stripe sends its events."""
        return address_of(self.connection.endpoint_slug) if self.connection else ""

    @cached_property
    def last_event_at(self) -> datetime | None:
        """When the last thing happened that Stripe told of."""
        if self.connection is None:
            return None
        last = self.connection.events.order_by("-created_at").values_list("created_at", flat=True)
        return last.first()


def way_of(merchant: Merchant, mode: str) -> Way:
    """Return how a merchant's mode is connected now."""
    return Way(mode, merchant.connection(mode), ConnectForm(mode))
