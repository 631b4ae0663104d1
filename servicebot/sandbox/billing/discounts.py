"""Discounts: what each line of an invoice is reduced by, in the order the discounts are given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from servicebot.sandbox.billing import currencies
from servicebot.sandbox.billing.amounts import rounded

Object = dict[str, Any]
Cut = tuple[str, int]


@dataclass(frozen=True)
class Reduction:
    """A discount as arithmetic sees it."""

    discount: str
    percent: Fraction | None
    amount: int
    duration: str
    products: frozenset[str] | None = None
    step: int = 1

    def covers(self, product: str | None) -> bool:
        """Tell whether the coupon is for this product; without a list it is for all."""
        return self.products is None or product in self.products


def reduction(discount: Object, coupon: Object, currency: str) -> Reduction | None:
    """Return what a discount does to amounts of a currency; None where it does nothing."""
    percent, amount = coupon["percent_off"], coupon["amount_off"]
    if amount is not None and coupon["currency"] != currency:
        amount = (coupon.get("currency_options") or {}).get(currency, {}).get("amount_off")
    if percent is None and amount is None:
        return None
    products = (coupon.get("applies_to") or {}).get("products")
    return Reduction(
        discount["id"],
        None if percent is None else Fraction(str(percent)),
        amount or 0,
        coupon["duration"],
        None if products is None else frozenset(products),
        currencies.step(currency),
    )


def spread(
    parts: Sequence[tuple[int, str | None]], reductions: Sequence[Reduction]
) -> list[list[Cut]]:
    """Return for each (amount, product) what each discount takes off it, one after the other."""
    rests = [amount for amount, _ in parts]
    cuts: list[list[Cut]] = [[] for _ in parts]
    for each in reductions:
        covered = [i for i, (_, product) in enumerate(parts) if each.covers(product)]
        taken = _taken(each, [rests[i] for i in covered])
        for i, cut in zip(covered, taken, strict=True):
            rests[i] -= cut
            cuts[i].append((each.discount, cut))
    return cuts


def net(amount: int, product: str | None, reductions: Sequence[Reduction]) -> int:
    """Return an amount less all discounts that cover its product, each to the full."""
    [cuts] = spread([(amount, product)], reductions)
    return amount - sum(cut for _, cut in cuts)


def _taken(each: Reduction, rests: list[int]) -> list[int]:
    if each.percent is not None:
        return [rounded(rest * each.percent / 100, each.step) for rest in rests]
    return portions(min(each.amount, sum(rests)), rests, each.step)


def portions(total: int, weights: Sequence[int], step: int = 1) -> list[int]:
    """Split a total in proportion; each part is rounded down and the last takes the rest."""
    whole = sum(weights)
    if not whole:
        return [0 for _ in weights]
    parts = [total * weight // whole // step * step for weight in weights]
    parts[-1] += total - sum(parts)
    return parts
