"""Writes the records of a rehearsal to a file: CSV or XLSX, row by row (B1).

Knows the columns (an import-export resource). Must not know who asks.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterator
from decimal import Decimal
from typing import IO, Any

from django.db.models import QuerySet
from django.utils.translation import gettext
from import_export import fields, resources
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from syncapp.core.reasons import explain
from syncapp.models import Rehearsal, RehearsalRow
from syncapp.models.spoken import spoken_parts
from syncapp.services.export_files import XLSX_ROWS, escape

FORMATS = ("csv", "xlsx")
CHUNK = 1000
#: Files up to this size never touch the disk.
IN_MEMORY = 1 << 20


class RehearsalRowResource(resources.ModelResource):  # type: ignore[misc] # no types there
    """One row per decision; ids as text, amounts as numbers with their currency beside them."""

    decision = fields.Field(attribute="kind", column_name="Decision")
    label = fields.Field(attribute="label", column_name="Record")
    other_label = fields.Field(attribute="other_label", column_name="Matched with")
    email = fields.Field(attribute="email", column_name="E-mail")
    number = fields.Field(attribute="number", column_name="Number")
    party = fields.Field(attribute="party", column_name="Customer")
    document_date = fields.Field(column_name="Document date")
    amount = fields.Field(column_name="Amount")
    currency = fields.Field(attribute="currency", column_name="Currency")
    is_closed = fields.Field(column_name="In a closed period")
    hubspot_id = fields.Field(attribute="hubspot_id", column_name="HubSpot id")
    quickbooks_id = fields.Field(attribute="quickbooks_id", column_name="QuickBooks id")
    reason = fields.Field(column_name="Reason")
    changes = fields.Field(column_name="Fields")
    posting = fields.Field(column_name="Posting")

    class Meta:
        """The order of the columns."""

        model = RehearsalRow
        fields = (
            "decision", "label", "other_label", "email", "number", "party", "document_date",
            "amount", "currency", "is_closed", "hubspot_id", "quickbooks_id", "reason", "changes",
            "posting",
        )  # fmt: skip
        export_order = fields

    def dehydrate_document_date(self, row: RehearsalRow) -> str:
        """The day in ISO form."""
        return row.document_date.isoformat() if row.document_date else ""

    def dehydrate_amount(self, row: RehearsalRow) -> Decimal | None:
        """The number alone."""
        return row.amount

    def dehydrate_is_closed(self, row: RehearsalRow) -> str:
        """Only where it is so."""
        return "yes" if row.is_closed else ""

    def dehydrate_reason(self, row: RehearsalRow) -> str:
        """Why a record is left alone."""
        state, _colon, code = row.kind.partition(":")
        if state not in {"failing", "excluded", "waiting"}:
            return ""
        return " ".join(filter(None, explain(code, spoken_parts(row.params), translate=gettext)))

    def dehydrate_changes(self, row: RehearsalRow) -> str:
        """Each field before and after."""
        return "; ".join(
            f"{one['label']}: {one['before']} → {one['after']}"
            if one["before"]
            else f"{one['label']}: {one['after']}"
            for one in row.changes
        )

    def dehydrate_posting(self, row: RehearsalRow) -> str:
        """Each line with its item, account and amount."""
        return "; ".join(
            f"{line.get('item') or line['kind']} → {line.get('account', '')}: {line['amount']}"
            for line in row.posting.get("lines", ())
        )


def name_of(rehearsal: Rehearsal, format: str) -> str:
    """The file's name."""
    day = rehearsal.ended_at.date().isoformat() if rehearsal.ended_at else ""
    return f"rehearsal-{rehearsal.definition.object_type}-{day}.{format}"


def write(rows: QuerySet[RehearsalRow], rehearsal: Rehearsal, format: str) -> IO[bytes]:
    """The rows as an open file, read from its beginning."""
    told = _told(rows)
    resource = RehearsalRowResource()
    headers = [*resource.get_export_headers()]
    about = (
        f"Rehearsal of {rehearsal.definition}, {rehearsal.ended_at:%Y-%m-%d %H:%M} UTC"
        if rehearsal.ended_at
        else ""
    )
    file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - the answer closes it
    if format == "csv":
        text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
        writer = csv.writer(text)
        writer.writerow([escape(about)])
        writer.writerow(headers)
        for cells in told:
            writer.writerow([escape(str(c)) if isinstance(c, str) else c for c in cells])
        text.flush()
        text.detach()
    else:
        book = Workbook(write_only=True)
        sheet = book.create_sheet("Rehearsal")
        sheet.append([about])
        sheet.append(headers)
        for position, cells in enumerate(told):
            if position + 3 > XLSX_ROWS:
                break
            sheet.append([_cell(one) for one in cells])
        book.save(file)
    file.seek(0)
    return file


def _cell(value: Any) -> Any:
    return ILLEGAL_CHARACTERS_RE.sub("", escape(value)) if isinstance(value, str) else value


def _told(rows: QuerySet[RehearsalRow]) -> Iterator[list[Any]]:
    """The cells of each row, by keyset: memory does not grow with them."""
    resource, last = RehearsalRowResource(), 0
    while chunk := list(rows.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        last = chunk[-1].pk
        for row in chunk:
            cells = resource.export_resource(row)
            yield ["" if cell is None else cell for cell in cells]
