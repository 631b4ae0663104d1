"""docs/reference/code.md: where each block of code in docs/ comes from, or why no test runs it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from portal.code_blocks import Block, blocks
from portal.markdown import FOOT

HEAD = """# Where the code in these pages comes from

A block of code in these pages is a copy of a file of the repository that a test runs, and CI
compares the two. The few that no test runs say so where they stand, with the reason.

| page | language | from |
| --- | --- | --- |
"""


def written(root: Path) -> list[Path]:
    """Return the pages of docs/, in the order of their names."""
    return sorted(path for path in (root / "docs").rglob("*.md") if "examples" not in path.parts)


def markdown(root: Path) -> str:
    """Return the page."""
    return HEAD + "".join(f"{row}\n" for row in _rows(root)) + FOOT


def _rows(root: Path) -> Iterator[str]:
    for path in written(root):
        name = path.relative_to(root / "docs").as_posix()
        if name != "reference/code.md":
            link = f"../{name}" if "/" not in name else name.rpartition("/")[2]
            for block in blocks(path.read_text(encoding="utf-8")):
                yield f"| [{name}]({link}) | {block.info.language} | {_from(block)} |"


def _from(block: Block) -> str:
    if block.info.file:
        return f"`{block.info.source}`"
    return f"not run: {block.info.not_run}" if block.info.not_run else "**nowhere**"
