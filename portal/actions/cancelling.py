"""Ending a subscription, and keeping it after all. The rule lives here, for page and API alike.

What is only set is set without a key of Stripe's: doing it again changes nothing more, and under a
key Stripe would answer as it did before, whatever has been set since.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from portal import facts
from portal.actions import schedules, unfinished
from portal.actions.outcome import Outcome
from portal.alone import one_at_a_time
from portal.models import PortalSettings
from portal.noting import note_change, note_found
from portal.once import Click
from portal.policy import Action, Ending, ends_at_once
from portal.problems import Problem
from portal.reasons import reasons_of
from portal.standing import Standing, read_standing, require, require_setting
from portal.visit import Visit
from servicebot.gateway.errors import GatewayError, UnavailableError

COMMENT_AT_MOST = 500  # a metadata value ends there


@dataclass(frozen=True)
class Answer:
    """Why a customer leaves, in so far as they said; `feedback` is Stripe's word for it."""

    reason: str = ""
    comment: str = ""
    feedback: str = ""

    @classmethod
    def checked(cls, settings: PortalSettings, reason: str, comment: str) -> Answer:
        """Return what was answered; Problem invalid for an unknown reason or too long a comment."""
        feedbacks = {r.key: r.feedback for r in reasons_of(settings.cancellation_reasons)}
        if reason and reason not in feedbacks:
            raise Problem("invalid", errors={"reason": ["unknown"]})
        if len(comment) > COMMENT_AT_MOST:
            raise Problem("invalid", errors={"comment": [f"over {COMMENT_AT_MOST} characters"]})
        return cls(reason, comment.strip(), feedbacks.get(reason, ""))

    @property
    def metadata(self) -> dict[str, str]:
        """What goes on the subscription; an empty value clears what an earlier answer left."""
        return {"cancellation_reason": self.reason, "cancellation_comment": self.comment}

    @property
    def details(self) -> dict[str, str]:
        """The same as Stripe's cancellation_details."""
        return {"feedback": self.feedback, "comment": self.comment}


class Ends(StrEnum):
    """When a subscription that is canceled ends."""

    NOW = "now"
    PERIOD_END = "period_end"


def ends(standing: Standing, settings: PortalSettings) -> Ends:
    """Say when canceling would end a subscription."""
    return Ends.NOW if ends_at_once(settings, standing.facts) else Ends.PERIOD_END


@one_at_a_time
def cancel_subscription(
    visit: Visit, subscription_id: str, answer: Answer, key: str, *, told: str = ""
) -> Outcome:
    """End a subscription when the portal's settings say, keeping the customer's answer.

    `told` is when the customer was told that it ends, if they were. Raises Problem preview_stale
    where that isn't so any more, action_blocked where the policy blocks it; anyone else's is
    not_found.
    """
    require_setting(visit, Action.CANCEL)
    heard = answer if visit.settings.asks_cancellation_reason else Answer()
    click = Click(visit, Action.CANCEL, key, {**heard.metadata, "id": subscription_id})
    if click.was_done():
        return Outcome(visit.subscription(subscription_id))
    standing = read_standing(visit, subscription_id)
    when = ends(standing, visit.settings)
    if click.was_begun() and _ends_so(standing, when):
        note_found(visit, Action.CANCEL, standing.subscription, click=click)
        return Outcome(standing.subscription)
    require(standing, Action.CANCEL)
    if told not in {"", when}:
        raise Problem("preview_stale", reason="ends_otherwise")
    with click.under_way():
        outcome = _canceled(visit, standing, when, heard, click)
    note_change(
        visit,
        Action.CANCEL,
        standing.subscription,
        outcome.subscription,
        reason=heard.reason,
        comment=heard.comment,
        click=click,
    )
    return outcome


def _ends_so(standing: Standing, when: Ends) -> bool:
    """Whether a subscription has ended, or is set to where that is all that is asked."""
    if when is Ends.PERIOD_END and standing.facts.ending is Ending.PERIOD_END:
        return True
    return facts.has_ended(standing.subscription)


def _canceled(
    visit: Visit, standing: Standing, when: Ends, answer: Answer, click: Click
) -> Outcome:
    subscription_id = standing.subscription.id
    schedules.release_ours(visit, standing, click)
    if when is Ends.NOW:
        return _cancel_now(visit, subscription_id, answer, click)
    return _cancel_at_period_end(visit, subscription_id, answer)


@one_at_a_time
def undo_cancel(visit: Visit, subscription_id: str, key: str) -> Outcome:
    """Keep a subscription that was going to end with its period, and take the answer back."""
    require_setting(visit, Action.UNDO_CANCEL)
    click = Click(visit, Action.UNDO_CANCEL, key, {"id": subscription_id})
    if click.was_done():
        return Outcome(visit.subscription(subscription_id))
    standing = read_standing(visit, subscription_id)
    if click.was_begun() and _goes_on(standing):
        note_found(visit, Action.UNDO_CANCEL, standing.subscription, click=click)
        return Outcome(standing.subscription)
    require(standing, Action.UNDO_CANCEL)
    nothing = Answer()
    change = _in_stripe(nothing) | {"cancel_at_period_end": False}
    with click.under_way():
        kept = visit.gateway.update_subscription(subscription_id, change, key="")
    note_change(visit, Action.UNDO_CANCEL, standing.subscription, kept, click=click)
    return Outcome(kept)


def _goes_on(standing: Standing) -> bool:
    return standing.facts.ending is Ending.NONE and not facts.has_ended(standing.subscription)


def _in_stripe(answer: Answer) -> dict[str, Any]:
    return {"metadata": answer.metadata, "cancellation_details": answer.details}


def _cancel_at_period_end(visit: Visit, id_: str, answer: Answer) -> Outcome:
    """Flag, metadata and details go in one update, so that none stands without the others."""
    change = _in_stripe(answer) | {"cancel_at_period_end": True}
    return Outcome(visit.gateway.update_subscription(id_, change, key=""))


def _cancel_now(visit: Visit, id_: str, answer: Answer, click: Click) -> Outcome:
    """Stripe's cancel takes no metadata: write it before, take it back where Stripe refuses."""
    before = visit.subscription(id_)
    given = bool(answer.reason or answer.comment)
    if given or any(before.metadata.get(name) for name in answer.metadata):
        _keep(visit, id_, answer)
    try:
        if before.status == "incomplete":
            unfinished.forbid_payment(visit, before)
        details = answer.details if given else {}
        return Outcome(visit.gateway.cancel_now(id_, details, key=click.step("cancel")))
    except UnavailableError:
        raise  # it may have happened: the answer stays with what may be a canceled subscription
    except GatewayError:
        now = visit.subscription(id_)
        if facts.has_ended(now):
            return Outcome(now)  # the first answer was lost, and its repeat found nothing to end
        if given:
            _keep(visit, id_, Answer())
        raise


def _keep(visit: Visit, id_: str, answer: Answer) -> None:
    """Keep why a customer leaves, instead of what was kept before."""
    visit.gateway.update_subscription(id_, _in_stripe(answer), key="")
