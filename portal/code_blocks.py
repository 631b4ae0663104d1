"""The code of docs/: each block is a copy of a file that a test runs, or says why no test runs it.

A fence names its source, `html file=docs/examples/page.html` or, for a part between the marks
`#region NAME` and `#endregion`, `python file=demo/shop.py#hash`; `manage.py reference` copies
it. Or it says why it isn't run: `sh not-run="it needs your server"`.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

FENCE = re.compile(
    r"^(?P<indent> *)(?P<ticks>`{3,})(?P<info>[^\n`]*)\n(?P<text>.*?)^ *(?P=ticks)[ ]*$",
    re.MULTILINE | re.DOTALL,
)
REGION = re.compile(r"# ?region (?P<name>[\w-]+)")
END = re.compile(r"# ?endregion")


class SourceError(Exception):
    """A block whose source isn't there."""


@dataclass(frozen=True)
class Info:
    """What stands after a fence's ticks: the language, and where the block is from."""

    language: str
    file: str = ""
    region: str = ""
    not_run: str = ""

    @property
    def source(self) -> str:
        """The source as it is written in the fence."""
        return f"{self.file}#{self.region}" if self.region else self.file


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    info: Info
    text: str


def read_info(said: str) -> Info:
    """Return what a fence says of its block."""
    language, *rest = shlex.split(said) or [""]
    named = dict(part.partition("=")[::2] for part in rest)
    file, _hash, region = named.get("file", "").partition("#")
    return Info(language, file, region, named.get("not-run", ""))


def blocks(markdown: str) -> Iterator[Block]:
    """Yield every fenced block of a page."""
    for found in FENCE.finditer(markdown):
        yield Block(read_info(found["info"]), dedent(found["text"]))


def filled(markdown: str, root: Path) -> str:
    """Return a page with the present text of its sources; raises SourceError."""

    def copied(found: re.Match[str]) -> str:
        info = read_info(found["info"])
        if not info.file:
            return found.group()
        indent, ticks = found["indent"], found["ticks"]
        lines = [indent + line if line else line for line in read_source(info, root).split("\n")]
        return f"{indent}{ticks}{found['info']}\n" + "\n".join(lines) + f"\n{indent}{ticks}"

    return FENCE.sub(copied, markdown)


def read_source(info: Info, root: Path) -> str:
    """Return the text of a block's source, without the marks of regions; raises SourceError."""
    path = (root / info.file).resolve()
    if not path.is_relative_to(root) or not path.is_file():
        raise SourceError(f"There is no file {info.file}.")
    lines = path.read_text(encoding="utf-8").splitlines()
    if info.region:
        lines = _region(lines, info)
    marks = [line for line in lines if REGION.search(line) or END.search(line)]
    text = "\n".join(line for line in lines if line not in marks)
    return dedent(text).strip("\n")


def _region(lines: list[str], info: Info) -> list[str]:
    found = {match["name"]: n for n, line in enumerate(lines) if (match := REGION.search(line))}
    if info.region not in found:
        raise SourceError(f"{info.file} has no region {info.region}.")
    inside = lines[found[info.region] + 1 :]
    ends = [number for number, line in enumerate(inside) if END.search(line)]
    if not ends:
        raise SourceError(f"The region {info.region} of {info.file} has no end.")
    return inside[: ends[0]]
