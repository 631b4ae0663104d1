"""README.md is true, and docs/self-hosting.md has every variable that settings.py reads, with its
default."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROW = re.compile(r"^\| `([A-Z_]+)` \| (.+?) \|", re.MULTILINE)
LINK = re.compile(r"\]\(([^)#:]+)\)")
DOCUMENTS = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md")


def read_by_settings() -> Iterator[tuple[str, ast.expr | None]]:
    """Yield every variable that settings.py reads, with the expression of its default."""
    tree = ast.parse((ROOT / "servicebot" / "settings.py").read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and re.fullmatch(r"env\.\w+", ast.unparse(node.func)):
            (name,) = node.args
            default = next((k.value for k in node.keywords if k.arg == "default"), None)
            yield ast.literal_eval(name), default


def in_the_table() -> dict[str, str]:
    """Return the table's variables with what stands for their default."""
    return dict(ROW.findall((ROOT / "docs" / "self-hosting.md").read_text()))


def test_the_table_has_every_variable_and_no_other() -> None:
    assert set(in_the_table()) == {name for name, _default in read_by_settings()}


def test_the_table_has_plain_defaults_as_they_are() -> None:
    told, plain = in_the_table(), {}
    for name, default in read_by_settings():
        if isinstance(default, ast.Constant):
            plain[name] = "none" if default.value == "" else f"`{default.value!s}`"

    assert len(plain) > 5
    assert {name: told[name] for name in plain} == plain


def test_what_has_no_default_outside_debug_is_required() -> None:
    required = {
        name
        for name, default in read_by_settings()
        if default is None or ast.unparse(default).endswith("NOTSET")
    }

    assert {name for name, told in in_the_table().items() if told == "required"} == required


def test_it_opens_with_the_two_commands() -> None:
    opening = (ROOT / "README.md").read_text().split("```")[1]

    commands = [line.split("#")[0].strip() for line in opening.splitlines()[1:] if line]
    assert commands == ["make demo", "make test"]


def test_links_between_the_documents_lead_somewhere() -> None:
    for document in DOCUMENTS:
        for target in LINK.findall((ROOT / document).read_text()):
            assert (ROOT / target).exists(), f"{document} links to {target}"
