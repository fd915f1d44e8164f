"""Finds records by parts of their names, customers, numbers and e-mails, or by an id.

The database keeps the index up by itself, so that it holds what the links hold, whoever saves
them: on SQLite an FTS5 table of trigrams and three triggers, on PostgreSQL a trigram index. Where
the database has neither (an old SQLite, no right to create the extension pg_trgm) the same
records are found by reading all of them, which takes seconds at a million.

Must not know who asks, nor the other filters of a list (``services/records.py``).
"""

from __future__ import annotations

import logging
from typing import Any

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from syncapp.models import RecordKey, RecordLink, SyncDefinition

LINKS = RecordLink._meta.db_table
KEYS = RecordKey._meta.db_table
INDEX = f"{LINKS}_search"
COLUMNS = ("label", "party", "number", "email")
#: What a trigram index can find at the least.
SHORTEST = 3
#: Up to so many records are read one by one for words that are too short for the index.
FEW = 20_000
#: Words that more records hold are looked for in the order of the list, which soon fills a page.
MANY = 50_000
_TRIGGERS = ("insert", "update", "delete")
_TEXT = "lower(" + " || ' ' || ".join(COLUMNS) + ")"

log = logging.getLogger(__name__)


def narrow(links: QuerySet[RecordLink], words: str) -> QuerySet[RecordLink]:
    """Those of ``links`` in which each word is found; a single word may also be an id."""
    parts = words.split()
    if not parts:
        return links
    long = [part for part in parts if len(part) >= SHORTEST]
    if not is_indexed(links.db):
        return _read_all(links, parts)
    if not long:
        exact = links.filter(pk__in=_of_id(parts[0])) if len(parts) == 1 else links.none()
        few = RecordLink.objects.order_by()[: FEW + 1].count() <= FEW
        return _read_all(links, parts) if few else exact
    if is_common(words, links.db):
        return _read_all(links, parts, alone=False)
    found = links.filter(pk__in=_indexed(links.db, long, alone=len(parts) == 1))
    for part in parts:
        if part not in long:
            found = found.filter(_holds(part))
    return found


def is_common(words: str, alias: str = DEFAULT_DB_ALIAS) -> bool:
    """Whether more than ``MANY`` records hold all words; looks no further than it must."""
    long = [part for part in words.split() if len(part) >= SHORTEST]
    if not long or not is_indexed(alias):
        return False
    found = _indexed(alias, long, alone=False)
    with connections[alias].cursor() as cursor:
        cursor.execute(
            f"SELECT COUNT(*) FROM ({found.sql} LIMIT {MANY + 1}) AS found",  # noqa: S608
            found.params,
        )
        row = cursor.fetchone()
    return bool(row and row[0] > MANY)


def _indexed(alias: str, words: list[str], *, alone: bool) -> RawSQL:
    """The ids of the links that hold all words, as one subquery for either database."""
    if connections[alias].vendor == "sqlite":
        sql = f'SELECT rowid FROM "{INDEX}" WHERE "{INDEX}" MATCH %s'  # noqa: S608 # own names
        params = [" AND ".join(_quoted(word) for word in words)]
    else:
        like = " AND ".join(f"{_TEXT} LIKE lower(%s)" for _ in words)
        sql = f'SELECT id FROM "{LINKS}" WHERE {like}'  # noqa: S608 # own names
        params = [f"%{_escaped(word)}%" for word in words]
    if alone:
        exact = _of_id(words[0])
        sql, params = f"{sql} UNION {exact.sql}", [*params, *exact.params]
    return RawSQL(sql, params)  # noqa: S611 # own names, words as parameters


def _of_id(word: str) -> RawSQL:
    """The ids of the links that a word names exactly: an id of a side, or a key that begins so.

    The syncs are named because the indexes of ids and keys begin with them.
    """
    syncs = list(SyncDefinition.objects.order_by("pk").values_list("pk", flat=True)) or [0]
    named = ", ".join(str(int(pk)) for pk in syncs)
    start = word.casefold()
    sql = " UNION ".join(
        (
            f'SELECT id FROM "{LINKS}" WHERE definition_id IN ({named}) AND hubspot_id = %s',  # noqa: S608
            f'SELECT id FROM "{LINKS}" WHERE definition_id IN ({named}) AND quickbooks_id = %s',  # noqa: S608
            f'SELECT link_id FROM "{KEYS}" WHERE definition_id IN ({named}) AND purpose = %s '  # noqa: S608
            "AND value >= %s AND value < %s",
        )
    )
    match = RecordKey.Purpose.MATCH.value
    params = [word, word, match, start, start + "\uffff"]
    return RawSQL(sql, params)  # noqa: S611 # own names, words as parameters


def _read_all(
    links: QuerySet[RecordLink], words: list[str], *, alone: bool = True
) -> QuerySet[RecordLink]:
    held = Q()
    for word in words:
        held &= _holds(word)
    if alone and len(words) == 1:
        held |= Q(pk__in=_of_id(words[0]))
    return links.filter(held)


def _holds(word: str) -> Q:
    found = Q()
    for column in COLUMNS:
        found |= Q(**{f"{column}__icontains": word})
    return found


def _quoted(word: str) -> str:
    """A word as FTS5 takes it literally."""
    return '"' + word.replace('"', '""') + '"'


def _escaped(word: str) -> str:
    """A word as LIKE takes it literally."""
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def is_indexed(alias: str = DEFAULT_DB_ALIAS) -> bool:
    """Whether this database has the index."""
    connection = connections[alias]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            return len(_parts(cursor)) == 1 + len(_TRIGGERS)
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [INDEX])
        row = cursor.fetchone()
    return bool(row and row[0])


def ensure_index(using: str = DEFAULT_DB_ALIAS, **signal: Any) -> None:
    """Make the index, or mend it; called after each migration. Does nothing where it stands."""
    connection = connections[using]
    if LINKS not in connection.introspection.table_names() or is_indexed(using):
        return
    make = _make_on_sqlite if connection.vendor == "sqlite" else _make_on_postgresql
    try:
        with transaction.atomic(using=using):
            make(connection)
    except DatabaseError as error:
        log.warning("The search reads all records, because its index cannot be made: %s", error)


def _parts(cursor: Any) -> set[str]:
    names = [INDEX, *(f"{INDEX}_{one}" for one in _TRIGGERS)]
    marks = ", ".join(["%s"] * len(names))
    cursor.execute(f"SELECT name FROM sqlite_master WHERE name IN ({marks})", names)  # noqa: S608
    return {row[0] for row in cursor.fetchall()}


def _make_on_sqlite(connection: BaseDatabaseWrapper) -> None:
    listed = ", ".join(COLUMNS)
    new, old = (", ".join(f"{row}.{name}" for name in COLUMNS) for row in ("new", "old"))
    differs = " OR ".join(f"new.{name} IS NOT old.{name}" for name in COLUMNS)
    put = f'INSERT INTO "{INDEX}"(rowid, {listed}) VALUES (new.id, {new});'  # noqa: S608
    take = (
        f'INSERT INTO "{INDEX}"("{INDEX}", rowid, {listed}) '  # noqa: S608
        f"VALUES ('delete', old.id, {old});"
    )
    begin = f'CREATE TRIGGER "{INDEX}_'
    with connection.cursor() as cursor:
        for one in _TRIGGERS:
            cursor.execute(f'DROP TRIGGER IF EXISTS "{INDEX}_{one}"')
        cursor.execute(
            f'CREATE VIRTUAL TABLE IF NOT EXISTS "{INDEX}" USING fts5({listed}, '
            f"content='{LINKS}', content_rowid='id', tokenize='trigram')"
        )
        cursor.execute(f'{begin}insert" AFTER INSERT ON "{LINKS}" BEGIN {put} END')
        cursor.execute(f'{begin}delete" AFTER DELETE ON "{LINKS}" BEGIN {take} END')
        cursor.execute(
            f'{begin}update" AFTER UPDATE OF {listed} ON "{LINKS}" WHEN {differs} '
            f"BEGIN {take} {put} END"
        )
        cursor.execute(f'INSERT INTO "{INDEX}"("{INDEX}") VALUES (\'rebuild\')')  # noqa: S608


def _make_on_postgresql(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        cursor.execute(
            f'CREATE INDEX IF NOT EXISTS "{INDEX}" ON "{LINKS}" USING gin (({_TEXT}) gin_trgm_ops)'
        )
