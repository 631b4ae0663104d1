"""The bank's dialog as a whole page: where to go back to."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from servicebot.sandbox.browser.page import Page

if TYPE_CHECKING:
    from servicebot.sandbox.world import Sandbox


def with_return(sandbox: Sandbox, query: str) -> Page | None:
    """Send a page that was not told where to go back to on to itself with that address.

    None where it knows: the dialog is in a frame, or the address stands in the query.
    """
    given = dict(parse_qsl(query))
    if "origin" in given or "return_url" in given:
        return None
    url = _return_url(sandbox, given.get("intent", ""), given.get("client_secret", ""))
    if url is None:
        return Page(404, "text/plain; charset=utf-8", b"Nothing waits for the bank here.")
    location = f"challenge?{urlencode({**given, 'return_url': url})}"
    return Page(303, "text/plain", b"", {"Location": location})


def _return_url(sandbox: Sandbox, id_: str, secret: str) -> str | None:
    """Return the address that the intent's confirmation named."""
    kind = "setup_intent" if id_.startswith("seti_") else "payment_intent"
    for account in list(sandbox.accounts.values()):
        intent = account.tables.get(kind, {}).get(id_)
        if intent and intent["client_secret"] == secret:
            url = ((intent["next_action"] or {}).get("redirect_to_url") or {}).get("return_url")
            return str(url) if url else None
    return None
