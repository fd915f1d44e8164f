"""The verbs of the API on one object: create, read, full and sparse update.

Knows ids, SyncTokens, times and which fields a full update clears; what an entity does besides is
in ``rules``, deletion and voiding of transactions in ``documents``.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from simulators.quickbooks import custom_fields, faults
from simulators.quickbooks.company import Company, Writer
from simulators.quickbooks.entities import checks
from simulators.quickbooks.entities.checks import CLEARED, Clean
from simulators.quickbooks.entities.fields import Entity, Field, Group, Kind
from simulators.quickbooks.records import Record
from simulators.quickbooks.rules.base import Change
from simulators.quickbooks.rules.registry import rules_of

# References that come without a name, as recorded.
_NAMELESS: dict[str, frozenset[str]] = {
    "Payment": frozenset({"DepositToAccountRef", "PaymentMethodRef"}),
    "Invoice": frozenset({"SalesTermRef"}),
}
_ALWAYS_NAMELESS = frozenset({"ParentRef", "DefaultTaxCodeRef"})
# Named with all their parents.
_QUALIFIED = frozenset({"Customer", "Item", "Class", "Department"})


def read(company: Company, entity: Entity, record_id: str) -> Record:
    """Return the object, inactive ones too.

    Raises:
        Refusal: 2030 for an id that is no number, 610 for an unknown one.
    """
    if not record_id.isdigit():
        raise faults.invalid_id(record_id)
    record = company.find(entity, record_id)
    if record is None:
        raise _gone(company, entity, record_id)
    return record


def write(
    company: Company,
    entity: Entity,
    body: Mapping[str, Any],
    writer: Writer,
    operation: str = "",
    *,
    include: frozenset[str] = frozenset(),
) -> Record:
    """Create or update, as the body's ``Id`` says, and return the object as it is now.

    Raises:
        Refusal: the request is refused; nothing has changed.
    """
    known = entity.known_set
    for name in body:
        if name not in known:
            raise faults.Refusal(faults.unknown_property(name, entity.name, entity.known))
    is_update = body.get("Id") not in (None, "") or operation == "update"
    if ("update" if is_update else "create") not in entity.operations:
        raise faults.unsupported(f"{'update' if is_update else 'create'} {entity.name}")
    if is_update:
        return _update(company, entity, body, writer, include)
    return _create(company, entity, body, writer, include)


def _create(
    company: Company,
    entity: Entity,
    body: Mapping[str, Any],
    writer: Writer,
    include: frozenset[str],
) -> Record:
    given = checks.clean(entity, body, company)
    values = {name: value for name, value in given.items() if value is not CLEARED}
    _add_defaults(entity, values)
    _require(entity, values)
    change = Change(company, entity, writer, values, given, before=None, include=include)
    rules = rules_of(entity.name)
    rules.complete(change)
    _finish_nested(company, entity, values, {})
    record = Record(
        entity,
        company.next_id(entity.family),
        values,
        created=company.now(),
        modified_by=writer.user_name,
        person_id=writer.person_id,
    )
    company.save(record)
    custom_fields.keep(company, record, body, include)
    rules.follow_up(change, record)
    company.note(writer, "create", record, {})
    company.announce(entity.name, "create", record.id)
    return record


def _update(
    company: Company,
    entity: Entity,
    body: Mapping[str, Any],
    writer: Writer,
    include: frozenset[str],
) -> Record:
    record_id = str(body.get("Id", ""))
    record = read(company, entity, record_id)
    check_token(record, body)
    with company.tolerating(references(entity.fields, record.values)):
        given = checks.clean(entity, body, company)
    sparse = str(body.get("sparse", "")).lower() == "true" or entity.group is Group.SINGLE
    old = record.values
    values = _merged(company, entity, old, given, sparse=sparse)
    _add_defaults(entity, values)
    _require(entity, values)
    change = Change(
        company, entity, writer, values, given, before=record, sparse=sparse, include=include
    )
    rules = rules_of(entity.name)
    rules.complete(change)
    _finish_nested(company, entity, values, old)
    is_same = values == old and not custom_fields.keep(company, record, body, include)
    if is_same and company.behaviour.unchanged_write == "keep":
        return record
    custom_fields.keep(company, record, body, include)
    action = "inactivate" if change.inactivates else "update"
    # Rules that follow compare with what was there before.
    change.before = Record(entity, record.id, old, created=record.created)
    record.values = values
    record.token += 1
    record.updated = company.now()
    record.modified_by = writer.user_name
    record.person_id = writer.person_id
    company.save(record)
    rules.follow_up(change, record)
    company.note(writer, action, record, old)
    company.announce(entity.name, action, record.id)
    return record


def references(fields: tuple[Field, ...], values: Mapping[str, Any]) -> frozenset[tuple[str, str]]:
    """Return ``(entity, id)`` of everything the values refer to."""
    found: set[tuple[str, str]] = set()
    for field in fields:
        value = values.get(field.name)
        if not value:
            continue
        if field.kind is Kind.REF:
            found.update((target, str(value["value"])) for target in field.targets)
        elif field.kind is Kind.PARTS:
            found |= references(field.parts, value)
        elif field.kind is Kind.LIST:
            for item in value:
                found |= references(field.parts, item)
    return frozenset(found)


def check_token(record: Record, body: Mapping[str, Any]) -> None:
    """Raise 5010 unless the token is the stored one."""
    token = body.get("SyncToken")
    if token in (None, ""):
        raise faults.Refusal(faults.missing("SyncToken"))
    # A token newer than the stored one is refused too; its text is UNCONFIRMED.
    if str(token) != str(record.token):
        raise faults.stale(record.modified_by or "another user")


def _merged(
    company: Company, entity: Entity, old: Mapping[str, Any], given: Clean, *, sparse: bool
) -> dict[str, Any]:
    """Return the values after the update, before defaults and rules.

    Fields a request may not set stay. Of the others a sparse update keeps what it does not name, a
    full update only the ``kept`` ones.
    """
    values: dict[str, Any] = {}
    for field in entity.fields:
        name = field.name
        if (field.read_only or field.kept or sparse) and name in old:
            values[name] = deepcopy(old[name])
    for name, value in given.items():
        if value is CLEARED:
            values.pop(name, None)
        elif (
            sparse
            and company.behaviour.nested_update == "merge"
            and entity.by_name[name].kind in (Kind.PARTS, Kind.EMAIL)
            and isinstance(old.get(name), dict)
        ):
            values[name] = {**old[name], **value}
        else:
            values[name] = value
    return values


def _add_defaults(entity: Entity, values: dict[str, Any]) -> None:
    for field in entity.fields:
        if field.default is not None and field.name not in values:
            values[field.name] = field.default


def _require(entity: Entity, values: Mapping[str, Any]) -> None:
    errors = [faults.missing(f.name) for f in entity.fields if f.required and f.name not in values]
    if errors:
        raise faults.Refusal(*errors)


def _finish_nested(
    company: Company, entity: Entity, values: dict[str, Any], old: Mapping[str, Any]
) -> None:
    """Give addresses their ids and references their names."""
    for name, value in values.items():
        field = entity.by_name[name]
        if field.kind is Kind.PARTS and "Line1" in field.by_name:
            values[name] = _addressed(company, value, old.get(name))
        elif field.kind is Kind.REF and field.targets:
            values[name] = _named(company, entity, field, value)


def _addressed(company: Company, value: dict[str, Any], old: Any) -> dict[str, Any]:
    """An address keeps its id (and place on the map) only while it is unchanged."""
    was_edited = isinstance(old, dict) and old.get("Id") == value.get("Id") and old != value
    if "Id" in value and not was_edited:
        # Not sent but the server's own: stored before, or the customer's.
        return value
    if isinstance(old, dict):
        same = {k: v for k, v in old.items() if k not in ("Id", "Lat", "Long")}
        if same == {k: v for k, v in value.items() if k not in ("Id", "Lat", "Long")}:
            return old
    told = {k: v for k, v in value.items() if k not in ("Id", "Lat", "Long")}
    return {"Id": company.next_id("addresses"), **told}


def _named(company: Company, entity: Entity, field: Field, value: dict[str, Any]) -> dict[str, Any]:
    """References to accounts, items and names bring the name along, those to codes do not."""
    if field.name in _ALWAYS_NAMELESS or field.name in _NAMELESS.get(entity.name, ()):
        return {"value": value["value"]}
    for target in field.targets:
        record = company.find(target, value["value"])
        if record is not None:
            whole = record.values.get("FullyQualifiedName") if target in _QUALIFIED else None
            return {"value": record.id, "name": whole or record.title}
    return value


def _gone(company: Company, entity: Entity, record_id: str) -> faults.Refusal:
    stones = company.store(entity).tombstones if entity.group is Group.TRANSACTION else ()
    if any(stone.id == record_id for stone in stones):
        return faults.transaction_gone()
    return faults.not_found()


def merge(company: Company, loser: Record, survivor: Record, writer: Writer) -> None:
    """Merge one customer into another, as a person can and the API cannot.

    What becomes of the loser is UNCONFIRMED: deleted (a stub in CDC, 610 on reading), or inactive.
    """
    moved = company.store(loser.entity).children(loser.id)
    for child in moved:
        if child is not survivor:
            _save_merged(company, child, {"ParentRef": {"value": survivor.id}}, writer)
    if company.behaviour.merged_loser == "inactive":
        body = {"Id": loser.id, "SyncToken": str(loser.token), "sparse": True, "Active": False}
        write(company, loser.entity, body, writer)
    else:
        company.remove(loser)
        company.ledger.write(
            actor=writer.actor,
            action="merge",
            type=loser.entity.name,
            id=loser.id,
            before={"DisplayName": loser.values["DisplayName"]},
            after={"merged_into": survivor.id},
            request_id=writer.request_id,
        )
    survivor.token += 1
    survivor.updated = company.now()
    survivor.modified_by, survivor.person_id = writer.user_name, writer.person_id
    company.save(survivor)
    company.note(writer, "update", survivor, survivor.values)
    company.announce(survivor.entity.name, "merge", survivor.id, deleted_id=loser.id)


def _save_merged(
    company: Company, record: Record, wanted: Mapping[str, Any], writer: Writer
) -> None:
    body = {"Id": record.id, "SyncToken": str(record.token), "sparse": True, "Job": True, **wanted}
    write(company, record.entity, body, writer)
