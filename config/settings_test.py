"""Settings for the tests: the real ones, minus the `.env` file, the disk and the outside.

Knows what makes tests quick and independent of the machine. Must not switch off a behaviour that
a test is meant to see (tests that look at signing-in limits or static files turn them on again).
"""

from __future__ import annotations

import secrets
import tempfile
from pathlib import Path

from config import env

# Only named here: mypy imports this module, too. tests/conftest.py makes and removes the folder.
SCRATCH_DIR = Path(tempfile.gettempdir()) / f"tandem-test-{secrets.token_hex(8)}"
env.preset(
    {
        "SECRET_KEY": "only-for-tests-0123456789-0123456789-0123456789-0123456789",
        "TANDEM_ENCRYPTION_KEYS": "dGVzdHMtb25seS10ZXN0cy1vbmx5LXRlc3RzLW9ubHk=",
        "VAR_DIR": str(SCRATCH_DIR),
        "EMAIL_URL": "memorymail://",
        "CELERY_BROKER_URL": "memory://",
    }
)

from config.settings import *  # noqa: E402, F403
from config.settings import DATABASES, VAR_DIR  # noqa: E402

if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file rather than memory: threads of a live server meet the same locks as in real use.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] = (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA cache_size=-20000;"
    )

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AXES_ENABLED = False
