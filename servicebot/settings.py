"""What the environment decides. No other module reads it; docs/self-hosting.md has the table."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

VERSION = "0.1"
DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="only-for-debug" if DEBUG else environ.Env.NOTSET)
PUBLIC_URL = env.str("PUBLIC_URL", default="http://127.0.0.1:8000").rstrip("/")
IS_HTTPS = PUBLIC_URL.startswith("https://")
PUBLIC_HOST = urlsplit(PUBLIC_URL).hostname or ""
# The portal's own host, so that it shares no cookie with the dashboard (servicebot/hosts.py).
PORTAL_HOST = env.str("PORTAL_HOST", default="").lower()
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS",
    default=[host for host in (PUBLIC_HOST, urlsplit(f"//{PORTAL_HOST}").hostname) if host],
)
SUPPORT_EMAIL = env.str("SUPPORT_EMAIL", default="")
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)

# Fernet keys, comma-separated; the first encrypts, all decrypt (accounts/fields.py).
ENCRYPTION_KEYS = env.list(
    "ENCRYPTION_KEYS",
    default=["b25seS1mb3ItZGVidWctb25seS1mb3ItZGVidWctMDA="] if DEBUG else environ.Env.NOTSET,
)

# Stripe. The base and the script may point at the sandbox or a proxy; live portals refuse any
# but Stripe's own outside DEBUG (accounts/connecting.py).
STRIPE_OWN_API_BASE = "https://api.stripe.com"
STRIPE_API_BASE = env.str("STRIPE_API_BASE", default=STRIPE_OWN_API_BASE).rstrip("/")
STRIPE_JS_URL = env.str("STRIPE_JS_URL", default="https://js.stripe.com/endive/stripe.js")
STRIPE_HTTP_CLIENT = env.str("STRIPE_HTTP_CLIENT", default="servicebot.gateway.wire.http_client")
# How much is asked of one account: below Stripe's own limits, 100 in live mode and 25 in test mode,
# which the merchant's own servers share. 0 is no limit.
STRIPE_REQUESTS_A_SECOND = {
    "live": env.int("STRIPE_LIVE_REQUESTS_A_SECOND", default=80),
    "test": env.int(
        "STRIPE_TEST_REQUESTS_A_SECOND",
        default=20 if STRIPE_API_BASE == STRIPE_OWN_API_BASE else 0,
    ),
}

# How often a portal is opened; 0 is no limit (portal/pace.py has the other limits).
SESSIONS_A_MINUTE = {
    "portal": env.int("PORTAL_SESSIONS_A_MINUTE", default=1200),
    "identity": env.int("CUSTOMER_SESSIONS_A_MINUTE", default=60),
}

# How many requests of one portal a process answers at once: some fewer than its threads, so that a
# merchant whose Stripe is slow leaves some to the others (portal/crowd.py). 0 is no limit.
PORTAL_REQUESTS_AT_ONCE = env.int("PORTAL_REQUESTS_AT_ONCE", default=30)

INSTALLED_APPS = [
    "accounts",
    "portal",
    "settings_ui",
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    *env.list("EXTRA_APPS", default=[]),
]
MIDDLEWARE = [
    "servicebot.headers.on_every_answer",
    "django.middleware.security.SecurityMiddleware",
    "servicebot.files.Files",
    "csp.middleware.CSPMiddleware",
    "servicebot.hosts.apart",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "servicebot.chain.portal_goes_on",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.seen.note_sessions",
    "servicebot.chain.to_the_view",
]
ROOT_URLCONF = "servicebot.urls"
WSGI_APPLICATION = "servicebot.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

DATABASES = {
    "default": env.db(
        "DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'var' / 'servicebot.sqlite3'}"
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    DATABASES["default"] |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    # A server that is gone without a word is given up after seconds, not a quarter of an hour.
    DATABASES["default"]["OPTIONS"] = {
        "connect_timeout": 3,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 2,
        "tcp_user_timeout": 20_000,
        **DATABASES["default"].get("OPTIONS", {}),
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": env.cache("CACHE_URL", default="locmemcache://")}
if CACHES["default"]["BACKEND"].endswith(".RedisCache"):
    CACHES["default"]["BACKEND"] = "servicebot.cache.SteadyCache"
elif CACHES["default"]["BACKEND"].endswith(".LocMemCache"):
    CACHES["default"]["BACKEND"] = "servicebot.cache.Memory"
    CACHES["default"]["OPTIONS"] = {"MAX_ENTRIES": 10_000}  # limits are counted there

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
# Who may sign up by themselves; who is invited always may (accounts/adapter.py).
SIGNUP_OPEN = env.bool("SIGNUP_OPEN", default=True)
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {"signup": "settings_ui.signing_up.SignUpForm"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT = 600
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_CHANGE = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
ACCOUNT_RATE_LIMITS: dict[str, str] = {}  # allauth's own, which count in the cache
ACCOUNT_EMAIL_CONFIRMATION_AUTHENTICATED_REDIRECT_URL = "/accounts/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT
MFA_ADAPTER = "accounts.adapter.SecondFactorAdapter"
MFA_FORMS = {"add_webauthn": "accounts.passkeys.AddPasskeyForm"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Servicebot"
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_HTTPS
USERSESSIONS_TRACK_ACTIVITY = True
LOGIN_REDIRECT_URL = "/"
LOGIN_URL = "account_login"
EMAIL_CONFIG = env.email("EMAIL_URL", default="consolemail://")
globals().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 5
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="servicebot@localhost")

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_NAME = "__Host-session" if IS_HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if IS_HTTPS else "csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
# In the session, since the other place is a cookie of its own that can't be __Host-.
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXY_COUNT else None
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "frame-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "report-uri": "/csp-report",  # deprecated, and what every browser still sends at once
    }
}

# How long what was done in a dashboard or portal is kept; `manage.py forget` deletes what is older.
ACTIVITY_KEPT_DAYS = env.int("ACTIVITY_KEPT_DAYS", default=396)  # thirteen months

# The dashboard's language, whatever a browser asks for. The portal has more: portal/texts.py.
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [BASE_DIR / "servicebot" / "locale"]  # apps have theirs beside their code
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "var" / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if not DEBUG
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_ALLOW_ALL_ORIGINS = False

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["portal.parsing.Parser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "portal.parsing.Negotiation",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "portal.problems.answer",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Servicebot API",
    "VERSION": "1",
    "DESCRIPTION": "The portal for customers, and its settings for merchants. "
    "Amounts are integers in minor units, times are ISO 8601 in UTC, "
    "errors are problem details with a stable `code`.",
    "EXTERNAL_DOCS": {"url": f"{PUBLIC_URL}/docs/api/", "description": "How the API works"},
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/v1",
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "class": "servicebot.logs.Line",  # takes out what names people or opens something
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    # urllib3 and stripe log every request's address, and addresses hold customers' e-mails.
    "loggers": {"urllib3": {"level": "WARNING"}, "stripe": {"level": "WARNING"}},
}
