"""A record in neutral form, and how it is named; not how it is fetched or stored."""

from __future__ import annotations

from dataclasses import dataclass, field

from syncapp.core.sides import Side
from syncapp.core.values import Value, Values

#: How the id starts under which a record is kept whose own id cannot be kept.
STAND_IN = "unusable-"


@dataclass(frozen=True, slots=True, order=True)
class RecordRef:
    """The name of one record: its side, type and id. Ids are text ("0" is valid)."""

    side: Side
    type: str
    id: str

    def __str__(self) -> str:
        return f"{self.side.label} {self.type} {self.id}"

    @property
    def is_stand_in(self) -> bool:
        """Whether the id is one of ours, for a record whose own cannot be kept."""
        return is_stand_in(self.id)


def is_stand_in(record_id: str | None) -> bool:
    """Whether an id stands for one that cannot be kept; no vendor must be asked for it."""
    return record_id is not None and record_id.startswith(STAND_IN)


@dataclass(frozen=True, slots=True)
class Record:
    """One record as a side returned it.

    Attributes:
        ref: Which record it is.
        values: ``{field name: value}``, every field the side returned. QuickBooks' nested
            objects are flattened to dotted paths.
        version: HubSpot's ``updatedAt``, QuickBooks' ``SyncToken``. Only ever compared with
            another version of the same record.
        gone: Why the record can no longer take part: "archived", "inactive", "deleted";
            None while it is alive. A deleted record may come without values.
        absorbed_ids: Ids of records that were merged into this one.
        unreadable: Why the record could not be read, when it could not; its values are then
            whatever could be saved of it.
    """

    ref: RecordRef
    values: Values
    version: str = ""
    gone: str | None = None
    absorbed_ids: tuple[str, ...] = ()
    unreadable: str | None = None

    def get(self, name: str) -> Value:
        """The value of a field, None when the record lacks it."""
        return self.values.get(name)


@dataclass(frozen=True, slots=True)
class PastValue:
    """One earlier value of a field, as the side's own history tells it.

    Attributes:
        at: ISO 8601 instant, by that side's clock.
        by: The vendor's words for who wrote it ("CRM_UI userId:12", "INTEGRATION 991").
        ours: Whether the app of this connection wrote it.
    """

    value: Value
    at: str
    by: str = ""
    ours: bool = False


@dataclass(frozen=True, slots=True)
class Account:
    """What a side says about the account behind a connection.

    Attributes:
        id: Portal id or realm id.
        environment: "production", "sandbox" or "simulator".
        time_zone: IANA name; "" when unknown.
        currency: ISO 4217 home currency.
        details: Everything else worth keeping, as JSON.
    """

    id: str
    name: str
    environment: str
    currency: str = ""
    country: str = ""
    time_zone: str = ""
    details: Values = field(default_factory=dict)
