"""From the Markdown of docs/ to HTML: headings with anchors, tables and code that scroll, links to
other pages. HTML in a page is shown as text, so that a page can bring in no markup of its own."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from markdown_it import MarkdownIt
from markdown_it.token import Token
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

from portal.code_blocks import Info, read_info

TITLE = re.compile(r"^# (.+)$", re.MULTILINE)
OUTSIDE = re.compile(r"[a-z]+:|/|#")
LABELS: Mapping[str, str | Promise] = {
    "": gettext_lazy("Text"),
    "text": gettext_lazy("Text"),
    "sh": gettext_lazy("Shell"),
    "html": "HTML",
    "http": "HTTP",
    "json": "JSON",
    "javascript": "JavaScript",
    "js": "JavaScript",
    "jsx": "JSX",
    "typescript": "TypeScript",
    "php": "PHP",
    "python": "Python",
    "nginx": "nginx",
}
DESCRIBED_AT_MOST = 160
Address = Callable[[str], str]


@dataclass(frozen=True)
class Heading:
    """A heading below the title, as the table of contents has it."""

    anchor: str
    text: str
    level: int


@dataclass(frozen=True)
class Rendered:
    """A page as HTML."""

    title: str
    description: str
    html: SafeString
    headings: Sequence[Heading]


def title_of(source: str) -> str:
    """Return a page's title without its marks."""
    found = TITLE.search(source)
    return found[1].replace("`", "") if found else ""


def render(source: str, name: str, address: Address) -> Rendered:
    """Return a page; `name` is its place in docs/, `address` where a page is served."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse(source)
    headings = _anchor(tokens)
    _lead(tokens, posixpath.dirname(name), address)
    for number, token in enumerate(tokens):
        token.meta["number"] = number
    for kind, rule in RULES.items():
        parser.add_render_rule(kind, rule)
    html: str = parser.renderer.render(tokens, parser.options, {})
    return Rendered(
        title=title_of(source),
        description=_described(tokens),
        html=mark_safe(html),  # noqa: S308 -- markdown-it has escaped what it was given  # nosec B308
        headings=headings,
    )


def text_of(token: Token) -> str:
    """Return what is read of a line, without its marks."""
    said = {"text": None, "code_inline": None, "softbreak": " "}
    return "".join(said[c.type] or c.content for c in token.children or [] if c.type in said)


def _described(tokens: Sequence[Token]) -> str:
    """Return the beginning of the first paragraph, for those who search."""
    first = (t for before, t in pairwise(tokens) if _is_paragraph(before))
    text = text_of(next(first))
    if len(text) <= DESCRIBED_AT_MOST:
        return text
    return text[:DESCRIBED_AT_MOST].rsplit(" ", 1)[0] + "…"


def _is_paragraph(token: Token) -> bool:
    return token.type == "paragraph_open" and token.level == 0


def _anchor(tokens: Sequence[Token]) -> list[Heading]:
    """Give every heading below the title an anchor of its own, and return them."""
    found: list[Heading] = []
    for token, inline in pairwise(tokens):
        if token.type == "heading_open" and token.tag != "h1":
            text = text_of(inline)
            anchor = _unused(_slug(text), {each.anchor for each in found})
            token.attrs["id"] = anchor
            found.append(Heading(anchor, text, int(token.tag[1])))
    return found


def _slug(text: str) -> str:
    """Return an anchor as Git hosts make it, so that a link works in both places."""
    kept = re.sub(r"[^\w\- ]", "", text.lower())
    return kept.replace(" ", "-") or slugify(text) or "part"


def _unused(anchor: str, used: set[str]) -> str:
    number, free = 1, anchor
    while free in used:
        free, number = f"{anchor}-{number}", number + 1
    return free


def _lead(tokens: Sequence[Token], folder: str, address: Address) -> None:
    """Let links to other pages lead to where these are served."""
    for token in tokens:
        for child in token.children or []:
            if child.type == "link_open":
                child.attrs["href"] = _served(str(child.attrs["href"]), folder, address)


def _served(target: str, folder: str, address: Address) -> str:
    path, hash_, anchor = target.partition("#")
    if OUTSIDE.match(target) or not path.endswith(".md"):
        return target
    name = posixpath.normpath(posixpath.join(folder, path.removesuffix(".md")))
    return f"{address(name)}{hash_}{anchor}"


def _heading_close(renderer: Any, tokens: Sequence[Token], at: int, *given: Any) -> str:
    opened = tokens[at - 2]
    anchor = opened.attrs.get("id")
    if anchor is None:
        return f"</{opened.tag}>\n"
    label = _("Link to: %(heading)s") % {"heading": text_of(tokens[at - 1])}
    link = format_html('<a class="anchor" href="#{}" aria-label="{}">#</a>', anchor, label)
    return f" {link}</{opened.tag}>\n"


def _table_open(renderer: Any, tokens: Sequence[Token], at: int, *given: Any) -> str:
    return format_html(
        '<div class="wide" role="group" tabindex="0" aria-label="{}"><table>\n', _("Table")
    )


def _table_close(*given: Any) -> str:
    return "</table></div>\n"


def _fence(renderer: Any, tokens: Sequence[Token], at: int, *given: Any) -> str:
    """Show a block of code with a button that copies it, or why no test runs it."""
    token = tokens[at]
    info, id_ = read_info(token.info), f"code-{token.meta['number']}"
    label = LABELS.get(info.language, info.language)
    foot = ""
    if info.not_run:
        said = _("Not run by our tests: %(why)s") % {"why": info.not_run}
        foot = format_html('<p class="small muted foot">{}</p>', said)
    return format_html(
        '<figure class="code"><figcaption><span id="{id}-title">{label}</span>'
        '<button type="button" class="button small" data-copy="#{id}" data-copied="{copied}" '
        'data-failed="{failed}" hidden>{copy}<span class="unseen"> {label}</span></button>'
        '</figcaption><pre dir="ltr" id="{id}" tabindex="0" role="group" '
        'aria-labelledby="{id}-title"><code>{code}</code></pre>{foot}</figure>\n',
        id=id_,
        label=label,
        copied=_("Copied"),
        failed=_("Not copied. Select the text and copy it."),
        copy=_("Copy"),
        code=marked_up(token.content, info),
        foot=foot,
    )


def marked_up(code: str, info: Info) -> SafeString:
    """Return code with its tokens marked by classes."""
    lexer = get_lexer_by_name(info.language or "text", stripnl=False)
    marked: str = highlight(code, lexer, HtmlFormatter(nowrap=True))
    return mark_safe(marked)  # noqa: S308 -- Pygments has escaped it  # nosec B308


RULES: dict[str, Callable[..., str]] = {
    "heading_close": _heading_close,
    "table_open": _table_open,
    "table_close": _table_close,
    "fence": _fence,
}
