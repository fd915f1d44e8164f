"""The environment: what is read, and the one sentence for each mistake."""

from __future__ import annotations

import re
from typing import ClassVar

import pytest
from cryptography.fernet import Fernet

from config import env

KEY = Fernet.generate_key().decode()
LEAST = {"SECRET_KEY": "s" * 50, "TANDEM_ENCRYPTION_KEYS": KEY}


def test_the_least_environment_gives_the_embedded_default(monkeypatch, tmp_path):
    monkeypatch.setattr(env, "BASE_DIR", tmp_path)
    found = env.read(LEAST)
    assert not found.debug
    assert found.database_url == f"sqlite:///{tmp_path}/var/db.sqlite3"
    assert found.broker_url == f"sqla+sqlite:///{tmp_path}/var/broker.sqlite3"
    assert found.public_url == "http://127.0.0.1:8000"
    assert not found.is_https
    assert found.trusted_proxy_count == 0
    assert dict(found.sync) == dict(env.SYNC_DEFAULTS)


def test_redis_becomes_the_broker_unless_another_one_is_named():
    redis = {"REDIS_URL": "redis://r:6379/0"}
    assert env.read({**LEAST, **redis}).broker_url == "redis://r:6379/0"
    named = {"CELERY_BROKER_URL": "redis://other:6379/3"}
    assert env.read({**LEAST, **redis, **named}).broker_url == "redis://other:6379/3"


def test_the_port_moves_the_public_address():
    assert env.read({**LEAST, "PORT": "8123"}).public_url == "http://127.0.0.1:8123"


def test_an_https_address_expects_one_proxy():
    found = env.read({**LEAST, "PUBLIC_URL": "https://tandem.example.com/"})
    assert found.public_url == "https://tandem.example.com"
    assert found.is_https
    assert found.trusted_proxy_count == 1


def test_a_sync_setting_is_read_by_its_prefixed_name():
    assert env.read({**LEAST, "SYNC_OVERLAP_SECONDS": "7"}).sync["OVERLAP_SECONDS"] == 7


def test_several_keys_are_a_comma_list_in_order():
    other = Fernet.generate_key().decode()
    found = env.read({**LEAST, "TANDEM_ENCRYPTION_KEYS": f"{other}, {KEY}"})
    assert found.encryption_keys == [other, KEY]


def test_an_empty_value_means_not_set():
    assert env.read({**LEAST, "PORT": "", "VAR_DIR": " "}).port == 8000


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", ""),
        ("DEBUG", "maybe"),
        ("PORT", "http"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("WEB_WORKERS", "0"),
        ("SYNC_TICK_SECONDS", "-1"),
        ("SYNC_TICK_SECONDS", "1.5"),
        ("PUBLIC_URL", "tandem.example.com"),
        ("PUBLIC_URL", "ftp://tandem.example.com"),
        ("DATABASE_URL", "mysql://root:hunter2@db/tandem"),
        ("TANDEM_ENCRYPTION_KEYS", "hunter2"),
        ("LANGUAGE_CODE", "fr"),
        ("LOG_LEVEL", "LOUD"),
    ],
)
def test_a_mistake_is_one_sentence_that_names_the_variable(name, value):
    with pytest.raises(env.EnvironmentInvalid) as caught:
        env.read({**LEAST, name: value})
    message = str(caught.value)
    assert name in message
    assert "\n" not in message
    assert message.endswith(".")
    assert "hunter2" not in message


def test_a_broken_mail_address_does_not_show_its_password():
    with pytest.raises(env.EnvironmentInvalid, match="EMAIL_URL") as caught:
        env.parse_email("imap://me:hunter2@mail.example.com")
    assert "hunter2" not in str(caught.value)


def test_mail_over_smtp_with_tls():
    found = env.parse_email("smtp+tls://me%40example.com:pass@mail.example.com:587")
    assert found["EMAIL_HOST"] == "mail.example.com"
    assert found["EMAIL_PORT"] == 587
    assert found["EMAIL_HOST_USER"] == "me@example.com"
    assert found["EMAIL_USE_TLS"] is True


def test_the_file_fills_in_what_the_environment_lacks(monkeypatch, tmp_path):
    monkeypatch.setattr(env, "BASE_DIR", tmp_path)
    monkeypatch.setattr(env, "_presets", {})
    (tmp_path / ".env").write_text(
        f"# a comment\nSECRET_KEY=from-file\nTANDEM_ENCRYPTION_KEYS={KEY}\nPORT=8001\n"
    )
    for name in ("SECRET_KEY", "TANDEM_ENCRYPTION_KEYS", "PUBLIC_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PORT", "8002")
    found = env.current()
    assert found.secret_key == "from-file"
    assert found.encryption_keys == [KEY]
    assert found.port == 8002


def test_the_file_does_not_leak_into_the_environment_of_children(tmp_path, monkeypatch):
    monkeypatch.delenv("ONLY_IN_FILE", raising=False)
    (tmp_path / ".env").write_text("ONLY_IN_FILE=1\n")
    assert env.read_file(tmp_path / ".env") == {"ONLY_IN_FILE": "1"}
    assert env.read_file(tmp_path / "absent") == {}
    import os

    assert "ONLY_IN_FILE" not in os.environ


def test_a_data_folder_with_odd_characters_survives_the_url(tmp_path):
    folder = tmp_path / "a b+c#d%20"
    found = env.read({**LEAST, "VAR_DIR": str(folder)})
    assert env.parse_database(found.database_url)["NAME"] == f"{folder}/db.sqlite3"
    assert env.parse_email(found.email_url)["EMAIL_FILE_PATH"] == f"{folder}/mail"


def test_a_unix_socket_is_a_quoted_folder():
    found = env.parse_database("postgresql://tandem@%2Frun%2Fpostgresql:5433/name")
    assert (found["HOST"], found["PORT"]) == ("/run/postgresql", 5433)
    assert (found["USER"], found["NAME"]) == ("tandem", "name")


class Asked(dict[str, str]):
    """An environment that notes which variables are looked up."""

    names: ClassVar[set[str]] = set()

    def __getitem__(self, name: str) -> str:
        self.names.add(name)
        return super().__getitem__(name)


def test_the_example_file_describes_every_variable_and_no_other(monkeypatch):
    monkeypatch.setattr(env, "dict", Asked, raising=False)
    env.read(LEAST)
    example = (env.BASE_DIR / ".env.example").read_text()
    described = set(re.findall(r"^([A-Z_]+)=", example, flags=re.MULTILINE))
    assert described == Asked.names


def test_the_example_file_states_the_real_defaults(monkeypatch):
    for_all = {**env.read_file(env.BASE_DIR / ".env.example"), **LEAST}
    assert env.read(for_all) == env.read(LEAST)
