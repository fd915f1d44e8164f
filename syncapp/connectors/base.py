"""What the engine asks of either vendor: a small protocol, one verb per method.

A connector speaks canonical records upward and vendor JSON downward. It has no ``if`` about
sync, keeps no state but its call counter, and never repeats a write whose outcome is unknown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable
from zoneinfo import ZoneInfo

from syncapp.core.errors import RecordError
from syncapp.core.filters import Condition
from syncapp.core.records import Account, PastValue, Record
from syncapp.core.schema import Field
from syncapp.core.sides import Side
from syncapp.core.values import Value, Values


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a listing.

    Attributes:
        records: In the order the side gave them.
        next: Hand it back to get the following page; None on the last one.
        server_time: The side's own clock when it began to answer (aware, UTC).
    """

    records: tuple[Record, ...]
    next: str | None
    server_time: datetime


@dataclass(frozen=True, slots=True)
class Sample:
    """Some of the records that meet conditions, and how many do in all.

    Attributes:
        server_time: The side's own clock when it answered.
    """

    total: int
    records: tuple[Record, ...]
    server_time: datetime


class Op(StrEnum):
    """What a write does. A side refuses what it has no such thing for.

    CREATE and UPDATE go everywhere. VOID is for invoices and payments and takes back their
    amounts. ARCHIVE is HubSpot's recycle bin, INACTIVATE a QuickBooks list object made inactive,
    DELETE a QuickBooks transaction taken away for good. ASSOCIATE replaces a HubSpot record's
    associations: its fields are "@" and the other type, its values the one id that stays.
    UPSERT is for records that no person edits (mirrored payments): repeated, it would undo a
    person's edit.
    """

    CREATE = "create"
    UPDATE = "update"
    UPSERT = "upsert"
    VOID = "void"
    ARCHIVE = "archive"
    INACTIVATE = "inactivate"
    DELETE = "delete"
    ASSOCIATE = "associate"


@dataclass(frozen=True, slots=True)
class Tie:
    """An association of a record with another one of the same side.

    Attributes:
        type: The other record's type.
        id: Its id.
        primary: Whether it is the one primary partner (a contact's or deal's company).
    """

    type: str
    id: str
    primary: bool = False


@dataclass(frozen=True, slots=True)
class WriteItem:
    """One record of a write.

    Attributes:
        key: Names the item inside its batch (at most 10 characters); comes back with its result.
        values: ``{field: value}`` to be written, in the side's own naming.
        record_id: The record to update; None for a create.
        version: QuickBooks' SyncToken the values were computed from.
        current: All values last seen, so that parts of a nested object can be sent whole.
        marker: What a created record is marked with, so that it can be found again; "" for none.
        ties: What a created record is associated with, in the same call (HubSpot).
    """

    key: str
    values: Values
    record_id: str | None = None
    version: str = ""
    current: Values = field(default_factory=dict)
    marker: str = ""
    ties: tuple[Tie, ...] = ()


@dataclass(frozen=True, slots=True)
class WriteBatch:
    """Writes of one kind to one record type, sent in one call.

    Attributes:
        request_id: Made once per batch and kept when the same batch is sent again
            (QuickBooks ``requestid``; at most 36 characters).
        single: Send the one item by itself instead of as a batch. A batch that is sent again
            must be sent the way it was first sent.
    """

    type: str
    op: Op
    items: tuple[WriteItem, ...]
    request_id: str
    single: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """The item was written.

    Attributes:
        record: What the answer returned; it may hold fewer fields than the record has.
    """

    key: str
    record: Record
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """The item was not written, or (``OutcomeUnknown``) nobody knows.

    Attributes:
        error: ``RecordRejected``, ``StaleRecord``, ``RecordGone``, ``TryLater`` or
            ``OutcomeUnknown``.
    """

    key: str
    error: RecordError


WriteResult = Written | Refused


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a list of the account that a person chooses from.

    Attributes:
        value: What is stored and sent.
        label: What a person reads.
        group: What it is listed under: a pipeline, a kind of account; "" for nothing.
    """

    value: str
    label: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class Feature:
    """Whether an account has a kind of record at all.

    Attributes:
        says: Why not, for a person; "" when it has.
    """

    is_available: bool
    says: str = ""


class Credentials(Protocol):
    """Where a connector gets its bearer token from."""

    def access_token(self) -> str:
        """A token that is good for at least a minute, refreshed when needed.

        Raises:
            ConnectionBroken: Only a person can renew the connection.
            SideUnreachable: The token could not be refreshed just now.
        """
        ...

    def refresh_after_401(self, stale_token: str) -> str:
        """A token other than ``stale_token``, which the vendor has just refused.

        Raises:
            ConnectionBroken: Only a person can renew the connection.
            SideUnreachable: The token could not be refreshed just now.
        """
        ...


class Connector(Protocol):
    """Everything the engine asks of one side."""

    side: Side
    batch_size: Mapping[Op, int]
    marker_field: str | None
    calls: int

    def account(self) -> Account:
        """Who is connected. One call, cheap enough to test a connection with."""
        ...

    def describe(self, record_type: str) -> tuple[Field, ...]:
        """The fields the account really has for a record type, custom ones included."""
        ...

    def prepare(self, record_type: str) -> None:
        """Make the marker field exist, where this side needs one. Safe to repeat."""
        ...

    def list_page(self, record_type: str, *, fields: Sequence[str], after: str | None) -> Page:
        """One page of the full listing; the listing is complete when ``next`` is None."""
        ...

    def streams(self, record_types: Sequence[str]) -> tuple[tuple[str, ...], ...]:
        """How record types are grouped when changes are asked for: one call per group."""
        ...

    def changes_page(
        self,
        record_types: Sequence[str],
        *,
        since: datetime,
        fields: Mapping[str, Sequence[str]],
        after: str | None,
    ) -> Page:
        """One page of the records changed at or after ``since`` (the side's clock).

        The window is complete when ``next`` is None; only then may a cursor move to the
        ``server_time`` of its first page.
        """
        ...

    def read(
        self, record_type: str, ids: Sequence[str], *, fields: Sequence[str]
    ) -> tuple[Record, ...]:
        """The records with these ids, strongly consistent; missing ones are left out.

        Archived or inactive ones come back with ``gone`` set where the side still shows them.
        """
        ...

    def find(
        self, record_type: str, *, field: str, values: Sequence[str], fields: Sequence[str]
    ) -> tuple[Record, ...]:
        """The living records whose unique ``field`` holds one of ``values``; not from an index."""
        ...

    def created_since(
        self, record_type: str, since: datetime, *, fields: Sequence[str]
    ) -> tuple[Record, ...]:
        """Records made at or after ``since`` that ``find`` may not show (any more).

        For a create with an unknown outcome: somebody may have archived, deactivated or renamed
        the record before it is looked for.
        """
        ...

    def marker_of(self, record: Record) -> str:
        """The marker a record bears; "" for none, and for types that cannot bear one."""
        ...

    def write(self, batch: WriteBatch) -> tuple[WriteResult, ...]:
        """Send one batch, once. One result per item, in the order of the items.

        Raises:
            Throttled: Nothing was written.
            TryLater: Nothing was written.
            OutcomeUnknown: Any of the items may have been written.
            ConnectionBroken: Nothing was written; the connection must be renewed.
        """
        ...

    def history(
        self, record_type: str, ids: Sequence[str], fields: Sequence[str]
    ) -> Mapping[str, Mapping[str, tuple[PastValue, ...]]]:
        """``{id: {field: values, newest first}}``; empty where the side keeps no history."""
        ...

    def record_url(self, record_type: str, record_id: str) -> str:
        """Where a person opens the record in the vendor's own pages."""
        ...


class Associating(Protocol):
    """What a side with associations offers besides ``Connector`` (HubSpot)."""

    def ties(
        self, record_type: str, ids: Sequence[str], to_type: str
    ) -> Mapping[str, tuple[Tie, ...]]:
        """``{id: the records of the other type it is associated with}``, an entry for each id."""
        ...

    def tie(
        self, record_type: str, pairs: Sequence[tuple[str, Tie]]
    ) -> Mapping[tuple[str, Tie], RecordError]:
        """Associate records with others of one type; what could not be done, with the reason.

        Repeating it changes nothing, so an ``OutcomeUnknown`` is cured by sending it again.
        """
        ...

    def untie(
        self, record_type: str, pairs: Sequence[tuple[str, Tie]]
    ) -> Mapping[tuple[str, Tie], RecordError]:
        """Take associations away, labels included. As ``tie``; what is not tied is done."""
        ...


class AssociatingConnector(Connector, Associating, Protocol):
    """A side that has associations."""


@runtime_checkable
class Sampling(Protocol):
    """What a side that counts by a search offers besides ``Connector`` (HubSpot)."""

    def sample(
        self,
        record_type: str,
        *,
        where: Sequence[Sequence[Condition]],
        newest_by: str,
        fields: Sequence[str] = (),
        most: int = 1,
    ) -> Sample:
        """How many living records meet the conditions, and the newest of them. One call."""
        ...


@runtime_checkable
class Offering(Protocol):
    """What a side whose lists fill drop-downs offers besides ``Connector``."""

    def choices(self, name: str) -> tuple[Choice, ...]:
        """The active entries of a list of the account, in the order a person expects.

        Args:
            name: HubSpot: ``owners``, ``deal_pipelines``, ``deal_stages``, ``currencies``,
                ``tax_rates``. QuickBooks: ``Account``, ``Term``, ``PaymentMethod``, ``TaxCode``,
                ``Class``, ``Department``.

        Raises:
            ConfigurationInvalid: The side has no such list.
        """
        ...


@runtime_checkable
class Probing(Protocol):
    """What a side whose accounts differ in what they have offers besides ``Connector``."""

    def feature(self, record_type: str) -> Feature:
        """Whether the account has this kind of record, and lets us read it. One call."""
        ...


class Dating(Protocol):
    """What a side whose documents are looked up by their date offers besides ``Connector``."""

    def dated(
        self,
        record_type: str,
        *,
        by: str,
        first: date,
        last: date,
        where: ZoneInfo,
        fields: Sequence[str],
    ) -> tuple[Record, ...]:
        """All living records whose date ``by`` is one of the days from ``first`` to ``last``.

        A plain date is compared as it is, an instant by the date it has in the zone ``where``.
        The values are strongly consistent; a record of the last moments may still be missing.
        """
        ...


class DatingConnector(Connector, Dating, Protocol):
    """A side with dated documents."""


class RateKeeping(Protocol):
    """What a side with exchange rates offers besides ``Connector`` (QuickBooks)."""

    def exchange_rate(self, currency: str, on: date) -> str:
        """What one unit of a currency is worth in the home currency; "" when nobody has said."""
        ...


class BookkeepingConnector(Connector, RateKeeping, Protocol):
    """A side that keeps books."""


def flat(nested: Mapping[str, Value], prefix: str = "") -> dict[str, Value]:
    """Flatten nested objects to dotted paths; lists stay whole.

    >>> flat({"Name": "Ann", "BillAddr": {"City": "Rio"}})
    {'Name': 'Ann', 'BillAddr.City': 'Rio'}
    """
    result: dict[str, Value] = {}
    for name, value in nested.items():
        path = f"{prefix}{name}"
        if isinstance(value, Mapping):
            result.update(flat(value, f"{path}."))
        else:
            result[path] = value
    return result
