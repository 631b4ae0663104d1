"""Provides the keys that Stripe always sends although they may be null.

The SDK's Optional says only that a value may be null. Which keys are always there is told by the
types of Stripe's own stripe-node 23.1.0 (the same API version; a key without a question mark) and
by the example objects in Stripe's API reference at docs.stripe.com/api, less what only `expand`
or `include` brings. Keys that the SDK never lets be null are not repeated here.
"""

from __future__ import annotations

TABLE = {
    "Account": (
        "business_profile capabilities charges_enabled country default_currency details_submitted "
        "email payouts_enabled settings type"
    ),
    "Account.BusinessProfile": (
        "mcc minority_owned_business_designation name specified_commercial_transactions_act_url "
        "support_address support_email support_phone support_url url"
    ),
    "Account.BusinessProfile.SupportAddress": "city country line1 line2 postal_code state",
    "Account.Settings.Branding": "icon logo primary_color secondary_color",
    "Account.Settings.CardPayments": (
        "statement_descriptor_prefix statement_descriptor_prefix_kana "
        "statement_descriptor_prefix_kanji"
    ),
    "Account.Settings.Dashboard": "display_name timezone",
    "Account.Settings.Invoices": "default_account_tax_ids hosted_payment_method_save",
    "Account.Settings.Payments": (
        "statement_descriptor statement_descriptor_kana statement_descriptor_kanji "
        "statement_descriptor_prefix_kana statement_descriptor_prefix_kanji"
    ),
    "Customer": (
        "address balance currency default_source delinquent description email invoice_prefix "
        "invoice_settings metadata name next_invoice_sequence phone preferred_locales shipping "
        "tax_exempt test_clock"
    ),
    "Customer.Address": "city country line1 line2 postal_code state",
    "Customer.InvoiceSettings": "custom_fields default_payment_method footer rendering_options",
    "Customer.InvoiceSettings.RenderingOptions": "amount_tax_display template",
    "Customer.Shipping.Address": "city country line1 line2 postal_code state",
    "TaxId": "country customer customer_account owner verification",
    "TaxId.Owner": "customer_account",
    "TaxId.Verification": "verified_address verified_name",
    "TaxRate": (
        "country description effective_percentage flat_amount jurisdiction jurisdiction_level "
        "metadata rate_type state tax_type"
    ),
    "Product": (
        "default_price description package_dimensions shippable statement_descriptor tax_code "
        "tax_details unit_label url"
    ),
    "Product.TaxDetails": "performance_location tax_code",
    "Price": (
        "custom_unit_amount lookup_key nickname recurring tax_behavior tiers_mode "
        "transform_quantity unit_amount unit_amount_decimal"
    ),
    "Price.CurrencyOptions": "custom_unit_amount tax_behavior unit_amount unit_amount_decimal",
    "Price.CurrencyOptions.CustomUnitAmount": "maximum minimum preset",
    "Price.CurrencyOptions.Tier": (
        "flat_amount flat_amount_decimal unit_amount unit_amount_decimal up_to"
    ),
    "Price.CustomUnitAmount": "maximum minimum preset",
    "Price.Recurring": "meter trial_period_days",
    "Price.Tier": "flat_amount flat_amount_decimal unit_amount unit_amount_decimal up_to",
    "Plan": (
        "amount amount_decimal metadata meter nickname product tiers_mode transform_usage "
        "trial_period_days"
    ),
    "Plan.Tier": "flat_amount flat_amount_decimal unit_amount unit_amount_decimal up_to",
    "Subscription": (
        "application application_fee_percent billing_cycle_anchor_config billing_thresholds "
        "cancel_at canceled_at cancellation_details customer_account days_until_due "
        "default_payment_method default_source default_tax_rates description ended_at "
        "latest_invoice managed_payments next_pending_invoice_item_invoice on_behalf_of "
        "pause_collection payment_settings pending_invoice_item_interval pending_setup_intent "
        "pending_update schedule test_clock transfer_data trial_end trial_settings trial_start"
    ),
    "Subscription.AutomaticTax": "disabled_reason liability",
    "Subscription.BillingCycleAnchorConfig": "hour minute month second",
    "Subscription.BillingMode": "flexible",
    "Subscription.BillingSchedule": "applies_to",
    "Subscription.BillingSchedule.AppliesTo": "price",
    "Subscription.BillingSchedule.BillUntil": "duration timestamp",
    "Subscription.BillingSchedule.BillUntil.Duration": "interval_count",
    "Subscription.BillingThresholds": "amount_gte reset_billing_cycle_anchor",
    "Subscription.CancellationDetails": "comment feedback feedback_option reason",
    "Subscription.InvoiceSettings": "account_tax_ids custom_fields description footer",
    "Subscription.PauseCollection": "resumes_at",
    "Subscription.PaymentSettings": (
        "payment_method_options payment_method_types save_default_payment_method"
    ),
    "Subscription.PaymentSettings.PaymentMethodOptions": (
        "acss_debit bancontact card customer_balance konbini payto pix sepa_debit upi "
        "us_bank_account"
    ),
    "Subscription.PaymentSettings.PaymentMethodOptions.Card": "network request_three_d_secure",
    "Subscription.PaymentSettings.PaymentMethodOptions.Card.MandateOptions": (
        "amount amount_type description"
    ),
    "Subscription.PendingUpdate": (
        "billing_cycle_anchor cancel_at_period_end discount discounts metadata subscription_items "
        "trial_end trial_from_plan"
    ),
    "Subscription.TransferData": "amount_percent",
    "Subscription.TrialSettings.EndBehavior": "billing_cycle_anchor",
    "SubscriptionItem": "billing_thresholds current_trial tax_rates",
    "SubscriptionItem.BillingThresholds": "usage_gte",
    "SubscriptionSchedule": (
        "application canceled_at completed_at current_phase customer_account metadata released_at "
        "released_subscription subscription test_clock"
    ),
    "SubscriptionSchedule.BillingMode": "flexible",
    "SubscriptionSchedule.DefaultSettings": (
        "application_fee_percent billing_thresholds collection_method default_payment_method "
        "description on_behalf_of transfer_data"
    ),
    "SubscriptionSchedule.DefaultSettings.AutomaticTax": "disabled_reason liability",
    "SubscriptionSchedule.DefaultSettings.BillingThresholds": (
        "amount_gte reset_billing_cycle_anchor"
    ),
    "SubscriptionSchedule.DefaultSettings.InvoiceSettings": (
        "account_tax_ids custom_fields days_until_due description footer"
    ),
    "SubscriptionSchedule.DefaultSettings.TransferData": "amount_percent",
    "SubscriptionSchedule.PauseSchedule": "resume",
    "SubscriptionSchedule.PauseSchedule.Pause": "settings",
    "SubscriptionSchedule.Phase": (
        "application_fee_percent billing_cycle_anchor billing_thresholds collection_method "
        "default_payment_method description invoice_settings metadata on_behalf_of transfer_data "
        "trial_end"
    ),
    "SubscriptionSchedule.Phase.AddInvoiceItem": "discountable metadata quantity",
    "SubscriptionSchedule.Phase.AddInvoiceItem.Discount": "coupon discount promotion_code",
    "SubscriptionSchedule.Phase.AutomaticTax": "disabled_reason liability",
    "SubscriptionSchedule.Phase.BillingThresholds": "amount_gte reset_billing_cycle_anchor",
    "SubscriptionSchedule.Phase.Discount": "coupon discount promotion_code",
    "SubscriptionSchedule.Phase.InvoiceSettings": (
        "account_tax_ids custom_fields days_until_due description footer issuer"
    ),
    "SubscriptionSchedule.Phase.Item": "billing_thresholds metadata",
    "SubscriptionSchedule.Phase.Item.BillingThresholds": "usage_gte",
    "SubscriptionSchedule.Phase.Item.Discount": "coupon discount promotion_code",
    "SubscriptionSchedule.Phase.TransferData": "amount_percent",
    "Invoice": (
        "account_country account_name account_tax_ids application auto_advance "
        "automatically_finalizes_at billing_reason custom_fields customer customer_account "
        "customer_address customer_email customer_name customer_phone customer_shipping "
        "customer_tax_exempt customer_tax_ids default_payment_method default_source description "
        "due_date effective_at ending_balance footer from_invoice hosted_invoice_url invoice_pdf "
        "last_finalization_error latest_revision metadata next_payment_attempt number "
        "on_behalf_of parent receipt_number rendering shipping_cost shipping_details "
        "statement_descriptor status subtotal_excluding_tax test_clock total_discount_amounts "
        "total_excluding_tax total_pretax_credit_amounts total_taxes webhooks_delivered_at"
    ),
    "Invoice.AutomaticTax": "disabled_reason liability provider status",
    "Invoice.CustomerAddress": "city country line1 line2 postal_code state",
    "Invoice.CustomerShipping.Address": "city country line1 line2 postal_code state",
    "Invoice.CustomerTaxId": "value",
    "Invoice.Parent": "quote_details subscription_details",
    "Invoice.Parent.SubscriptionDetails": "metadata",
    "Invoice.PaymentSettings": "default_mandate payment_method_options payment_method_types",
    "Invoice.PaymentSettings.PaymentMethodOptions": (
        "acss_debit bancontact card customer_balance konbini payto pix sepa_debit upi "
        "us_bank_account"
    ),
    "Invoice.PaymentSettings.PaymentMethodOptions.Card": "request_three_d_secure",
    "Invoice.Rendering": "amount_tax_display pdf template template_version",
    "Invoice.Rendering.Pdf": "page_size",
    "Invoice.ShippingDetails.Address": "city country line1 line2 postal_code state",
    "Invoice.StatusTransitions": "finalized_at marked_uncollectible_at paid_at voided_at",
    "Invoice.TotalTax": "tax_rate_details taxable_amount",
    "InvoiceLineItem": (
        "description discount_amounts invoice parent pretax_credit_amounts pricing quantity "
        "quantity_decimal subscription taxes"
    ),
    "InvoiceLineItem.Parent": "invoice_item_details subscription_item_details",
    "InvoiceLineItem.Parent.InvoiceItemDetails": "proration_details subscription",
    "InvoiceLineItem.Parent.InvoiceItemDetails.ProrationDetails": "credited_items",
    "InvoiceLineItem.Parent.SubscriptionItemDetails": "invoice_item proration_details subscription",
    "InvoiceLineItem.Parent.SubscriptionItemDetails.ProrationDetails": "credited_items",
    "InvoiceLineItem.Pricing": "unit_amount_decimal",
    "InvoiceLineItem.Tax": "tax_rate_details taxable_amount",
    "InvoiceItem": (
        "customer_account description discounts invoice metadata parent pricing tax_rates "
        "test_clock"
    ),
    "InvoiceItem.Parent": "subscription_details",
    "InvoiceItem.Pricing": "unit_amount_decimal",
    "InvoiceItem.ProrationDetails": "credited_items",
    "InvoicePayment": "amount_paid",
    "InvoicePayment.StatusTransitions": "canceled_at paid_at",
    "PaymentMethod": "allow_redisplay customer customer_account metadata",
    "PaymentMethod.BillingDetails": "address email name phone tax_id",
    "PaymentMethod.BillingDetails.Address": "city country line1 line2 postal_code state",
    "PaymentMethod.Card": (
        "checks country display_brand generated_from networks regulated_status "
        "three_d_secure_usage wallet"
    ),
    "PaymentMethod.Card.Checks": "address_line1_check address_postal_code_check cvc_check",
    "PaymentMethod.Card.Networks": "preferred",
    "SetupIntent": (
        "allowed_payment_method_types application automatic_payment_methods cancellation_reason "
        "client_secret customer description excluded_payment_method_types flow_directions "
        "last_setup_error latest_attempt mandate metadata next_action on_behalf_of payment_method "
        "payment_method_configuration_details payment_method_options single_use_mandate"
    ),
    "SetupIntent.AutomaticPaymentMethods": "enabled",
    "SetupIntent.NextAction.RedirectToUrl": "return_url url",
    "SetupIntent.PaymentMethodConfigurationDetails": "parent",
    "SetupIntent.PaymentMethodOptions.Card": "mandate_options network request_three_d_secure",
    "SetupIntent.PaymentMethodOptions.Card.MandateOptions": (
        "description end_date interval_count supported_types"
    ),
    "PaymentIntent": (
        "allowed_payment_method_types amount_details application application_fee_amount "
        "automatic_payment_methods canceled_at cancellation_reason client_secret customer "
        "customer_account description excluded_payment_method_types last_payment_error "
        "latest_charge managed_payments next_action on_behalf_of payment_method "
        "payment_method_configuration_details payment_method_options payment_record processing "
        "receipt_email review setup_future_usage shipping source statement_descriptor "
        "statement_descriptor_suffix transfer_data transfer_group"
    ),
    "PaymentIntent.NextAction.RedirectToUrl": "return_url url",
    "PaymentIntent.PaymentMethodConfigurationDetails": "parent",
    "PaymentIntent.PaymentMethodOptions.Card": (
        "installments mandate_options network request_three_d_secure"
    ),
    "PaymentIntent.PaymentMethodOptions.Card.MandateOptions": (
        "description end_date interval_count supported_types"
    ),
    "PaymentIntent.Shipping.Address": "city country line1 line2 postal_code state",
    "Coupon": (
        "amount_off currency duration_in_months max_redemptions metadata name percent_off redeem_by"
    ),
    "PromotionCode": "customer customer_account expires_at max_redemptions metadata",
    "PromotionCode.Promotion": "coupon",
    "PromotionCode.Restrictions": "minimum_amount minimum_amount_currency",
    "Discount": (
        "checkout_session customer customer_account end invoice invoice_item promotion_code "
        "subscription subscription_item"
    ),
    "Discount.Source": "coupon",
    "Event": "api_version request",
    "WebhookEndpoint": "api_version application description",
    "billing.Meter": "event_time_window",
    "billing.Meter.StatusTransitions": "deactivated_at",
    "test_helpers.TestClock": "name",
    "Event.Request": "id idempotency_key",
}
ALWAYS_PRESENT = {name: frozenset(keys.split()) for name, keys in TABLE.items()}

# What an answer says of a deleted object.
DELETED = frozenset({"id", "object", "deleted"})

# What an invoice gets when it is finalized; a preview, whose id starts so, is never asked for it.
PREVIEW_ID = "upcoming_"
NOT_IN_PREVIEW = frozenset({"hosted_invoice_url", "invoice_pdf"})
