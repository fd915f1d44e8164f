"""Backup and restore: what comes back, what is forgotten, what is refused."""

from __future__ import annotations

import io
import json
import stat
import zipfile

import psycopg
import pytest
from cryptography.fernet import Fernet
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.utils import timezone

from syncapp.management import lock
from syncapp.models import AccountPair, Connection, Cursor, SyncDefinition
from syncapp.services import backup

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.services]


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def definition():
    get_user_model().objects.create_superuser("ada", "", "pw")
    hubspot = Connection.objects.create(side="hubspot", external_id="1")
    quickbooks = Connection.objects.create(side="quickbooks", external_id="2")
    pair = AccountPair.objects.create(hubspot=hubspot, quickbooks=quickbooks)
    Cursor.objects.create(pair=pair, side="hubspot", stream="contacts", position=timezone.now())
    return SyncDefinition.objects.create(
        pair=pair, object_type="contacts", hubspot_complete=True, quickbooks_complete=True
    )


@pytest.fixture
def file(definition, tmp_path):
    path = tmp_path / "tandem.backup"
    said = run("backup", "--out", str(path))
    assert "Not in it: TANDEM_ENCRYPTION_KEYS" in said
    return path


def test_a_backup_is_private_and_holds_no_key(file, settings):
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(file.parent.glob("*.part")) == []
    with zipfile.ZipFile(file) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        content = b"".join(archive.read(name) for name in archive.namelist())
    assert manifest["encryption_keys_included"] is False
    assert manifest["vendor"] == connection.vendor
    assert settings.TANDEM_ENCRYPTION_KEYS[0].encode() not in content
    assert settings.SECRET_KEY.encode() not in content


def test_a_restore_brings_back_the_rows_of_that_moment(file):
    users = get_user_model().objects
    users.filter(username="ada").update(username="grace")
    users.create_user("later")
    run("restore", "--in", str(file), "--yes")
    assert [user.username for user in users.all()] == ["ada"]


def test_after_a_restore_both_sides_must_be_listed_again(file, definition):
    assert "listed in full before anything is created" in run("restore", "--in", str(file), "--yes")
    definition.refresh_from_db()
    assert (definition.hubspot_complete, definition.quickbooks_complete) == (False, False)
    assert Cursor.objects.count() == 0
    assert not backup.unfinished_mark().exists()


def test_a_restore_cut_short_is_remembered(file, monkeypatch, settings, free_port):
    settings.PORT = free_port()

    def power_cut() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(backup, "forget_listings", power_cut)
    with pytest.raises(KeyboardInterrupt):
        run("restore", "--in", str(file), "--yes")
    monkeypatch.undo()
    try:
        with pytest.raises(CommandError, match="did not run to its end"):
            run("up")
    finally:
        run("restore", "--in", str(file), "--yes")
    assert not backup.unfinished_mark().exists()


def test_data_is_not_replaced_without_yes(file):
    get_user_model().objects.create_user("later")
    with pytest.raises(CommandError, match="--yes"):
        run("restore", "--in", str(file))
    assert get_user_model().objects.filter(username="later").exists()


def test_nothing_is_restored_while_tandem_runs(file, settings):
    with lock.hold(settings.VAR_DIR), pytest.raises(CommandError, match="already running"):
        run("restore", "--in", str(file), "--yes")


@pytest.mark.postgres
def test_nothing_is_restored_beside_another_session(file):
    """Counted are clients alone: the server's own workers may look in at any moment."""
    with (
        psycopg.connect(**connection.get_connection_params()),
        pytest.raises(CommandError, match="1 other sessions use the database"),
    ):
        run("restore", "--in", str(file), "--yes")


def test_a_changed_key_is_said(file, settings):
    settings.TANDEM_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    assert "press Reconnect" in run("restore", "--in", str(file), "--yes")


def test_a_rotated_key_is_no_matter(file, settings):
    fresh = Fernet.generate_key().decode()
    settings.TANDEM_ENCRYPTION_KEYS = [fresh, *settings.TANDEM_ENCRYPTION_KEYS]
    assert "Reconnect" not in run("restore", "--in", str(file), "--yes")


@pytest.mark.parametrize("content", [b"", b"not a backup", None])
def test_another_file_is_refused_in_one_sentence(content, tmp_path, definition):
    path = tmp_path / "other"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CommandError) as caught:
        run("restore", "--in", str(path), "--yes")
    assert "\n" not in str(caught.value)
    assert SyncDefinition.objects.get().hubspot_complete


def test_a_damaged_backup_changes_nothing(file, tmp_path, definition):
    damaged = tmp_path / "damaged"
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(damaged, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name) + (b"" if name == backup.MANIFEST else b"x"))
    with pytest.raises(CommandError, match="damaged"):
        run("restore", "--in", str(damaged), "--yes")
    assert SyncDefinition.objects.get().hubspot_complete


def test_a_backup_of_the_other_kind_of_database_is_refused(file, tmp_path):
    other = tmp_path / "other"
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(other, "w") as new:
        manifest = json.loads(old.read("manifest.json"))
        new.writestr("manifest.json", json.dumps({**manifest, "vendor": "oracle"}))
    with pytest.raises(CommandError, match="its own kind"):
        run("restore", "--in", str(other), "--yes")


def test_a_place_that_cannot_be_written_is_one_sentence(definition, tmp_path):
    with pytest.raises(CommandError, match="cannot be written"):
        run("backup", "--out", str(tmp_path / "absent" / "file"))
