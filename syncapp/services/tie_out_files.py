"""The tie-out as a file: one line per total, customer and finding, for a spreadsheet.

Knows the columns. Must not know who asks.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

from openpyxl import Workbook

from syncapp.core.sides import Side
from syncapp.models import TieOut
from syncapp.services.export_files import escape

FORMATS = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_FIGURES = (
    ("Invoices", "count"),
    ("Total", "total"),
    ("Open", "balance"),
    ("Payments", "payments"),
    ("Paid", "paid"),
)
_GROUPS = (*((side.label, side.value) for side in Side), ("Difference", "difference"))
HEADERS = (
    "Line", "Customer", "Currency", "Document", "HubSpot id", "QuickBooks id", "HubSpot date",
    "QuickBooks date",
    *(f"{group} {figure}" for group, _ in _GROUPS for figure, _ in _FIGURES),
    "Explained", "Reason", "Remedy", "Reason code",
)  # fmt: skip
Cell = str | int | Decimal


class UnknownFormat(ValueError):
    """There is no such kind of file."""


def write(statement: TieOut, format: str) -> bytes:
    """The file of a finished tie-out.

    Raises:
        UnknownFormat: It is neither "csv" nor "xlsx".
    """
    if format not in FORMATS:
        raise UnknownFormat(format)
    return _csv(statement) if format == "csv" else _xlsx(statement)


def _csv(statement: TieOut) -> bytes:
    told = StringIO()
    writer = csv.writer(told)
    writer.writerow(HEADERS)
    for line in _lines(statement):
        writer.writerow(_escaped(line))
    # The byte order mark makes spreadsheets read names as UTF-8.
    return told.getvalue().encode("utf-8-sig")


def _xlsx(statement: TieOut) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(f"Tie-out {statement.month:%Y-%m}")
    sheet.freeze_panes = "A2"
    sheet.append(list(HEADERS))
    for line in _lines(statement):
        sheet.append(_escaped(line))
    told = BytesIO()
    book.save(told)
    return told.getvalue()


def _escaped(line: list[Cell]) -> list[Cell]:
    return [escape(cell) if isinstance(cell, str) else cell for cell in line]


def _lines(statement: TieOut) -> Iterator[list[Cell]]:
    figures = statement.figures
    for total in figures.get("totals", ()):
        yield _line("total", "All customers", total["currency"], total)
    for row in figures.get("customers", ()):
        yield _line("customer", row["customer"], row["currency"], row)
        for one in row["findings"]:
            kind = "note" if one["is_note"] else "difference"
            yield _line(kind, row["customer"], row["currency"], one)


def _line(kind: str, customer: str, currency: str, told: dict[str, Any]) -> list[Cell]:
    ids, dates = told.get("ids", {}), told.get("dates", {})
    document = f"{told['kind']} {told['label']}".strip() if "kind" in told else ""
    is_difference = "is_explained" in told and not told["is_note"]
    return [
        kind, customer, currency, document, *(ids.get(side.value, "") for side in Side),
        *(dates.get(side.value, "") for side in Side),
        *(_number(told[group][name]) for _, group in _GROUPS for _, name in _FIGURES),
        ("yes" if told["is_explained"] else "no") if is_difference else "",
        told.get("reason", ""), told.get("remedy", ""), told.get("code", ""),
    ]  # fmt: skip


def _number(told: str | int) -> Cell:
    return told if isinstance(told, int) else Decimal(told)
