"""A database in memory with the product's tables: made once per process, emptied per scenario.

Knows tables only; what is in them belongs to the services.
"""

from __future__ import annotations

import os
from typing import Any


def boot() -> None:
    """Set Django up with an empty in-memory database, for a process of its own (not pytest's)."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings_test")
    os.environ.pop("DATABASE_URL", None)
    import django

    django.setup()
    from django.apps import apps
    from django.db import connection

    connection.settings_dict["NAME"] = ":memory:"
    with connection.schema_editor() as editor:
        for model in apps.get_models():
            if model._meta.managed and not model._meta.proxy:
                editor.create_model(model)


def wipe() -> None:
    """Delete every row of the product's tables, and begin to count at 1 again."""
    from django.apps import apps
    from django.db import connection

    tables = [model._meta.db_table for model in apps.get_app_config("syncapp").get_models()]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA foreign_keys = OFF")
            for table in tables:
                cursor.execute(f'DELETE FROM "{table}"')
            cursor.execute("DELETE FROM sqlite_sequence")
            cursor.execute("PRAGMA foreign_keys = ON")
        else:
            names = ", ".join(f'"{table}"' for table in tables)
            cursor.execute(f"TRUNCATE {names} RESTART IDENTITY CASCADE")


def texts() -> list[str]:
    """Every text that stands in the product's tables, as it is stored (for I12)."""
    from django.apps import apps
    from django.db import connection

    found: list[str] = []
    with connection.cursor() as cursor:
        for model in apps.get_app_config("syncapp").get_models():
            cursor.execute(f'SELECT * FROM "{model._meta.db_table}"')
            rows: list[tuple[Any, ...]] = cursor.fetchall()
            found += [cell for row in rows for cell in row if isinstance(cell, str)]
    return found


def unstorable() -> list[str]:
    """What stands in the product's tables and PostgreSQL would have refused: too long, or NUL."""
    from django.apps import apps
    from django.db.models import CharField

    found: list[str] = []
    for model in apps.get_app_config("syncapp").get_models():
        fields = model._meta.concrete_fields
        limits = {f.column: f.max_length for f in fields if isinstance(f, CharField)}
        for column, limit, text in _cells(model._meta.db_table, limits):
            if limit is not None and len(text) > limit:
                found.append(f"{model.__name__}.{column} has {len(text)} characters")
            if "\x00" in text or "\\u0000" in text:
                found.append(f"{model.__name__}.{column} holds NUL")
    return found


def _cells(table: str, limits: dict[str, int | None]) -> list[tuple[str, int | None, str]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f'SELECT * FROM "{table}"')
        columns = [column[0] for column in cursor.description]
        return [
            (column, limits.get(column), cell)
            for row in cursor.fetchall()
            for column, cell in zip(columns, row, strict=True)
            if isinstance(cell, str)
        ]
