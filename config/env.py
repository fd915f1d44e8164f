"""The only reader of the environment: names, types, defaults and the sentence for each mistake.

Knows which variables exist and what a valid value looks like. Must not know what Django, Celery
or the sync do with them. A `.env` file beside `manage.py` supplies what the environment lacks;
a variable set in the environment always wins.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import environ
from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
LOOPBACK_HOSTS = ("127.0.0.1", "localhost", "::1")

# Seconds unless the name says otherwise; each can be set as SYNC_<NAME>. ENGINE rules the values.
SYNC_DEFAULTS: Mapping[str, int] = {
    "QUICKBOOKS_UNKNOWN_QUIET_SECONDS": 130,
    "HUBSPOT_UNKNOWN_QUIET_SECONDS": 60,
    "OVERLAP_SECONDS": 300,
    "HUBSPOT_POLL_SECONDS": 120,
    "QUICKBOOKS_POLL_SECONDS": 300,
    "TICK_SECONDS": 5,
    "SWEEP_SECONDS": 86400,
    "LEASE_SECONDS": 300,
    "SLICE_SECONDS": 20,
    "SLICE_CALLS": 150,
    "HTTP_TIMEOUT_SECONDS": 125,
    "INTUIT_MONTHLY_READS": 500_000,
}


class EnvironmentInvalid(ImproperlyConfigured):
    """A variable is missing or cannot be used; the message is one sentence saying what to do."""


@dataclass(frozen=True)
class Environment:
    """What the environment says, checked and typed."""

    debug: bool
    secret_key: str
    secret_key_fallbacks: list[str]
    encryption_keys: list[str]
    var_dir: Path
    database_url: str
    broker_url: str
    redis_url: str
    bind: str
    port: int
    hubspot_sim_port: int
    quickbooks_sim_port: int
    mail_sim_port: int
    mail_page_port: int
    public_url: str
    allowed_hosts: list[str]
    csrf_trusted_origins: list[str]
    trusted_proxy_count: int
    hsts_seconds: int
    email_url: str
    default_from_email: str
    language_code: str
    time_zone: str
    log_level: str
    web_workers: int
    web_threads: int
    worker_threads: int
    simulator_hubspot_url: str
    simulator_quickbooks_url: str
    sync: Mapping[str, int]
    crash_at: str

    @property
    def is_https(self) -> bool:
        """Whether people reach this installation over TLS; decides cookies and redirects."""
        return self.public_url.startswith("https://")


_presets: dict[str, str] = {}


def preset(values: Mapping[str, str]) -> None:
    """Replace the `.env` file by these values (the tests' way to be independent of it)."""
    _presets.clear()
    _presets.update(values)


def current() -> Environment:
    """Return this process's environment, completed from the `.env` file or the preset.

    Raises:
        EnvironmentInvalid: a variable is missing or unusable.
    """
    if _presets:
        return read({**_presets, **os.environ})
    return read({**read_file(BASE_DIR / ".env"), **os.environ})


def read_file(path: Path) -> dict[str, str]:
    """Return the variables of a `.env` file; an absent file holds none.

    Raises:
        EnvironmentInvalid: the file is there but cannot be read.
    """
    if not path.exists():
        return {}

    # django-environ parses into a class attribute, os.environ by default: give it another one.
    class Holder(environ.Env):  # type: ignore[misc]
        ENVIRON: dict[str, str] = {}

    try:
        Holder.read_env(str(path))
        path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise EnvironmentInvalid(f"The file {path} cannot be read: {error}.") from error
    return Holder.ENVIRON


def read(source: Mapping[str, str]) -> Environment:
    """Check and type `source`.

    Raises:
        EnvironmentInvalid: a variable is missing or unusable.
    """
    reader = _Reader(source)
    var_dir = Path(reader.text("VAR_DIR", str(BASE_DIR / "var"))).expanduser()
    if not var_dir.is_absolute():
        var_dir = BASE_DIR / var_dir
    port = reader.port("PORT", 8000)
    public_url = reader.url("PUBLIC_URL", f"http://127.0.0.1:{port}")
    redis_url = reader.text("REDIS_URL", "")
    embedded_broker = f"sqla+sqlite:///{var_dir / 'broker.sqlite3'}"
    return Environment(
        debug=reader.flag("DEBUG", False),
        secret_key=reader.required("SECRET_KEY", "a long random text"),
        secret_key_fallbacks=reader.listing("SECRET_KEY_FALLBACKS"),
        encryption_keys=reader.fernet_keys("TANDEM_ENCRYPTION_KEYS"),
        var_dir=var_dir,
        database_url=reader.database_url(
            "DATABASE_URL", f"sqlite:///{quote(str(var_dir))}/db.sqlite3"
        ),
        broker_url=reader.text("CELERY_BROKER_URL", redis_url or embedded_broker),
        redis_url=redis_url,
        bind=reader.text("BIND", "127.0.0.1"),
        port=port,
        hubspot_sim_port=reader.port("HUBSPOT_SIM_PORT", 8101),
        quickbooks_sim_port=reader.port("QUICKBOOKS_SIM_PORT", 8102),
        mail_sim_port=reader.port("MAIL_SIM_PORT", 8103),
        mail_page_port=reader.port("MAIL_PAGE_PORT", 8104),
        public_url=public_url,
        allowed_hosts=reader.listing("ALLOWED_HOSTS"),
        csrf_trusted_origins=reader.listing("CSRF_TRUSTED_ORIGINS"),
        trusted_proxy_count=reader.integer(
            "TRUSTED_PROXY_COUNT", 1 if public_url.startswith("https://") else 0, least=0
        ),
        hsts_seconds=reader.integer("HSTS_SECONDS", 31_536_000, least=0),
        email_url=reader.text("EMAIL_URL", f"filemail:///{quote(str(var_dir))}/mail"),
        default_from_email=reader.text("DEFAULT_FROM_EMAIL", "Tandem <tandem@localhost>"),
        language_code=reader.choice("LANGUAGE_CODE", "en", ("en", "pt-br")),
        time_zone=reader.text("TIME_ZONE", "UTC"),
        log_level=reader.choice("LOG_LEVEL", "INFO", ("DEBUG", "INFO", "WARNING", "ERROR")),
        web_workers=reader.integer("WEB_WORKERS", 2, least=1),
        web_threads=reader.integer("WEB_THREADS", 4, least=1),
        worker_threads=reader.integer("WORKER_THREADS", 4, least=1),
        simulator_hubspot_url=reader.url("TANDEM_SIMULATOR_HUBSPOT_URL", ""),
        simulator_quickbooks_url=reader.url("TANDEM_SIMULATOR_QUICKBOOKS_URL", ""),
        sync={
            name: reader.integer(f"SYNC_{name}", default, least=0)
            for name, default in SYNC_DEFAULTS.items()
        },
        crash_at=reader.text("TANDEM_CRASH_AT", ""),
    )


class _Reader:
    """Typed look-ups in one mapping; each refusal names the variable and the remedy."""

    def __init__(self, source: Mapping[str, str]) -> None:
        self._env = environ.Env()
        self._env.ENVIRON = dict(source)

    def text(self, name: str, default: str) -> str:
        # An empty value in a .env file means "not set": nobody wants an empty path or URL.
        return str(self._env.str(name, default="")).strip() or default

    def required(self, name: str, what: str) -> str:
        value = self.text(name, "")
        if not value:
            raise EnvironmentInvalid(
                f"{name} is not set: `make setup` writes a .env file with fresh keys, "
                f"or set it to {what}."
            )
        return value

    def flag(self, name: str, default: bool) -> bool:
        value = self.text(name, str(default)).lower()
        if value in {"1", "true", "yes", "on"}:
            return True
        if value in {"0", "false", "no", "off"}:
            return False
        raise EnvironmentInvalid(f"{name} must be true or false, not {value!r}.")

    def integer(self, name: str, default: int, *, least: int) -> int:
        value = self.text(name, str(default))
        if not re.fullmatch(r"-?\d+", value) or int(value) < least:
            raise EnvironmentInvalid(
                f"{name} must be a whole number of at least {least}, not {value!r}."
            )
        return int(value)

    def port(self, name: str, default: int) -> int:
        value = self.integer(name, default, least=1)
        if value > 65_535:
            raise EnvironmentInvalid(f"{name} must be a port between 1 and 65535, not {value}.")
        return value

    def choice(self, name: str, default: str, allowed: tuple[str, ...]) -> str:
        value = self.text(name, default)
        if value not in allowed:
            raise EnvironmentInvalid(f"{name} must be one of {', '.join(allowed)}, not {value!r}.")
        return value

    def listing(self, name: str) -> list[str]:
        return [part.strip() for part in self.text(name, "").split(",") if part.strip()]

    def url(self, name: str, default: str) -> str:
        value = self.text(name, default).rstrip("/")
        parts = urlsplit(value)
        if value and (parts.scheme not in {"http", "https"} or not parts.hostname):
            raise EnvironmentInvalid(
                f"{name} must be an address such as https://tandem.example.com, not {value!r}."
            )
        return value

    def database_url(self, name: str, default: str) -> str:
        value = self.text(name, default)
        if urlsplit(value).scheme not in {"sqlite", "postgres", "postgresql"}:
            raise EnvironmentInvalid(
                f"{name} must start with sqlite:// or postgresql:// (value not shown)."
            )
        return value

    def fernet_keys(self, name: str) -> list[str]:
        keys = self.listing(name)
        for position, key in enumerate(keys, start=1):
            try:
                Fernet(key)
            except ValueError as error:
                raise EnvironmentInvalid(
                    f"Key {position} of {name} is not a Fernet key (44 characters of url-safe "
                    "base64): make one with `python tools/setup.py --print-key`."
                ) from error
        return keys


def parse_database(url: str) -> dict[str, Any]:
    """Turn a database URL into Django's DATABASES entry, without engine options.

    A quoted folder as the host (postgresql://user@%2Frun%2Fpostgresql/name) is a Unix socket.
    """
    entry = dict(environ.Env.db_url_config(url))
    return {**entry, "HOST": unquote(entry.get("HOST") or "")}


def parse_email(url: str) -> dict[str, Any]:
    """Turn an e-mail URL into Django's EMAIL_* settings.

    Raises:
        EnvironmentInvalid: the scheme is not one of smtp, smtp+tls, smtp+ssl, filemail,
            consolemail, memorymail, dummymail.
    """
    if urlsplit(url).scheme not in environ.Env.EMAIL_SCHEMES:
        raise EnvironmentInvalid(
            "EMAIL_URL must look like smtp+tls://user:password@host:587 (or smtp, smtp+ssl, "
            "filemail, consolemail); the value is not shown here."
        )
    return dict(environ.Env.email_url_config(url))
