"""The activity's pages: what was done, why customers left, the download, and erasing one."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from accounts.activity import ActivityAction, note_member
from accounts.roles import Right
from portal.erasing import erase as erase_customer
from portal.erasing import traces_of
from portal.models import Portal
from settings_ui.access import MerchantRequest, merchant_required
from settings_ui.activity import ActivityFilter, is_cursor, page_of
from settings_ui.activity_csv import csv_lines
from settings_ui.entries import Reasons, entries_of
from settings_ui.forms import EraseForm
from settings_ui.leaving import cancellations, leaving
from settings_ui.pages import page

COMMENTS_A_PAGE = 20


@require_safe
@merchant_required
def activity(request: MerchantRequest) -> HttpResponse:
    """Show what was done, newest first."""
    asked, portals = _asked(request)
    found = asked.page()
    return page(
        request,
        "activity/page",
        {
            "filter": asked,
            "entries": entries_of(found.entries, portals),
            "newest_query": _query(request),
            "older_query": _query(request, cursor=found.older) if found.older else "",
        },
        status=200 if asked.is_valid() else 400,
    )


@require_GET
@merchant_required(needs=Right.EXPORT)
def activity_csv(request: MerchantRequest) -> Any:  # streamed, or a redirect
    """Answer all that matches as CSV, and note that it was downloaded."""
    asked, _portals = _asked(request)
    if not asked.is_valid():
        return redirect(f"{request.path.removesuffix('csv/')}?{request.GET.urlencode()}")
    note_member(request.membership, ActivityAction.ACTIVITY_EXPORTED)
    name = f"activity-{timezone.now():%Y-%m-%d}.csv"
    return StreamingHttpResponse(
        csv_lines(asked.entries()),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store, private",
        },
    )


@require_safe
@merchant_required
def leaving_page(request: MerchantRequest) -> HttpResponse:
    """Show why customers left: in numbers, and in their own words."""
    portals = _portals(request)
    known = {portal.public_id for portal in portals}
    chosen = request.GET.get("portal", "")
    by_week = request.GET.get("by") == "week"
    cursor = request.GET.get("cursor", "")
    found = cancellations(request.merchant, chosen if chosen in known else "")
    said = page_of(found.exclude(comment=""), cursor if is_cursor(cursor) else "", COMMENTS_A_PAGE)
    entries = entries_of(said.entries, portals)
    return page(
        request,
        "activity/leaving",
        {
            "leaving": leaving(found, Reasons.of(portals).text, by_week=by_week),
            "by_week": by_week,
            "chosen": chosen,
            "choices": portals,
            "comments": entries,
            "older_query": _query(request, cursor=said.older) if said.older else "",
            "newest_query": _query(request) if cursor else "",
            "by_week_query": _query(request, by="week"),
            "by_month_query": _query(request, by="month"),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@merchant_required(needs=Right.EXPORT)
def erase(request: MerchantRequest) -> HttpResponse:
    """Ask which customer, say how much goes, and forget them once that is confirmed."""
    given = request.POST if request.method == "POST" else request.GET
    form = EraseForm(given if given or request.method == "POST" else None)
    if not form.is_valid():
        return page(request, "activity/erase", {"form": form}, 400 if form.errors else 200)
    customer_id = form.cleaned_data["customer"]
    if request.method == "POST":
        return _erase(request, customer_id)
    found = traces_of(request.merchant, customer_id)
    names = [name for name in found.names if name != customer_id]
    context = {"form": form, "customer_id": customer_id, "count": found.count, "names": names}
    return page(request, "activity/erase", context)


@transaction.atomic
def _erase(request: MerchantRequest, customer_id: str) -> HttpResponse:
    """Forget a customer, and note that without saying whom."""
    count = erase_customer(request.merchant, customer_id)
    if count:
        note_member(request.membership, ActivityAction.CUSTOMER_ERASED, after={"entries": count})
    told = ngettext("%(count)d entry is erased.", "%(count)d entries are erased.", count)
    messages.success(request, told % {"count": count} if count else _("There was nothing left."))
    return redirect("dashboard:activity")


def _portals(request: MerchantRequest) -> list[Portal]:
    return list(request.merchant.portals.select_related("settings").order_by("pk"))


def _asked(request: MerchantRequest) -> tuple[ActivityFilter, list[Portal]]:
    portals = _portals(request)
    return ActivityFilter(request.merchant, portals, request.GET), portals


def _query(request: MerchantRequest, **changed: Any) -> str:
    """Return the address's query without its cursor, and with what is changed."""
    query = request.GET.copy()
    for name in ("cursor", *changed):
        query.pop(name, None)
    query.update(changed)
    return query.urlencode()
