"""What docs/threat-model.md and docs/asvs.md name is there, and no requirement is left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
PAGES = ("docs/threat-model.md", "docs/asvs.md", "docs/privacy.md", "SECURITY.md")
NAMED = re.compile(r"`((?:[\w.-]+/)+[\w.-]+\.\w+)(?:::(\w+))?`")
ROW = re.compile(
    r"^\| (\d+\.\d+\.\d+(?:, \d+\.\d+\.\d+)*) \| [^|]+ \| ([A-Za-z ]+) \| ([^|]*) ?\|$"
)
STANDS = {"Yes", "Partly", "No", "Operator", "None here"}
# Of levels 1 and 2, how many there are in each section. Those of level 3 come after them.
SECTIONS = """
1.1:2 1.2:9 1.3:11 1.4:3 1.5:2  2.1:3 2.2:3 2.3:4 2.4:1  3.2:2 3.3:4 3.4:6 3.5:5 3.7:2
4.1:3 4.2:1 4.3:2 4.4:4  6.1:3 6.2:12 6.3:4 6.4:4 6.5:5 6.6:3 6.8:4
7.1:3 7.2:4 7.3:2 7.4:5 7.5:2 7.6:2  8.1:2 8.2:3 8.3:1 8.4:1  9.1:3 9.2:4
11.1:2 11.2:3 11.3:3 11.4:4 11.5:1 11.6:1  12.1:3 12.2:2 12.3:4  13.1:1 13.2:5 13.3:2 13.4:5
14.1:2 14.2:4 14.3:3  15.1:3 15.2:3 15.3:7  16.1:1 16.2:5 16.3:4 16.4:3 16.5:3
"""


def rows() -> Iterator[tuple[list[str], str, str]]:
    """Yield ids, how they stand, and what shows it, of each row about requirements."""
    for line in (ROOT / "docs/asvs.md").read_text().splitlines():
        if re.match(r"\| \d", line):
            found = ROW.match(line)
            assert found, line
            yield found[1].split(", "), found[2].strip(), found[3].strip()


@pytest.mark.parametrize("page", PAGES)
def test_every_file_and_test_that_a_page_names_is_there(page: str) -> None:
    named = NAMED.findall((ROOT / page).read_text())

    assert [path for path, _test in named if not (ROOT / path).is_file()] == []
    for path, test in named:
        assert not test or f"def {test}(" in (ROOT / path).read_text(), (path, test)


def test_every_threat_names_a_test() -> None:
    text = (ROOT / "docs/threat-model.md").read_text()
    table = text.split("## Threats")[1].split("## ")[0]
    threats = [line for line in table.splitlines() if line.startswith("| ")][2:]

    assert len(threats) > 25
    assert [line for line in threats if "`tests/" not in line.split("|")[3]] == []


def test_every_requirement_is_there_once() -> None:
    there = list(chain.from_iterable(ids for ids, _stands, _why in rows()))

    sections = [section.split(":") for section in SECTIONS.split()]
    wanted = [f"{name}.{n}" for name, count in sections for n in range(1, int(count) + 1)]
    assert there == wanted


def test_each_says_how_it_stands_and_why() -> None:
    for ids, stands, why in rows():
        assert stands in STANDS, ids
        if stands in {"Partly", "No"}:
            assert len(why) > 10, ids
