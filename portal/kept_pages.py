"""Pages as this process has rendered them: of the same things it is the same page.

Nothing is decided here. What is shown was read and judged before, and a page is shown again only
where all that its template is given equals, value by value, what it was rendered of.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Model

from portal.quotes import new_nonce
from portal.texts import Texts
from servicebot.at_hand import Hand

SECONDS_KEPT = 600
# Where a click's key goes, since none is given out twice; nobody can have written this elsewhere.
KEY = secrets.token_hex(16)

PAGES = Hand[tuple[dict[str, Any], list[str]]](300)


def rendered(name: str, context: Mapping[str, Any], render: Callable[[], str]) -> str:
    """Return what `render` makes of a context, or what it made of an equal one.

    It must depend on nothing else, the time neither, and put KEY where a new key belongs. One page
    is kept by each name.
    """
    values = {key: _value(given) for key, given in context.items()}
    kept = PAGES.get(name)
    if kept is None or kept[0] != values:
        kept = values, render().split(KEY)
        PAGES.put(name, kept, time.time() + SECONDS_KEPT)
    first, *others = kept[1]
    return first + "".join(new_nonce() + each for each in others)


def _value(given: Any) -> Any:
    """Return what equals another of the same content; what has no such thing equals itself."""
    if isinstance(given, Texts):
        return given.language, given.forms
    if isinstance(given, Model):
        return {field.attname: getattr(given, field.attname) for field in given._meta.fields}
    return given
