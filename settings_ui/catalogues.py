"""Whether the dashboard's catalogues hold what is marked in code and templates: its texts and those
of accounts, of the settings that `portal/` declares, and of Stripe's permissions in `servicebot/`.

`PACKAGE/locale/LANGUAGE/LC_MESSAGES/django.po` is made by Django's makemessages. English is what
the code says, so its catalogue is for translators to start from. What customers read is elsewhere:
`portal/catalogues.py`.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import chdir
from pathlib import Path
from tempfile import TemporaryDirectory

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from django.core.management import call_command

PACKAGES = ("accounts", "portal", "servicebot", "settings_ui")
SOURCE = "en"
FILE = Path("LC_MESSAGES/django.po")
NOT_SOURCES = shutil.ignore_patterns("*.mo", "__pycache__", "node_modules")
Key = tuple[str, ...]


def faults(root: Path) -> Iterator[str]:
    """Say what the catalogues below a folder of the project lack, and what they have too much."""
    with TemporaryDirectory() as folder:
        for package in PACKAGES:
            for path in sorted(made(root / package, Path(folder))):
                yield from _compared(root / path, Path(folder) / path)


def write(root: Path) -> list[Path]:
    """Make the catalogues anew; return those in which a text has changed."""
    with TemporaryDirectory() as folder:
        fresh = [path for package in PACKAGES for path in made(root / package, Path(folder))]
        changed = [path for path in fresh if any(_compared(root / path, Path(folder) / path))]
        for path in changed:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(Path(folder) / path, root / path)
    return changed


def made(package: Path, folder: Path) -> list[Path]:
    """Make a package's catalogues in a copy of it below `folder`; return their paths there."""
    copy = folder / package.name
    shutil.copytree(package, copy, ignore=NOT_SOURCES)
    languages = {SOURCE, *(path.name for path in (copy / "locale").glob("*"))}
    (copy / "locale").mkdir(exist_ok=True)
    with chdir(copy):
        call_command(
            "makemessages",
            locale=sorted(languages),
            no_location=True,
            no_obsolete=True,
            verbosity=0,
        )
    return [path.relative_to(folder) for path in (copy / "locale").glob(f"*/{FILE}")]


def _compared(old: Path, new: Path) -> Iterator[str]:
    """Say in what a catalogue differs from the one that was just made of the code."""
    package, language = new.parents[3].name, new.parents[1].name
    had, has = _texts(old), _texts(new)
    where = f"{package} {language}"
    yield from (f"{where}: lacks “{key[-1]}”" for key in sorted(has.keys() - had.keys()))
    yield from (f"{where}: nobody says “{key[-1]}”" for key in sorted(had.keys() - has.keys()))
    if language == SOURCE:
        said = sorted(key for key, is_said in had.items() if is_said)
        yield from (f"{where}: “{key[-1]}” is said in the code, not here" for key in said)


def _texts(path: Path) -> dict[Key, bool]:
    """Return a catalogue's texts: context and forms, and whether they are translated."""
    if not path.exists():
        return {}
    with path.open("rb") as file:
        catalogue: Catalog = read_po(file)
    found = {}
    for message in catalogue:
        forms, said = _forms(message.id), _forms(message.string)
        if any(forms):
            found[(message.context or "", *forms)] = any(said)
    return found


def _forms(text: str | Sequence[str] | None) -> Key:
    return (text,) if isinstance(text, str) else tuple(text or ())
