"""Writes the records of a rehearsal to a file, row by row (B1).

Knows the columns (an import-export resource) and what each decision is called. Must not know the
formats (``export_files.py``) nor who asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.translation import gettext, gettext_lazy
from import_export import fields, resources

from syncapp.core.pairs.base import ObjectPair
from syncapp.core.reasons import explain
from syncapp.core.sides import Side
from syncapp.models import Rehearsal, RehearsalRow
from syncapp.models.links import STATES
from syncapp.models.spoken import spoken_parts
from syncapp.services.export_files import Cell, Target, write_rows
from syncapp.services.words import nouns_of

CHUNK = 1000


class RehearsalRowResource(resources.ModelResource):  # type: ignore[misc] # no types there
    """One row per decision; ids as text, amounts as numbers with their currency beside them."""

    decision = fields.Field(column_name=gettext_lazy("Decision"))
    code = fields.Field(attribute="kind", column_name=gettext_lazy("Decision code"))
    label = fields.Field(attribute="label", column_name=gettext_lazy("Record"))
    other_label = fields.Field(attribute="other_label", column_name=gettext_lazy("Matched with"))
    email = fields.Field(attribute="email", column_name=gettext_lazy("E-mail"))
    number = fields.Field(attribute="number", column_name=gettext_lazy("Number"))
    party = fields.Field(attribute="party", column_name=gettext_lazy("Customer"))
    document_date = fields.Field(column_name=gettext_lazy("Document date"))
    amount = fields.Field(column_name=gettext_lazy("Amount"))
    currency = fields.Field(attribute="currency", column_name=gettext_lazy("Currency"))
    is_closed = fields.Field(column_name=gettext_lazy("In a closed period"))
    hubspot_id = fields.Field(attribute="hubspot_id", column_name=gettext_lazy("HubSpot id"))
    quickbooks_id = fields.Field(
        attribute="quickbooks_id", column_name=gettext_lazy("QuickBooks id")
    )
    reason = fields.Field(column_name=gettext_lazy("Reason"))
    changes = fields.Field(column_name=gettext_lazy("Fields"))
    posting = fields.Field(column_name=gettext_lazy("Posting"))
    deposit = fields.Field(column_name=gettext_lazy("Deposit account"))

    class Meta:
        """The order of the columns."""

        model = RehearsalRow
        fields = (
            "decision", "code", "label", "other_label", "email", "number", "party", "document_date",
            "amount", "currency", "is_closed", "hubspot_id", "quickbooks_id", "reason", "changes",
            "posting", "deposit",
        )  # fmt: skip
        export_order = fields

    def dehydrate_decision(self, row: RehearsalRow) -> str:
        """What would become of it; of a record left alone its state, which the reason explains."""
        told = decision_words(row.rehearsal.definition.object_pair, row.kind)
        return told or str(dict(STATES)[row.kind.partition(":")[0]])

    def dehydrate_document_date(self, row: RehearsalRow) -> date | None:
        """The document's own day, in no time zone."""
        return row.document_date

    def dehydrate_amount(self, row: RehearsalRow) -> Decimal | None:
        """The number alone."""
        return row.amount

    def dehydrate_is_closed(self, row: RehearsalRow) -> str:
        """Only where it is so."""
        return gettext("yes") if row.is_closed else ""

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

    def dehydrate_deposit(self, row: RehearsalRow) -> str:
        """The accounts that its payments are deposited to."""
        return "; ".join(one["account"] for one in row.posting.get("deposits", ()))


def name_of(rehearsal: Rehearsal, format: str) -> str:
    """The file's name."""
    day = rehearsal.ended_at.date().isoformat() if rehearsal.ended_at else ""
    return f"rehearsal-{rehearsal.definition.object_type}-{day}.{format}"


def chosen(found: Rehearsal, kind: str, words: str) -> QuerySet[RehearsalRow]:
    """The rows of a kind ("" for all, "overwritten:side:field" across kinds) that hold words."""
    rows = found.rows.order_by("pk")
    group, _colon, rest = kind.partition(":")
    if group == "overwritten":
        rows = rows.filter(overwrites__contains=f" {rest} ")
    elif kind:
        rows = rows.filter(kind=kind)
    for word in words.casefold().split():
        rows = rows.filter(search__contains=word)
    return rows


def decision_words(pair: ObjectPair, kind: str) -> str:
    """What the rows of a kind are called; "" for those that are left alone for a reason."""
    group, _colon, rest = kind.partition(":")
    if group in {"create", "update", "remove"} and rest in {one.value for one in Side}:
        names = {"nouns": nouns_of(pair, Side(rest)), "side": Side(rest).label}
        return {
            "create": gettext("New %(nouns)s in %(side)s"),
            "update": gettext("Updates in %(side)s"),
            "remove": gettext("Voided or removed in %(side)s"),
        }[group] % names
    plain = {
        "link": gettext("Matched and linked"),
        "suggestion": gettext("Suggested matches"),
        "unchanged": gettext("Nothing to change"),
    }
    return plain.get(kind, "")


def write(rows: QuerySet[RehearsalRow], target: Target) -> int:
    """Write rows, in the order of their ids, to a file: complete, or it does not exist.

    Returns:
        How many rows were written.

    Raises:
        ExportFailed: The format is unknown, or there are too many rows for it.
    """
    headers = [*RehearsalRowResource().get_export_headers()]
    return write_rows(target, headers, _told(rows, target.progress))


def _told(rows: QuerySet[RehearsalRow], progress: Callable[[int], None]) -> Iterator[list[Cell]]:
    """The cells of each row, by keyset: memory does not grow with them."""
    resource, last, count = RehearsalRowResource(), 0, 0
    while chunk := list(rows.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        last = chunk[-1].pk
        for row in chunk:
            yield resource.export_resource(row)
        count += len(chunk)
        progress(count)
