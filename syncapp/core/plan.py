"""What a plan is made of: changes, and why a record is left as it is.

No behaviour beyond ordering and printing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from syncapp.core.merge import BasePair
from syncapp.core.reasons import REASONS, State, explain
from syncapp.core.sides import Side
from syncapp.core.values import Value

#: The field of a create that holds its associations: ``[{"type", "id", "primary"}]``.
TIES = "@ties"


class ChangeOp(StrEnum):
    """What a change does to its side.

    ASSOCIATE moves a record's associations: its fields are named "@" and the other record type,
    their values are ids. A CREATE may bring some along as ``@ties``.
    """

    CREATE = "create"
    UPDATE = "update"
    VOID = "void"
    ARCHIVE = "archive"
    ASSOCIATE = "associate"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of a change.

    Attributes:
        mapping: Key of the field mapping; "" for a field that is only written at creation.
        source: The other side's value it was computed from, in that side's own form.
        conflict: Both sides had changed; ``before`` is then the value that loses.
    """

    field: str
    before: Value
    after: Value
    mapping: str = ""
    source: Value = None
    conflict: bool = False


@dataclass(frozen=True, slots=True)
class Change:
    """One write to one side."""

    side: Side
    op: ChangeOp
    fields: tuple[FieldChange, ...]

    @property
    def values(self) -> dict[str, Value]:
        """What is sent: ``{field: value}``."""
        return {change.field: change.after for change in self.fields}

    def __str__(self) -> str:
        parts = ", ".join(f"{c.field}: {c.before!r} -> {c.after!r}" for c in self.fields)
        return f"{self.op} in {self.side.label}: {parts}"


@dataclass(frozen=True, slots=True)
class Status:
    """The state of a record and, unless it is in sync, the reason."""

    state: State
    code: str = ""
    params: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return explain(self.code, self.params)[0] or self.state.value


IN_SYNC = Status(State.IN_SYNC)


def because(code: str, **params: str) -> Status:
    """The status a reason of the catalogue puts a record in."""
    return Status(REASONS[code].state, code, params)


def needs(record: str, status: Status) -> Status:
    """Failing because another record is: that record and its own reason.

    Where that one only needs a further record, the further one is named and nothing is repeated.

    Args:
        record: What is needed, as a person says it ("the invoice “7”").
        status: Why that is not in sync.
    """
    further = status.params.get("record", "") if status.code == "dependency" else ""
    return because(
        "dependency", record=record, why=f"it needs {further}." if further else str(status)
    )


@dataclass(frozen=True, slots=True)
class Note:
    """Something to be told once in the record log. The key says whether it was told."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class RecordPlan:
    """The decision for one record.

    Attributes:
        status: The state once the changes are carried out, or why there are none.
        changes: QuickBooks first: it can refuse. Empty for a record that is left alone.
        base: The base snapshot after what agrees has advanced.
        emptied: Mapping keys whose value was emptied on one side, which is not sent.
        waits_on: The link that has to be settled first.
        wants: Links whose records are needed, although a filter keeps them out.
        notes: What is told once and changes nothing.
        held: What would be written to QuickBooks, and waits for a person's approval.
    """

    status: Status
    changes: tuple[Change, ...] = ()
    base: Mapping[str, BasePair] = field(default_factory=dict)
    emptied: tuple[tuple[str, Side], ...] = ()
    waits_on: int | None = None
    wants: tuple[int, ...] = ()
    notes: tuple[Note, ...] = ()
    held: Change | None = None
