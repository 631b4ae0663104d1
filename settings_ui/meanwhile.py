"""What a stale page is told: that settings have changed meanwhile, by whom, and what is so now."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from accounts.activity import ActivityAction
from portal.models import Portal
from portal.toggles import Choice, Toggle
from settings_ui.words import in_words


def told(portal: Portal, name: str, wanted: Any) -> list[str]:
    """Say why a value was not taken and what is so now; the portal's settings are those of now."""
    setting = portal.settings.declared()[name]
    now = getattr(portal.settings, name)
    why = _("Not saved: settings were changed meanwhile, and this page now shows them.")
    if wanted == now:
        then = _("This one is as you wanted it.")
    elif isinstance(setting, Toggle | Choice):
        said = {"value": in_words(setting, wanted)}
        then = _("You chose: %(value)s. Set it again if you still want it.") % said
    else:
        said = {"value": in_words(setting, now)}
        then = _("It is now: %(value)s. What you typed is still here; save it if you want it.")
        then = then % said
    return [why, *last_change(portal, name), then]


def told_undoing(portal: Portal, name: str) -> list[str]:
    """Say why a change was not taken back."""
    why = _("Not undone: settings were changed after that, and this page now shows them.")
    return [why, *last_change(portal, name)]


def last_change(portal: Portal, name: str) -> list[str]:
    """Say who changed this setting last, where that was noted."""
    noted = portal.merchant.activity.filter(
        action=ActivityAction.SETTING_CHANGED, subject=name, portal_id=portal.public_id
    )
    last = noted.order_by("-at", "-pk").first()
    return [_("It was changed last by %(who)s.") % {"who": last.who}] if last else []
