"""Batches of records: what is written, what is reported, and when all of it is refused.

Knows the rules of 207; must not know HTTP.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from simulators.common.clock import iso_milliseconds
from simulators.hubspot import errors, lifecycle
from simulators.hubspot.crm import Crm
from simulators.hubspot.records import Record
from simulators.hubspot.render import Renderer, View
from simulators.hubspot.requests import properties_of, text_of
from simulators.hubspot.schema import ObjectType
from simulators.hubspot.writes import Author, Draft, Link, Reserved

Input = Mapping[str, Any]
Links = Callable[[Input], Sequence[Link]]


class Batch:
    """One batch call on one object type; collects results and errors."""

    def __init__(self, crm: Crm, kind: ObjectType, author: Author) -> None:
        self._crm = crm
        self._kind = kind
        self._author = author
        self._started = iso_milliseconds(crm.clock.now())
        self.results: list[dict[str, Any]] = []
        self.errors: list[dict[str, Any]] = []

    def answer(self, success: int = 200) -> tuple[dict[str, Any], int]:
        """Body and status: 207 as soon as there are errors."""
        body: dict[str, Any] = {
            "status": "COMPLETE",
            "results": self.results,
            "startedAt": self._started,
            "completedAt": iso_milliseconds(self._crm.clock.now()),
        }
        if not self.errors:
            return body, success
        body["numErrors"] = len(self.errors)
        body["errors"] = self.errors
        return body, 207

    # -- read -------------------------------------------------------------------------------

    def read(
        self, inputs: Sequence[Input], view: View, id_property: str | None, *, archived: bool
    ) -> None:
        """Records by id or unique property; the missing ones are one error together."""
        ids = [text_of(one, "id") for one in inputs]
        self._refuse_duplicates(ids)
        renderer = Renderer(self._crm, self._kind, view)
        missing = []
        for record_id in ids:
            record = self._readable(record_id, id_property, archived=archived)
            if record is None:
                missing.append(record_id)
            else:
                self.results.append(renderer.record(record))
        if missing:
            self.errors.append(self._missing(missing))

    def _readable(
        self, record_id: str, id_property: str | None, *, archived: bool
    ) -> Record | None:
        # Whether a merged-away id is found here is UNCONFIRMED; single reads follow it.
        if archived and not id_property:
            return self._crm.table(self._kind).get_archived(record_id)
        return self._crm.find(self._kind, record_id, id_property)

    # -- create -----------------------------------------------------------------------------

    def create(self, inputs: Sequence[Input], links: Links) -> None:
        """All or nothing, unless every input has its own ``objectWriteTraceId``."""
        renderer = Renderer(self._crm, self._kind, View())
        if _is_traced(inputs):
            for one in inputs:
                self._traced(one, partial(self._create_one, one, links, renderer))
            return
        reserved = Reserved()
        drafts = [self._draft(one, links, reserved) for one in inputs]
        for one, draft in zip(inputs, drafts, strict=True):
            self._add(renderer.created(self._crm.create(self._kind, self._author, draft)), one)

    def _create_one(self, one: Input, links: Links, renderer: Renderer) -> dict[str, Any]:
        draft = self._draft(one, links, None)
        return renderer.created(self._crm.create(self._kind, self._author, draft))

    def _draft(self, one: Input, links: Links, reserved: Reserved | None) -> Draft:
        return self._crm.prepare_create(
            self._kind, self._author, properties_of(one), links(one), reserved
        )

    # -- update -----------------------------------------------------------------------------

    def update(self, inputs: Sequence[Input]) -> None:
        """Missing ids are reported one by one (UNCONFIRMED), the rest as in a create."""
        self._refuse_duplicates(
            [f"{one.get('idProperty', '')}{text_of(one, 'id')}" for one in inputs]
        )
        renderer = Renderer(self._crm, self._kind, View())
        found: list[tuple[Input, Record]] = []
        for one in inputs:
            record = self._crm.find(self._kind, text_of(one, "id"), one.get("idProperty"))
            if record is None:
                self.errors.append(self._missing([text_of(one, "id")], _trace(one)))
            else:
                found.append((one, record))
        if _is_traced(inputs):
            for one, record in found:
                self._traced(one, partial(self._update_one, one, record, renderer))
            return
        reserved = Reserved()
        checked = [
            self._crm.prepare_update(self._kind, self._author, record, properties_of(one), reserved)
            for one, record in found
        ]
        for (one, record), changes in zip(found, checked, strict=True):
            self._crm.update(self._kind, self._author, record, changes)
            self._add(renderer.updated(record, changes), one)

    def _update_one(self, one: Input, record: Record, renderer: Renderer) -> dict[str, Any]:
        changes = self._crm.prepare_update(self._kind, self._author, record, properties_of(one))
        self._crm.update(self._kind, self._author, record, changes)
        return renderer.updated(record, changes)

    # -- upsert -----------------------------------------------------------------------------

    def upsert(self, inputs: Sequence[Input]) -> None:
        """Update by unique property, or create; every result says which (``new``)."""
        for one in inputs:
            text_of(one, "idProperty")
        self._refuse_duplicates([text_of(one, "id").lower() for one in inputs])
        renderer = Renderer(self._crm, self._kind, View())
        if _is_traced(inputs):
            for one in inputs:
                self._traced(one, partial(self._upsert_one, one, renderer))
            return
        # Check everything first: one bad input refuses all.
        reserved = Reserved()
        plans = [self._plan_upsert(one, reserved) for one in inputs]
        for one, (record, plan) in zip(inputs, plans, strict=True):
            self._add(self._carry_out_upsert(record, plan, renderer), one)

    def _upsert_one(self, one: Input, renderer: Renderer) -> dict[str, Any]:
        record, plan = self._plan_upsert(one, None)
        return self._carry_out_upsert(record, plan, renderer)

    def _plan_upsert(
        self, one: Input, reserved: Reserved | None
    ) -> tuple[Record | None, dict[str, str] | Draft]:
        name, value = text_of(one, "idProperty"), text_of(one, "id")
        record = self._crm.find(self._kind, value, name)
        wanted = properties_of(one)
        if record is not None:
            return record, self._crm.prepare_update(
                self._kind, self._author, record, wanted, reserved
            )
        given = {**wanted, name: wanted.get(name, value)}
        return None, self._crm.prepare_create(self._kind, self._author, given, (), reserved)

    def _carry_out_upsert(
        self, record: Record | None, plan: dict[str, str] | Draft, renderer: Renderer
    ) -> dict[str, Any]:
        if isinstance(plan, Draft):
            made = self._crm.create(self._kind, self._author, plan)
            return {**renderer.created(made), "new": True}
        if record is None:  # an update without its record cannot be planned
            raise AssertionError
        self._crm.update(self._kind, self._author, record, plan)
        return {**renderer.updated(record, plan), "new": False}

    # -- archive ----------------------------------------------------------------------------

    def archive(self, inputs: Sequence[Input]) -> None:
        """Archive what is there; unknown or archived ids are no error (UNCONFIRMED)."""
        ids = dict.fromkeys(text_of(one, "id") for one in inputs)
        table = self._crm.table(self._kind)
        found = [record for one in ids if (record := table.get(one)) is not None]
        for record in found:
            self._crm.rules[self._kind.slug].prepare_archive(self._author, record)
        for record in found:
            if record.archived is None:
                lifecycle.archive(self._crm, self._kind, self._author, record)

    # -- common -----------------------------------------------------------------------------

    def _add(self, result: dict[str, Any], one: Input) -> None:
        trace = one.get("objectWriteTraceId")
        self.results.append({**result, "objectWriteTraceId": trace} if trace else result)

    def _traced(self, one: Input, write: Callable[[], dict[str, Any]]) -> None:
        try:
            self._add(write(), one)
        except errors.ApiError as error:
            self.errors.append(errors.batch_item(error, _trace(one)))

    def _missing(
        self, ids: Sequence[str], context: Mapping[str, Sequence[str]] | None = None
    ) -> dict[str, Any]:
        name = self._kind.singular.upper()
        message = (
            f"Could not get some {name} objects, they may be deleted or not exist. "
            "Check that ids are valid."
        )
        return {
            "status": "error",
            "category": errors.OBJECT_NOT_FOUND,
            "message": message,
            "context": {"ids": list(ids), **(context or {})},
        }

    @staticmethod
    def _refuse_duplicates(ids: Sequence[str]) -> None:
        twice = sorted({one for one in ids if ids.count(one) > 1}) if _has_twice(ids) else []
        if twice:
            raise errors.invalid(
                f"Duplicate IDs found in batch input: [{', '.join(twice)}]. IDs must be unique",
                context={"ids": twice},
            )


def _has_twice(ids: Sequence[str]) -> bool:
    return len(set(ids)) != len(ids)


def _trace(one: Input) -> dict[str, list[str]]:
    trace = one.get("objectWriteTraceId")
    return {"objectWriteTraceId": [str(trace)]} if trace else {}


def _is_traced(inputs: Sequence[Input]) -> bool:
    traces = [one.get("objectWriteTraceId") for one in inputs]
    return all(traces) and len(set(traces)) == len(traces)
