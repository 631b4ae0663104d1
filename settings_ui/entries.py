"""An entry of the activity in words: a sentence, and what it was before and is after."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.activity import Activity, ActivityAction
from accounts.models import Mode
from portal import texts
from portal.models import Portal, PortalSettings
from portal.money import in_words
from portal.reasons import FEEDBACKS, reasons_of
from portal.toggles import Choice

ARROW = "→"
NONE = "—"
NAMES: Mapping[str, Any] = {
    "plan": gettext_lazy("Plan"),
    "price": gettext_lazy("Price"),
    "interval": gettext_lazy("Billed every"),
    "quantity": gettext_lazy("Quantity"),
    "status": gettext_lazy("Status"),
    "discounts": gettext_lazy("Discounts"),
    "ends_at": gettext_lazy("Ends"),
    "subscription": gettext_lazy("Subscription"),
    "brand": gettext_lazy("Card"),
    "last4": gettext_lazy("Last four digits"),
    "exp_month": gettext_lazy("Expires, month"),
    "exp_year": gettext_lazy("Expires, year"),
    "changed": gettext_lazy("Changed"),
    "amount_remaining": gettext_lazy("Left to pay"),
    "value": gettext_lazy("Value"),
}
DETAILS: Mapping[str, Any] = {
    "name": gettext_lazy("name"),
    "phone": gettext_lazy("phone"),
    "address": gettext_lazy("address"),
    "tax_ids": gettext_lazy("tax ids"),
}
WAITS: Mapping[str, Any] = {
    "payment": gettext_lazy("Begun: the payment waits for the customer's bank"),
    "renewal": gettext_lazy("With the next period"),
}
UNSAID = {"waits_for", "currency"}  # said elsewhere in an entry


@dataclass(frozen=True)
class Reasons:
    """The texts of why customers leave, by portal."""

    own: Mapping[str, Mapping[str, str]]

    @classmethod
    def of(cls, portals: Iterable[Portal]) -> Reasons:
        """Return those of some portals, with their settings."""
        return cls({p.public_id: _texts(p.settings) for p in portals})

    def text(self, key: str, portal_id: str = "") -> str:
        """Return what customers chose; without a portal, what any of them calls it."""
        asked = [self.own.get(portal_id, {}), *self.own.values()]
        named = next((own[key] for own in asked if key in own), "")
        built_in = f"cancel.reason.{key}"
        return named or (texts.catalogue(texts.DEFAULT)(built_in) if key in FEEDBACKS else key)


def _texts(settings: PortalSettings) -> dict[str, str]:
    reasons = reasons_of(settings.cancellation_reasons)
    return {each.key: text for each in reasons if (text := each.text(texts.DEFAULT))}


@dataclass(frozen=True)
class Row:
    """One thing that an entry is about, before and after."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Entry:
    """An entry as a page shows it."""

    noted: Activity
    reasons: Reasons
    portal_names: Mapping[str, str]

    @property
    def did(self) -> str:
        """What was done, as the end of a sentence that begins with who did it."""
        return str(self.noted.get_action_display())

    @property
    def about(self) -> str:
        """What it was done to or what came of it, empty where there is nothing more to say."""
        return ABOUT.get(self.noted.action, _anything)(self.noted)

    @property
    def waits(self) -> str:
        """What it still waited for when it was noted."""
        return str(WAITS.get(_of(self.noted.after, "waits_for"), ""))

    @property
    def reason(self) -> str:
        """Why the customer left, in the words that they chose."""
        noted = self.noted
        return self.reasons.text(noted.reason, noted.portal_id) if noted.reason else ""

    @property
    def portal(self) -> str:
        """The portal's name; of one that is gone its id."""
        return self.portal_names.get(self.noted.portal_id, self.noted.portal_id)

    @property
    def rows(self) -> list[Row]:
        """All that differs, before and after."""
        before, after = _mapping(self.noted.before), _mapping(self.noted.after)
        names = [name for name in {**before, **after} if name not in UNSAID]
        changed = [name for name in names if before.get(name) != after.get(name)]
        return [
            Row(
                str(NAMES.get(name, name)),
                _said(name, before.get(name), before),
                _said(name, after.get(name), after),
            )
            for name in changed
        ]

    @property
    def request_url(self) -> str:
        """Stripe's log of the request."""
        return self._at_stripe("logs", self.noted.request_id)

    @property
    def customer_url(self) -> str:
        """The customer at Stripe."""
        return self._at_stripe("customers", self.noted.customer_id)

    def _at_stripe(self, what: str, id_: str) -> str:
        test = "" if self.noted.mode == Mode.LIVE else "test/"
        return f"https://dashboard.stripe.com/{test}{what}/{id_}" if id_ else ""


def entries_of(found: Iterable[Activity], portals: Iterable[Portal]) -> list[Entry]:
    """Put entries into words."""
    known = list(portals)
    names = {portal.public_id: portal.name for portal in known}
    reasons = Reasons.of(known)
    return [Entry(noted, reasons, names) for noted in found]


def _mapping(value: Any) -> dict[str, Any]:
    if isinstance(value, dict):
        return value
    return {} if value is None else {"value": value}


def _of(value: Any, name: str) -> Any:
    return value.get(name, "") if isinstance(value, dict) else ""


def _said(name: str, value: Any, beside: Mapping[str, Any]) -> str:
    if value is None or value in ("", [], {}):
        return NONE
    if name == "ends_at":
        return _day(value)
    if name == "amount_remaining":
        return in_words(int(value), str(beside.get("currency", "usd")), "en")
    return _plainly(value)


def _plainly(value: Any) -> str:
    if isinstance(value, bool):
        return _("on") if value else _("off")
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return ", ".join(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _day(value: str) -> str:
    return date_format(datetime.fromisoformat(value), "j F Y")


def _moved(before: Any, after: Any) -> str:
    """Return both, or the one that there is."""
    said = [_plainly(each) for each in (before, after) if each not in (None, "", [], {})]
    return f" {ARROW} ".join(said)


def _anything(noted: Activity) -> str:
    """What any other entry is about: its subject, and plain values."""
    plain = [None if isinstance(v, dict | list) else v for v in (noted.before, noted.after)]
    return ", ".join(part for part in (noted.subject, _moved(*plain)) if part)


def _plan(noted: Activity) -> str:
    return str(_of(noted.after, "plan") or _of(noted.before, "plan"))


def _plans(noted: Activity) -> str:
    return _moved(*_named(noted.before, noted.after))


def _named(before: Any, after: Any) -> list[str]:
    """Return both plans, with their intervals where the plan alone says nothing."""
    plans = [str(_of(state, "plan")) for state in (before, after)]
    intervals = [str(_of(state, "interval")) for state in (before, after)]
    if intervals[0] == intervals[1]:
        return plans
    said = zip(plans, intervals, strict=True)
    return [_("%(plan)s, every %(interval)s") % {"plan": p, "interval": i} for p, i in said]


def _quantities(noted: Activity) -> str:
    return _moved(_of(noted.before, "quantity"), _of(noted.after, "quantity"))


def _codes(noted: Activity) -> str:
    had = _of(noted.before, "discounts") or []
    return ", ".join(name for name in _of(noted.after, "discounts") or [] if name not in had)


def _end(noted: Activity) -> str:
    end = {"plan": _plan(noted), "day": ""}
    if _of(noted.after, "status") == "canceled":
        return _("%(plan)s, at once") % end
    if not _of(noted.after, "ends_at"):
        return end["plan"]
    return _("%(plan)s, ends %(day)s") % {**end, "day": _day(_of(noted.after, "ends_at"))}


def _card(noted: Activity) -> str:
    card = noted.after or noted.before
    if not _of(card, "last4"):
        return str(_of(card, "type"))
    said = {"brand": str(_of(card, "brand")).capitalize(), "last4": _of(card, "last4")}
    return (_("%(brand)s ending %(last4)s") % said).strip()


def _details(noted: Activity) -> str:
    return ", ".join(str(DETAILS.get(name, name)) for name in _of(noted.after, "changed") or [])


def _invoice(noted: Activity) -> str:
    return _said("amount_remaining", _of(noted.before, "amount_remaining"), noted.before or {})


def _setting(noted: Activity) -> str:
    setting = PortalSettings.declared().get(noted.subject)
    if setting is None:
        return _anything(noted)
    values = [noted.before, noted.after]
    if isinstance(setting, Choice):
        labels = dict(setting.flatchoices)
        values = [labels.get(value, value) for value in values]
    plain = [None if isinstance(value, dict | list) else value for value in values]
    said = _moved(*(str(v) if v is not None and not isinstance(v, bool) else v for v in plain))
    return f"{setting.verbose_name}: {said}" if said else str(setting.verbose_name)


ABOUT: Mapping[str, Callable[[Activity], str]] = {
    ActivityAction.SETTING_CHANGED: _setting,
    ActivityAction.CHANGE_PLAN: _plans,
    ActivityAction.CHANGE_QUANTITY: _quantities,
    ActivityAction.APPLY_COUPON: _codes,
    ActivityAction.CANCEL: _end,
    ActivityAction.UNDO_CANCEL: _plan,
    ActivityAction.UNDO_SCHEDULED_CHANGE: _plan,
    ActivityAction.RESUME: _plan,
    ActivityAction.RESUBSCRIBE: _plan,
    ActivityAction.UPDATE_CARD: _card,
    ActivityAction.REMOVE_CARD: _card,
    ActivityAction.UPDATE_BILLING_DETAILS: _details,
    ActivityAction.PAY_INVOICE: _invoice,
}
