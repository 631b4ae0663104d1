import hashlib
import hmac
import json

from django import template
from django.utils.safestring import mark_safe

PORTAL_ID = "__PORTAL_ID__"
SECRET_KEY = "__SECRET_KEY__"  # stays on the server

register = template.Library()


def servicebot_hash(identity):
    """The identity is who your own session says is logged in, with an address that is verified."""
    return hmac.new(SECRET_KEY.encode(), identity.encode(), hashlib.sha256).hexdigest()


@register.simple_tag
def servicebot_settings(identity):
    """What the page needs, as JSON that can stand inside a <script>."""
    settings = {
        "portal_id": PORTAL_ID,
        "__IDENTIFY_BY__": identity,
        "hash": servicebot_hash(identity),
    }
    return mark_safe(json.dumps(settings).replace("<", "\\u003c"))
