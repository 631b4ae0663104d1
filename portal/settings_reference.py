"""docs/settings.md: every setting of a portal, said by the fields that declare it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from portal.markdown import FOOT, plain
from portal.models import RECOMMENDED, PortalSettings
from portal.policy import HIDDEN_BY, SETTING_OF
from portal.toggles import Choice, Column, Group, Lines, PortalSetting, Section, Table, Toggle

HEAD = """# Settings

A portal's settings are on its page in the dashboard, each with the same words as here, and in the
merchant API ([`settings_change`](reference/api.md#settings_change)). A setting is in force as soon
as it is saved, for the page and the API alike: what is off is not shown, and the API refuses it
with [`setting_off`](errors.md#setting_off).

A new portal begins with what is **on in a new portal** below; everything else begins as its default
says. In live mode the security hash is always on.
"""


def markdown() -> str:
    """Return the page."""
    return "\n".join([HEAD, *_sections(), FOOT.strip(), ""])


def _sections() -> Iterator[str]:
    for section in Section:
        found = [s for s in PortalSettings.declared().values() if s.section == section]
        if found:
            yield f"## {section.label}"
            yield ""
            for setting in found:
                yield from _setting(setting)


def _setting(setting: PortalSetting) -> Iterator[str]:
    yield f"### {setting.verbose_name}"
    yield ""
    yield plain(setting.help_text)
    yield ""
    if setting.is_coming:
        yield "**Not built yet**: it can be saved, and does nothing in this version."
        yield ""
    yield f"- Name: `{setting.name}`"
    yield f"- Takes: {_takes(setting)}"
    yield f"- Default: {_default(setting)}"
    yield from _effects(setting)
    yield ""
    yield from _columns(setting)


def _takes(setting: PortalSetting) -> str:
    if isinstance(setting, Toggle):
        return "on or off (`true`, `false`)"
    if isinstance(setting, Choice):
        return "one of " + ", ".join(f"`{value}` ({label})" for value, label in setting.flatchoices)
    if isinstance(setting, Lines):
        return "a list of texts, one a line"
    if isinstance(setting, Table):
        return "a list of rows, with these columns"
    if isinstance(setting, Group):
        return "these values, each of which may be left out"
    return f"a text of at most {setting.max_length} characters"


def _default(setting: PortalSetting) -> str:
    if isinstance(setting, Toggle):
        added = "; **on in a new portal**" if setting.name in RECOMMENDED else ""
        return ("on" if setting.default else "off") + added
    value: Any = setting.get_default()
    return f"`{value}`" if value else "empty"


def _effects(setting: PortalSetting) -> Iterator[str]:
    if setting.needs:
        named = " and ".join(_link(need) for need in setting.needs)
        yield f"- Does something only while this is on: {named}"
    opened = [action for action, name in SETTING_OF.items() if name == setting.name]
    if opened:
        yield "- Offers the API's actions " + ", ".join(f"`{action}`" for action in opened)
    hidden = [action for action, name in HIDDEN_BY.items() if name == setting.name]
    if hidden:
        yield "- Takes away the API's actions " + ", ".join(f"`{action}`" for action in hidden)


def _link(name: str) -> str:
    label = PortalSettings.declared()[name].verbose_name
    anchor = str(label).lower().replace(" ", "-")
    return f"[{label}](#{anchor})"


def _columns(setting: PortalSetting) -> Iterator[str]:
    if isinstance(setting, Table | Group):
        yield "| value | label | takes | default |"
        yield "| --- | --- | --- | --- |"
        yield from _rows(setting.columns)
        yield ""


def _rows(columns: Sequence[Column]) -> Iterator[str]:
    """Yield a row for each column; those that differ by language alone are one."""
    seen: set[str] = set()
    for column in columns:
        outer, dot, _inner = column.name.partition(".")
        name = f"{outer}.LANGUAGE" if dot else outer
        if name not in seen:
            seen.add(name)
            label = "Text, in each language that you want" if dot else column.label
            default = f"`{column.default}`" if column.default else ""
            yield f"| `{name}` | {label} | {_cell(column)} | {default} |"


def _cell(column: Column) -> str:
    if column.choices:
        return ", ".join(f"`{choice}`" for choice in column.choices)
    if column.is_number:
        return "a whole number"
    return plain(column.hint) or "a text"
