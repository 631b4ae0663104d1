"""How many a customer may have: the merchant's rule for a unit, inside what Stripe takes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.toggles import Column

STRIPES_MOST = 999_999
COLUMNS = (
    Column("unit_label", _("Unit label")),
    Column("min", _("At least"), is_number=True, default=1),
    Column("max", _("At most"), is_number=True, default=STRIPES_MOST),
    Column("step", _("Steps of"), is_number=True, default=1),
)
NAMES = frozenset(column.name for column in COLUMNS)


@dataclass(frozen=True)
class Rule:
    """Which quantities are offered: from `minimum` to `maximum`, `step` apart."""

    minimum: int = 1
    maximum: int = STRIPES_MOST
    step: int = 1

    @property
    def is_narrow(self) -> bool:
        """Whether it leaves out something that Stripe takes."""
        return self != Rule()

    def allows(self, quantity: int) -> bool:
        """Whether a quantity is one of those offered."""
        inside = self.minimum <= quantity <= self.maximum
        return inside and (quantity - self.minimum) % self.step == 0


def rule_for(rows: Iterable[Mapping[str, Any]], unit_label: str) -> Rule:
    """Return the rule for a unit, the widest where the merchant made none."""
    return next((_rule(row) for row in rows if row["unit_label"] == unit_label), Rule())


def _rule(row: Mapping[str, Any]) -> Rule:
    return Rule(row.get("min", 1), row.get("max", STRIPES_MOST), row.get("step", 1))


def validate_rules(value: Any) -> None:
    """Raise ValidationError unless this is a list of rules, one a unit, that let something in."""
    if not isinstance(value, list) or not all(isinstance(row, dict) for row in value):
        raise ValidationError(_("Give a list of rules."))
    for row in value:
        _validate_row(row)
    labels = [row["unit_label"] for row in value]
    if len(set(labels)) < len(labels):
        raise ValidationError(_("Give one rule a unit."))


def _validate_row(row: Mapping[str, Any]) -> None:
    label = row.get("unit_label")
    if not isinstance(label, str) or not label.strip():
        raise ValidationError(_("Name the unit label that the product has in Stripe."))
    if set(row) - NAMES:
        raise ValidationError(_("A rule has unit_label, min, max and step."))
    numbers = [value for name, value in row.items() if name != "unit_label"]
    if not all(type(number) is int and 1 <= number <= STRIPES_MOST for number in numbers):
        raise ValidationError(
            _("%(unit)s: give whole numbers from 1 to %(most)s."),
            params={"unit": label, "most": STRIPES_MOST},
        )
    rule = _rule(row)
    if rule.minimum > rule.maximum:
        raise ValidationError(
            _("%(unit)s: at least %(least)s is more than at most %(most)s."),
            params={"unit": label, "least": rule.minimum, "most": rule.maximum},
        )
