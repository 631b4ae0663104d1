"""A setting as a typed model field that knows where it stands and what it needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

WORDING = {"verbose_name", "help_text", "choices"}


class Section(models.TextChoices):
    """The parts of the settings page, in its order."""

    PORTAL = "portal", _("Portal")
    IDENTITY = "identity", _("Who gets in")
    PLANS = "plans", _("Plans")
    CANCELLING = "cancelling", _("Cancelling")
    RESUBSCRIBING = "resubscribing", _("Coming back")
    COUPONS = "coupons", _("Coupons")
    PAYING = "paying", _("Paying and invoices")
    SHOWING = "showing", _("What is shown")
    LANGUAGE = "language", _("Language and texts")
    DEVELOPERS = "developers", _("For developers")


class PortalSetting(models.Field):
    """A model field that knows its section of the settings page.

    `needs` names the settings without which this one does nothing; `is_coming` says that what
    it switches isn't built yet, and the page says so too.
    """

    def __init__(
        self,
        *args: Any,
        section: str = "",
        needs: tuple[str, ...] = (),
        is_coming: bool = False,
        **kwargs: Any,
    ) -> None:
        self.section = section
        self.needs = needs
        self.is_coming = is_coming
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """Describe the plain Django field, so rewording a setting needs no migration."""
        name, _path, args, kwargs = super().deconstruct()
        kwargs = {key: value for key, value in kwargs.items() if key not in WORDING}
        return name, f"django.db.models.{self.get_internal_type()}", args, kwargs

    def difference(self, before: Any, after: Any) -> tuple[Any, Any]:
        """Return what a change is noted as: the whole value before and after."""
        return before, after


class Toggle(PortalSetting, models.BooleanField):
    """Yes or no."""


class Choice(PortalSetting, models.CharField):
    """One of a few."""


class Text(PortalSetting, models.CharField):
    """A text of a few lines."""


class Address(PortalSetting, models.CharField):
    """An address in the web."""


class Lines(PortalSetting, models.JSONField):
    """A list of texts, one a line."""


@dataclass(frozen=True)
class Column:
    """One column of a Table; a whole number where it `is_number`, one of `choices`, else a text.

    `labels` are the words for the choices, in their order; without them each stands for itself.
    `kind` says of a text that it is a `colour`, or an `image` as a data URI; `hint` what it takes.
    What `is_folded` is shown on request, all of a row in one place. A name with a dot, such as
    `texts.en`, is a key in a mapping inside the row.
    """

    name: str
    label: Any
    is_number: bool = False
    choices: tuple[str, ...] = ()
    labels: tuple[Any, ...] = ()
    default: Any = ""
    kind: str = ""
    hint: Any = ""
    is_folded: bool = False

    def value(self, row: Mapping[str, Any]) -> Any:
        """Return what a row has in this column."""
        outer, _dot, inner = self.name.partition(".")
        return row.get(outer, {}).get(inner, "") if inner else row.get(outer, self.default)

    @property
    def options(self) -> list[tuple[str, Any]]:
        """The choices with their words."""
        return list(zip(self.choices, self.labels or self.choices, strict=True))

    def in_words(self, row: Mapping[str, Any]) -> Any:
        """Return what a row has in this column as people read it."""
        value = self.value(row)
        return dict(self.options).get(value, value)

    def put(self, row: dict[str, Any], value: Any) -> None:
        """Set what a row has in this column."""
        outer, _dot, inner = self.name.partition(".")
        if inner:
            row.setdefault(outer, {})[inner] = value
        else:
            row[outer] = value


class Table(PortalSetting, models.JSONField):
    """A list of rows, each a mapping with the same few columns."""

    def __init__(self, *args: Any, columns: tuple[Column, ...] = (), **kwargs: Any) -> None:
        self.columns = columns
        super().__init__(*args, **kwargs)

    @property
    def folded(self) -> list[Column]:
        """The columns that are shown on request."""
        return [column for column in self.columns if column.is_folded]


class Group(PortalSetting, models.JSONField):
    """A few values that belong together: a mapping with these columns, each of which may lack.

    `remarks` says of a value what comes of it.
    """

    def __init__(
        self,
        *args: Any,
        columns: tuple[Column, ...] = (),
        remarks: Callable[[Mapping[str, Any]], list[str]] = lambda value: [],
        **kwargs: Any,
    ) -> None:
        self.columns = columns
        self.remarks = remarks
        super().__init__(*args, **kwargs)


class OwnTexts(PortalSetting, models.JSONField):
    """Texts by language and key. `read` returns what was sent as it is kept.

    It raises ValidationError where anything is wrong with a text.
    """

    def __init__(
        self, *args: Any, read: Callable[[Any], Mapping[str, Any]] = dict, **kwargs: Any
    ) -> None:
        self.read = read
        super().__init__(*args, **kwargs)

    def clean(self, value: Any, model_instance: models.Model | None) -> Any:
        """Return the texts as they are kept."""
        return super().clean(self.read(value), model_instance)

    def difference(self, before: Any, after: Any) -> tuple[Any, Any]:
        """Return the texts that a change is about, and no others."""
        return _beside(before, after), _beside(after, before)


def _beside(texts: Mapping[str, Any], others: Mapping[str, Any]) -> dict[str, Any]:
    """Return the texts that the others don't have, or have otherwise."""
    found = {
        language: {k: v for k, v in own.items() if others.get(language, {}).get(k) != v}
        for language, own in texts.items()
    }
    return {language: own for language, own in found.items() if own}
