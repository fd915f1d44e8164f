"""The search over records finds parts of texts and whole ids, with and without an index (S31)."""

from __future__ import annotations

import pytest
from django.db import connection
from django.utils import timezone

from syncapp.models import RecordLink, SyncDefinition
from syncapp.services import record_search
from tests.admin import rows

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def links() -> list[RecordLink]:
    definition = SyncDefinition.objects.create(pair=rows.joined(), object_type="contacts")
    now = timezone.now()
    made = [
        RecordLink(
            definition=definition, origin="hubspot", hubspot_id=str(4200 + number), label=label,
            party=party, email=email, created_at=now, updated_at=now,
        )
        for number, (label, party, email) in enumerate(
            [
                ("Zoë Müßig", "", "zoe@example.com"),
                ('50% "off_all"', "Acme & Co", ""),
                ("Jo Ann", "Acme Limited", "jo@example.org"),
            ]
        )
    ]  # fmt: skip
    return RecordLink.objects.bulk_create(made)


def found(words: str) -> list[str]:
    links = record_search.narrow(RecordLink.objects.order_by("pk"), words)
    return [str(link.hubspot_id) for link in links]


WORDS = [
    ("müßig", ["4200"]), ("ZOE@", ["4200"]), ("acme", ["4201", "4202"]),
    ("acme limited", ["4202"]), ("acme jo", ["4202"]), ('"off_', ["4201"]), ("0% \"", ["4201"]),
    ("off.all", []), ("4202", ["4202"]), ("420", []), ("%%%", []), ("'; --", []), ("", ["4200",
     "4201", "4202"]), ("jo", ["4202"]), ("example", ["4200", "4202"]),
]  # fmt: skip


@pytest.mark.parametrize(("words", "ids"), WORDS)
def test_words_are_found(links: list[RecordLink], words: str, ids: list[str]) -> None:
    assert record_search.is_indexed()
    assert found(words) == ids


@pytest.mark.parametrize(("words", "ids"), [case for case in WORDS if case[0].isascii()])
def test_common_words_and_a_database_without_an_index_find_the_same(
    links: list[RecordLink], words: str, ids: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_search, "is_indexed", lambda alias: False)
    assert found(words) == ids
    monkeypatch.undo()
    monkeypatch.setattr(record_search, "MANY", 0)
    if ids and not words.isdecimal():
        assert found(words) == ids


def test_the_index_follows_what_is_saved_changed_and_deleted(links: list[RecordLink]) -> None:
    RecordLink.objects.filter(pk=links[0].pk).update(label="Ada King")
    assert (found("müßig"), found("king")) == ([], ["4200"])
    links[1].delete()
    assert found("acme") == ["4202"]


def test_the_index_comes_back_after_a_migration_has_dropped_it(links: list[RecordLink]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f'DROP TRIGGER "{record_search.INDEX}_update"')
        else:
            cursor.execute(f'DROP INDEX "{record_search.INDEX}"')
    assert not record_search.is_indexed()
    RecordLink.objects.filter(pk=links[0].pk).update(label="Ada King")
    assert found("king") == ["4200"]
    record_search.ensure_index()
    assert record_search.is_indexed()
    assert (found("king"), found("müßig")) == (["4200"], [])
