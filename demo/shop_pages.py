"""The shop's HTML."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from html import escape
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from demo.catalogue import TIERS, Plan

if TYPE_CHECKING:
    from demo.shop import Buyer

LAYOUT = Template((Path(__file__).parent / "look" / "layout.html").read_text())
TITLES = {
    "/": "Numbers for everybody",
    "/sign-in": "Sign in",
    "/account": "Account",
    "/billing": "Billing",
}
SNIPPET = """<div id="servicebot-portal"></div>
<script nonce="{nonce}">
  window.servicebotSettings = {settings};
</script>
<script async src="{servicebot}/embed/v1.js"></script>"""


def framed(body: str, path: str, buyer: Buyer | None, *, is_long: bool) -> str:
    """Put a page between the shop's header and footer."""
    return LAYOUT.substitute(
        title=escape(TITLES.get(path, "Not found")),
        mood="long" if is_long else "usual",
        nav=nav(path, buyer),
        body=body,
    )


def nav(path: str, buyer: Buyer | None) -> str:
    """Return the header's links, and who is signed in."""
    if buyer is None:
        return _link("/sign-in", "Sign in", path)
    return (
        f"{_link('/account', 'Account', path)}{_link('/billing', 'Billing', path)}"
        f'<span class="who" title="{escape(buyer.email)}">{escape(buyer.name)}</span>'
        '<form method="post" action="/sign-out"><button class="plain">Sign out</button></form>'
    )


def _link(href: str, text: str, path: str) -> str:
    here = ' aria-current="page"' if href == path else ""
    return f'<a href="{href}"{here}>{text}</a>'


def front() -> str:
    """Return the page that sells."""
    return f"""<section class="hero">
<h1>Know what your numbers are doing.</h1>
<p>Acme Analytics turns what you already collect into charts that your whole team can read.</p>
<a class="button" href="/sign-in">Sign in</a>
</section>
<section aria-labelledby="plans"><h2 id="plans">Plans</h2>
<div class="plans">{"".join(map(_plan, TIERS))}</div></section>"""


def _plan(plan: Plan) -> str:
    return (
        f'<article class="plan"><h3>{escape(plan.name)}</h3><p>{escape(plan.description)}</p>'
        f'<p class="price">${plan.monthly["usd"] // 100}<small> a month</small></p>'
        f"<ul>{_items(escape(feature) for feature in plan.features)}</ul></article>"
    )


def _items(items: Iterable[str]) -> str:
    return "".join(f"<li>{item}</li>" for item in items)


def people(buyers: Mapping[str, Buyer]) -> str:
    """Return the list of demo customers, each a button."""
    rows = (
        f'<button name="customer" value="{escape(key)}"><b>{escape(buyer.name)}</b>'
        f"<span>{escape(buyer.about)}</span></button>"
        for key, buyer in buyers.items()
    )
    return f"""<h1>Sign in</h1>
<p class="lead">Choose a customer. Each has a subscription in another state.</p>
<form method="post" action="/sign-in"><ul class="people">{_items(rows)}</ul></form>"""


def account(buyer: Buyer) -> str:
    """Return what the shop knows of its customer."""
    return f"""<h1>Account</h1>
<dl class="facts"><dt>Name</dt><dd>{escape(buyer.name)}</dd>
<dt>E-mail</dt><dd>{escape(buyer.email)}</dd>
<dt>Customer in Stripe</dt><dd><code>{escape(buyer.customer_id)}</code></dd></dl>
<p><a class="button" href="/billing">Manage billing</a></p>"""


def billing(
    servicebot_url: str, settings: Mapping[str, str], nonce: str, query: Mapping[str, str]
) -> str:
    """Return the page with the portal, by the snippet that the docs tell merchants to paste."""
    snippet = SNIPPET.format(
        nonce=nonce, settings=_for_script(settings), servicebot=escape(servicebot_url)
    )
    return f"""<h1>Billing</h1>
<p class="lead">Your plan, your card and your invoices.</p>
<div class="portal">
{snippet}
</div>
<aside class="tools" aria-label="Try the portal"><b>Try</b>{_tools(query)}</aside>"""


def _for_script(settings: Mapping[str, str]) -> str:
    """Return JSON that can't end the script it stands in."""
    return json.dumps(settings).replace("<", "\\u003c")


def _tools(query: Mapping[str, str]) -> str:
    """Return links that turn one thing about this host page around."""
    choices = (
        ("wrong_hash", "1", "a wrong hash", "the right hash"),
        ("by", "customer_id", "the customer id", "the e-mail"),
        ("long", "1", "a long page", "a short page"),
    )
    return "".join(_tool(query, *choice) for choice in choices)


def _tool(query: Mapping[str, str], name: str, value: str, on: str, off: str) -> str:
    others = {key: kept for key, kept in query.items() if key != name}
    is_on = query.get(name) == value
    wanted = urlencode(others if is_on else {**others, name: value})
    return f'<a href="/billing?{escape(wanted)}">{off if is_on else on}</a>'


def not_found() -> str:
    return '<h1>Nothing here</h1><p class="lead"><a href="/">Back to the start</a></p>'
