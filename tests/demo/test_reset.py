"""Starting anew: the demo's own things go, anybody else's stay."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError

from demo.environment import Place
from demo.management.commands.demo import reset

LEFT = ("demo.sqlite3", "demo.sqlite3-wal", "demo.sqlite3-shm", "sandbox.json", "demo.json")


@pytest.fixture
def place(tmp_path: Path) -> Place:
    for name in (*LEFT, "demo.env", "servicebot.sqlite3"):
        (tmp_path / name).touch()
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "1.log").touch()
    return Place(8000, tmp_path)


def test_it_forgets_everything_but_its_keys(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(settings.DATABASES["default"], "NAME", str(place.database))

    reset(place)

    assert {path.name for path in place.folder.iterdir()} == {"demo.env", "servicebot.sqlite3"}


def test_a_first_start_has_nothing_to_forget(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place(8000, tmp_path)
    monkeypatch.setitem(settings.DATABASES["default"], "NAME", str(place.database))

    reset(place)

    assert list(tmp_path.iterdir()) == []


def test_another_database_is_left_alone(place: Place) -> None:
    assert settings.DATABASES["default"]["NAME"] != str(place.database)

    with pytest.raises(CommandError, match="DATABASE_URL is set"):
        reset(place)

    assert all((place.folder / name).exists() for name in LEFT)
