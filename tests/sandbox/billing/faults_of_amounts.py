"""Faults in what is billed: prorations, discounts, taxes and balances."""

from __future__ import annotations

from tests.sandbox.billing import test_arithmetic as arithmetic
from tests.sandbox.billing import test_collection as collection
from tests.sandbox.billing import test_currencies as currencies
from tests.sandbox.billing import test_discounts as discounts
from tests.sandbox.billing import test_settings as settings
from tests.sandbox.billing import test_starting as starting
from tests.sandbox.billing import test_taxed_changes as taxed_changes
from tests.sandbox.billing import test_taxes as taxes
from tests.sandbox.billing import test_updating as updating
from tests.sandbox.billing import test_worked_changes as worked_changes
from tests.sandbox.billing import test_worked_examples as worked_examples
from tests.sandbox.billing import test_worked_taxes as worked_taxes
from tests.sandbox.billing.planting import Fault

PRORATIONS = (
    Fault(
        "credit for time used instead of unused",
        "billing.proration",
        "return share(self.net, self.end - max(moment, self.start), self.end - self.start, step)",
        "return share(self.net, max(moment, self.start) - self.start, self.end - self.start, step)",
        (
            worked_examples.test_the_previewed_change_to_32_52_with_445540_seconds_left,
            worked_changes.test_from_90_to_120_or_to_30_on_april_21,
        ),
    ),
    Fault(
        "a charge for time gone instead of to come",
        "billing.proration",
        "return share(amount, end - max(moment, start), end - start, step)",
        "return share(amount, max(moment, start) - start, end - start, step)",
        (
            worked_examples.test_the_previewed_change_to_32_52_with_445540_seconds_left,
            worked_changes.test_from_90_to_120_or_to_30_on_april_21,
        ),
    ),
    Fault(
        "halves cut off instead of rounded",
        "billing.amounts",
        "whole = int(abs(amount) / step + Fraction(1, 2)) * step",
        "whole = int(abs(amount) / step) * step",
        (
            worked_examples.test_the_previewed_change_to_32_52_with_445540_seconds_left,
            worked_changes.test_seven_days_of_trial_before_a_cycle_on_the_1st,
        ),
    ),
    Fault(
        "flexible billing credits the current price",
        "billing.changes",
        "        if self.flexible:\n            open_ =",
        "        if not self.flexible:\n            open_ =",
        (
            worked_examples.test_after_a_free_upgrade_only_classic_credits_what_was_never_paid,
            updating.test_flexible_billing_credits_what_was_paid,
        ),
    ),
    Fault(
        "classic credit forgets discounts",
        "billing.changes",
        'net = discounts.net(self.amount(item), item["price"]["product"], reductions)',
        'net = discounts.net(self.amount(item), item["price"]["product"], [])',
        (worked_examples.test_dropping_the_10_item_halfway_credits_it_net_of_its_discount,),
    ),
    Fault(
        "credits are charged",
        "billing.changes",
        'return self._prorated("Unused", item, -amount, (moment, debit.end), debit)',
        'return self._prorated("Unused", item, amount, (moment, debit.end), debit)',
        (worked_examples.test_an_upgrade_halfway_from_10_to_20_costs_5_more,),
    ),
    Fault(
        "what was credited can be credited again",
        "billing.ledger",
        "    for item in carried.credited:\n        forget(account, item)",
        "    for item in carried.credited:\n        debits(account, item)",
        (updating.test_a_credit_names_the_invoice_of_the_charge_it_takes_back,),
    ),
    Fault(
        "proration none prorates",
        "billing.changes",
        'if terms.prorates and self.subscription["status"] != "paused":',
        'if self.subscription["status"] != "paused":',
        (
            worked_examples.test_after_a_free_upgrade_only_classic_credits_what_was_never_paid,
            updating.test_without_proration_nothing_is_billed_until_renewal,
        ),
    ),
    Fault(
        "a new price keeps the quantity",
        "billing.items",
        'quantity = asked.get("quantity", 1 if moved else quantity_of(before))',
        'quantity = asked.get("quantity", quantity_of(before))',
        (updating.test_a_new_price_resets_the_quantity_unless_it_is_sent,),
    ),
    Fault(
        "classic billing keeps its cycle with another interval",
        "billing.changes",
        "return any(each.moves_interval for each in asked) or self._leaves_free(asked)",
        "return self._leaves_free(asked)",
        (
            worked_changes.test_from_a_month_to_a_year_the_date_moves_to_the_switch,
            updating.test_classic_billing_starts_anew_by_itself_with_another_interval,
        ),
    ),
    Fault(
        "flexible billing starts anew by itself",
        "billing.changes",
        "if self.flexible or self._is_trial(self.subscription):",
        "if self._is_trial(self.subscription):",
        (updating.test_flexible_billing_keeps_its_anchor_with_another_interval,),
    ),
    Fault(
        "always_invoice waits",
        "billing.changes",
        'plan.bills_now = restarts or (terms.proration == "always_invoice" and bool(plan.lines))',
        "plan.bills_now = restarts",
        (
            worked_examples.test_an_upgrade_halfway_from_10_to_20_costs_5_more,
            updating.test_always_invoice_bills_the_difference_now,
        ),
    ),
    Fault(
        "a change in a trial is prorated",
        "billing.changes",
        "if self._is_trial(plan.after) and not restarts:",
        "if self._is_trial(plan.after) and restarts:",
        (settings.test_plans_change_freely_in_a_trial,),
    ),
    Fault(
        "a trial's end before the cycle's day bills a whole period",
        "billing.changes",
        'stubs = [item for item in licensed if item["current_period_start"] < moment]',
        'stubs = [item for item in licensed if item["current_period_start"] > moment]',
        (worked_changes.test_seven_days_of_trial_before_a_cycle_on_the_1st,),
    ),
    Fault(
        "the proration date is ignored",
        "billing.terms",
        'moment=params.get("proration_date", now),',
        "moment=now,",
        (worked_examples.test_the_previewed_change_to_32_52_with_445540_seconds_left,),
    ),
    Fault(
        "amounts of a change end in any digit",
        "billing.changes",
        "unused = proration.remaining(net, period, moment, self.step)",
        "unused = proration.remaining(net, period, moment)",
        (currencies.test_thousandths_end_in_zero_wherever_they_are_worked_out,),
    ),
    Fault(
        "charges of thousandths end in any digit",
        "billing.changes",
        "        amount = proration.remaining(net, period, moment, self.step)",
        "        amount = proration.remaining(net, period, moment)",
        (currencies.test_thousandths_end_in_zero_wherever_they_are_worked_out,),
    ),
    Fault(
        "use is billed at the last price alone",
        "billing.changes",
        "return [*found, last]",
        "return [last]",
        (worked_examples.test_use_is_billed_at_the_price_of_its_time_in_flexible_billing,),
    ),
)
DISCOUNTS = (
    Fault(
        "a percentage is taken as tenths",
        "billing.discounts",
        "return [rounded(rest * each.percent / 100, each.step) for rest in rests]",
        "return [rounded(rest * each.percent / 10, each.step) for rest in rests]",
        (
            worked_changes.test_half_off_for_four_months,
            worked_taxes.test_10_percent_off_before_5_percent_on_top_makes_14_18,
        ),
    ),
    Fault(
        "the first part takes the rest of a split",
        "billing.discounts",
        "parts[-1] += total - sum(parts)",
        "parts[0] += total - sum(parts)",
        (worked_examples.test_5_off_is_spread_over_10_and_20_as_1_66_and_3_34,),
    ),
    Fault(
        "a discount takes more than there is",
        "billing.discounts",
        "return portions(min(each.amount, sum(rests)), rests, each.step)",
        "return portions(each.amount, rests, each.step)",
        (worked_examples.test_200_off_takes_100_to_nothing_and_300_to_100,),
    ),
    Fault(
        "each discount starts from the whole",
        "billing.discounts",
        "rests[i] -= cut",
        "rests[i] -= 0",
        (arithmetic.test_discounts_come_one_after_the_other,),
    ),
    Fault(
        "a coupon is for every product",
        "billing.discounts",
        "return self.products is None or product in self.products",
        "return True",
        (starting.test_a_coupon_for_some_products_takes_nothing_off_others,),
    ),
    Fault(
        "a coupon for one invoice stays",
        "billing.invoicing",
        'if catalogue.coupon_of(account, discount)["duration"] == "once":',
        'if catalogue.coupon_of(account, discount)["duration"] == "forever":',
        (discounts.test_a_coupon_for_one_invoice_leaves_with_it,),
    ),
    Fault(
        "a coupon that has run out goes on",
        "billing.catalogue",
        'running = [each for each in discounts if each["end"] is None or each["end"] > now]',
        "running = list(discounts)",
        (discounts.test_what_comes_after_a_coupon_is_previewed_without_it,),
    ),
    Fault(
        "a coupon for some months lasts a month less",
        "resources.coupons",
        'return boundary(start, "month", 1, coupon["duration_in_months"])',
        'return boundary(start, "month", 1, coupon["duration_in_months"] - 1)',
        (
            worked_changes.test_half_off_for_four_months,
            discounts.test_a_coupon_for_some_months_runs_out,
        ),
    ),
    Fault(
        "a coupon for one invoice is in prorations",
        "billing.changes",
        'lasting = [each for each in self._reductions(moment) if each.duration != "once"]',
        "lasting = self._reductions(moment)",
        (discounts.test_a_coupon_for_one_invoice_is_kept_for_the_next_period,),
    ),
    Fault(
        "prorations are discounted twice",
        "billing.changes",
        "discountable=False,",
        "discountable=True,",
        (discounts.test_a_coupon_for_one_invoice_is_kept_for_the_next_period,),
    ),
    Fault(
        "classic prorations spread discounts",
        "billing.changes",
        "        if not self.flexible:\n            return [discounts.net",
        "        if self.flexible:\n            return [discounts.net",
        (discounts.test_an_amount_off_several_items_is_in_prorations_as_their_mode_has_it,),
    ),
)
TAXES = (
    Fault(
        "tax inside is counted on top",
        "billing.taxes",
        "return net / inside * _part(rate)",
        "return net * _part(rate)",
        (worked_taxes.test_25_percent_of_5,),
    ),
    Fault(
        "tax before discounts",
        "billing.taxes",
        'net = row["amount"] - sum(cut["amount"] for cut in row["discount_amounts"])',
        'net = row["amount"]',
        (
            worked_taxes.test_10_percent_off_before_5_percent_on_top_makes_14_18,
            taxes.test_discounts_come_off_before_tax,
        ),
    ),
    Fault(
        "the exempt pay tax",
        "billing.taxes",
        '"amount": 0 if why else owed,',
        '"amount": owed,',
        (
            worked_taxes.test_somebody_exempt_of_10_percent_pays_90_91_or_100,
            taxes.test_who_is_exempt_pays_none_and_the_invoice_says_why,
        ),
    ),
    Fault(
        "tax is left out of the total",
        "billing.invoicing",
        'total = net + sum(tax["amount"] for tax in owed)',
        "total = net",
        (worked_taxes.test_25_percent_of_5,),
    ),
    Fault(
        "an item's own rates are ignored",
        "billing.shapes",
        "    if line.tax_rates is not None:\n        return line.tax_rates",
        "    if line.tax_rates == ():\n        return line.tax_rates",
        (
            worked_taxes.test_a_lines_own_rates_take_the_place_of_the_invoices,
            taxes.test_an_items_own_rate_goes_before_the_subscriptions,
        ),
    ),
    Fault(
        "each line rounds its tax",
        "billing.taxes",
        "before = Fraction(0) if self.by_line else self.exact.get(rate, Fraction(0))",
        "before = Fraction(0)",
        (
            worked_taxes.test_10_percent_inside_1000_and_50_by_either_rounding,
            taxes.test_a_rate_is_rounded_once_an_invoice,
        ),
    ),
    Fault(
        "no account rounds line by line",
        "billing.taxes",
        'by_line = account.config.get("tax_rounding") == "line_item"',
        "by_line = False",
        (worked_taxes.test_10_percent_inside_1000_and_50_by_either_rounding,),
    ),
    Fault(
        "flexible credit has today's tax",
        "billing.changes",
        "tax_rates=debit.tax_rates if debit and self.flexible else items.tax_rates_of(item),",
        "tax_rates=items.tax_rates_of(item),",
        (taxed_changes.test_waiting_prorations_are_taxed_when_they_are_billed,),
    ),
    Fault(
        "a phase keeps the rates that it does not name",
        "billing.schedules",
        'found["default_tax_rates"] = clone(phase["default_tax_rates"])',
        'found["default_tax_rates"] = clone(subscription["default_tax_rates"])',
        (taxed_changes.test_a_phase_brings_its_own_rates_and_what_it_does_not_repeat_is_gone,),
    ),
    Fault(
        "automatic tax is always on top",
        "billing.automatic_tax",
        'return bool(said == "inclusive")',
        "return False",
        (worked_taxes.test_100_with_23_percent_inside_owe_18_70_automatically,),
    ),
    Fault(
        "what is taxed is not told",
        "billing.taxes",
        '"taxable_amount": base,',
        '"taxable_amount": base + owed,',
        (
            worked_taxes.test_799_at_19_percent_owe_152,
            taxes.test_a_line_and_its_invoice_say_what_was_taxed_with_which_rate,
        ),
    ),
)
BALANCES = (
    Fault(
        "credit is not used",
        "billing.invoicing",
        'due = currencies.chargeable(total + invoice["starting_balance"], invoice["currency"])',
        'due = currencies.chargeable(total, invoice["currency"])',
        (
            worked_changes.test_a_balance_is_settled_with_31,
            updating.test_a_downgrade_leaves_credit_for_later_invoices,
        ),
    ),
    Fault(
        "the balance forgets what was billed",
        "billing.invoicing",
        'return int(invoice["starting_balance"] + invoice["total"] - invoice["amount_due"])',
        'return int(invoice["starting_balance"] - invoice["amount_due"])',
        (
            worked_examples.test_the_previewed_change_to_32_52_with_445540_seconds_left,
            worked_changes.test_a_balance_is_settled_with_31,
        ),
    ),
    Fault(
        "voiding keeps the credit",
        "billing.invoicing",
        'customer["balance"] += invoice["starting_balance"] - balance_after(invoice)',
        'customer["balance"] += 0',
        (collection.test_a_voided_invoice_leaves_the_customers_credit,),
    ),
)
FAULTS = (*PRORATIONS, *DISCOUNTS, *TAXES, *BALANCES)
