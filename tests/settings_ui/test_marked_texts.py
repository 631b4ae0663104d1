"""All that the dashboard, its mails and its accounts say can be translated: nothing is unmarked."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.template.base import Lexer, TokenType

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("accounts", "portal", "settings_ui")
TEMPLATES = sorted(
    path
    for package in ("accounts", "settings_ui")
    for path in (ROOT / package / "templates").rglob("*.*")
)
CODE = sorted(
    path
    for package in PACKAGES
    for path in (ROOT / package).rglob("*.py")
    if "migrations" not in path.parts and "commands" not in path.parts
)
SCRIPTS = sorted((ROOT / "static/dashboard").glob("*.js"))

# What is the same in every language, or is no language.
BRANDS = re.compile(r"Servicebot( API)?|Authorization|Bearer|UTC")
NO_WORDS = {
    "allauth/layouts/manage.html": ["manage"],  # a name for the layout around it
    "settings_ui/controls/address.html": ["https://"],
    "settings_ui/texts_files.html": ['{"en": {"cancel.button": "…"}}'],
    "settings_ui/preview_page.html": ['lang="" dir="" data-scheme=""'],  # attributes, in a tag
}
READ_ALOUD = {"alt", "aria-label", "label", "placeholder", "title"}
DATA = re.compile(r"[\w#.:-]*|on")
OPENS = {"blocktranslate", "comment"}
NOT_SAID = {"block", "extends", "include", "load", "slot", "static", "translate", "url"}
FORMAT = re.compile(r"[jFMYHis:, ]*")
LITERAL = re.compile(r"\"([^\"]*)\"|'([^']*)'")
TELLING_WORDS = {"label", "help_text", "verbose_name", "empty_label", "link_text"}
DESCRIBING = "serializers"  # the API's description is in English


class Words(HTMLParser):
    """What a page says: its text, and the attributes that are shown or read aloud."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            is_data = name.startswith("data-") and DATA.fullmatch(value or "")
            if name in READ_ALOUD or (name.startswith("data-") and not is_data):
                self.found.append(value or "")

    def handle_data(self, data: str) -> None:
        self.found.append(data)


def unmarked(source: str, *, is_html: bool = True) -> list[str]:
    """Return what a template says outside a tag for translation."""
    written, literals, inside = [], [], ""
    for token in Lexer(source).tokenize():
        name = token.contents.split(maxsplit=1)[0] if token.contents.strip() else ""
        if inside:
            inside = "" if name == f"end{inside}" else inside
        elif token.token_type == TokenType.TEXT:
            written.append(token.contents)
        elif token.token_type == TokenType.BLOCK and name in OPENS:
            inside = name
        elif token.token_type == TokenType.VAR or name not in NOT_SAID:
            literals += [one or other for one, other in LITERAL.findall(token.contents)]
    words = Words()
    words.feed("".join(written)) if is_html else words.found.extend(written)
    said = [text for text in literals if re.search("[A-Z ]", text) and not FORMAT.fullmatch(text)]
    return [text for text in map(without_brands, [*words.found, *said]) if has_words(text)]


def without_brands(text: str) -> str:
    return BRANDS.sub("", text).strip()


def has_words(text: str) -> bool:
    return bool(re.search(r"[^\W\d_]", text)) and not re.fullmatch(r"#[0-9a-f]{6}", text)


def test_templates_say_nothing_unmarked() -> None:
    found = {}
    for path in TEMPLATES:
        said = unmarked(path.read_text(), is_html=path.suffix == ".html")
        found[str(path).split("/templates/")[1]] = said

    assert {name: said for name, said in found.items() if said} == NO_WORDS


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("<p>Hello</p>", ["Hello"]),
        ('<p>{% translate "Hello" %} there</p>', ["there"]),
        ("{% blocktranslate %}Hello {{ name }}{% endblocktranslate %}", []),
        ('<a title="Hello" href="/hello/">·</a>', ["Hello"]),
        ('<form data-waits="Asking Stripe…" data-way="customer"></form>', ["Asking Stripe…"]),
        ('<p title="{% translate "Hello" %}">{{ name }}</p>', []),
        ('{{ name|default:"Nobody here" }}', ["Nobody here"]),
        ('{{ day|date:"j M Y, H:i" }} UTC', []),
        ("<strong>Servicebot</strong>", []),
    ],
)
def test_what_is_unmarked_is_found(source: str, found: list[str]) -> None:
    assert unmarked(source) == found


def told(source: str) -> Iterator[str]:
    """Return texts that Python code tells people as they stand in it, or builds for gettext."""
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.alias)
            and "gettext" in node.name
            and node.asname not in (None, "_")
        ):
            yield f"{node.name} as {node.asname}"
        if not isinstance(node, ast.Call):
            continue
        owner, _dot, name = ast.unparse(node.func).rpartition(".")
        given = [word.value for word in node.keywords if word.arg in TELLING_WORDS]
        given = [] if owner == DESCRIBING else given
        given += node.args if owner == "messages" or name == "ValidationError" else []
        yield from (ast.unparse(value) for value in given if is_text(value))


def is_text(value: ast.expr) -> bool:
    """Whether an argument is a sentence in itself, marked by nobody."""
    if isinstance(value, ast.JoinedStr):
        return True
    return isinstance(value, ast.Constant) and " " in str(value.value)


def test_code_tells_nobody_anything_unmarked() -> None:
    found = {str(path.relative_to(ROOT)): list(told(path.read_text())) for path in CODE}

    assert {name: texts for name, texts in found.items() if texts} == {}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('messages.success(request, "It is saved.")', ["'It is saved.'"]),
        ('messages.error(request, f"{name} is lost")', ["f'{name} is lost'"]),
        ('messages.success(request, _("It is saved."))', []),
        ('forms.CharField(label="Your name")', ["'Your name'"]),
        ('serializers.CharField(help_text="An id of yours.")', []),
        ('logger.error("It is lost: %s", name)', []),
        ("from django.utils.translation import gettext as _now", ["gettext as _now"]),
        ("from django.utils.translation import gettext_lazy as _", []),
    ],
)
def test_what_code_tells_unmarked_is_found(source: str, found: list[str]) -> None:
    assert list(told(source)) == found


def test_scripts_take_their_words_from_the_page() -> None:
    for path in SCRIPTS:
        code = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)

        assert re.findall(r"[\"'`][A-Z][a-z]+(?: [a-z]|[.!…])[^\"'`]*[\"'`]", code) == []
