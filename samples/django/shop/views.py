"""A page that shows the customer portal to who is logged in."""

import hashlib
import hmac
import json
import os

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.cache import never_cache


def logged_in(request: HttpRequest) -> str:
    """Stand in for request.user: everybody is this one customer, whose address is verified."""
    return os.environ.get("SHOP_CUSTOMER", "")


def servicebot_settings(email: str) -> SafeString:
    """Return who is there and the proof, as JSON that can stand inside a script element."""
    key = settings.SERVICEBOT_SECRET_KEY.encode()
    made = hmac.new(key, email.encode(), hashlib.sha256).hexdigest()
    given = {"portal_id": settings.SERVICEBOT_PORTAL_ID, "email": email, "hash": made}
    return mark_safe(json.dumps(given).replace("<", "\\u003c"))  # noqa: S308 -- escaped here


@never_cache
def billing(request: HttpRequest) -> HttpResponse:
    """Show the page with the portal."""
    email = logged_in(request)
    if not email:
        return HttpResponse("Log in to see your subscriptions.", status=401)
    given = {"servicebot": settings.SERVICEBOT_URL, "settings": servicebot_settings(email)}
    return render(request, "billing.html", given)
