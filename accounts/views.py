"""A user's own account: how it is protected, and where it is logged in."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.protection import protection_of


@require_safe
@login_required
def security(request: HttpRequest) -> HttpResponse:
    """Show the state of everything that protects the account."""
    return render(request, "account/security.html", {"protection": protection_of(request.user)})


@require_POST
@login_required
def end_session(request: HttpRequest, session_id: int) -> HttpResponse:
    """Log one of the user's other sessions out."""
    others = UserSession.objects.exclude(session_key=request.session.session_key)
    get_object_or_404(others, user=request.user, pk=session_id).end()
    messages.success(request, _("That session is logged out."))
    return redirect("usersessions_list")
