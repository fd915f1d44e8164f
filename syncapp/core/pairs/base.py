"""What every object pair states about itself, as data; not the rules of any one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from syncapp.core.filters import Filter
from syncapp.core.mapping import FieldMapping
from syncapp.core.records import Record
from syncapp.core.sides import Direction, Side
from syncapp.core.values import Value, Values


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A fixed rule why a record that is not linked yet cannot take part."""

    code: str
    applies: Callable[[Side, Values], bool]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A record that cannot be created, known before it is sent."""

    code: str
    params: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RelatedField:
    """A field of a record's associated record, loaded before the record is planned.

    Attributes:
        name: The field under which the value is kept with the record.
        through: The field that holds the associated record's id.
        type: The associated record's type.
        field: The field there.
    """

    name: str
    side: Side
    through: str
    type: str
    field: str


class OptionKind(StrEnum):
    """What an option of a sync takes."""

    CHOICE = "choice"
    SWITCH = "switch"
    ACCOUNT = "account"
    ACCOUNTS = "accounts"
    CONFIRMATION = "confirmation"
    AMOUNT = "amount"


@dataclass(frozen=True, slots=True)
class Option:
    """A setting that only this object has.

    Attributes:
        kind: A CHOICE is one of ``choices``; a SWITCH is true or false; an ACCOUNT is the id of
            a QuickBooks account; ACCOUNTS are ``{choice: account id}``; a CONFIRMATION is who
            confirmed it, "" for nobody; an AMOUNT is a decimal as text, in the home currency.
        choices: ``(value, label)``.
        account_types: The types of QuickBooks accounts that may be chosen.
    """

    name: str
    label: str
    help: str
    kind: OptionKind
    default: Value
    choices: tuple[tuple[str, str], ...] = ()
    account_types: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Summary:
    """What a list shows of a document: its number, party, dates (``YYYY-MM-DD``) and money.

    ``rate`` is what the document itself says one unit of its currency is worth in the company's.
    """

    number: str = ""
    party: str = ""
    document_date: str = ""
    due_date: str = ""
    amount: str = ""
    currency: str = ""
    rate: str = ""


def _unknown_origin(hubspot: Values, quickbooks: Values) -> str:
    """Two records that were matched have no known origin."""
    del hubspot, quickbooks
    return "both"


def _unsummarised(side: Side, values: Values) -> Summary:
    """Most records are no documents."""
    del side, values
    return Summary()


def _unremarkable(side: Side, answer: Values) -> str:
    """Most answers say only that the record was made."""
    del side, answer
    return ""


def planned_elsewhere(
    to: Side, values: Values, mappings: tuple[FieldMapping, ...]
) -> Mapping[str, Value] | Refusal:
    """What a new document needs is planned in ``core/invoices``; nothing is added here."""
    del to, values, mappings
    return {}


def _whole(side: Side, record: Record) -> tuple[Record, ...]:
    """Most records are synced as they are."""
    del side
    return (record,)


def _nothing(side: Side, values: Values) -> Values:
    """Most records are planned from the values they have."""
    del side, values
    return {}


@dataclass(frozen=True, slots=True)
class ObjectPair:
    """A HubSpot object type and the QuickBooks entity it meets.

    Attributes:
        reads: Fields to ask for besides the mapped and filtered ones.
        match_keys: The keys of a record, the strongest first; () when it cannot be matched.
        label: What a person calls the record.
        completes: Fields that are only written when a record is created, computed from the
            source record and the enabled mappings; or why it cannot be created.
        unique_name: QuickBooks field that must be unique, or None.
        unique_fields: The field of a side that holds the strongest match key and is unique there.
        is_surely_unique: Whether every account keeps these fields unique; where one does not,
            records cannot be looked up by them, and the listing has to suffice.
        rank: Records of a lower rank are written first.
        options: Settings that only this object has.
        host: The pair whose sync this one belongs to; "" for one that a person sets up.
        fed_by: The pair whose records it is made of, when it watches no side by itself.
        optional: Sides whose accounts may lack it; its host is synced without it then.
        hidden: Its records are parts of others and stand in no list of their own.
        listens: The sides whose records are listed and watched. A hosted pair is also given the
            records of its host that have its type.
        split: The records that one record of a side stands for (the lines of an invoice).
        batch_sizes: How many records one call writes, where that is fewer than the side allows.
        direction: Which way a new sync goes.
        origin: Where a record was first that was found on both sides: a side, or "both".
        summary: What lists show of a record besides its label, from its planned values.
        derived: Fields of HubSpot that only show what QuickBooks computes; nobody maps them.
        dated_by: The field of a side that says when a record was made there; a sync of records
            that have one may begin at a date, and leaves older ones out.
        associated: The types of associated records whose fields a filter may read.
        recommended: The filters a new sync starts with in the wizard; "[today]" stands for the
            day it is set up (S11).
        locked: Filters that belong to the sync itself and that nobody edits (S11).
        derive: Values that a side tells only in a roundabout way, by names that begin with "@",
            or by the name of the field that tells them wrongly.
        requires: What a record must have to take part, as a person says it; "" for nothing.
        wording: Which wording of the catalogue's sentences fits these records.
        key_in_use: The reason of a record whose match key another linked record holds.
        is_key_unique: No two records share a match key in QuickBooks either: none is created
            there beside a linked one that has it.
        name_sharers: What may have taken a unique name in QuickBooks; "" for records of its own.
        activity: The QuickBooks field that says whether a record is active, where that is a
            value like others; "" where an inactive record counts as gone.
        warns: What a person should know of the answer to a create; "" for nothing.
    """

    name: str
    title: str
    types: Mapping[Side, str]
    nouns: Mapping[Side, str]
    mappings: tuple[FieldMapping, ...]
    match_keys: Callable[[Side, Values], tuple[str, ...]]
    match_key_label: str
    label: Callable[[Side, Values], str]
    completes: Callable[[Side, Values, tuple[FieldMapping, ...]], Mapping[str, Value] | Refusal]
    reads: Mapping[Side, tuple[str, ...]] = field(default_factory=dict)
    exclusions: tuple[Exclusion, ...] = ()
    related: tuple[RelatedField, ...] = ()
    unique_name: str | None = None
    unique_fields: Mapping[Side, str] = field(default_factory=dict)
    is_surely_unique: bool = True
    rank: int = 1
    options: tuple[Option, ...] = ()
    host: str = ""
    fed_by: str = ""
    hidden: bool = False
    optional: frozenset[Side] = frozenset()
    listens: frozenset[Side] = frozenset(Side)
    split: Callable[[Side, Record], tuple[Record, ...]] = _whole
    derived: tuple[FieldMapping, ...] = ()
    derive: Callable[[Side, Values], Values] = _nothing
    summary: Callable[[Side, Values], Summary] = _unsummarised
    origin: Callable[[Values, Values], str] = _unknown_origin
    batch_sizes: Mapping[Side, int] = field(default_factory=dict)
    dated_by: Mapping[Side, str] = field(default_factory=dict)
    associated: Mapping[Side, tuple[str, ...]] = field(default_factory=dict)
    recommended: Mapping[Side, Filter] = field(default_factory=dict)
    locked: Mapping[Side, Filter] = field(default_factory=dict)
    direction: Direction = Direction.BOTH
    requires: str = ""
    wording: str = ""
    key_in_use: str = "email_in_use"
    is_key_unique: bool = False
    name_sharers: str = ""
    activity: str = ""
    warns: Callable[[Side, Values], str] = _unremarkable

    def plural(self, side: Side) -> str:
        """What several records are called on a side."""
        return f"{self.nouns[side]}s"

    def type(self, side: Side) -> str:
        """The record type on a side."""
        return self.types[side]
