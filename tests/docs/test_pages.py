"""Every page of the documentation: served to everybody, whole, and leading somewhere."""

from __future__ import annotations

import re
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any
from urllib.parse import urldefrag

import pytest
from django.conf import settings
from django.test import Client
from django.urls import Resolver404, resolve
from pytest_django import Settings

from portal.code_reference import written
from settings_ui.docs_markdown import render
from settings_ui.docs_pages import SECTIONS, address_of, contents

NAMES = [page.name for _section, pages in contents() for page in pages]
# What Markdown would have turned into something else: a heading, emphasis, a link, a row, a fence.
UNRENDERED = re.compile(r"^#+ |\*\*\w|\]\(|^\|.*\|$|```", re.MULTILINE)
HEADING = re.compile(r"h([1-6])")


class Look(HTMLParser):
    """What there is in a page: anchors, links, levels of headings, and text outside of code."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.levels: list[int] = []
        self.text: list[str] = []
        self.tags: set[str] = set()
        self._code = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags |= {tag, *given}
        self._code += tag == "code"
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "a":
            self.links.append(given["href"])
        if found := HEADING.fullmatch(tag):
            self.levels.append(int(found[1]))

    def handle_endtag(self, tag: str) -> None:
        self._code -= tag == "code"

    def handle_data(self, data: str) -> None:
        if not self._code:
            self.text.append(data)


@cache
def answer(name: str) -> Any:
    return Client().get(address_of(name))


@cache
def look(name: str) -> Look:
    return Look(answer(name).content.decode())


def leads_somewhere(link: str) -> bool:
    """Whether a link of our own host is an address of ours, and its anchor is there."""
    path, anchor = urldefrag(link)
    try:
        match = resolve(path)
    except Resolver404:
        return False
    if not path.startswith("/docs/"):
        return True
    name = match.kwargs.get("page", "index")
    return name in NAMES and (not anchor or anchor in look(name).ids)


def test_every_page_of_the_folder_is_in_the_contents() -> None:
    listed = {name for _section, names in SECTIONS for name in names}
    there = {
        path.relative_to(settings.BASE_DIR / "docs").as_posix().removesuffix(".md")
        for path in written(settings.BASE_DIR)
    }

    assert there <= listed


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_whole(name: str) -> None:
    response, found = answer(name), look(name)

    html = response.content.decode()
    title = re.findall(r"<title>(.+) · Servicebot</title>", html)
    description = re.findall(r'<meta name="description" content="([^"]+)">', html)
    assert response.status_code == 200
    assert len(title) == 1
    assert len(description[0]) > 20
    assert found.levels[0] == 1
    assert found.levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(found.levels))
    assert len(found.ids) == len(set(found.ids))
    assert not UNRENDERED.findall("".join(found.text))
    assert not {"style", "onclick"} & found.tags
    assert "https://HOST" not in html


@pytest.mark.parametrize("name", NAMES)
def test_no_link_of_a_page_leads_nowhere(name: str) -> None:
    links = [link.removeprefix(settings.PUBLIC_URL) or "/" for link in look(name).links]
    own = [link if link[0] != "#" else f"{address_of(name)}{link}" for link in links]

    inside = [link for link in own if not link.startswith(("https://", "mailto:"))]
    assert [link for link in inside if not leads_somewhere(link)] == []


def test_links_work_on_a_git_host_too() -> None:
    """There, the file that a link names is opened, by its place beside the page."""
    for path in written(settings.BASE_DIR):
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text()):
            assert (path.parent / target).is_file(), (path, target)


def test_a_page_goes_to_caches_and_is_not_sent_twice() -> None:
    first = Client().get("/docs/embed/")

    again = Client().get("/docs/embed/", headers={"If-None-Match": first["ETag"]})

    assert first["Cache-Control"] == "public, max-age=300"
    assert "Cookie" not in first.headers.get("Vary", "")
    assert not first.cookies
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", ["nowhere", "index", "../README", "reference", "examples/page"])
def test_what_is_no_page_is_not_found(path: str) -> None:
    assert Client().get(f"/docs/{path}/").status_code == 404


def test_examples_name_the_server_that_shows_them(settings: Settings) -> None:
    settings.PUBLIC_URL = "https://billing.example.org"

    page = Client().get("/docs/quick-start/", headers={"Host": "testserver"}).content.decode()

    assert "https://billing.example.org/embed/v1.js" in page


def test_pages_are_read_one_after_another() -> None:
    page = answer(NAMES[1]).content.decode()

    assert f'rel="prev" href="{address_of(NAMES[0])}"' in page
    assert f'rel="next" href="{address_of(NAMES[2])}"' in page
    assert 'rel="prev"' not in answer(NAMES[0]).content.decode()
    assert 'rel="next"' not in answer(NAMES[-1]).content.decode()


def test_markup_in_a_page_is_shown_as_text() -> None:
    source = "# A\n\n<script>alert(1)</script> [x](javascript:alert(1))\n\n```html\n<b>\n```\n"

    html = render(source, "a", address_of).html

    assert "<script" not in html
    assert 'href="javascript' not in html
    assert "<b>" not in html


def test_headings_of_one_name_have_anchors_of_their_own() -> None:
    found = render("# A\n\nText.\n\n## B\n\n## B\n", "a", address_of)

    assert [heading.anchor for heading in found.headings] == ["b", "b-1"]


@pytest.mark.django_db
def test_the_ways_in_lead_to_the_docs() -> None:
    browser = Client()

    assert 'href="/docs/"' in browser.get("/accounts/login/").content.decode()
    assert "/docs/api/" in browser.get("/api/schema/").content.decode()
