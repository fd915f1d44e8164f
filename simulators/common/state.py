"""Durable state: every row of a simulator in one SQLite file, or nowhere.

Knows kinds, ids and JSON bodies; must not know what they mean. Callers keep their own
in-memory structures and report each change; :meth:`State.flush` writes them in one transaction.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_SCHEMA = """
CREATE TABLE IF NOT EXISTS rows (
    kind TEXT NOT NULL, id TEXT NOT NULL, body TEXT NOT NULL, UNIQUE (kind, id)
)
"""
# An upsert keeps the rowid, so rows load in the order they were first written.
_PUT = """
INSERT INTO rows (kind, id, body) VALUES (?, ?, ?)
ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body
"""


class StateFileError(Exception):
    """The state file cannot be used; the text says why and is fit to be shown."""


class State:
    """Rows by kind and id, written through to a file when there is one.

    Not thread safe by itself: the application calls it under its own lock.
    """

    def __init__(self, path: Path | str | None = None) -> None:
        self.path = Path(path) if path is not None else None
        self._pending: dict[tuple[str, str], Any] = {}
        self._db: sqlite3.Connection | None = None
        if self.path is not None:
            self._db = self._open(self.path)

    @staticmethod
    def _open(path: Path) -> sqlite3.Connection:
        try:
            db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=NORMAL")
            db.execute(_SCHEMA)
            # A read-only file opens happily and fails at the first write: find out now.
            db.execute("BEGIN IMMEDIATE")
            db.execute("COMMIT")
        except sqlite3.Error as error:
            raise StateFileError(f"Cannot write the state file {path}: {error}.") from error
        return db

    @property
    def is_new(self) -> bool:
        """True when nothing was ever stored (always true without a file)."""
        if self._db is None:
            return True
        return self._db.execute("SELECT 1 FROM rows LIMIT 1").fetchone() is None

    def load(self, kind: str) -> Iterator[tuple[str, Any]]:
        """All ``(id, body)`` of a kind, in the order of first writing."""
        if self._db is None:
            return
        rows = self._db.execute("SELECT id, body FROM rows WHERE kind = ? ORDER BY rowid", (kind,))
        for row_id, body in rows:
            yield row_id, json.loads(body)

    def get(self, kind: str, row_id: str, default: Any = None) -> Any:
        """One stored body, or ``default``."""
        if self._db is None:
            return default
        row = self._db.execute(
            "SELECT body FROM rows WHERE kind = ? AND id = ?", (kind, row_id)
        ).fetchone()
        return default if row is None else json.loads(row[0])

    def put(self, kind: str, row_id: str, body: Any) -> None:
        """Note a new or changed row; ``body`` is turned into JSON at :meth:`flush`.

        ``body`` may have a ``to_json()`` method returning something JSON can hold.
        """
        if self._db is not None:
            self._pending[kind, row_id] = body

    def delete(self, kind: str, row_id: str) -> None:
        """Note that a row is gone."""
        if self._db is not None:
            self._pending[kind, row_id] = _GONE

    def flush(self) -> None:
        """Write everything noted since the last flush, in one transaction."""
        if self._db is None or not self._pending:
            return
        gone = [key for key, body in self._pending.items() if body is _GONE]
        kept = [
            (kind, row_id, _dump(body))
            for (kind, row_id), body in self._pending.items()
            if body is not _GONE
        ]
        self._db.execute("BEGIN IMMEDIATE")
        try:
            self._db.executemany(_PUT, kept)
            self._db.executemany("DELETE FROM rows WHERE kind = ? AND id = ?", gone)
            self._db.execute("COMMIT")
        except sqlite3.Error:
            self._db.execute("ROLLBACK")
            raise
        self._pending.clear()

    def wipe(self) -> None:
        """Forget everything, in the file too."""
        self._pending.clear()
        if self._db is not None:
            self._db.execute("DELETE FROM rows")

    def close(self) -> None:
        """Flush and close the file."""
        self.flush()
        if self._db is not None:
            self._db.close()
            self._db = None


class _Gone:
    """Marks a row to be deleted at the next flush."""


_GONE = _Gone()


def _dump(body: Any) -> str:
    plain = body.to_json() if hasattr(body, "to_json") else body
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))
