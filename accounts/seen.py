"""When each of a user's sessions was last used, for their list of sessions."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse

from accounts.limits import MINUTE, hits


def note_sessions(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Note a session's use, once a minute; a request that never asked who is there is no use."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        # The API's own refusals leave nobody there.
        if _is_due(request.session) and request.user and request.user.is_authenticated:
            UserSession.objects.create_from_request(request)
        return response

    return middleware


def _is_due(session: SessionBase) -> bool:
    if not session.accessed or not session.session_key:
        return False
    digest = hashlib.sha256(session.session_key.encode()).hexdigest()
    return hits(f"session-seen:{digest}", MINUTE) == 1
