"""docs/errors.md: every code that page and API answer, who reads what, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterator

from portal import texts
from portal.blocked import MERCHANT_TEXTS
from portal.fault_words import FAULTS
from portal.markdown import FOOT, plain
from portal.problems import PROBLEMS
from portal.ways_out import WAYS_OUT

HEAD = """# Errors

Every refusal has a stable code. The API answers it as problem details
([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)), `application/problem+json`, with `type`,
`title`, `status`, `detail`, `code`, and what else belongs to it: `errors` by field, `setting`,
`reason`, `preview`. Decide by `code`; the texts may become better. Customers read the portal's own
sentence for the same code, in their language.

What DRF itself refuses, such as a method that an address doesn't have (405), has its status, a
`code` of DRF's and `type` `about:blank`.

Customers see one more sentence when their browser can't reach the server: “{offline}”
"""


def markdown() -> str:
    """Return the page."""
    head = HEAD.format(offline=texts.catalogue(texts.DEFAULT)("problem.offline"))
    return "\n".join([head, *_problems(), *_reasons(), *_faults(), FOOT])


def _problems() -> Iterator[str]:
    english = texts.catalogue(texts.DEFAULT)
    yield "## Every code"
    yield ""
    for code, (status, detail) in PROBLEMS.items():
        yield f"### `{code}`"
        yield ""
        yield f"Status {status}. {plain(detail)}"
        yield ""
        yield f"- What to do: {WAYS_OUT.get(code, '')}"
        yield f"- The customer reads: “{plain(english.forms[f'problem.{code}'])}”"
        yield ""


def _reasons() -> Iterator[str]:
    english = texts.catalogue(texts.DEFAULT)
    yield "## Why an action is blocked"
    yield ""
    yield "`reason` of `action_blocked`, and of an action that `GET /api/v1/portal` says isn't "
    yield "allowed. [What is possible with which subscription](reference/policy.md) says when."
    yield ""
    yield "| reason | the customer reads | you read |"
    yield "| --- | --- | --- |"
    for reason, merchants in MERCHANT_TEXTS.items():
        yield f"| `{reason}` | {plain(english.forms[f'blocked.{reason}'])} | {plain(merchants)} |"
    yield ""


def _faults() -> Iterator[str]:
    yield "## What can be wrong with a hash"
    yield ""
    yield "What the checker on the install page finds, and what the list of refused attempts says."
    yield ""
    yield "| found | what to do |"
    yield "| --- | --- |"
    for what, way_out in FAULTS.values():
        yield f"| {plain(what)} | {plain(way_out)} |"
