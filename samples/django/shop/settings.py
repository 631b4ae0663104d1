"""The least that a Django project with one page needs."""

import os
from pathlib import Path

from django.core.management.utils import get_random_secret_key

SERVICEBOT_URL = os.environ["SERVICEBOT_URL"]
SERVICEBOT_PORTAL_ID = os.environ["SERVICEBOT_PORTAL_ID"]
SERVICEBOT_SECRET_KEY = os.environ["SERVICEBOT_SECRET_KEY"]  # stays in this process

SECRET_KEY = get_random_secret_key()  # Django's own; nothing here outlives the process
ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
ROOT_URLCONF = "shop.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "templates"],
    }
]
