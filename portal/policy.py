"""What may be done with a subscription: pure, total, and the same for page, API and actions.

Every combination of Facts and settings gives each action a verdict; a blocked one says why with a
stable code, whose words are the portal texts `blocked.CODE` and the merchant's in MERCHANT_REASONS.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext_noop

from portal.models import PortalSettings


class Action(StrEnum):
    """What a customer can do with one subscription."""

    CHANGE_PLAN = "change_plan"
    UNDO_SCHEDULED_CHANGE = "undo_scheduled_change"
    CHANGE_QUANTITY = "change_quantity"
    APPLY_COUPON = "apply_coupon"
    CANCEL = "cancel"
    UNDO_CANCEL = "undo_cancel"
    RESUME = "resume"
    RESUBSCRIBE = "resubscribe"
    UPDATE_CARD = "update_card"

    @property
    def path(self) -> str:
        """The action's name in an address."""
        return self.value.replace("_", "-")


class Permission(StrEnum):
    """What a signed token lets its customer do; all see what is theirs."""

    VIEW = "view"
    PAY = "pay"
    MANAGE = "manage"


EVERYTHING = frozenset(Permission)


class Reason(StrEnum):
    """Why an action is blocked."""

    SETTING_OFF = "setting_off"
    NOT_PERMITTED = "not_permitted"
    ENDED = "ended"
    NOT_ENDED = "not_ended"
    NEVER_STARTED = "never_started"
    ALREADY_ENDING = "already_ending"
    NOT_ENDING = "not_ending"
    ENDS_BY_AGREEMENT = "ends_by_agreement"
    SCHEDULE_ATTACHED = "schedule_attached"
    CHANGE_SCHEDULED = "change_scheduled"
    NOTHING_SCHEDULED = "nothing_scheduled"
    UPDATE_PENDING = "update_pending"
    PAYMENT_OPEN = "payment_open"
    FIRST_PAYMENT_OPEN = "first_payment_open"
    PAUSED = "paused"
    NOT_PAUSED = "not_paused"
    PAUSED_BY_SELLER = "paused_by_seller"
    NOT_RESUMABLE = "not_resumable"
    NOT_A_PLAN = "not_a_plan"
    SEVERAL_PLANS = "several_plans"
    NO_OTHER_PLAN = "no_other_plan"
    PRICE_NOT_SOLD = "price_not_sold"
    NOT_COUNTED = "not_counted"
    SEVERAL_COUNTED = "several_counted"
    DISCOUNTS_FULL = "discounts_full"
    OTHER_CURRENCY = "other_currency"
    CARD_MISSING = "card_missing"
    ALREADY_RESUBSCRIBED = "already_resubscribed"
    PAID_BY_INVOICE = "paid_by_invoice"


MERCHANT_REASONS: dict[Reason, str] = {
    Reason.SETTING_OFF: gettext_noop("A setting of this portal shuts it."),
    Reason.NOT_PERMITTED: gettext_noop("The signed token's permissions lack it."),
    Reason.ENDED: gettext_noop("The subscription has ended; Stripe changes it no more."),
    Reason.NOT_ENDED: gettext_noop("Only a canceled subscription can be started again."),
    Reason.NEVER_STARTED: gettext_noop("Its first payment never came, so Stripe closed it."),
    Reason.ALREADY_ENDING: gettext_noop("It is already set to end."),
    Reason.NOT_ENDING: gettext_noop("It is not set to end."),
    Reason.ENDS_BY_AGREEMENT: gettext_noop("Its end (cancel_at) was set by you, not here."),
    Reason.SCHEDULE_ATTACHED: gettext_noop("A subscription schedule of yours manages it."),
    Reason.CHANGE_SCHEDULED: gettext_noop("A change is planned for the next period."),
    Reason.NOTHING_SCHEDULED: gettext_noop("No change is planned for it."),
    Reason.UPDATE_PENDING: gettext_noop("A pending update waits for its payment."),
    Reason.PAYMENT_OPEN: gettext_noop("An invoice is overdue; it has to be paid first."),
    Reason.FIRST_PAYMENT_OPEN: gettext_noop("Its first payment is still open."),
    Reason.PAUSED: gettext_noop("It is paused; it has to be resumed first."),
    Reason.NOT_PAUSED: gettext_noop("It is not paused."),
    Reason.PAUSED_BY_SELLER: gettext_noop("You have paused it, so it is yours to resume."),
    Reason.NOT_RESUMABLE: gettext_noop("Stripe resumes only what it charges automatically."),
    Reason.NOT_A_PLAN: gettext_noop("None of its products belongs to a service (sb_service)."),
    Reason.SEVERAL_PLANS: gettext_noop("More than one of its items is a plan of a service."),
    Reason.NO_OTHER_PLAN: gettext_noop("Its service has no other price in its currency."),
    Reason.PRICE_NOT_SOLD: gettext_noop(
        "A price or product of it is archived, or its plan is hidden."
    ),
    Reason.NOT_COUNTED: gettext_noop(
        "No item has a product with a unit label and sb_quantity_enabled=true."
    ),
    Reason.SEVERAL_COUNTED: gettext_noop("More than one of its items can be counted."),
    Reason.DISCOUNTS_FULL: gettext_noop("It has 20 discounts, and Stripe takes no more."),
    Reason.OTHER_CURRENCY: gettext_noop("The customer is charged in another currency by now."),
    Reason.CARD_MISSING: gettext_noop("The customer has no payment method."),
    Reason.ALREADY_RESUBSCRIBED: gettext_noop("It was already started again."),
    Reason.PAID_BY_INVOICE: gettext_noop("It is paid by invoice (send_invoice), not by card."),
}


class Ending(StrEnum):
    """How a running subscription is set to end."""

    NONE = "none"
    PERIOD_END = "period_end"
    BY_AGREEMENT = "by_agreement"


class Planned(StrEnum):
    """Whose schedule has changes to come. One that has nothing left to do counts as none."""

    NONE = "none"
    OURS = "ours"
    MERCHANTS = "merchants"


class Pause(StrEnum):
    """Why nothing is charged for now: by Stripe's status `paused`, or collection alone."""

    NONE = "none"
    NO_CARD = "no_card"
    PAYMENT_FAILED = "payment_failed"
    BY_SELLER = "by_seller"
    COLLECTION = "collection"


class Counting(StrEnum):
    """Whether the quantity of one item is the customer's to change."""

    ONE = "one"
    NONE = "none"
    SEVERAL = "several"


class Offer(StrEnum):
    """What the services offer in place of a subscription's plan."""

    OTHER_PLANS = "other_plans"
    NO_OTHER_PLAN = "no_other_plan"
    NOT_A_PLAN = "not_a_plan"
    SEVERAL_PLANS = "several_plans"


@dataclass(frozen=True)
class Facts:
    """All that the policy knows of a subscription. `status` is Stripe's.

    `is_sold` is said of all its prices, `are_extras_sold` of those beside its plan.
    """

    status: str
    ending: Ending = Ending.NONE
    planned: Planned = Planned.NONE
    has_pending_update: bool = False
    pause: Pause = Pause.NONE
    is_charged_automatically: bool = True
    has_card: bool = True
    offer: Offer = Offer.OTHER_PLANS
    is_sold: bool = True
    are_extras_sold: bool = True
    is_resubscribed: bool = False
    counting: Counting = Counting.ONE
    has_all_discounts: bool = False
    is_other_currency: bool = False

    @property
    def has_ended(self) -> bool:
        """Whether Stripe changes it no more."""
        return self.status in {"canceled", "incomplete_expired"}

    @property
    def has_nothing_paid(self) -> bool:
        """Whether no paid period runs: the first payment, a renewal or the card is missing."""
        if self.status == "paused":
            return self.pause in {Pause.NO_CARD, Pause.PAYMENT_FAILED}
        return self.status == "incomplete"


@dataclass(frozen=True)
class Verdict:
    """Whether an action is allowed, else why not; `setting` names the one that shuts it."""

    reason: Reason | None = None
    setting: str = ""

    @property
    def allowed(self) -> bool:
        """Whether the action may go on."""
        return self.reason is None


ALLOWED = Verdict()
Checks = list[tuple[Reason, bool]]
Permissions = frozenset[Permission]

SETTING_OF: dict[Action, str] = {
    Action.CHANGE_PLAN: "can_change_plan",
    Action.UNDO_SCHEDULED_CHANGE: "can_change_plan",
    Action.CHANGE_QUANTITY: "can_change_quantity",
    Action.APPLY_COUPON: "can_use_coupon",
    Action.CANCEL: "can_cancel",
    Action.UNDO_CANCEL: "can_cancel",
    Action.RESUBSCRIBE: "can_resubscribe",
    Action.UPDATE_CARD: "can_update_card",
}
"""What has to be on for an action. No setting hides resuming: what was bought can always go on."""

HIDDEN_BY: dict[Action, str] = {Action.RESUBSCRIBE: "shows_only_active_subscriptions"}
"""What has to be off for an action, since it hides all that there is to do it with."""


PERMISSION_OF: dict[Action, Permission] = {
    **dict.fromkeys(Action, Permission.MANAGE),
    Action.UPDATE_CARD: Permission.PAY,
}
"""What a signed token has to permit for an action."""


def setting_verdict(
    settings: PortalSettings, action: Action, permissions: Permissions = EVERYTHING
) -> Verdict:
    """Judge by settings and permissions alone: asked before anything is read."""
    setting, hiding = SETTING_OF.get(action), HIDDEN_BY.get(action)
    if setting and not getattr(settings, setting):
        return Verdict(Reason.SETTING_OFF, setting)
    if hiding and getattr(settings, hiding):
        return Verdict(Reason.SETTING_OFF, hiding)
    if PERMISSION_OF[action] not in permissions:
        return Verdict(Reason.NOT_PERMITTED)
    return ALLOWED


def verdict(
    settings: PortalSettings,
    facts: Facts,
    action: Action,
    permissions: Permissions = EVERYTHING,
) -> Verdict:
    """Judge one action on one subscription; the first reason that holds is the answer."""
    by_setting = setting_verdict(settings, action, permissions)
    if not by_setting.allowed:
        return by_setting
    checks = CHECKS[action](settings, facts)
    reason = next((reason for reason, holds in checks if holds), None)
    return Verdict(reason) if reason else ALLOWED


def verdicts(
    settings: PortalSettings, facts: Facts, permissions: Permissions = EVERYTHING
) -> dict[Action, Verdict]:
    """Judge every action."""
    return {action: verdict(settings, facts, action, permissions) for action in Action}


def _schedule(facts: Facts) -> Checks:
    return [
        (Reason.SCHEDULE_ATTACHED, facts.planned is Planned.MERCHANTS),
        # What follows a change is Stripe's to preview, and it can't while another one is to come.
        (Reason.CHANGE_SCHEDULED, facts.planned is Planned.OURS),
    ]


def _charging(facts: Facts) -> Checks:
    """What stands in the way of a change that may be charged at once."""
    return [
        (Reason.ENDED, facts.has_ended),
        (Reason.FIRST_PAYMENT_OPEN, facts.status == "incomplete"),
        *_schedule(facts),
        (Reason.UPDATE_PENDING, facts.has_pending_update),
        (Reason.PAYMENT_OPEN, facts.status in {"past_due", "unpaid"}),
        (Reason.PAUSED, facts.status == "paused" or facts.pause is Pause.COLLECTION),
    ]


def _change_plan(settings: PortalSettings, facts: Facts) -> Checks:
    return [
        *_charging(facts),
        (Reason.NOT_A_PLAN, facts.offer is Offer.NOT_A_PLAN),
        (Reason.SEVERAL_PLANS, facts.offer is Offer.SEVERAL_PLANS),
        (Reason.NO_OTHER_PLAN, facts.offer is Offer.NO_OTHER_PLAN),
    ]


def _undo_scheduled_change(settings: PortalSettings, facts: Facts) -> Checks:
    return [
        (Reason.ENDED, facts.has_ended),
        (Reason.SCHEDULE_ATTACHED, facts.planned is Planned.MERCHANTS),
        (Reason.NOTHING_SCHEDULED, facts.planned is Planned.NONE),
    ]


def _change_quantity(settings: PortalSettings, facts: Facts) -> Checks:
    return [
        *_charging(facts),
        (Reason.NOT_COUNTED, facts.counting is Counting.NONE),
        (Reason.SEVERAL_COUNTED, facts.counting is Counting.SEVERAL),
    ]


def _apply_coupon(settings: PortalSettings, facts: Facts) -> Checks:
    return [
        (Reason.ENDED, facts.has_ended),
        (Reason.FIRST_PAYMENT_OPEN, facts.status == "incomplete"),
        *_schedule(facts),
        (Reason.UPDATE_PENDING, facts.has_pending_update),
        (Reason.PAUSED, facts.status == "paused"),
        # Nothing is billed any more that it could take something off.
        (Reason.ALREADY_ENDING, facts.ending is Ending.PERIOD_END),
        (Reason.DISCOUNTS_FULL, facts.has_all_discounts),
    ]


def ends_at_once(settings: PortalSettings, facts: Facts) -> bool:
    """Say whether canceling ends a subscription now, and not with the period that is paid for."""
    return settings.cancels_immediately or facts.has_nothing_paid


def _cancel(settings: PortalSettings, facts: Facts) -> Checks:
    at_once = ends_at_once(settings, facts)
    return [
        (Reason.ENDED, facts.has_ended),
        # Stripe ends a schedule with its subscription, but it is the merchant's to end.
        (Reason.SCHEDULE_ATTACHED, facts.planned is Planned.MERCHANTS),
        (Reason.UPDATE_PENDING, facts.has_pending_update and not at_once),
        (Reason.ALREADY_ENDING, facts.ending is not Ending.NONE and not at_once),
    ]


def _undo_cancel(settings: PortalSettings, facts: Facts) -> Checks:
    return [
        (Reason.ENDED, facts.has_ended),
        (Reason.NOT_ENDING, facts.ending is Ending.NONE),
        (Reason.ENDS_BY_AGREEMENT, facts.ending is Ending.BY_AGREEMENT),
        (Reason.SCHEDULE_ATTACHED, facts.planned is not Planned.NONE),
        (Reason.UPDATE_PENDING, facts.has_pending_update),
    ]


def _resume(settings: PortalSettings, facts: Facts) -> Checks:
    is_paused = facts.status == "paused"
    sellers = facts.pause is Pause.COLLECTION or (is_paused and facts.pause is Pause.BY_SELLER)
    return [
        (Reason.ENDED, facts.has_ended),
        (Reason.PAUSED_BY_SELLER, sellers),
        (Reason.NOT_PAUSED, not is_paused),
        (Reason.NOT_RESUMABLE, not facts.is_charged_automatically),
        (Reason.CARD_MISSING, not facts.has_card),
    ]


def _resubscribe(settings: PortalSettings, facts: Facts) -> Checks:
    picks = settings.can_change_plan and settings.can_change_plan_when_canceled
    # Another plan takes the plan's place alone.
    mends = picks and facts.offer is Offer.OTHER_PLANS and facts.are_extras_sold
    return [
        (Reason.NEVER_STARTED, facts.status == "incomplete_expired"),
        (Reason.NOT_ENDED, facts.status != "canceled"),
        (Reason.ALREADY_RESUBSCRIBED, facts.is_resubscribed),
        (Reason.PRICE_NOT_SOLD, not facts.is_sold and not mends),
        (Reason.OTHER_CURRENCY, facts.is_other_currency),
        (Reason.CARD_MISSING, facts.is_charged_automatically and not facts.has_card),
    ]


def _update_card(settings: PortalSettings, facts: Facts) -> Checks:
    return [
        (Reason.ENDED, facts.has_ended),
        (Reason.PAID_BY_INVOICE, not facts.is_charged_automatically),
    ]


CHECKS: dict[Action, Callable[[PortalSettings, Facts], Checks]] = {
    Action.CHANGE_PLAN: _change_plan,
    Action.UNDO_SCHEDULED_CHANGE: _undo_scheduled_change,
    Action.CHANGE_QUANTITY: _change_quantity,
    Action.APPLY_COUPON: _apply_coupon,
    Action.CANCEL: _cancel,
    Action.UNDO_CANCEL: _undo_cancel,
    Action.RESUME: _resume,
    Action.RESUBSCRIBE: _resubscribe,
    Action.UPDATE_CARD: _update_card,
}
