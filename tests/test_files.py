"""Static files while a new version is put beside the old one, which still serves."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.test import RequestFactory
from pytest_django import Settings

from servicebot.files import Files


@pytest.fixture
def files(tmp_path: Path, settings: Settings) -> Files:
    """A process that began when there was one file, and outside of it a secret."""
    (tmp_path / "secret.css").write_text("secret")
    settings.STATIC_ROOT = tmp_path / "static"
    settings.WHITENOISE_AUTOREFRESH = settings.WHITENOISE_USE_FINDERS = False
    settings.STATIC_ROOT.mkdir()
    (settings.STATIC_ROOT / "old.css").write_text("old")
    return Files(not_found)


def not_found(request: HttpRequest) -> HttpResponse:
    return HttpResponseNotFound()


def asked(files: Files, path: str, **headers: str) -> tuple[int, bytes]:
    """Return how a path is answered."""
    request = RequestFactory().get("/", headers=headers)
    request.path_info = path
    answer = files(request)
    content = b"".join(answer) if answer.streaming else answer.content
    answer.close()
    return answer.status_code, content


def test_a_file_that_came_since_is_served_compressed_too(files: Files, settings: Settings) -> None:
    assert asked(files, "/static/new.css") == (404, b"")

    (settings.STATIC_ROOT / "new.css").write_text("new, as it is")
    (settings.STATIC_ROOT / "new.css.gz").write_bytes(b"packed")

    assert asked(files, "/static/old.css") == (200, b"old")
    assert asked(files, "/static/new.css") == (200, b"new, as it is")
    packed = {"Accept-Encoding": "gzip"}
    assert asked(files, "/static/new.css", **packed) == (200, b"packed")


@pytest.mark.parametrize(
    "path",
    [
        "/static/../secret.css",
        "/static/./../secret.css",
        "/static//../secret.css",
        "/static/",
        "/static",
        "/static/none.css",
        "/static/\0",
        "/static/" + "x" * 5000,
        "/old.css",
    ],
)
def test_nothing_else_is_found(files: Files, path: str) -> None:
    assert asked(files, path) == (404, b"")


def test_a_folder_beside_is_not_reached_by_an_absolute_path(files: Files, tmp_path: Path) -> None:
    assert asked(files, f"/static/{tmp_path}/secret.css") == (404, b"")
