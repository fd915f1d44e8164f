"""Reading the newer custom fields, which come with an ``include`` and for one object at a time.

Knows when a record must be read again for them, and that a field which does not belong to a kind of
document is dropped without a word: what was written is read back. Not how a field is spelled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from syncapp.connectors.jsontext import items, mapping
from syncapp.connectors.quickbooks import custom_fields, query
from syncapp.connectors.quickbooks.client import QuickBooksClient
from syncapp.connectors.quickbooks.entities import ENTITIES
from syncapp.connectors.quickbooks.errors import fault_of, judge, problem_of
from syncapp.connectors.quickbooks.records import to_record
from syncapp.core.errors import ConfigurationInvalid, RecordGone, RecordRejected
from syncapp.core.records import Record
from syncapp.core.schema import Field
from syncapp.core.values import Values


def described(client: QuickBooksClient, record_type: str) -> tuple[Field, ...]:
    """The newer fields the first document shows; none while there is no document.

    Their definitions are told by another API, for partners of a higher tier only. UNCONFIRMED: a
    document shows every field of its kind, the empty ones too.
    """
    answer = client.query(query.select(record_type, order_by="Id", most=1))
    told = items(mapping(mapping(answer.json).get("QueryResponse")).get(record_type))
    if not told:
        return ()
    try:
        found = _again(client, to_record(record_type, told[0]))
    except (RecordRejected, ConfigurationInvalid):  # a company or an edition without them
        return ()
    return custom_fields.enhanced_fields(found.get("CustomField")) if found else ()


def completed(
    client: QuickBooksClient, records: Sequence[Record], fields: Sequence[str]
) -> tuple[Record, ...]:
    """The records with the newer fields among those asked for; where they came, at no call.

    One that is gone by now is left out: the changes tell of it. UNCONFIRMED: whether queries take
    the ``include``, as a read of one object does; batches and CDC are not asked for it.
    """
    wanted = [name for name in fields if custom_fields.is_enhanced(name)]
    if not wanted:
        return tuple(records)
    read = (
        record if record.gone or record.ref.type not in custom_fields.ON else _again(client, record)
        for record in records
    )
    return tuple(record for record in read if record is not None)


def read_back(client: QuickBooksClient, record: Record, written: Values) -> Record:
    """The record with what became of the newer fields that were written; None where nothing did."""
    names = [name for name in written if custom_fields.is_enhanced(name)]
    if any(name not in record.values for name in names):
        record = _again(client, record) or record
    dropped = {name: None for name in names if name not in record.values}
    return replace(record, values={**record.values, **dropped})


def _again(client: QuickBooksClient, record: Record) -> Record | None:
    """One object with the newer fields; None when it is gone."""
    record_type = record.ref.type
    answer = client.get(ENTITIES[record_type], record.ref.id, custom_fields.INCLUDE)
    if answer.ok and fault_of(answer.json) is None:
        return to_record(record_type, mapping(answer.json).get(record_type))
    error = judge(problem_of(answer))
    if isinstance(error, RecordGone):
        return None
    raise error
