"""For what is secret: who is logged in has given the password anew a moment ago."""

from __future__ import annotations

from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.reauthentication import did_recently_reauthenticate
from django.http import HttpRequest

from settings_ui.access import ViewFunc


def fresh_log_in_required(view: ViewFunc) -> ViewFunc:
    """Let in who has just given the password; ask everybody else for it, then go on from here.

    It stands below `merchant_required`, so that a role that lacks the right isn't asked.
    """
    guarded: ViewFunc = reauthentication_required(view)
    return guarded


def is_fresh(request: HttpRequest) -> bool:
    """Whether the password was given a moment ago."""
    return bool(did_recently_reauthenticate(request))
