"""What a merchant has still to do until customers are served: looked up, never ticked off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Mode, StripeConnection
from accounts.roles import Right, may
from portal import catalogue as catalogues
from portal.catalogue import Catalogue
from portal.models import Portal, PortalSettings
from portal.origins import usable
from settings_ui.standing import Standing


@dataclass(frozen=True)
class Step:
    """One thing to do: how it stands, and the page of the dashboard on which to go on.

    `is_optional` may stay undone; `is_unread` waits for Stripe, which the page asks by itself.
    """

    title: str
    said: str
    is_done: bool = False
    view: str = ""
    portal_id: str = ""
    query: str = ""
    link_text: str = ""
    right: Right = Right.EDIT
    is_optional: bool = False
    is_unread: bool = False
    is_failed: bool = False

    @property
    def is_open(self) -> bool:
        """Whether this is what to do next, once what comes before is done."""
        return not (self.is_done or self.is_optional or self.is_unread)


@dataclass(frozen=True)
class Stage:
    """The steps of one mode."""

    mode: Mode
    title: str
    steps: Sequence[Step]

    @property
    def is_done(self) -> bool:
        """Whether nothing is left that has to be."""
        return self.next is None

    @property
    def next(self) -> Step | None:
        """The first thing left to do."""
        return next((step for step in self.steps if step.is_open), None)

    @property
    def count(self) -> str:
        """How far it is, in words."""
        done = sum(step.is_done for step in self.steps)
        return _("%(done)d of %(all)d done") % {"done": done, "all": len(self.steps)}

    def for_role(self, role: str) -> list[tuple[Step, bool]]:
        """Return the steps, each with whether this role may take it."""
        return [(step, may(role, step.right)) for step in self.steps]


def stages(
    standings: Sequence[Standing], connections: Mapping[str, StripeConnection], *, is_used: bool
) -> tuple[Stage, Stage]:
    """Return the two ways to go, in test mode and live; Stripe is not asked.

    `is_used` says that customers did something in a test portal, with a hash or without.
    """
    test, live = (furthest(standings, mode) for mode in (Mode.TEST, Mode.LIVE))
    connection = connections.get(Mode.TEST)
    trying = [
        connected(Mode.TEST, connection),
        opened(Mode.TEST, test),
        services(test, connection, _read(connection)),
        chosen(_("Choose what customers can do"), test),
        installed(test, is_used=is_used),
    ]
    going_live = [
        connected(Mode.LIVE, connections.get(Mode.LIVE)),
        opened(Mode.LIVE, live),
        chosen(_("Check the live settings"), live),
        sites(live),
        first_customer(live),
    ]
    return (
        Stage(Mode.TEST, _("Try it in test mode"), trying),
        Stage(Mode.LIVE, _("Go live"), going_live),
    )


def furthest(standings: Sequence[Standing], mode: str) -> Standing | None:
    """Return the portal of a mode where somebody was let in last; where nobody was, the first."""
    own = [each for each in standings if each.portal.mode == mode]
    used = [(each.let_in_at, each) for each in own if each.let_in_at is not None]
    last = max(used, key=itemgetter(0), default=None)
    return last[1] if last else next(iter(own), None)


def _read(connection: StripeConnection | None) -> Catalogue | None:
    return catalogues.kept(catalogues.place_of(connection)) if connection is not None else None


def connected(mode: Mode, connection: StripeConnection | None) -> Step:
    """Say whether there are keys that Stripe takes."""
    title = _("Connect Stripe in %(mode)s mode") % {"mode": mode.label.lower()}
    if connection is None:
        said = _("Paste a restricted key and a publishable key; both are checked at once.")
        return _stripe(title, said, _("Connect Stripe"))
    if connection.refused_since is not None:
        refused = {"when": when(connection.refused_since)}
        said = _("Stripe refuses the key since %(when)s.") % refused
        return _stripe(title, said, _("Replace the keys"))
    said = _("Keys checked with Stripe on %(when)s.") % {"when": when(connection.checked_at)}
    return Step(title, said, is_done=True)


def _stripe(title: str, said: str, link_text: str) -> Step:
    return Step(title, said, view="dashboard:stripe", link_text=link_text, right=Right.STRIPE)


def opened(mode: Mode, standing: Standing | None) -> Step:
    """Say whether there is a portal."""
    title = _("Open a portal in %(mode)s mode") % {"mode": mode.label.lower()}
    if standing is None:
        said = _("It is the page that your customers see, with settings and keys of its own.")
        return Step(
            title,
            said,
            view="dashboard:new_portal",
            query=f"?mode={mode.value}",
            link_text=_("Open a portal"),
        )
    said = _("%(name)s is open.") % {"name": standing.portal.name}
    if mode == Mode.LIVE:
        said += " " + _("Nobody gets in without a hash: in live mode that is always so.")
    return Step(title, said, is_done=True)


def services(
    standing: Standing | None,
    connection: StripeConnection | None,
    catalogue: Catalogue | None,
    *,
    is_failed: bool = False,
) -> Step:
    """Say which plans customers can move between; they need some where they may change plan."""
    title = _("Find your services")
    if standing is None or connection is None:
        said = _("They are found in Stripe, once it is connected and a portal is open.")
        return Step(title, said, is_optional=True)
    if is_failed:
        said = _("Stripe can't be read now, so nobody could look.")
        return Step(title, said, is_optional=True, is_failed=True)
    if catalogue is None:
        return Step(title, _("Asking Stripe…"), is_unread=True)
    return _services(title, standing.portal, catalogue)


def _services(title: str, portal: Portal, catalogue: Catalogue) -> Step:
    found = catalogue.only(portal.settings.services).services.values()
    plans = sum(len(service.tiers) for service in found)
    if plans:
        named = {"services": ", ".join(service.name for service in found), "count": plans}
        said = ngettext(
            "Found in Stripe: %(services)s, with %(count)d plan.",
            "Found in Stripe: %(services)s, with %(count)d plans.",
            plans,
        )
        return Step(title, said % named, is_done=True)
    said = _("No plans to move between yet: put the products of one service together.")
    if not portal.settings.can_change_plan:
        said += " " + _("Not needed while customers can't change plan.")
    return Step(
        title,
        said,
        view="dashboard:services",
        portal_id=portal.public_id,
        link_text=_("Set up services"),
        is_optional=not portal.settings.can_change_plan,
    )


def chosen(title: str, standing: Standing | None) -> Step:
    """Say whether the portal is on, and there is something that customers can do."""
    if standing is None:
        return Step(title, _("Once the portal is open, it starts with what suits most."))
    portal = standing.portal
    count = len(_possible(portal.settings))
    if not portal.settings.is_on:
        said, link_text = _("The portal is off: customers read that it is closed."), _("Turn it on")
    elif not count:
        said, link_text = _("Customers can look, and do nothing yet."), _("Choose")
    else:
        said = ngettext(
            "Customers can do %(count)d thing themselves.",
            "Customers can do %(count)d things themselves.",
            count,
        )
        return Step(title, said % {"count": count}, is_done=True)
    where = portal.public_id
    return Step(title, said, view="dashboard:settings", portal_id=where, link_text=link_text)


def _possible(settings: PortalSettings) -> list[str]:
    """Return the names of what customers can do: settings are named for what they get."""
    names = [name for name in settings.declared() if name.startswith("can_")]
    return [n for n in names if getattr(settings, n) and not settings.unmet_needs(n)]


def installed(standing: Standing | None, *, is_used: bool) -> Step:
    """Say whether a site may show the portal, and somebody came in."""
    title = _("Put the portal into your page")
    if standing is None:
        return Step(title, _("Once the portal is open, there is a snippet to paste."))
    if not _sites(standing):
        said = _("No site may show it yet. Add yours, then paste the snippet there.")
        return _install(title, said, standing, _("Add your site"))
    if standing.let_in_at is None and not is_used:
        named = {"sites": ", ".join(_sites(standing))}
        said = _("%(sites)s may show it, but nobody came in yet. Paste the snippet and try it.")
        return _install(title, said % named, standing, _("Get the snippet"))
    return Step(title, _let_in(standing), is_done=True)


def sites(standing: Standing | None) -> Step:
    """Say whether a site counts that may show the live portal."""
    title = _("Say which site may show it")
    if standing is None:
        return Step(title, _("Once the live portal is open. In live mode only https counts."))
    if not _sites(standing):
        said = _("None may yet. In live mode it takes an address with https.")
        return _install(title, said, standing, _("Add your site"))
    named = {"sites": ", ".join(_sites(standing))}
    return Step(title, _("%(sites)s may show it.") % named, is_done=True)


def first_customer(standing: Standing | None) -> Step:
    """Say whether a customer was let in by a hash of a live key."""
    title = _("Let the first customer in")
    if standing is None or standing.let_in_at is None:
        said = _("Nobody came in yet. Put the live portal's id and hash into your page.")
        if standing is None:
            return Step(title, said)
        return _install(title, said, standing, _("Get the snippet"))
    return Step(title, _let_in(standing), is_done=True)


def _install(title: str, said: str, standing: Standing, link_text: str) -> Step:
    where = standing.portal.public_id
    return Step(title, said, view="dashboard:install", portal_id=where, link_text=link_text)


def _sites(standing: Standing) -> list[str]:
    return usable(standing.portal.settings.allowed_origins, standing.portal.mode)


def _let_in(standing: Standing) -> str:
    if standing.let_in_at is None:
        return _("A customer came in.")
    return _("A customer was let in, last on %(when)s.") % {"when": when(standing.let_in_at)}


def when(moment: datetime) -> str:
    """Say when something was."""
    return f"{date_format(moment, 'j M Y, H:i')} UTC"
