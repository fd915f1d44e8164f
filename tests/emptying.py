"""Between tests with real transactions: every table is emptied, then holds what a migration sets.

Django empties the tables and announces a migration, so that content types, permissions and ready
groups are there again; to find out what those are takes longer than most tests. They never differ:
the first time they are found out and kept, from then on they are put back as rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management.commands import flush
from django.db import connections, transaction

Rows = list[tuple[str, list[tuple[Any, ...]]]]


class AfterMigration:
    """What stands in the tables right after a migration: found out once, put back from then on."""

    def __init__(self) -> None:
        self.kept: dict[str, Rows] = {}

    def __call__(self, verbosity: int, interactive: bool, db: str) -> None:
        if db in self.kept:
            self.put_back(db)
        else:
            self.announce(verbosity, interactive, db)
            self.kept[db] = self.read(db)

    announce = staticmethod(flush.emit_post_migrate_signal)

    def read(self, db: str) -> Rows:
        """Every row of every table, with the statement that puts it back."""
        connection = connections[db]
        found: Rows = []
        with connection.cursor() as cursor:
            tables = connection.introspection.django_table_names(
                only_existing=True, include_views=False
            )
            for table in tables:
                cursor.execute(f'SELECT * FROM "{table}"')
                names = ", ".join(f'"{column[0]}"' for column in cursor.description)
                marks = ", ".join("%s" for _ in cursor.description)
                if rows := cursor.fetchall():
                    found.append((f'INSERT INTO "{table}" ({names}) VALUES ({marks})', rows))
        return found

    def put_back(self, db: str) -> None:
        """In one transaction: the databases look at foreign keys at its end."""
        with transaction.atomic(using=db), connections[db].cursor() as cursor:
            for statement, rows in self.kept[db]:
                cursor.executemany(statement, rows)


@pytest.fixture(autouse=True, scope="session")
def _rows_of_a_migration_are_found_out_once() -> Iterator[None]:
    patch = pytest.MonkeyPatch()
    patch.setattr(flush, "emit_post_migrate_signal", AfterMigration())
    yield
    patch.undo()
