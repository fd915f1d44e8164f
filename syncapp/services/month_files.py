"""A month page as a file: one line per list, object and currency, the mark and what came after.

Knows the columns. Must not know who may ask.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal

import tablib

from syncapp.core.month_lists import Tile
from syncapp.models import RecordLogEntry
from syncapp.services import month_marks, tie_out
from syncapp.services.export_files import escape
from syncapp.services.month_page import Line, MonthPage

FORMATS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
HEADERS = (
    "Line", "What", "Object", "Currency", "Count", "Amount", "At (UTC)", "Person", "Record",
    "Field", "Before", "After",
)  # fmt: skip
#: So many later changes are in the file.
CHANGES = 5_000
Row = dict[str, object]


def write(
    page: MonthPage, titles: Mapping[Tile, str], format: str, *, who: str, now: datetime
) -> bytes:
    """The file.

    Args:
        page: The month.
        titles: What the lists are called.
        format: A key of ``FORMATS``.
        who: Who asked for it, told in its head.
        now: The time, told in its head.
    """
    rows = tablib.Dataset(headers=HEADERS, title=f"Month {page.month:%Y-%m}")
    for row in _rows(page, titles, who, now):
        cells = (row.get(name, "") for name in HEADERS)
        rows.append([escape(cell) if isinstance(cell, str) else cell for cell in cells])
    content = rows.export(format)
    return content if isinstance(content, bytes) else content.encode("utf-8-sig")


def _rows(page: MonthPage, titles: Mapping[Tile, str], who: str, now: datetime) -> Iterator[Row]:
    yield {
        "Line": "made", "What": f"{page.pair}, {page.month:%Y-%m}", "At (UTC)": _at(now),
        "Person": who,
    }  # fmt: skip
    for one in page.tiles:
        yield {
            "Line": "list",
            "What": titles[one.tile],
            "Count": "" if one.is_unknown else one.count,
        }
        for line in one.lines:
            yield {**_line(line), "Line": "sum", "What": titles[one.tile]}
    for line in page.documents:
        yield {**_line(line), "Line": "all documents"}
    if page.mark is None:
        return
    yield {
        "Line": "ready to close", "At (UTC)": _at(page.mark.marked_at),
        "Person": page.mark.marked_by,
    }  # fmt: skip
    for was, has in month_marks.drift(page):
        for when, told in (("when marked", was), ("now", has)):
            yield {
                "Line": "differs", "What": when, "Object": told["object"],
                "Currency": told["currency"], "Count": told["count"],
                "Amount": Decimal(told["amount"]) if told["amount"] else "",
            }  # fmt: skip
    for entry in month_marks.later_changes(page.mark, size=CHANGES).entries:
        yield from _change("later change", entry)
    for entry in month_marks.moved_out(page.mark):
        yield from _change("moved to another month", entry)


def _change(line: str, entry: RecordLogEntry) -> Iterator[Row]:
    head: Row = {
        "Line": line, "What": entry.get_kind_display(), "At (UTC)": _at(entry.at),
        "Object": entry.definition.object_type, "Person": entry.who or "sync",
        "Record": str(entry.link),
    }  # fmt: skip
    for one in entry.changes or [{}]:
        yield {
            **head,
            "Field": one.get("label") or one.get("field") or "",
            "Before": _told(one.get("before")),
            "After": _told(one.get("after")),
        }


def _line(line: Line) -> Row:
    told = "" if line.amount is None else tie_out.money(line.amount, line.currency)
    amount = Decimal(told) if told else ""
    return {
        "Object": line.object, "Currency": line.currency, "Count": line.count, "Amount": amount,
    }  # fmt: skip


def _told(value: object) -> str:
    return "" if value is None else str(value)


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"
