"""What tests read in the mails that were sent."""

from __future__ import annotations

import re

from django.core import mail

CODE = re.compile(r"^[A-Z]{4}-[A-Z]{4}$", re.MULTILINE)


def code_sent(to: str) -> str:
    """Return the code in the last mail, which went to this address."""
    last = mail.outbox[-1]
    assert last.to == [to]
    (code,) = CODE.findall(str(last.body))
    return str(code)


def subjects(to: str) -> list[str]:
    """Return what was sent to an address, oldest first."""
    return [str(each.subject) for each in mail.outbox if each.to == [to]]
