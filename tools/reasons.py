"""Writes docs/reasons.md from the catalogue of reasons.

Run `python tools/reasons.py`. Knows how the page looks. Must not know any reason by name.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reasons.md"
HEAD = """# Reasons: why a record is not in sync

Every record that is not in sync carries one of these codes. It stands in the record view, in
exports and in `sync_status --json`; this page is made from the catalogue
(`syncapp/core/reasons.py`) by `make reasons`, and the suite fails when it is out of date. What
stands in *italics* is filled in from the record.

| State | What it means |
|---|---|
| waiting | it will be handled by itself |
| excluded | a rule or a choice leaves it out; nothing is wrong |
| failing | something has to be mended; *needs a decision*: only a person can say how it goes on |
"""


def page() -> str:
    """The whole page."""
    sys.path.insert(0, str(ROOT))
    from syncapp.core.reasons import REASONS, Category, Reason, State

    def rows(state: State, category: Category) -> Iterator[str]:
        for reason in REASONS.values():
            if (reason.state, reason.category) == (state, category):
                yield row(reason)

    def row(reason: Reason) -> str:
        told = [(reason.explanation, reason.remedy), *reason.wordings.values()]
        explanation = "<br>".join(cell(one) for one, _remedy in told)
        remedy = "<br>".join(dict.fromkeys(cell(one) for _explanation, one in told))
        code = f"`{reason.code}`" + (" (needs a decision)" if reason.needs_decision else "")
        who, retry = reason.fixer.value, reason.retry.value
        return f"| {code} | {explanation} | {remedy} | {who} | {retry} |"

    parts = [HEAD]
    for state in (State.FAILING, State.EXCLUDED, State.WAITING):
        parts.append(f"\n## {state.value.capitalize()}\n")
        for category in Category:
            found = list(rows(state, category))
            if found:
                parts.append(f"\n### {category.value.capitalize()}\n\n")
                parts.append("| Code | What is told | Remedy | Mended | Tried again |\n")
                parts.append("|---|---|---|---|---|\n")
                parts.append("\n".join(found) + "\n")
    return "".join(parts)


def cell(sentence: str) -> str:
    """A sentence as a cell: what is filled in stands in italics."""
    return re.sub(r"\{(\w+)\}", r"*\1*", sentence).replace("|", "\\|").strip()


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
