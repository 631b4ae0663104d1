"""The only way to Stripe: one merchant's account in one mode, a verb per method."""
