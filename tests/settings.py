"""The product's settings for its tests: what the environment doesn't say, said here."""

from __future__ import annotations

import os

os.environ.setdefault("SECRET_KEY", "tests")
os.environ.setdefault("ENCRYPTION_KEYS", "dGVzdHMtdGVzdHMtdGVzdHMtdGVzdHMtdGVzdHMtMDA=")
os.environ.setdefault("STRIPE_HTTP_CLIENT", "servicebot.sandbox.doors.client")
os.environ.setdefault("STRIPE_LIVE_REQUESTS_A_SECOND", "0")  # the sandbox has no limits
os.environ.setdefault("STRIPE_TEST_REQUESTS_A_SECOND", "0")
os.environ.setdefault("LOG_LEVEL", "WARNING")
os.environ.setdefault("EXTRA_APPS", "demo")
os.environ.setdefault("EMAIL_URL", "memorymail://")
# Playwright's event loop runs in the tests' own thread; the database is used beside it, not in it.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

from servicebot.settings import *  # noqa: F403
from servicebot.settings import BASE_DIR, CACHES, DATABASES, STORAGES

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file, so that the browser tests' server threads have connections of their own; one for each
    # process, so that two runs don't meet.
    DATABASES["default"]["TEST"] = {"NAME": f"{BASE_DIR}/var/tests-{os.getpid()}.sqlite3"}
if "redis" in str(CACHES["default"].get("LOCATION", "")):
    # A database for each worker: a test empties the cache before it begins.
    address, _, number = str(CACHES["default"]["LOCATION"]).rpartition("/")
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    CACHES["default"]["LOCATION"] = f"{address}/{int(number) + int(worker)}"
STORAGES["staticfiles"] = {
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage",
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
