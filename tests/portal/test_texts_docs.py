"""docs/texts.md is true: its examples are files that are read here, its codes all there are."""

from __future__ import annotations

import json
import re
from pathlib import Path

from portal.resource import parse, read

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "texts.md").read_text()
EXAMPLES = ROOT / "docs" / "examples" / "texts"
BLOCK = re.compile(r"```\w+ file=(\S+)\n(.*?)```", re.DOTALL)
CODE = re.compile(r'(?:Refused|ResourceError|Fault)\((?:\s*(?:""|\w+),)*\s*"(\w+)"')


def test_every_example_is_its_file() -> None:
    blocks = dict(BLOCK.findall(PAGE))

    assert {ROOT / name for name in blocks} == set(EXAMPLES.iterdir())
    for name, text in blocks.items():
        assert (ROOT / name).read_text() == text


def test_flat_and_nested_say_the_same_and_are_right() -> None:
    flat, nested = (
        read(parse((EXAMPLES / f"{name}.json").read_bytes())) for name in ("flat", "nested")
    )

    assert flat == nested
    assert flat.faults == ()


def test_the_faulty_one_has_the_faults_that_are_told() -> None:
    faults = read(parse((EXAMPLES / "faulty.json").read_bytes())).faults

    assert [fault.code for fault in faults] == [
        *("unknown_key", "missing_placeholder", "missing_plural"),
    ]


def test_the_snippets_texts_are_right() -> None:
    (said,) = re.findall(r"resource: (\{.*\}),", (EXAMPLES / "snippet.js").read_text())

    assert read(json.loads(said.replace("{ en:", '{ "en":'))).faults == ()


def test_every_code_is_explained_and_no_other() -> None:
    code = "".join(
        (ROOT / f"portal/{name}.py").read_text() for name in ("resource", "wording", "fetching")
    )
    table = PAGE.split("| code | what |")[1]
    told = {
        each
        for row in re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
        for each in re.findall(r"`(\w+)`", row)
    }

    assert told == set(CODE.findall(code))
