"""The team's page: who is in it, who is invited, and what each role may do."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import invitations, teams
from accounts.roles import Right, Role, may
from settings_ui.access import CHOSEN, MerchantRequest, merchant_required
from settings_ui.forms import InviteForm, RoleForm
from settings_ui.pages import page

# What each right is, and for every role whether it has it.
REACH = [(right.label, [may(role, right) for role in Role]) for right in Right]


@require_safe
@merchant_required
def team(request: MerchantRequest) -> HttpResponse:
    """Show members, invitations, and the table of roles."""
    return _team_page(request)


@require_POST
@merchant_required(needs=Right.TEAM)
def invite(request: MerchantRequest) -> HttpResponse:
    """Invite somebody by e-mail."""
    form = InviteForm(request.POST)
    if form.is_valid():
        try:
            return _sent(request, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
    return _team_page(request, form, status=400)


@require_POST
@merchant_required(needs=Right.TEAM)
def send_again(request: MerchantRequest, invitation_id: int) -> HttpResponse:
    """Send an invitation once more, with a new link and a new end."""
    invitation = get_object_or_404(request.merchant.invitations, pk=invitation_id)
    try:
        return _sent(request, invitation.email, invitation.role)
    except ValidationError as error:
        return _refused(request, error)


@require_POST
@merchant_required(needs=Right.TEAM)
def revoke(request: MerchantRequest, invitation_id: int) -> HttpResponse:
    """Take an invitation back."""
    invitation = get_object_or_404(request.merchant.invitations, pk=invitation_id)
    invitations.revoke(request.membership, invitation)
    told = _("The invitation of %(email)s is taken back.") % {"email": invitation.email}
    messages.success(request, told)
    return redirect("dashboard:team")


@require_POST
@merchant_required(needs=Right.TEAM)
def change_role(request: MerchantRequest, member_id: int) -> HttpResponse:
    """Give a member another role."""
    member = get_object_or_404(request.merchant.memberships, pk=member_id)
    form = RoleForm(request.POST)
    if not form.is_valid():
        return _refused(request, ValidationError(_("Choose one of the roles.")))
    role = Role(form.cleaned_data["role"])
    try:
        teams.change_role(request.membership, member, role)
    except ValidationError as error:
        return _refused(request, error)
    told = _("%(email)s is now: %(role)s.") % {"email": member.user.email, "role": role.label}
    messages.success(request, told)
    return redirect("dashboard:team")


@require_POST
@merchant_required(needs=Right.TEAM)
def remove(request: MerchantRequest, member_id: int) -> HttpResponse:
    """Take somebody out of the team."""
    member = get_object_or_404(request.merchant.memberships, pk=member_id)
    try:
        teams.remove(request.membership, member)
    except ValidationError as error:
        return _refused(request, error)
    told = _("%(email)s is no longer in the team.") % {"email": member.user.email}
    messages.success(request, told)
    return redirect("dashboard:home" if member == request.membership else "dashboard:team")


@require_POST
@merchant_required
def leave(request: MerchantRequest) -> HttpResponse:
    """Leave the team."""
    try:
        teams.leave(request.membership)
    except ValidationError as error:
        return _refused(request, error)
    request.session.pop(CHOSEN, None)
    told = _("You have left the team of %(merchant)s.") % {"merchant": request.merchant}
    messages.success(request, told)
    return redirect("dashboard:home")


def _sent(request: MerchantRequest, email: str, role: str) -> HttpResponse:
    """Send an invitation, and say how that went."""
    if invitations.invite(request.membership, email, role):
        messages.success(
            request, _("The invitation is on its way to %(email)s.") % {"email": email}
        )
    else:
        told = _("The e-mail to %(email)s couldn't be sent. Send it again in a minute.")
        messages.error(request, told % {"email": email})
    return redirect("dashboard:team")


def _refused(request: MerchantRequest, error: ValidationError) -> HttpResponse:
    messages.error(request, " ".join(error.messages))
    return _team_page(request, status=400)


def _team_page(
    request: MerchantRequest, form: InviteForm | None = None, status: int = 200
) -> HttpResponse:
    merchant = request.merchant
    context = {
        "members": merchant.memberships.select_related("user").order_by("pk"),
        "invitations": merchant.invitations.select_related("invited_by").order_by("pk"),
        "form": form or InviteForm(),
        "roles": Role.choices,
        "reach": REACH,
    }
    return page(request, "team", context, status)
