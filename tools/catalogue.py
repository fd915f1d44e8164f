"""Reads and compiles a gettext catalogue (.po), without the gettext programs.

Knows the two file formats. Must not know which texts there are. The .mo file is kept in the
repository, so that an installation needs neither gettext nor a build step; a test holds it against
its .po file.
"""

from __future__ import annotations

import ast
import re
import struct
from dataclasses import dataclass, field
from pathlib import Path

MAGIC = 0x950412DE
_LINE = re.compile(r'^(msgctxt|msgid_plural|msgid|msgstr(?:\[(\d+)\])?)\s+(".*")$')


@dataclass
class Entry:
    """One text and its translation; ``forms`` are the plural forms, or one."""

    context: str | None = None
    text: str = ""
    plural: str | None = None
    forms: dict[int, str] = field(default_factory=dict)
    is_fuzzy: bool = False

    @property
    def key(self) -> tuple[str | None, str]:
        """What it is found by."""
        return self.context, self.text

    @property
    def is_translated(self) -> bool:
        """Whether every form says something, for certain."""
        wanted = 1 if self.plural is None else 2
        return not self.is_fuzzy and len([one for one in self.forms.values() if one]) >= wanted


def read(path: Path) -> list[Entry]:
    """The entries of a .po file, its header (the empty text) first; obsolete ones are left out."""
    found: list[Entry] = []
    entry, target, number, fuzzy = Entry(), "", 0, False

    def finish() -> None:
        if entry.forms:
            found.append(entry)

    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("#,") and "fuzzy" in line:
            fuzzy = True
            continue
        if line.startswith("#") or not line.strip():
            continue
        match = _LINE.match(line)
        if match:
            name, form, quoted = match[1], match[2], match[3]
            starts = name == "msgctxt" or (name == "msgid" and target != "msgctxt")
            if starts:
                finish()
                entry, fuzzy = Entry(is_fuzzy=fuzzy), False
            target, number = ("msgstr", int(form or 0)) if name.startswith("msgstr") else (name, 0)
        else:
            quoted = line.strip()
        _add(entry, target, number, ast.literal_eval(quoted))
    finish()
    return found


def _add(entry: Entry, target: str, number: int, part: str) -> None:
    if target == "msgctxt":
        entry.context = (entry.context or "") + part
    elif target == "msgid":
        entry.text += part
    elif target == "msgid_plural":
        entry.plural = (entry.plural or "") + part
    else:
        entry.forms[number] = entry.forms.get(number, "") + part


def compiled(entries: list[Entry]) -> bytes:
    """The .mo file of a catalogue: its translated entries, sorted, as gettext reads them."""
    pairs = sorted(
        (_mo_key(entry), _mo_value(entry))
        for entry in entries
        if entry.text == "" or entry.is_translated
    )
    count = len(pairs)
    keys_at, values_at = 28, 28 + 8 * count
    place = 28 + 16 * count
    tables: list[list[int]] = [[], []]
    body = b""
    for column in (0, 1):
        for pair in pairs:
            tables[column] += [len(pair[column]), place + len(body)]
            body += pair[column] + b"\0"
    head = struct.pack("<7I", MAGIC, 0, count, keys_at, values_at, 0, place)
    return head + struct.pack(f"<{4 * count}I", *tables[0], *tables[1]) + body


def _mo_key(entry: Entry) -> bytes:
    text = entry.text if entry.plural is None else f"{entry.text}\0{entry.plural}"
    return (text if entry.context is None else f"{entry.context}\x04{text}").encode()


def _mo_value(entry: Entry) -> bytes:
    return "\0".join(entry.forms[number] for number in sorted(entry.forms)).encode()
