"""Writes records to a file: CSV, XLSX or JSON, row by row, so that memory does not grow.

Knows the formats. Must not know who asks, or how records are chosen.
"""

from __future__ import annotations

import csv
import json
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from django.db.models import QuerySet
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

from syncapp.models import RecordLink
from syncapp.services.export_columns import RecordResource
from syncapp.services.record_pages import HEAVY

FORMATS = ("csv", "xlsx", "json")
CHUNK = 1000
XLSX_ROWS = 1_048_576
#: How a spreadsheet recognises a formula; such text gets an apostrophe in front.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
Cell = str | Decimal | date | None
#: What stands above the records: (name, text), such as ("Filter", "State: Failing").
Head = Sequence[tuple[str, str]]


class ExportFailed(ValueError):
    """The export cannot be made; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Target:
    """The file to write.

    Attributes:
        path: Where; its folder exists.
        format: "csv", "xlsx" or "json".
        head: What the file says about itself, above the rows.
        progress: Told after each chunk how many rows are written.
    """

    path: Path
    format: str
    head: Head = ()
    progress: Callable[[int], None] = lambda count: None


def write_records(
    links: QuerySet[RecordLink], target: Target, *, columns: Sequence[str] | None = None
) -> int:
    """Write records to a file; the file is complete or does not exist.

    Args:
        links: Which records; their order is that of their ids.
        target: The file.
        columns: Names of the resource's fields; None for all.

    Returns:
        How many records were written.

    Raises:
        ExportFailed: The format or a column is unknown, or there are too many rows for it.
    """
    resource = RecordResource()
    known = list(resource.get_export_order())
    unknown = [name for name in columns or () if name not in known]
    if unknown:
        raise ExportFailed(f"Unknown column “{unknown[0]}”. Known: {', '.join(known)}.")
    chosen = [name for name in known if columns is None or name in columns]
    headers = resource.get_export_headers(selected_fields=chosen)
    return write_rows(target, headers, _rows(resource, links, chosen, target.progress))


def write_rows(target: Target, headers: list[str], rows: Iterator[list[Cell]]) -> int:
    """Write rows to a file; the file is complete or does not exist.

    Returns:
        How many rows were written.

    Raises:
        ExportFailed: The format is unknown, or there are too many rows for it.
    """
    if target.format not in FORMATS:
        raise ExportFailed(f"Unknown format “{target.format}”: choose one of {', '.join(FORMATS)}.")
    partial = target.path.with_name(target.path.name + ".part")
    try:
        count = _WRITERS[target.format](partial, headers, rows, target.head)
        partial.replace(target.path)
    finally:
        partial.unlink(missing_ok=True)
    return count


def _rows(
    resource: RecordResource,
    links: QuerySet[RecordLink],
    columns: list[str],
    progress: Callable[[int], None],
) -> Iterator[list[Cell]]:
    """Rows in the order of ids; which they are is asked once, eight bytes a record.

    Asking for each chunk with all filters anew would make the database find them all each time.
    """
    found = links.order_by("pk").values_list("pk", flat=True)
    ids = array("q", found.iterator(chunk_size=10_000))
    wanted = RecordLink.objects.defer(*HEAVY).prefetch_related(
        "assignee", "definition__pair__hubspot", "definition__pair__quickbooks"
    )
    for start in range(0, len(ids), CHUNK):
        chunk = wanted.in_bulk(ids[start : start + CHUNK].tolist())
        for _pk, link in sorted(chunk.items()):
            yield resource.export_resource(link, selected_fields=columns)
        progress(min(start + CHUNK, len(ids)))


def _csv(path: Path, headers: list[str], rows: Iterator[list[Cell]], head: Head) -> int:
    count = 0
    # The byte order mark makes spreadsheets read names as UTF-8.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        for name, text in head:
            writer.writerow([name, escape(text)])
        if head:
            writer.writerow([])
        writer.writerow(headers)
        for row in rows:
            writer.writerow([_plain(cell) for cell in row])
            count += 1
    return count


def _plain(cell: Cell) -> str:
    if isinstance(cell, str):
        return escape(cell)
    if isinstance(cell, Decimal):
        return format(cell, "f")
    return cell.isoformat() if cell is not None else ""


def _xlsx(path: Path, headers: list[str], rows: Iterator[list[Cell]], head: Head) -> int:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Records")
    above = len(head) + 2 if head else 1
    sheet.freeze_panes = f"A{above + 1}"
    for name, text in head:
        sheet.append([name, escape(text)])
    if head:
        sheet.append([])
    titles = [WriteOnlyCell(sheet, value=title) for title in headers]
    for title in titles:
        title.font = Font(bold=True)
    sheet.append(titles)
    count = 0
    for row in rows:
        if count + above + 1 > XLSX_ROWS:
            raise ExportFailed(
                f"An XLSX sheet holds at most {XLSX_ROWS - above:,} records: narrow the list, or "
                "choose CSV."
            )
        sheet.append([_typed(sheet, cell) for cell in row])
        count += 1
    book.save(path)
    return count


def _typed(sheet: object, cell: Cell) -> object:
    """A text, a number, or a day that is shown as ``YYYY-MM-DD`` everywhere."""
    if isinstance(cell, str):
        return escape(cell)
    if isinstance(cell, date):
        day = WriteOnlyCell(sheet, value=cell)
        day.number_format = "yyyy-mm-dd"
        return day
    return cell


def _json(path: Path, headers: list[str], rows: Iterator[list[Cell]], head: Head) -> int:
    """An array of records; with a head an object that holds it beside what the head says."""
    count = 0
    names = [json.dumps(name, ensure_ascii=False) for name in headers]
    with path.open("w", encoding="utf-8") as file:
        if head:
            told = json.dumps(dict(head), ensure_ascii=False)
            file.write(f'{told[:-1]}, "records": ')
        file.write("[")
        for row in rows:
            file.write(",\n{" if count else "\n{")
            file.write(
                ", ".join(f"{n}: {_value(cell)}" for n, cell in zip(names, row, strict=True))
            )
            file.write("}")
            count += 1
        file.write("\n]}\n" if head else "\n]\n")
    return count


def _value(cell: Cell) -> str:
    """A value as JSON; an amount as a number, digit by digit, never through a float."""
    if isinstance(cell, Decimal):
        return format(cell, "f")
    if isinstance(cell, date):
        return json.dumps(cell.isoformat())
    return json.dumps(cell, ensure_ascii=False)


_WRITERS = {"csv": _csv, "xlsx": _xlsx, "json": _json}


def escape(cell: str) -> str:
    """The text as a cell of any spreadsheet.

    Without the control characters that XLSX cannot hold, and with an apostrophe in front where a
    spreadsheet would run it as a formula.
    """
    # Taken away first: one of them in front would hide a formula.
    plain = str(ILLEGAL_CHARACTERS_RE.sub("", cell))
    return f"'{plain}" if plain.startswith(_FORMULA) else plain
