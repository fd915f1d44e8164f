"""What people who sell do in HubSpot and in QuickBooks, through the simulators' own rules.

Each deed either happens or is refused by the system, as it would be on screen; nothing here knows
of the sync.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from simulators.hubspot import association_types, lifecycle
from simulators.hubspot.associations import node
from simulators.hubspot.registry import BY_SLUG
from simulators.hubspot.writes import Link
from simulators.quickbooks import documents, operations
from simulators.quickbooks.entities.registry import BY_NAME
from simulators.quickbooks.faults import Refusal
from simulators.quickbooks.rules import applying
from tests.simulation.people import HubSpotPeople, QuickBooksPeople

Row = dict[str, Any]
ZERO = Decimal(0)


class HubSpotSellers:
    """Work in HubSpot's pages for products, invoices and payments."""

    def __init__(self, people: HubSpotPeople) -> None:
        self.people = people
        self.crm = people.app.crm
        self._author = people._author

    # -- looking

    def rows(self, slug: str) -> dict[str, Mapping[str, str]]:
        """The living records of a type."""
        table = self.crm.table(BY_SLUG[slug])
        return {str(number): table.records[str(number)].values for number in table.live}

    def held(self, slug: str, record_id: str) -> Mapping[str, str]:
        """What a record holds, or held when it was archived."""
        found: Mapping[str, str] = self.crm.table(BY_SLUG[slug]).records[record_id].values
        return found

    def known(self, slug: str) -> list[str]:
        """Every record there is or was."""
        return list(self.crm.table(BY_SLUG[slug]).records)

    def is_there(self, slug: str, record_id: str | None) -> bool:
        return self.crm.table(BY_SLUG[slug]).get(record_id or "") is not None

    def tied(self, slug: str, record_id: str, other: str) -> list[str]:
        """The living records one is associated with."""
        return [one.id for one in self.crm.partner_records(slug, record_id, other)]

    def ever_tied(self, slug: str, record_id: str, other: str) -> list[str]:
        """The records one is or was associated with, archived ones too."""
        found = self.crm.associations.partners(
            node(BY_SLUG[slug], record_id), BY_SLUG[other].type_id
        )
        return sorted(found, key=int)

    # -- doing

    def make(self, slug: str, values: Mapping[str, str], *ties: tuple[str, str]) -> str | None:
        """A record, associated with others: ``(type, id)``."""
        kind = BY_SLUG[slug]

        def deed() -> str:
            links = [
                Link(BY_SLUG[other], one, (association_types.unlabelled(kind, BY_SLUG[other]).id,))
                for other, one in ties
            ]
            draft = self.crm.prepare_create(kind, self._author, dict(values), links)
            return self.crm.create(kind, self._author, draft).id

        made: str | None = self.people._do(deed)
        return made

    def change(self, slug: str, record_id: str, **values: str) -> bool:
        kind = BY_SLUG[slug]

        def deed() -> bool:
            record = self.crm.table(kind).records[record_id]
            wanted = self.crm.prepare_update(kind, self._author, record, values)
            self.crm.update(kind, self._author, record, wanted)
            return True

        return bool(self.people._do(deed))

    def archive(self, slug: str, record_id: str) -> bool:
        kind = BY_SLUG[slug]

        def deed() -> bool:
            record = self.crm.table(kind).records[record_id]
            lifecycle.archive(self.crm, kind, self._author, record)
            return True

        return bool(self.people._do(deed))

    def tie(self, slug: str, record_id: str, other: str, other_id: str) -> bool:
        one, there = node(BY_SLUG[slug], record_id), node(BY_SLUG[other], other_id)
        row = association_types.unlabelled(BY_SLUG[slug], BY_SLUG[other])
        return bool(
            self.people._do(lambda: self.crm.link(self._author, one, there, (row.id,)) or True)
        )


class QuickBooksSellers:
    """Work in QuickBooks' pages for items, invoices and payments."""

    def __init__(self, people: QuickBooksPeople) -> None:
        self.people = people
        self.company = people.app.company
        self._writer = people._writer

    # -- looking

    def rows(self, entity: str) -> dict[str, Row]:
        """The records of an entity, inactive ones too."""
        return {one.id: one.values for one in self.company.store(entity).records.values()}

    def held(self, entity: str, record_id: str | None) -> Row | None:
        found = self.company.find(entity, record_id or "")
        return found.values if found is not None else None

    def account(self, kind: str) -> str:
        """The first account of a type."""
        rows = self.rows("Account")
        return next(one for one, values in rows.items() if values["AccountType"] == kind)

    def lines(self, invoice: str) -> list[Row]:
        """The lines of an invoice as they can be sent again."""
        held = self.held("Invoice", invoice) or {}
        return [
            {name: value for name, value in line.items() if name != "LineNum"}
            for line in held.get("Line", ())
            if line["DetailType"] != "SubTotalLineDetail"
        ]

    def is_void(self, entity: str, record_id: str) -> bool:
        found = self.company.find(entity, record_id)
        return found is not None and documents.is_void(found)

    def paid_by(self, invoice: str) -> dict[str, Decimal]:
        """``{payment: what of it is applied to the invoice}``."""
        return {
            payment: part
            for payment, values in self.rows("Payment").items()
            if (part := applying.share_of(values, "Invoice", invoice))
        }

    @property
    def closed_through(self) -> str:
        return str(self.company.preference("AccountingInfoPrefs", "BookCloseDate") or "")

    # -- doing

    def write(self, entity: str, body: Mapping[str, Any]) -> str | None:
        made: str | None = self._do(
            lambda: operations.write(self.company, BY_NAME[entity], body, self._writer).id
        )
        return made

    def change(self, entity: str, record_id: str, **values: Any) -> bool:
        found = self.company.find(entity, record_id)
        if found is None:
            return False
        stub = {"Id": record_id, "SyncToken": str(found.token), "sparse": True}
        return self.write(entity, {**stub, **values}) is not None

    def void(self, entity: str, record_id: str) -> bool:
        return self._remove(documents.void, entity, record_id)

    def delete(self, entity: str, record_id: str) -> bool:
        return self._remove(documents.delete, entity, record_id)

    def close_books(self, through: str | None) -> bool:
        """Close the books through a day; None opens them again."""
        held = self.rows("Preferences")["1"]
        told = {**held["AccountingInfoPrefs"], "BookCloseDate": through}
        if through is None:
            told.pop("BookCloseDate")
        return self.change("Preferences", "1", AccountingInfoPrefs=told)

    def _remove(self, how: Callable[..., Any], entity: str, record_id: str) -> bool:
        found = self.company.find(entity, record_id)
        if found is None:
            return False
        body = {"Id": record_id, "SyncToken": str(found.token)}
        return self._do(lambda: how(self.company, BY_NAME[entity], body, self._writer)) is not None

    def _do(self, deed: Callable[[], Any]) -> Any:
        self.people.app.run_late_commits()
        with self.people.app.lock:
            try:
                return deed()
            except Refusal:
                return None
