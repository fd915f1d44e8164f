"""Django's settings, one file for every place; what differs comes from `config.env`.

Knows how the framework and the packages are set up. Must not read the environment itself, nor
hold a secret or an address of one installation.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django_stubs_ext

from config import env
from config.logging import logging_config
from config.schedule import BeatRow, beat_rows
from config.unfold import unfold_config

# Lets ModelAdmin[Link] and TextField[str, str] be written outside of annotations, for mypy.
django_stubs_ext.monkeypatch()

ENV = env.current()

BASE_DIR = env.BASE_DIR
VAR_DIR = ENV.var_dir
DEBUG = ENV.debug
SECRET_KEY = ENV.secret_key
SECRET_KEY_FALLBACKS = ENV.secret_key_fallbacks

# --- Tandem itself -------------------------------------------------------------------------------
# Fernet keys for tokens at rest: the first encrypts, all decrypt.
TANDEM_ENCRYPTION_KEYS: list[str] = ENV.encryption_keys
# Where people (and the vendors' redirects) reach this installation; OAuth redirect URIs start here.
PUBLIC_URL = ENV.public_url
# Set only by `manage.py up --simulators`; empty means real vendors only.
TANDEM_SIMULATOR_HUBSPOT_URL = ENV.simulator_hubspot_url
TANDEM_SIMULATOR_QUICKBOOKS_URL = ENV.simulator_quickbooks_url
SYNC: dict[str, int] = dict(ENV.sync)
# Chaos tests only: "crash point:n" ends the process at the n-th pass of that point.
TANDEM_CRASH_AT = ENV.crash_at
TANDEM_BEAT_ROWS: tuple[BeatRow, ...] = beat_rows(SYNC["TICK_SECONDS"])
# What `manage.py up` starts.
BIND = ENV.bind
PORT = ENV.port
HUBSPOT_SIM_PORT = ENV.hubspot_sim_port
QUICKBOOKS_SIM_PORT = ENV.quickbooks_sim_port
MAIL_SIM_PORT = ENV.mail_sim_port
MAIL_PAGE_PORT = ENV.mail_page_port
WEB_WORKERS = ENV.web_workers
WEB_THREADS = ENV.web_threads
WORKER_THREADS = ENV.worker_threads
EXPORTS_DIR = VAR_DIR / "exports"

# --- Applications --------------------------------------------------------------------------------
INSTALLED_APPS = [
    "syncapp.management.overrides",  # before django.contrib.auth, whose commands it adds to
    "unfold",  # before django.contrib.admin: it replaces the admin's templates
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.inlines",
    "unfold.contrib.import_export",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "import_export",
    "django_celery_beat",
    "axes",
    "csp",
    "syncapp",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "syncapp.views.personal.PersonalMiddleware",  # wins over the browser's
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "syncapp.views.errors.NotAPageMiddleware",  # inside the others, which add their headers
    "axes.middleware.AxesMiddleware",  # last: it turns a lock-out into the answer
]

ROOT_URLCONF = "config.urls"
CSRF_FAILURE_VIEW = "syncapp.views.errors.old_form"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "syncapp.admin.header.context",
            ],
        },
    },
]

# --- Database ------------------------------------------------------------------------------------
DATABASES: dict[str, dict[str, Any]] = {"default": env.parse_database(ENV.database_url)}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE: a transaction that read first and writes later would otherwise fail at once with
    # "database is locked". FULL: an intent must survive a power cut before its call goes out.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
            "PRAGMA journal_size_limit=27103364; PRAGMA cache_size=-20000;"
        ),
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True

# A cache only speeds up: nothing may depend on it being shared between processes.
CACHES = {
    "default": (
        {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": ENV.redis_url}
        if ENV.redis_url
        else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    )
}

# --- Celery (namespace CELERY_) ------------------------------------------------------------------
CELERY_BROKER_URL = ENV.broker_url
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False  # the SQLite broker has no broadcast
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TIMEZONE = ENV.time_zone
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
if CELERY_BROKER_URL.startswith(("redis://", "rediss://")):
    # Unacknowledged messages come back after the timeout, at the next sweep (interval * throttle).
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
        "visibility_timeout": 3600,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 2,
    }

# --- Signing in ----------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "admin:login"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_CALLABLE = "syncapp.views.errors.locked_out"
AXES_CLIENT_IP_CALLABLE = "config.proxy.client_address"
TRUSTED_PROXY_COUNT = ENV.trusted_proxy_count

# --- Web security --------------------------------------------------------------------------------
_public = urlsplit(PUBLIC_URL)
ALLOWED_HOSTS = [*env.LOOPBACK_HOSTS[:2], "[::1]", _public.hostname or "", *ENV.allowed_hosts]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL, *ENV.csrf_trusted_origins]
# Own names: cookies know no ports, and the simulators live on the same host.
SESSION_COOKIE_NAME = "tandem_session"
CSRF_COOKIE_NAME = "tandem_csrf"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SAMESITE = "Lax"  # Strict would lose the session on the way back from consent
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = ENV.is_https
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SESSION_COOKIE_SECURE = ENV.is_https
CSRF_COOKIE_SECURE = ENV.is_https
SECURE_HSTS_SECONDS = ENV.hsts_seconds if ENV.is_https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = ENV.is_https
SECURE_HSTS_PRELOAD = ENV.is_https
if ENV.trusted_proxy_count:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Chromium applies form-action to redirects too: "Connect" posts here and is sent to the vendor.
_consent_pages = [
    "https://*.hubspot.com",
    "https://appcenter.intuit.com",
    *(
        url
        for url in (TANDEM_SIMULATOR_HUBSPOT_URL, TANDEM_SIMULATOR_QUICKBOOKS_URL)
        if urlsplit(url).hostname in env.LOOPBACK_HOSTS
    ),
]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'", "'unsafe-eval'"],  # unfold ships the normal build of Alpine
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:"],
        "form-action": ["'self'", *_consent_pages],
        "base-uri": ["'self'"],
        "object-src": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

# --- Language and time ---------------------------------------------------------------------------
LANGUAGE_CODE = ENV.language_code
LANGUAGES = [("en", "English"), ("pt-br", "Português (Brasil)")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
USE_THOUSAND_SEPARATOR = True
FORMAT_MODULE_PATH = ["config.formats"]
TIME_ZONE = ENV.time_zone

# --- Static files --------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [path for path in [BASE_DIR / "static"] if Path(path).is_dir()]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MEDIA_ROOT = VAR_DIR / "media"

# --- Mail ----------------------------------------------------------------------------------------
_email = env.parse_email(ENV.email_url)
EMAIL_BACKEND = _email["EMAIL_BACKEND"]
if EMAIL_BACKEND.endswith(".smtp.EmailBackend"):
    EMAIL_BACKEND = "config.mail.WatchedBackend"
EMAIL_HOST = _email.get("EMAIL_HOST") or "localhost"
EMAIL_PORT = _email.get("EMAIL_PORT") or 25
EMAIL_HOST_USER = _email.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD = _email.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS = bool(_email.get("EMAIL_USE_TLS"))
EMAIL_USE_SSL = bool(_email.get("EMAIL_USE_SSL"))
EMAIL_FILE_PATH = _email.get("EMAIL_FILE_PATH") or None
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = ENV.default_from_email
SERVER_EMAIL = ENV.default_from_email

# --- Import and export ---------------------------------------------------------------------------
# Without these codes any staff user may open the export and import pages.
IMPORT_EXPORT_EXPORT_PERMISSION_CODE = "view"
IMPORT_EXPORT_IMPORT_PERMISSION_CODE = "change"
IMPORT_EXPORT_ESCAPE_FORMULAE_ON_EXPORT = True
IMPORT_EXPORT_USE_TRANSACTIONS = True

LOGGING = logging_config(ENV.log_level)
UNFOLD = unfold_config()
