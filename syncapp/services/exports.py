"""Writes chosen records to a file: CSV, XLSX or JSON, row by row, so that memory does not grow.

Knows the columns (one import-export resource) and the formats. Must not know who asks, or how
records are chosen (``services/records.py``).
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from import_export import fields, resources
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from syncapp.core.pairs import HIDDEN
from syncapp.core.ports import Env
from syncapp.core.reasons import State
from syncapp.models import Notification, RecordLink, SyncDefinition
from syncapp.services import kinds, notify
from syncapp.services.records import RecordChoice

PERMISSION = "syncapp.export_recordlink"
FORMATS = ("csv", "xlsx", "json")
#: More rows than this are written by a worker, not while a browser waits.
INLINE_ROWS = 10_000
CHUNK = 1000
XLSX_ROWS = 1_048_576
#: How a spreadsheet recognises a formula; such text gets an apostrophe in front.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_FILE_NAME = re.compile(r"^(\d+)-[0-9a-f]{32}-records\.(csv|xlsx|json)$")


class ExportFailed(ValueError):
    """The export cannot be made; the message says what to do."""


class RecordResource(resources.ModelResource):  # type: ignore[misc] # no types in import-export
    """One row per record: what the record view shows, with ids as text and times in ISO form."""

    label = fields.Field(column_name="Record", dehydrate_method="get_label")
    object = fields.Field(column_name="Object")
    account_pair = fields.Field(column_name="Account pair")
    state = fields.Field(column_name="State")
    category = fields.Field(attribute="category", column_name="Category")
    explanation = fields.Field(attribute="explanation", column_name="Reason")
    remedy = fields.Field(attribute="remedy", column_name="Remedy")
    code = fields.Field(column_name="Reason code")
    hubspot_id = fields.Field(column_name="HubSpot id")
    quickbooks_id = fields.Field(column_name="QuickBooks id")
    email = fields.Field(column_name="E-mail")
    failing_since = fields.Field(column_name="Failing since")
    synced_at = fields.Field(column_name="Last synced")
    updated_at = fields.Field(column_name="Updated")

    class Meta:
        """The order of the columns."""

        model = RecordLink
        name = _("Records")
        fields = (
            "label", "object", "account_pair", "state", "category", "explanation", "remedy",
            "code", "hubspot_id", "quickbooks_id", "email", "failing_since", "synced_at",
            "updated_at",
        )  # fmt: skip
        export_order = fields
        chunk_size = CHUNK

    def get_label(self, link: RecordLink) -> str:
        """The name a person knows the record by."""
        return str(link)

    def dehydrate_object(self, link: RecordLink) -> str:
        """The object's title."""
        return link.definition.object_pair.title

    def dehydrate_account_pair(self, link: RecordLink) -> str:
        """The two accounts."""
        return str(link.definition.pair)

    def dehydrate_state(self, link: RecordLink) -> str:
        """The state's word."""
        return str(link.get_state_display())

    def dehydrate_code(self, link: RecordLink) -> str:
        """The reason's code; empty while in sync."""
        return "" if link.state == State.IN_SYNC else link.code

    def dehydrate_hubspot_id(self, link: RecordLink) -> str:
        """The id as text; empty without one."""
        return link.hubspot_id or ""

    def dehydrate_quickbooks_id(self, link: RecordLink) -> str:
        """The id as text; empty without one."""
        return link.quickbooks_id or ""

    def dehydrate_email(self, link: RecordLink) -> str:
        """The e-mail of either side, HubSpot's first."""
        hubspot, quickbooks = link.hubspot_seen or {}, link.quickbooks_seen or {}
        return str(hubspot.get("email") or quickbooks.get("PrimaryEmailAddr.Address") or "")

    def dehydrate_failing_since(self, link: RecordLink) -> str:
        """When it began to fail, UTC."""
        return link.failing_since.isoformat(timespec="seconds") if link.failing_since else ""

    def dehydrate_synced_at(self, link: RecordLink) -> str:
        """When it was last in sync, UTC."""
        return link.synced_at.isoformat(timespec="seconds") if link.synced_at else ""

    def dehydrate_updated_at(self, link: RecordLink) -> str:
        """When its state last changed, UTC."""
        return link.updated_at.isoformat(timespec="seconds")


def write_records(
    links: QuerySet[RecordLink],
    *,
    format: str,
    path: Path,
    columns: Sequence[str] | None = None,
) -> int:
    """Write records to a file; the file is complete or does not exist.

    Args:
        links: Which records; their order is that of their ids.
        path: The file; its folder exists.
        format: "csv", "xlsx" or "json".
        columns: Names of the resource's fields; None for all.

    Returns:
        How many records were written.

    Raises:
        ExportFailed: The format or a column is unknown, or there are too many rows for it.
    """
    if format not in FORMATS:
        raise ExportFailed(f"Unknown format “{format}”: choose one of {', '.join(FORMATS)}.")
    resource = RecordResource()
    known = list(resource.get_export_order())
    unknown = [name for name in columns or () if name not in known]
    if unknown:
        raise ExportFailed(f"Unknown column “{unknown[0]}”. Known: {', '.join(known)}.")
    chosen = [name for name in known if columns is None or name in columns]
    headers = resource.get_export_headers(selected_fields=chosen)
    rows = _rows(resource, links, chosen)
    partial = path.with_name(path.name + ".part")
    try:
        count = _WRITERS[format](partial, headers, rows)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return count


def _rows(
    resource: RecordResource, links: QuerySet[RecordLink], columns: list[str]
) -> Iterator[list[str]]:
    """Rows in the order of ids, by keyset: no growing OFFSET, no cursor held open while writing."""
    ordered = links.order_by("pk").select_related("definition__pair")
    last = 0
    while chunk := list(ordered.filter(pk__gt=last)[:CHUNK]):
        last = chunk[-1].pk
        for link in chunk:
            cells = resource.export_resource(link, selected_fields=columns)
            yield ["" if cell is None else str(cell) for cell in cells]


def _csv(path: Path, headers: list[str], rows: Iterator[list[str]]) -> int:
    count = 0
    # The byte order mark makes spreadsheets read names as UTF-8.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(headers)
        for row in rows:
            writer.writerow([escape(cell) for cell in row])
            count += 1
    return count


def _xlsx(path: Path, headers: list[str], rows: Iterator[list[str]]) -> int:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Records")
    sheet.freeze_panes = "A2"
    sheet.append(headers)
    count = 0
    for row in rows:
        if count + 2 > XLSX_ROWS:
            raise ExportFailed(
                "An XLSX sheet holds at most 1,048,575 records: narrow the list, or choose CSV."
            )
        sheet.append([ILLEGAL_CHARACTERS_RE.sub("", escape(cell)) for cell in row])
        count += 1
    book.save(path)
    return count


def _json(path: Path, headers: list[str], rows: Iterator[list[str]]) -> int:
    count = 0
    with path.open("w", encoding="utf-8") as file:
        file.write("[")
        for row in rows:
            file.write(",\n" if count else "\n")
            json.dump(dict(zip(headers, row, strict=True)), file, ensure_ascii=False)
            count += 1
        file.write("\n]\n")
    return count


_WRITERS = {"csv": _csv, "xlsx": _xlsx, "json": _json}


def escape(cell: str) -> str:
    """The text with an apostrophe in front where a spreadsheet would run it as a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def too_many_to_wait(links: QuerySet[RecordLink]) -> bool:
    """Whether an export belongs to a worker; looks at no more rows than it must."""
    return links.order_by()[: INLINE_ROWS + 1].count() > INLINE_ROWS


def carry_out(
    *, user: Any, choice: RecordChoice, format: str, columns: Sequence[str], url: str, env: Env
) -> list[Notification]:
    """Make an export for a user and tell them when it is ready, or why it failed.

    Args:
        user: Who asked; only they can download the file.
        choice: Which records.
        format: "csv", "xlsx" or "json".
        columns: Names of the resource's fields.
        env: The doors.
        url: Where a file is downloaded; ``{name}`` stands for its name.
    """
    name = f"{user.pk}-{env.ids.new_id()}-records.{format}"
    folder = Path(settings.EXPORTS_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        count = write_records(
            choice.apply(RecordLink.objects.filter(definition__in=listed_syncs())),
            format=format,
            path=folder / name,
            columns=columns,
        )
    except ExportFailed as error:
        told = str(error)
        return notify.tell(kinds.EXPORT, say=lambda: told, now=env.clock.now(), to=[user])
    return notify.tell(
        kinds.EXPORT,
        say=lambda: (
            ngettext(
                "Your export of %(n)s record is ready.",
                "Your export of %(n)s records is ready.",
                count,
            )
            % {"n": number_format(count)}
        ),
        now=env.clock.now(),
        to=[user],
        url=url.replace("{name}", name),
    )


def listed_syncs() -> QuerySet[SyncDefinition]:
    """The syncs whose records are shown: all but deleted ones and those of mere parts."""
    return SyncDefinition.objects.filter(deleted_at=None).exclude(object_type__in=HIDDEN)


def exported_file(name: str, *, user: Any) -> Path:
    """The file of an export.

    Raises:
        ValidationError: There is no such export, or it was made for somebody else.
    """
    match = _FILE_NAME.match(name)
    path = Path(settings.EXPORTS_DIR) / name
    if match is None or int(match[1]) != user.pk or not path.is_file():
        raise ValidationError("This export does not exist (any more). Make a new one.")
    return path
