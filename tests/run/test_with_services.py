"""The wrapper that starts private servers: what it passes on and what it leaves behind."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

from syncapp.management.supervisor import answers

WRAPPER = Path(__file__).resolve().parents[2] / "tools" / "with_services.py"
SHOW = "import json, os, sys; json.dump(dict(os.environ), sys.stdout); sys.exit(7)"


def wrap(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(WRAPPER), *command],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_command_gets_its_servers_and_they_go_away_with_it():
    inherited = {"DATABASE_URL": "postgresql://prod/db", "REDIS_URL": "redis://prod:6379/0"}
    result = wrap(sys.executable, "-c", SHOW, **inherited, REQUIRE_SERVICES="")
    assert result.returncode == 7  # the command's own
    seen = json.loads(result.stdout)
    assert seen["TANDEM_WITH_SERVICES"] == "1"
    # Nothing of the caller's own servers reaches the command, started or not.
    assert "prod" not in seen.get("DATABASE_URL", "") + seen.get("REDIS_URL", "")
    if "DATABASE_URL" in seen:
        assert not Path(unquote(str(urlsplit(seen["DATABASE_URL"]).hostname))).exists()
    if "REDIS_URL" in seen:
        assert not answers("127.0.0.1", urlsplit(seen["REDIS_URL"]).port or 0)


def test_a_missing_server_is_fatal_when_required():
    result = wrap("true", REQUIRE_SERVICES="1", PATH="/nonexistent")
    assert result.returncode == 1
    assert "Redis is not on this machine" in result.stderr or "PostgreSQL" in result.stderr


def test_without_a_command_it_says_how_to_use_it():
    result = wrap()
    assert result.returncode == 2
    assert result.stderr.startswith("usage:")
