"""What of a merchant's activity is looked at: one filter for page, download and API."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.db.models import Q, QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.activity import Activity, ActivityAction, ActivityKind
from accounts.models import Merchant
from portal.models import Portal

A_PAGE = 50
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
CURSOR = re.compile(r"\A[0-9]{1,17}-[0-9]{1,18}\Z")
CUSTOMERS_BEGIN = list(ActivityAction).index(ActivityAction.CHANGE_PLAN)


def action_choices() -> list[tuple[Any, Any]]:
    """Return what can have been done, the customers' part first."""
    choices = [(action.value, capfirst(action.label)) for action in ActivityAction]
    return [
        ("", _("Anything")),
        (ActivityKind.CUSTOMER.label, choices[CUSTOMERS_BEGIN:]),
        (ActivityKind.MEMBER.label, choices[:CUSTOMERS_BEGIN]),
    ]


def portal_choices(portals: Iterable[Portal]) -> list[tuple[Any, Any]]:
    """Return the merchant's portals to choose among."""
    named = [(p.public_id, f"{p.name} ({p.get_mode_display()})") for p in portals]
    return [("", _("All portals")), *named]


class DayField(forms.DateField):
    """A day, as YYYY-MM-DD and in UTC."""

    def __init__(self, label: Any) -> None:
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(label=label, required=False, input_formats=["%Y-%m-%d"], widget=widget)


class ActivityFilter(forms.Form):
    """Which entries to show; what is left empty leaves nothing out."""

    kind = forms.ChoiceField(
        label=_("Who"), required=False, choices=[("", _("Everybody")), *ActivityKind.choices]
    )
    portal = forms.ChoiceField(label=_("Portal"), required=False)
    action = forms.ChoiceField(label=_("What"), required=False, choices=action_choices)
    q = forms.CharField(
        label=_("Person or id"),
        required=False,
        max_length=512,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": "ada@example.com, cus_…"}),
    )
    cursor = forms.CharField(required=False, validators=[RegexValidator(CURSOR)])

    def __init__(
        self, merchant: Merchant, portals: Iterable[Portal], data: Mapping[str, Any]
    ) -> None:
        super().__init__(data, auto_id="filter-%s")
        self.merchant = merchant
        # `from` is a word of Python's, so these two can't be declared above.
        self.fields["from"], self.fields["to"] = DayField(_("From")), DayField(_("To"))
        self.fields["portal"].choices = portal_choices(portals)  # type: ignore[attr-defined]

    @property
    def shown(self) -> list[forms.BoundField]:
        """What people fill in."""
        return [self[name] for name in ("kind", "portal", "action", "q", "from", "to")]

    @property
    def is_narrowed(self) -> bool:
        """Whether something is left out."""
        return any(self.data.get(field.name) for field in self.shown)

    def entries(self) -> QuerySet[Activity]:
        """Return what matches, newest first; nothing where the filter makes no sense."""
        found: QuerySet[Activity] = self.merchant.activity.order_by("-at", "-pk")
        if not self.is_valid():
            return found.none()
        asked = self.cleaned_data
        names = {"kind": "kind", "portal": "portal_id", "action": "action"}
        found = found.filter(**{names[name]: asked[name] for name in names if asked[name]})
        found = found.filter(_about(asked["q"])) if asked["q"] else found
        return found.filter(**_between(asked["from"], asked["to"]))

    def page(self, size: int = A_PAGE) -> EntriesPage:
        """Return the page of what matches that the cursor asks for."""
        found = self.entries()
        return page_of(found, self.cleaned_data.get("cursor", ""), size)


def _about(typed: str) -> Q:
    """Return what finds a person by a part of their address, and Stripe's things by their id."""
    return Q(who__icontains=typed) | Q(customer_id=typed) | Q(subject=typed)


def _between(start: date | None, end: date | None) -> dict[str, datetime]:
    found = {}
    if start:
        found["at__gte"] = datetime.combine(start, time.min, UTC)
    if end:
        found["at__lte"] = datetime.combine(end, time.max, UTC)
    return found


@dataclass(frozen=True)
class EntriesPage:
    """Some entries, and the cursor of those before them, empty where there are none."""

    entries: list[Activity]
    older: str


def page_of(found: QuerySet[Activity], cursor: str, size: int) -> EntriesPage:
    """Return a page of entries, those older than a cursor where one is given."""
    if cursor:
        at, pk = _read_cursor(cursor)
        found = found.filter(at__lte=at).exclude(at=at, pk__gte=pk)
    entries = list(found[: size + 1])
    older = cursor_of(entries[size - 1]) if len(entries) > size else ""
    return EntriesPage(entries[:size], older)


def cursor_of(entry: Activity) -> str:
    """Return what names the place of an entry among the others."""
    return f"{(entry.at - EPOCH) // MICROSECOND}-{entry.pk}"


def is_cursor(text: str) -> bool:
    """Whether this can be a cursor of ours."""
    return bool(CURSOR.match(text))


def _read_cursor(cursor: str) -> tuple[datetime, int]:
    microseconds, _dash, pk = cursor.partition("-")
    return EPOCH + int(microseconds) * MICROSECOND, int(pk)
