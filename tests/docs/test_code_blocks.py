"""Every block of code in docs/ is a copy of a file that a test runs, or says why none does."""

from __future__ import annotations

import re
import shutil
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from portal.code_blocks import Block, SourceError, blocks, filled, read_info, read_source
from portal.code_reference import written

ROOT = Path(__file__).resolve().parents[2]
# By what a source begins with: the test that runs it, and how that names it.
RUN_BY = {
    "docs/examples/api/": ("tests/docs/test_api_examples.py", '"examples" / "api"'),
    "docs/examples/self_hosting/backup": ("tests/docs/test_backup.py", "{name}"),
    "docs/examples/self_hosting/nginx": ("tests/nginx.py", "{name}"),
    "docs/examples/self_hosting/servicebot@": ("tests/services.py", "{name}"),
    "docs/examples/self_hosting/servicebot.s": ("tests/docs/test_restarts.py", "{name}"),
    "docs/examples/self_hosting/": ("tests/docs/test_self_hosting.py", "self_hosting"),
    "docs/examples/signed_token": ("tests/docs/test_signed_tokens.py", "signed_token"),
    "docs/examples/texts/": ("tests/portal/test_texts_docs.py", '"examples" / "texts"'),
    "docs/examples/events": ("tests/browser/test_events.py", "{name}"),
    "docs/examples/": ("tests/docs/test_examples.py", "{name}"),
    "samples/": ("tests/browser/test_samples.py", "samples"),
    "packages/": ("tests/browser/test_samples.py", "packages"),
    "tests/": ("{file}", ""),
}


def all_blocks() -> list[tuple[str, Block]]:
    """Return every block with the page that it is in."""
    return [
        (path.relative_to(ROOT).as_posix(), block)
        for path in written(ROOT)
        for block in blocks(path.read_text())
    ]


def lacks(block: Block) -> str:
    """Say what a block lacks; empty where nothing."""
    if not block.info.file:
        return "" if len(block.info.not_run) > 10 else "neither file= nor not-run="
    begins = next((each for each in RUN_BY if block.info.file.startswith(each)), None)
    if begins is None:
        return f"no test in RUN_BY runs {block.info.file}"
    test, named = (
        each.format(file=block.info.file, name=Path(block.info.file).name)
        for each in RUN_BY[begins]
    )
    is_run = (ROOT / test).is_file() and named in (ROOT / test).read_text()
    return "" if is_run else f"{test} doesn't run {block.info.file}"


def test_every_block_has_a_source_that_is_run_or_a_reason() -> None:
    found = [(page, block.text[:60], why) for page, block in all_blocks() if (why := lacks(block))]

    assert len(all_blocks()) > 40
    assert found == []


def test_a_block_without_a_source_is_found() -> None:
    bare, unknown = (next(blocks(f"```{info}\nx\n```\n")) for info in ("sh", "sh file=README.md"))

    assert lacks(bare) == "neither file= nor not-run="
    assert "README.md" in lacks(unknown)


def test_every_example_is_in_a_page() -> None:
    used = {block.info.file for _page, block in all_blocks()}

    there = {p.relative_to(ROOT).as_posix() for p in (ROOT / "docs/examples").rglob("*.*")}
    assert there - used == set()


def test_the_pages_are_up_to_date() -> None:
    call_command("reference", "--check")


@pytest.fixture
def copy(tmp_path: Path, settings: Settings) -> Path:
    """A checkout with docs/ and what its code is copied from."""
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    (tmp_path / "locale").symlink_to(ROOT / "locale")
    for _page, block in all_blocks():
        if block.info.file and not (tmp_path / block.info.file).exists():
            (tmp_path / block.info.file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / block.info.file, tmp_path / block.info.file)
    settings.BASE_DIR = tmp_path
    return tmp_path


@pytest.mark.parametrize(
    "name", ["reference/policy", "reference/api", "settings", "errors", "reference/code"]
)
def test_a_page_that_is_out_of_date_is_found_and_written(copy: Path, name: str) -> None:
    (copy / f"docs/{name}.md").write_text("# Old\n")
    with pytest.raises(CommandError, match="out of date"):
        call_command("reference", "--check")

    said = StringIO()
    call_command("reference", stdout=said)

    assert f"Wrote docs/{name}.md.\n" in said.getvalue()
    call_command("reference", "--check")


def test_code_that_has_changed_since_is_found_and_written(copy: Path) -> None:
    (copy / "docs/examples/demo.sh").write_text("make demo PORT=9000\n")
    with pytest.raises(CommandError, match=r"quick-start\.md is out of date"):
        call_command("reference", "--check")

    call_command("reference", stdout=StringIO())

    assert (
        "```sh file=docs/examples/demo.sh\nmake demo PORT=9000\n```"
        in (copy / "docs/quick-start.md").read_text()
    )


def test_a_source_that_is_not_there_is_named(copy: Path) -> None:
    (copy / "docs/examples/demo.sh").unlink()

    with pytest.raises(CommandError, match=r"no file docs/examples/demo\.sh"):
        call_command("reference", "--check")


def test_a_part_of_a_file_is_copied_without_its_marks(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x\n    # region one\n    y\n\n    z\n    # endregion\n")

    assert read_source(read_info("python file=a.py#one"), tmp_path) == "y\n\nz"
    assert filled("1. A\n\n   ```python file=a.py#one\n   ```\n", tmp_path) == (
        "1. A\n\n   ```python file=a.py#one\n   y\n\n   z\n   ```\n"
    )


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("file=a.py#two", "no region two"),
        ("file=a.py#open", "has no end"),
        ("file=../a.py", "no file"),
        ("file=b.py", "no file"),
    ],
)
def test_a_part_that_is_not_there_is_named(tmp_path: Path, source: str, why: str) -> None:
    (tmp_path / "a.py").write_text("# region one\nx\n# endregion\n# region open\n")

    with pytest.raises(SourceError, match=re.escape(why)):
        read_source(read_info(f"python {source}"), tmp_path)
