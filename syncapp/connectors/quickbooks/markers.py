"""The marker of what we created in QuickBooks: at the end of a transaction's private note.

Not filterable there (UNCONFIRMED), so a transaction is looked for by the time of its creation and
told by its note. Lists carry none: their names are unique.
"""

from __future__ import annotations

import re

from syncapp.core.values import Value

NOTE = "PrivateNote"
MAX_NOTE = 4000
_MARKER = re.compile(r"\((HS:[^()\s]+)\)")


def marked(note: Value, marker: str) -> str:
    """The note with the marker behind it; a long note gives way, the marker never does."""
    before = note.strip() if isinstance(note, str) else ""
    tail = f"({marker})"
    if tail in before:
        return before
    room = MAX_NOTE - len(tail) - 1
    return f"{before[:room].rstrip()} {tail}".strip()


def marker_in(note: Value) -> str:
    """The marker a note holds (``HS:<portal>:<type>:<id>``), "" for none.

    The last one counts: a person who copies a document copies the note with it.
    """
    found = _MARKER.findall(note) if isinstance(note, str) else []
    return str(found[-1]) if found else ""


def holds(note: Value, marker: str) -> bool:
    """Whether a note holds a marker."""
    return isinstance(note, str) and f"({marker})" in note
