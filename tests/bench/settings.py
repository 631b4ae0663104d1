"""The product's own settings as in production, with the benchmark's addresses beside its own."""

from __future__ import annotations

from servicebot.settings import *  # noqa: F403

ROOT_URLCONF = "tests.bench.urls"
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
