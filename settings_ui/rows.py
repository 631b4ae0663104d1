"""The settings page as data: a row for each setting that PortalSettings declares."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from portal.languages import name_of
from portal.logo import BYTES_AT_MOST, data_uri
from portal.models import FetchedTexts, PortalSettings
from portal.resource import ResourceError, parse
from portal.toggles import (
    Address,
    Choice,
    Column,
    Group,
    Lines,
    OwnTexts,
    PortalSetting,
    Section,
    Table,
    Text,
    Toggle,
)
from settings_ui.notes import NOTES

Files: TypeAlias = "MultiValueDict[str, UploadedFile]"


@dataclass(frozen=True)
class Row:
    """One setting as the page shows it; `given` is what was typed and not taken.

    `undo` takes back the change that was just made, from `was`; `is_undone` says it was taken back.
    """

    settings: PortalSettings
    name: str
    errors: Sequence[str] = ()
    given: Any = None
    undo: str = ""
    was: str = ""
    is_undone: bool = False

    @property
    def setting(self) -> PortalSetting:
        """The declaration."""
        return self.settings.declared()[self.name]

    @property
    def control(self) -> str:
        """The template of what it is set with, named for the kind of setting."""
        return f"settings_ui/controls/{type(self.setting).__name__.lower()}.html"

    @property
    def value(self) -> Any:
        """What the setting is."""
        return getattr(self.settings, self.name)

    @property
    def text(self) -> str:
        """The value one a line, or what was typed."""
        return "\n".join(self.typed)

    @property
    def cells(self) -> list[list[tuple[Column, Any]]]:
        """The rows of a table, or those that were typed, and one more to fill in."""
        columns = cast("Table", self.setting).columns
        filled = [[(column, column.value(row)) for column in columns] for row in self.typed]
        return [*filled, [(column, "") for column in columns]]

    @property
    def typed(self) -> Any:
        """The value, or what was typed."""
        return self.value if self.given is None else self.given

    @property
    def parts(self) -> list[tuple[Column, Any]]:
        """The values of a group, or those that were typed."""
        columns = cast("Group", self.setting).columns
        return [(column, column.value(self._shown(column))) for column in columns]

    def _shown(self, column: Column) -> Any:
        """A picture that wasn't taken isn't shown; what was typed is."""
        return self.value if column.kind == "image" else self.typed

    @property
    def remarks(self) -> list[str]:
        """What comes of the values of a group, in words."""
        return cast("Group", self.setting).remarks(self.value)

    @property
    def needs(self) -> str:
        """The settings that are off and without which this one does nothing, in words."""
        declared = self.settings.declared()
        names = [str(declared[need].verbose_name) for need in self.settings.unmet_needs(self.name)]
        if not names:
            return ""
        return _("Needs %(settings)s.") % {"settings": get_text_list(names, _("and"))}

    @property
    def languages(self) -> list[tuple[str, int]]:
        """The languages that there are texts in, by their own names, and how many there are."""
        return [(name_of(language), len(own)) for language, own in self.value.items()]

    @property
    def fetched(self) -> FetchedTexts | None:
        """What came from the merchant's address, where anything was asked of it."""
        return getattr(self.settings.portal, "fetched", None)

    @property
    def has_note(self) -> bool:
        """Whether there is more to say, which Stripe must be asked for."""
        return self.name in NOTES

    @property
    def described_by(self) -> str:
        """The ids of the texts that belong to the control."""
        ids = [f"about-{self.name}", f"needs-{self.name}"]
        ids += [f"coming-{self.name}"] if self.setting.is_coming else []
        ids += [f"error-{self.name}"] if self.errors else []
        return " ".join(ids)


@dataclass(frozen=True)
class Part:
    """A section of the page with its rows."""

    section: Section
    rows: Sequence[Row]


def parts(settings: PortalSettings) -> list[Part]:
    """Return every section that has settings, in its order, with them in theirs."""
    rows = [Row(settings, name) for name in settings.declared()]
    found = [Part(s, [row for row in rows if row.setting.section == s]) for s in Section]
    return [part for part in found if part.rows]


def dependents(settings: PortalSettings, name: str) -> list[Row]:
    """Return the rows whose needs a change of this setting may have met or ended."""
    declared = settings.declared()
    return [Row(settings, other) for other in declared if name in declared[other].needs]


def others(settings: PortalSettings, name: str) -> list[Row]:
    """Return every row but this setting's."""
    return [Row(settings, other) for other in settings.declared() if other != name]


def read_value(setting: PortalSetting, posted: QueryDict, files: Files, now: Any) -> Any:
    """Return what a control sent, as the kind of value that the setting holds.

    `now` is what it holds: a picture stays until another is sent or it is removed.
    """
    if isinstance(setting, Table):
        return _rows(setting, posted)
    if isinstance(setting, Group):
        return _row(setting, [_part(c, posted, files, now) for c in setting.columns])
    return READERS[type(setting)](posted.get("value", ""))


def _part(column: Column, posted: QueryDict, files: Files, now: Any) -> str:
    """Return one value of a group as it was sent."""
    if column.kind != "image":
        return str(posted.get(column.name, "")).strip()
    sent = files.get(column.name)
    if isinstance(sent, UploadedFile):
        # One byte more than there may be is enough to be refused.
        return data_uri(sent.read(BYTES_AT_MOST + 1))
    return "" if posted.get("remove") == column.name else str(column.value(now))


def _lines(text: str) -> list[str]:
    stripped = (line.strip() for line in text.splitlines())
    return list(dict.fromkeys(line for line in stripped if line))


def _rows(setting: Table, posted: QueryDict) -> list[dict[str, Any]]:
    """Return the rows that have something typed in; what is left empty is left out."""
    columns = [[text.strip() for text in posted.getlist(c.name)] for c in setting.columns]
    rows = [_row(setting, texts) for texts in zip(*columns, strict=False)]
    return [row for row in rows if row]


def _row(setting: Table | Group, texts: Sequence[str]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    cells = list(zip(setting.columns, texts, strict=True))
    # In a table a choice is always made; alone it is no row.
    if isinstance(setting, Group) or any(text for column, text in cells if not column.choices):
        for column, text in cells:
            if text:
                column.put(row, _cell(column, text))
    return row


def _cell(column: Column, text: str) -> Any:
    """Return a whole number as one; of another text the setting itself says what is wrong."""
    is_whole = column.is_number and text.isascii() and text.isdigit()
    return int(text) if is_whole else text


def _own_texts(text: str) -> Any:
    """Return what JSON says; of another text the setting itself says what is wrong."""
    try:
        return parse(text.encode())
    except ResourceError:
        return text


READERS: Mapping[type[PortalSetting], Callable[[str], Any]] = {
    Toggle: bool,
    Choice: str,
    Text: str.strip,
    Lines: _lines,
    Address: str.strip,
    OwnTexts: _own_texts,
}
