"""Writes the database into one file and brings it back.

Knows SQLite's online backup and PostgreSQL's pg_dump, and what a restored database must forget:
everything read from the vendors since the backup is unknown to it, so both sides are listed again
before anything may be created. Must not copy the encryption keys: a backup with its keys inside
would be as good as the tokens themselves.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

FORMAT = 1
MANIFEST = "manifest.json"
CONTENT = {"sqlite": "database.sqlite3", "postgresql": "database.pgdump"}
UNFINISHED = "restore.unfinished"


class BackupFailed(Exception):
    """The backup or the restore was not done; the text says why and what to do."""


@dataclass(frozen=True)
class Manifest:
    """What a backup file says about itself; times are ISO 8601, UTC."""

    format: int
    created_at: str
    vendor: str
    sha256: str
    migrations: list[str]
    key_fingerprints: list[str]
    encryption_keys_included: bool = False

    @property
    def can_be_decrypted(self) -> bool:
        """Whether this installation has a key the backup's tokens were encrypted under."""
        return bool(set(self.key_fingerprints) & set(key_fingerprints()))


def write_backup(*, file: Path) -> Manifest:
    """Write the whole database to `file`, which appears only when it is complete.

    Readers and writers may go on meanwhile: the copy is of one moment.

    Raises:
        BackupFailed: the file cannot be written or the copy failed.
    """
    vendor = supported_vendor()
    with working_directory() as folder:
        content = folder / CONTENT[vendor]
        if vendor == "sqlite":
            copy_sqlite(source=database_name(), target=content)
        else:
            options = ["--format=custom", "--no-owner", "--no-privileges", f"--file={content}"]
            run_postgres_tool("pg_dump", *options)
        manifest = Manifest(
            format=FORMAT,
            created_at=timezone.now().isoformat(timespec="seconds"),
            vendor=vendor,
            sha256=digest_of(content),
            migrations=applied_migrations(),
            key_fingerprints=key_fingerprints(),
        )
        try:
            pack(file, content, manifest)
        except OSError as error:
            raise BackupFailed(f"{file} cannot be written: {error.strerror}.") from error
    return manifest


def read_manifest(*, file: Path) -> Manifest:
    """Return what the backup says about itself.

    Raises:
        BackupFailed: it is not a backup of Tandem's, or of a newer Tandem.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            content = json.loads(archive.read(MANIFEST))
        if content["format"] > FORMAT:
            raise BackupFailed(f"{file} was written by a newer Tandem: update this one first.")
        return Manifest(**content)
    except OSError as error:
        raise BackupFailed(f"{file} cannot be read: {error.strerror}.") from error
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError) as error:
        raise BackupFailed(f"{file} is not a backup written by `manage.py backup`.") from error


def restore_backup(*, file: Path) -> Manifest:
    """Replace the database by the backup's, bring it up to date, and ask for full listings.

    A restore that is cut short leaves a mark behind, and `manage.py up` refuses to start until a
    restore has run to its end: between the old rows and the listing flags lies a database that
    would create in both systems what is already there.

    Raises:
        BackupFailed: nothing was replaced, except when the message says so.
    """
    manifest = read_manifest(file=file)
    if manifest.vendor != supported_vendor():
        raise BackupFailed(
            f"The backup is of a {manifest.vendor} database, DATABASE_URL names a "
            f"{supported_vendor()} one: restore it into its own kind."
        )
    with working_directory() as folder:
        with zipfile.ZipFile(file) as archive:
            content = Path(archive.extract(CONTENT[manifest.vendor], folder))
        if digest_of(content) != manifest.sha256:
            raise BackupFailed(f"{file} is damaged: its checksum does not match. Nothing was done.")
        unfinished_mark().write_text(str(file))
        if manifest.vendor == "sqlite":
            copy_sqlite(source=content, target=database_name())
        else:
            options = ["--clean", "--if-exists", "--no-owner", "--single-transaction"]
            run_postgres_tool("pg_restore", *options, f"--dbname={database_name()}", str(content))
    connection.close()
    call_command("migrate", verbosity=0, interactive=False)
    forget_listings()
    unfinished_mark().unlink()
    return manifest


@transaction.atomic
def forget_listings() -> None:
    """Mark both sides of every sync as not listed, and drop every reading position."""
    from syncapp.models import Cursor, SyncDefinition

    SyncDefinition.objects.update(hubspot_complete=False, quickbooks_complete=False)
    Cursor.objects.all().delete()


def unfinished_mark() -> Path:
    """Return the file that stands while a restore is not finished."""
    return Path(settings.VAR_DIR) / UNFINISHED


def database_holds_rows() -> bool:
    """Whether a restore would replace anything a person entered."""
    with connection.cursor() as cursor:
        if "auth_user" not in connection.introspection.table_names(cursor):
            return False
        cursor.execute("SELECT EXISTS (SELECT 1 FROM auth_user)")
        row = cursor.fetchone()
    return bool(row and row[0])


def other_sessions() -> int:
    """Return how many other sessions use the database; SQLite has no way to tell, hence 0.

    The server's own workers (autovacuum) belong to no user and come and go: they are not counted.
    """
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND usesysid IS NOT NULL"
        )
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def supported_vendor() -> str:
    """Return `sqlite` or `postgresql`."""
    if connection.vendor not in CONTENT:
        raise BackupFailed(f"Backups of {connection.vendor} are not supported.")
    return connection.vendor


def database_name() -> str:
    """Return the file (SQLite) or the name (PostgreSQL) of the database in use."""
    return str(connection.settings_dict["NAME"])


def applied_migrations() -> list[str]:
    """Return `app.migration` of everything applied, sorted."""
    from django.db.migrations.recorder import MigrationRecorder

    applied = MigrationRecorder(connection).applied_migrations()
    return sorted(f"{app}.{name}" for app, name in applied)


def key_fingerprints() -> list[str]:
    """Return a digest of each key: enough to recognise one, useless for making it."""
    return [
        hashlib.sha256(b"tandem key " + key.encode()).hexdigest()[:16]
        for key in settings.TANDEM_ENCRYPTION_KEYS
    ]


def copy_sqlite(*, source: str | Path, target: str | Path) -> None:
    """Copy one SQLite database over another by the online backup, whatever is in the WAL.

    Raises:
        BackupFailed: one of them cannot be used.
    """
    try:
        with (
            closing(sqlite3.connect(source, timeout=20)) as origin,
            closing(sqlite3.connect(target, timeout=20)) as copy,
        ):
            origin.backup(copy)
            if copy.execute("PRAGMA quick_check").fetchone() != ("ok",):
                raise BackupFailed("The copied database is damaged.")
    except sqlite3.Error as error:
        raise BackupFailed(f"The database cannot be copied: {error}.") from error


def run_postgres_tool(tool: str, *arguments: str) -> None:
    """Run pg_dump or pg_restore on the database in use; the password never is an argument.

    Raises:
        BackupFailed: the tool is missing or failed.
    """
    executable = shutil.which(tool)
    if executable is None:
        raise BackupFailed(f"{tool} is missing: apt-get install postgresql-client.")
    target: dict[str, Any] = connection.settings_dict
    names = {"HOST": "PGHOST", "PORT": "PGPORT", "USER": "PGUSER", "PASSWORD": "PGPASSWORD"}
    environment = {**os.environ, "PGDATABASE": database_name()}
    environment |= {names[key]: str(target[key]) for key in names if target.get(key)}
    done = subprocess.run(
        [executable, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no message"])[0]
        raise BackupFailed(f"{tool} failed: {reason}")


def pack(file: Path, content: Path, manifest: Manifest) -> None:
    """Write the archive beside its place, readable by its owner only, then move it there."""
    half = file.with_name(f"{file.name}.part")
    descriptor = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with (
            os.fdopen(descriptor, "wb") as stream,
            zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive,
        ):
            archive.writestr(MANIFEST, json.dumps(asdict(manifest), indent=2))
            archive.write(content, content.name)
        half.replace(file)
    finally:
        half.unlink(missing_ok=True)


def digest_of(file: Path) -> str:
    """Return the file's SHA-256 in hex."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


@contextmanager
def working_directory() -> Iterator[Path]:
    """A private folder on the data folder's disk, removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="backup-", dir=settings.VAR_DIR) as name:
        yield Path(name)


def check_database() -> None:
    """Raise BackupFailed in one sentence if the database cannot be reached."""
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        first = (str(error).strip().splitlines() or ["no message"])[0]
        raise BackupFailed(f"The database cannot be used: {first}") from error
