"""What people do in HubSpot and in QuickBooks, through the simulators' own rules.

Each deed either happens or is refused by the system, as it would be on screen; nothing here knows
of the sync.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from simulators.common.ledger import PERSON
from simulators.hubspot import account, lifecycle
from simulators.hubspot.app import HubSpot
from simulators.hubspot.associations import node
from simulators.hubspot.crm import Author
from simulators.hubspot.errors import ApiError
from simulators.hubspot.records import Source
from simulators.hubspot.registry import BY_SLUG
from simulators.quickbooks import operations
from simulators.quickbooks.app import QuickBooks
from simulators.quickbooks.company import Writer
from simulators.quickbooks.entities.registry import BY_NAME
from simulators.quickbooks.faults import Refusal
from tests.simulation.fields import PATHS, from_hubspot, from_quickbooks, to_quickbooks

_PRIMARY_COMPANY = 1


class HubSpotPeople:
    """Works in HubSpot's pages."""

    def __init__(self, app: HubSpot) -> None:
        self.app = app
        self.kind = BY_SLUG["contacts"]
        user = account.ADMIN.user_id
        self._author = Author(PERSON, Source("CRM_UI", f"userId:{user}", "Contacts", user))

    def living(self) -> list[str]:
        return [str(number) for number in self._table.live]

    def archived(self) -> list[str]:
        """All that are not there any more, merged ones included."""
        return [str(number) for number in self._table.archived]

    def binned(self) -> list[str]:
        """Records in the recycle bin that a person can restore."""
        table = self._table
        return [str(n) for n in table.archived if table.records[str(n)].merged is None]

    def values(self, record_id: str) -> dict[str, str]:
        stored = self._table.records[record_id].values
        return from_hubspot({name: stored.get(name, "") for name in PATHS})

    def add(self, values: dict[str, str]) -> str | None:
        crm = self.app.crm

        def deed() -> str:
            return crm.create(
                self.kind, self._author, crm.prepare_create(self.kind, self._author, values)
            ).id

        return self._do(deed)

    def edit(self, record_id: str, values: dict[str, str]) -> bool:
        crm = self.app.crm

        def deed() -> bool:
            record = self._table.records[record_id]
            crm.update(
                self.kind,
                self._author,
                record,
                crm.prepare_update(self.kind, self._author, record, values),
            )
            return True

        return bool(self._do(deed))

    def archive(self, record_id: str) -> bool:
        record = self._table.records[record_id]
        self._do(lambda: lifecycle.archive(self.app.crm, self.kind, self._author, record))
        return True

    def restore(self, record_id: str) -> bool:
        record = self._table.records[record_id]
        self._do(lambda: lifecycle.restore(self.app.crm, self.kind, self._author, record))
        return record.archived is None

    def merge(self, primary: str, other: str) -> str | None:
        records = self._table.records

        def deed() -> str:
            return lifecycle.merge(
                self.app.crm, self.kind, self._author, records[primary], records[other]
            ).id

        return self._do(deed)

    def company(self, name: str) -> str | None:
        crm, kind = self.app.crm, BY_SLUG["companies"]

        def deed() -> str:
            draft = crm.prepare_create(kind, self._author, {"name": name})
            return crm.create(kind, self._author, draft).id

        return self._do(deed)

    def rename_company(self, company_id: str, name: str) -> bool:
        crm, kind = self.app.crm, BY_SLUG["companies"]

        def deed() -> bool:
            record = crm.table(kind).records[company_id]
            crm.update(
                kind,
                self._author,
                record,
                crm.prepare_update(kind, self._author, record, {"name": name}),
            )
            return True

        return bool(self._do(deed))

    def employ(self, record_id: str, company_id: str) -> bool:
        one, there = node(self.kind, record_id), node(BY_SLUG["companies"], company_id)
        return bool(
            self._do(lambda: self.app.crm.link(self._author, one, there, (_PRIMARY_COMPANY,)))
        )

    @property
    def _table(self) -> Any:
        return self.app.crm.table(self.kind)

    def _do(self, deed: Callable[[], Any]) -> Any:
        self.app.run_late_commits()
        with self.app.lock:
            self.app.crm.search_lag_ms = self.app._search_lag_ms()
            try:
                return deed()
            except ApiError:
                return None


class QuickBooksPeople:
    """Works in QuickBooks' pages."""

    def __init__(self, app: QuickBooks) -> None:
        self.app = app
        self._customer = BY_NAME["Customer"]
        self._writer = Writer(PERSON, "Pat Ledger", person_id="9130357849536021")

    def living(self) -> list[str]:
        return [r.id for r in self._store.records.values() if r.is_active]

    def dormant(self) -> list[str]:
        return [r.id for r in self._store.records.values() if not r.is_active]

    def values(self, record_id: str) -> dict[str, str]:
        stored = self._store.records[record_id].values
        return dict.fromkeys(PATHS, "") | from_quickbooks(stored)

    def name(self, record_id: str) -> str:
        return str(self._store.records[record_id].values["DisplayName"])

    def add(self, name: str, values: dict[str, str]) -> str | None:
        body = {"DisplayName": name, **to_quickbooks(values, {})}
        return self._do(
            lambda: operations.write(self.app.company, self._customer, body, self._writer).id
        )

    def edit(self, record_id: str, values: dict[str, str]) -> bool:
        current = self._store.records[record_id].values
        return self._save(record_id, to_quickbooks(values, current))

    def rename(self, record_id: str, name: str) -> bool:
        return self._save(record_id, {"DisplayName": name})

    def inactivate(self, record_id: str) -> bool:
        return self._save(record_id, {"Active": False})

    def reactivate(self, record_id: str) -> bool:
        return self._save(record_id, {"Active": True})

    def merge(self, loser: str, survivor: str) -> bool:
        records = self._store.records

        def deed() -> bool:
            operations.merge(self.app.company, records[loser], records[survivor], self._writer)
            return True

        return bool(self._do(deed))

    def vendor(self, name: str) -> str | None:
        return self._do(
            lambda: (
                operations.write(
                    self.app.company, BY_NAME["Vendor"], {"DisplayName": name}, self._writer
                ).id
            )
        )

    @property
    def _store(self) -> Any:
        return self.app.company.store("Customer")

    def _save(self, record_id: str, body: dict[str, Any]) -> bool:
        def deed() -> bool:
            token = str(self._store.records[record_id].token)
            whole = {"Id": record_id, "SyncToken": token, "sparse": True, **body}
            operations.write(self.app.company, self._customer, whole, self._writer)
            return True

        return bool(self._do(deed))

    def _do(self, deed: Callable[[], Any]) -> Any:
        self.app.run_late_commits()
        with self.app.lock:
            try:
                return deed()
            except Refusal:
                return None
