#!/usr/bin/env python3
"""Set-up on a fresh machine: virtual environment, dependencies, `.env` with fresh keys.

Runs with the system's Python and nothing installed, so the standard library is all it has; what is
missing it says in one line. Must not start or migrate anything.
"""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
OLDEST = (3, 11)


def stop(sentence: str) -> NoReturn:
    """End with one line and a failing exit code."""
    sys.exit("Tandem: " + sentence)


def main(arguments: list[str]) -> None:
    """Set up for running, or for development with --dev."""
    if sys.version_info < OLDEST:
        stop(
            "Python {}.{} or newer is needed, this is {}.{}: install it and run make with "
            "PYTHON=python3.11.".format(*(OLDEST + sys.version_info[:2]))
        )
    if "--print-key" in arguments:
        print(new_fernet_key())
        return
    development = "--dev" in arguments
    venv = Path(os.environ.get("VENV") or ".venv")
    venv = venv if venv.is_absolute() else ROOT / venv
    try:
        make_venv(venv)
        install(venv, development)
        make_env_file(ROOT / ".env")
    except OSError as error:
        stop(f"cannot write to {error.filename or ROOT}: {error.strerror}.")


def make_venv(venv: Path) -> None:
    """Create the virtual environment unless it is there."""
    if (venv / "bin" / "python").exists():
        return
    package = "python{}.{}-venv".format(*sys.version_info[:2])
    try:
        import ensurepip  # noqa: F401
        import venv as _  # noqa: F401
    except ImportError:
        stop(f"this Python cannot make virtual environments: sudo apt-get install {package}")
    print(f"Creating {venv.name} ...", flush=True)
    made = subprocess.run(
        [sys.executable, "-m", "venv", str(venv)], capture_output=True, text=True, check=False
    )
    if made.returncode:
        last = (made.stderr.strip() or made.stdout.strip()).splitlines()[-1:]
        stop("the virtual environment could not be made: " + "".join(last))


def install(venv: Path, development: bool) -> None:
    """Install the pinned packages unless the stamp says they are there."""
    names = ["requirements.txt"] + (["requirements-dev.txt"] if development else [])
    stamp = venv / ("tandem-dev.stamp" if development else "tandem-run.stamp")
    fingerprint = fingerprint_of(names)
    if stamp.exists() and stamp.read_text() == fingerprint:
        return
    print(f"Installing {names[-1]} (about a minute the first time) ...", flush=True)
    python = str(venv / "bin" / "python")
    options = ["--quiet", "--disable-pip-version-check", "--no-input"]
    done = subprocess.run(
        [python, "-m", "pip", "install", *options, "-r", str(ROOT / names[-1])], check=False
    )
    if done.returncode:
        stop("installing the packages failed; pip's message stands above.")
    stamp.write_text(fingerprint)
    if development:
        (venv / "tandem-run.stamp").write_text(fingerprint_of(names[:1]))


def fingerprint_of(names: list[str]) -> str:
    """Return a digest of the requirement files and the interpreter."""
    digest = hashlib.sha256(sys.version.encode())
    for name in names:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def make_env_file(path: Path) -> None:
    """Write `.env` with fresh keys, readable by its owner only, unless it is there."""
    if path.exists():
        return
    lines = (
        "# Written by `make setup` with fresh keys; .env.example describes every variable.",
        "# Keep this file: without TANDEM_ENCRYPTION_KEYS every connection must be made again.",
        "SECRET_KEY=" + secrets.token_urlsafe(50),
        "TANDEM_ENCRYPTION_KEYS=" + new_fernet_key(),
    )
    descriptor = os.open(str(path), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write("\n".join(lines) + "\n")
    print("Wrote .env with fresh keys: back it up apart from the database.", flush=True)


def new_fernet_key() -> str:
    """Return a fresh key in the form the cryptography package wants."""
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


if __name__ == "__main__":
    main(sys.argv[1:])
