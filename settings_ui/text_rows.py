"""The page of texts as data: each text of the portal in a language, ours beside the merchant's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal import plurals, texts
from portal.models import Portal
from portal.resource import Flat, read
from portal.wording import built_in, placeholders
from settings_ui.text_changes import by_key, part

MOST_SAMPLES = 3
TITLES: Mapping[str, Any] = {
    "actions": _("Actions"),
    "alone": _("Outside a page"),
    "billing": _("Billing details"),
    "blocked": _("Why something isn't possible"),
    "events": _("Stopped by your page"),
    "cancel": _("Cancelling"),
    "card": _("Card"),
    "confirm": _("Confirmation by the bank"),
    "coupon": _("Codes"),
    "discount": _("Discounts"),
    "done": _("Done"),
    "every": _("Billing intervals, in a choice"),
    "facts": _("Facts of a subscription"),
    "interval": _("Billing intervals, beside a price"),
    "invoice": _("One invoice"),
    "invoices": _("Invoices"),
    "language": _("Language"),
    "offline": _("Offline"),
    "open": _("Open payments"),
    "page": _("Page"),
    "panel": _("Panels"),
    "plan": _("Changing the plan"),
    "preview": _("What a change costs"),
    "price": _("Prices"),
    "problem": _("What went wrong"),
    "quantity": _("Quantity"),
    "resubscribe": _("Coming back"),
    "resume": _("Resuming"),
    "status": _("Status"),
}


@dataclass(frozen=True)
class Form:
    """One form of a text: its plural category, if any, ours and theirs."""

    path: str
    category: str
    samples: str
    built_in: str
    own: str


@dataclass(frozen=True)
class TextRow:
    """One text; `given` is what was typed and not taken."""

    language: str
    key: str
    own: Flat
    fetched: Flat
    given: Flat | None = None
    errors: Sequence[str] = field(default_factory=tuple)
    undo: str = ""

    @property
    def id(self) -> str:
        """The row's id in the page."""
        return "text-" + self.key.replace(".", "-")

    @property
    def direction(self) -> str:
        """Which way it is written."""
        return texts.catalogue(self.language).direction

    @property
    def forms(self) -> list[Form]:
        """Each form that the language counts with, or the only one."""
        counted = plurals.categories(self.language)
        return [
            Form(
                f"{self.key}_{name}" if name else self.key,
                name,
                _samples(counted.get(name, ())),
                text,
                self._own(name),
            )
            for name, text in built_in(self.key, self.language).items()
        ]

    @property
    def placeholders(self) -> list[str]:
        """What is filled into it."""
        return [f"{{{name}}}" for name in placeholders(self.key)]

    @property
    def in_place(self) -> list[str]:
        """What stands in the place of the built-in text, if anything does."""
        return list(dict.fromkeys((self.own or self.fetched).values()))

    @property
    def ours(self) -> list[str]:
        """The built-in text, each of its forms once."""
        return list(dict.fromkeys(built_in(self.key, self.language).values()))

    def _own(self, category: str) -> str:
        shown = self.own if self.given is None else self.given
        path = f"{self.key}_{category}" if category else self.key
        return shown.get(path) or shown.get(self.key, "")

    def has(self, words: str) -> bool:
        """Whether words are in its key or in what it says."""
        said = "\n".join([self.key, *self.ours, *self.in_place])
        return words.casefold() in said.casefold()


@dataclass(frozen=True)
class Group:
    """The texts whose keys begin alike."""

    name: str
    rows: Sequence[TextRow]

    @property
    def title(self) -> Any:
        """What they are about."""
        return TITLES[self.name]

    @property
    def own_count(self) -> int:
        """How many of them the merchant has in their own words."""
        return sum(bool(row.own) for row in self.rows)


def row_of(portal: Portal, language: str, key: str, **more: Any) -> TextRow:
    """Return one text of a portal."""
    own, fetched = _sources(portal)
    return TextRow(language, key, part(own, language, key), part(fetched, language, key), **more)


def groups_of(
    portal: Portal, language: str, words: str = "", *, only_own: bool = False
) -> list[Group]:
    """Return the texts of a language that have some words in them, in the catalogue's order."""
    own, fetched = (by_key(source, language) for source in _sources(portal))
    found: dict[str, list[TextRow]] = {}
    for key in texts.catalogue(texts.DEFAULT).forms:
        row = TextRow(language, key, own.get(key, {}), fetched.get(key, {}))
        if row.has(words) and (row.own or not only_own):
            found.setdefault(key.partition(".")[0], []).append(row)
    return [Group(name, rows) for name, rows in found.items()]


def _sources(portal: Portal) -> tuple[Mapping[str, Flat], Mapping[str, Flat]]:
    """Return what can be used of the texts that are saved, and of those that were fetched."""
    return read(portal.settings.custom_texts).texts, read(portal.fetched_texts).texts


def _samples(counted: Sequence[int]) -> str:
    """Return the first numbers of a plural category."""
    few = ", ".join(map(str, counted[:MOST_SAMPLES]))
    return few + ", …" if len(counted) > MOST_SAMPLES else few
