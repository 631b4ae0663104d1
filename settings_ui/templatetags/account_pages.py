"""What the pages around logging in need besides their views' context."""

from __future__ import annotations

import json
from typing import Any

from allauth.account.adapter import get_adapter
from django import template
from django.core.serializers.json import DjangoJSONEncoder

from accounts.agents import browser_words

register = template.Library()
register.filter(browser_words)


@register.filter
def as_json(value: Any) -> str:
    """Return a value as JSON for a script; the template escapes it for its attribute."""
    return json.dumps(value, cls=DjangoJSONEncoder)


@register.simple_tag(takes_context=True)
def signup_is_open(context: Any) -> bool:
    """Whether whoever asks for this page may sign up."""
    return bool(get_adapter().is_open_for_signup(context["request"]))
