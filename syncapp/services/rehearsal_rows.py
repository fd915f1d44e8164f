"""Keeps what a rehearsal decided about each record, so that every number can be opened (B1).

Rows are saved in chunks: memory does not grow with the records. Must not decide or count what a
run would write.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Any

from syncapp.core.invoices.books import Books
from syncapp.core.likeness import name_key, phone_key
from syncapp.core.money import ZERO, amount, as_amount
from syncapp.core.plan import Change, ChangeOp
from syncapp.core.planner import SyncConfig
from syncapp.core.sides import Side
from syncapp.core.values import Value, text
from syncapp.models import Rehearsal, RehearsalRow
from syncapp.services import store
from syncapp.services.counting import LINK, UNCHANGED, Sighting
from syncapp.services.postings import Postings

CHUNK = 500
#: A value is shown, not stored: longer ones are cut.
LENGTH = 500
_PHONES = {Side.HUBSPOT: "phone", Side.QUICKBOOKS: "PrimaryPhone.FreeFormNumber"}
_EMAILS = {Side.HUBSPOT: "email", Side.QUICKBOOKS: "PrimaryEmailAddr.Address"}


class RowKeeper:
    """Hears of each decision of one rehearsal; ``flush`` saves what is left.

    Attributes:
        documents: ``{kind: {currency: {count, amount, first, last, closed, paid_count, paid}}}``
            of what has money; ``paid`` is what HubSpot collected already of what is posted.
    """

    def __init__(self, rehearsal: Rehearsal, config: SyncConfig, postings: Postings) -> None:
        self._rehearsal, self._config, self._postings = rehearsal, config, postings
        self._labels = {m.field(side): m.label for m in config.mappings for side in Side if m.label}
        unique = config.pair.unique_name
        if unique is not None and unique in self._labels:
            self._labels[unique] = self._labels[unique].partition(" ← ")[0]
        self._rows: list[RehearsalRow] = []
        self.documents: dict[str, dict[str, dict[str, Any]]] = {}

    @cached_property
    def _books(self) -> Books:
        """As they were read for the first plan."""
        return Books.from_details(self._rehearsal.definition.pair.quickbooks.details)

    def __call__(self, sighting: Sighting) -> None:
        """Keep one decision."""
        row = self._row(sighting)
        self._sum_up(row)
        self._rows.append(row)
        if len(self._rows) >= CHUNK:
            self.flush()

    def flush(self) -> None:
        """Save what was kept since the last time."""
        self._postings.fill([row.posting for row in self._rows if row.posting])
        for row in self._rows:
            row.search = _search(row)
        RehearsalRow.objects.bulk_create(self._rows)
        self._rows = []

    def as_json(self) -> dict[str, Any]:
        """The sums of the documents, amounts as decimal text."""
        return {
            kind: {
                currency: {**told, "amount": f"{told['amount']:f}", "paid": f"{told['paid']:f}"}
                for currency, told in sorted(by_currency.items())
            }
            for kind, by_currency in sorted(self.documents.items())
        }

    def _row(self, sighting: Sighting) -> RehearsalRow:
        link, *others = sighting.links
        ids = {side: _id_of(sighting.links, side) for side in Side}
        seen = {side: _seen(sighting.links, side) for side in Side}
        row = RehearsalRow(
            rehearsal=self._rehearsal,
            kind=sighting.kind,
            record=link.pk,
            hubspot_id=ids[Side.HUBSPOT],
            quickbooks_id=ids[Side.QUICKBOOKS],
            label=str(link)[:LENGTH],
            other_label=str(others[0])[:LENGTH] if others else "",
            email=next(
                (str(seen[side][name])[:320] for side, name in _EMAILS.items()
                 if seen[side].get(name)), "",
            ),
            number=link.number,
            party=link.party,
            document_date=link.document_date,
            amount=link.amount,
            balance=as_amount(seen[Side.QUICKBOOKS].get("Balance")),
            currency=link.currency or str(seen[Side.QUICKBOOKS].get("CurrencyRef.value") or ""),
            params=dict(sighting.status.params) if ":" in sighting.kind else {},
            overwrites="".join(f" {name} " for name in sighting.overwrites),
        )  # fmt: skip
        if link.document_date is not None:
            row.is_closed = self._books.is_closed(link.document_date.isoformat())
        if sighting.change is not None:
            row.changes = self._changes(sighting.change)
            if _is_posting(sighting.change, self._config):
                row.posting = self._postings.of(sighting.change, link)
        if sighting.candidates:
            row.candidates = [
                {"side": one.side.value, "id": one.id, "label": one.label}
                for one in sighting.candidates
            ]
            if not ids[Side.HUBSPOT] and all(
                one.side is Side.QUICKBOOKS for one in sighting.candidates
            ):
                row.params["alone"] = "yes"  # no contact's row tells of it
        if not link.is_linked and not others and sighting.kind not in {LINK, UNCHANGED}:
            side = Side.HUBSPOT if link.hubspot_id is not None else Side.QUICKBOOKS
            row.name_key = name_key(link.label)
            row.phone_key = phone_key(seen[side].get(_PHONES[side]))
        return row

    def _changes(self, change: Change) -> list[dict[str, str]]:
        return [
            {
                "field": one.field,
                "label": self._labels.get(one.field, one.field),
                "before": shown(one.before),
                "after": shown(one.after),
            }
            for one in change.fields
            if not one.field.startswith("@") and one.field != "Line"
        ]

    def _sum_up(self, row: RehearsalRow) -> None:
        if row.amount is None:
            return
        told = self.documents.setdefault(row.kind, {}).setdefault(
            row.currency,
            {
                "count": 0, "amount": ZERO, "first": "", "last": "", "closed": 0,
                "paid_count": 0, "paid": ZERO,
            },
        )  # fmt: skip
        paid = amount(row.posting.get("paid"))
        told["paid_count"] += bool(paid)
        told["paid"] += paid
        told["count"] += 1
        told["amount"] += row.amount
        told["closed"] += row.is_closed
        if row.document_date is not None:
            day = row.document_date.isoformat()
            told["first"] = min(told["first"] or day, day)
            told["last"] = max(told["last"], day)


def shown(value: Value) -> str:
    """A value as a person reads it."""
    if value is None:
        return ""
    if isinstance(value, list | tuple | dict):
        return json.dumps(value, ensure_ascii=False, default=str)[:LENGTH]
    return text(value)[:LENGTH]


def _is_posting(change: Change, config: SyncConfig) -> bool:
    return (
        config.pair.name == "invoices"
        and change.side is Side.QUICKBOOKS
        and change.op in {ChangeOp.CREATE, ChangeOp.UPDATE}
        and any(one.field == "Line" for one in change.fields)
    )


def _id_of(links: Any, side: Side) -> str:
    return next((str(link.id_on(side)) for link in links if link.id_on(side) is not None), "")


def _seen(links: Any, side: Side) -> Mapping[str, Value]:
    return next((store.seen(link, side) for link in links if link.id_on(side) is not None), {})


def _search(row: RehearsalRow) -> str:
    """What a search looks through: names, e-mails, numbers, ids, and the values that change."""
    told = [
        row.label, row.other_label, row.email, row.number, row.party, row.hubspot_id,
        row.quickbooks_id, *(one["after"] for one in row.changes),
        *(str(one.get("item", "")) for one in row.posting.get("lines", ())),
    ]  # fmt: skip
    return "\n".join(filter(None, told)).casefold()


def day_of(value: str) -> date | None:
    """A day as it is stored in the sums; None for none."""
    return date.fromisoformat(value) if value else None


def let_older_go(rehearsal: Rehearsal) -> None:
    """The records of earlier rehearsals of the same sync are superseded by this one's."""
    older = Rehearsal.objects.filter(definition=rehearsal.definition_id, pk__lt=rehearsal.pk)
    RehearsalRow.objects.filter(rehearsal__in=older.values("pk")).delete()
