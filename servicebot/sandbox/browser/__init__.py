"""What Stripe shows in a browser: Stripe.js, its card form, the bank's dialog, invoice pages."""
