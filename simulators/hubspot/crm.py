"""The CRM itself: records with their definitions and associations, and the rules of a write.

Knows what a create, an update and an association do; must not know HTTP, tokens or paging.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from simulators.common.clock import SimClock
from simulators.common.ids import Ids
from simulators.common.ledger import Ledger
from simulators.common.state import State
from simulators.hubspot import association_types, errors, values
from simulators.hubspot.associations import Associations, Node, node
from simulators.hubspot.definitions import Definitions
from simulators.hubspot.records import Reader, Record, Source, Table
from simulators.hubspot.registry import BY_TYPE_ID, OBJECT_TYPES
from simulators.hubspot.schema import ObjectType
from simulators.hubspot.settings import Settings

SYSTEM_SOURCE = Source("CALCULATED", "", "Calculated")


@dataclass(frozen=True)
class Author:
    """Who writes, as the ledger and as property history name them."""

    actor: str
    source: Source
    #: rules of the portal apply (2026-09 paths)
    strict: bool = False
    request_id: str = ""
    #: sample data is put in without a trace in the ledger
    in_ledger: bool = True


@dataclass(frozen=True)
class Link:
    """An association asked for in a create."""

    to_kind: ObjectType
    to_id: str
    types: tuple[int, ...]


@dataclass(frozen=True)
class Draft:
    """A record about to be created: checked, not yet stored."""

    values: dict[str, str]
    links: tuple[Link, ...] = ()


@dataclass
class Reserved:
    """Unique values that earlier inputs of the same request will take."""

    keys: set[tuple[str, str]] = field(default_factory=set)


class Crm:
    """One account's records."""

    def __init__(
        self, *, state: State, clock: SimClock, ids: Ids, ledger: Ledger, settings: Settings
    ) -> None:
        self.clock = clock
        self.ids = ids
        self.ledger = ledger
        self.settings = settings
        self.portal_id = 0
        self.search_lag_ms = 0
        self.definitions = Definitions(state, clock)
        self.associations = Associations(state)
        self.tables = {kind.slug: Table(kind, state) for kind in OBJECT_TYPES}
        self.readers = {kind.slug: Reader(kind) for kind in OBJECT_TYPES}
        self._index_unique()

    def clear(self) -> None:
        """Forget everything."""
        self.definitions.clear()
        self.associations.clear()
        for table in self.tables.values():
            table.clear()
        self._index_unique()

    def load(self) -> None:
        """Read the state file."""
        self.definitions.load()
        self.associations.load()
        for kind in OBJECT_TYPES:
            self.tables[kind.slug].load(self.definitions.unique_names(kind))

    def _index_unique(self) -> None:
        for kind in OBJECT_TYPES:
            for name in self.definitions.unique_names(kind):
                self.tables[kind.slug].index_property(name)

    def table(self, kind: ObjectType) -> Table:
        """The records of a type."""
        return self.tables[kind.slug]

    # -- looking up -------------------------------------------------------------------------

    def find(
        self, kind: ObjectType, record_id: str, id_property: str | None, *, follow: bool = False
    ) -> Record | None:
        """A live record by id or by a unique property.

        Raises:
            ApiError: 400, the property identifies nothing.
        """
        table = self.table(kind)
        if not id_property:
            return table.follow(record_id) if follow else table.get(record_id)
        if id_property not in table.unique:
            raise errors.not_unique_property(kind.type_id, id_property, self.portal_id)
        owner = table.owner_of(id_property, record_id)
        return table.get(owner) if owner else None

    def live_partners(self, kind: ObjectType, record_id: str, to: ObjectType) -> dict[str, Any]:
        """Associated records that are not archived: id -> type ids."""
        table = self.table(to)
        found = self.associations.partners(node(kind, record_id), to.type_id)
        return {one: types for one, types in found.items() if table.get(one) is not None}

    # -- creating and updating --------------------------------------------------------------

    def prepare_create(
        self,
        kind: ObjectType,
        author: Author,
        wanted: Mapping[str, Any],
        links: Sequence[Link] = (),
        reserved: Reserved | None = None,
    ) -> Draft:
        """Check a create without storing anything.

        Raises:
            ApiError: the values, a unique value or an association cannot be taken.
        """
        checked = self._checked(kind, {**kind.initial, **wanted}, {})
        values_set = {name: value for name, value in checked.items() if value}
        self._check_required(kind, author, values_set)
        self._check_unique(kind, values_set, None, reserved)
        for link in links:
            if self.table(link.to_kind).get(link.to_id) is None:
                # Text seen in the wild; more than that is UNCONFIRMED.
                raise errors.invalid(
                    "One or more associations are invalid",
                    context={"INVALID_OBJECT_IDS": [link.to_id]},
                )
        return Draft(values_set, tuple(links))

    def create(self, kind: ObjectType, author: Author, draft: Draft) -> Record:
        """Store a prepared record."""
        now = self.clock.milliseconds()
        record_id = str(self.ids.next(f"record:{kind.slug}", start=kind.first_id))
        record = Record(record_id, now)
        record.set(draft.values, now, author.source)
        record.values.update(_origin(author.source))
        self._derive(kind, record)
        self.table(kind).add(record, self.search_lag_ms)
        self.note(author, "create", kind.slug, record.id, None, draft.values)
        for link in draft.links:
            self.link(author, node(kind, record.id), node(link.to_kind, link.to_id), link.types)
        return record

    def prepare_update(
        self,
        kind: ObjectType,
        record: Record,
        wanted: Mapping[str, Any],
        reserved: Reserved | None = None,
    ) -> dict[str, str]:
        """Check an update without storing anything; returns the values to set.

        Raises:
            ApiError: the values cannot be taken.
        """
        checked = self._checked(kind, wanted, record.values)
        self._check_unique(kind, {**record.values, **checked}, record.id, reserved)
        return checked

    def update(
        self, kind: ObjectType, author: Author, record: Record, checked: Mapping[str, str]
    ) -> None:
        """Store prepared values. Values that are already there leave no trace but the ledger's."""
        changes = {n: v for n, v in checked.items() if record.values.get(n, "") != v}
        before = {name: record.values.get(name) for name in changes}
        if changes:
            now = self.clock.milliseconds()
            self.table(kind).change(record, changes, now, author.source, self.search_lag_ms)
            self._derive(kind, record)
        self.note(
            author,
            "update",
            kind.slug,
            record.id,
            before,
            {n: v or None for n, v in changes.items()},
        )

    def _checked(
        self, kind: ObjectType, wanted: Mapping[str, Any], before: Mapping[str, str]
    ) -> dict[str, str]:
        definitions = self.definitions.of(kind)
        flaws: list[errors.Flaw] = []
        taken: dict[str, str] = {}
        for name, raw in wanted.items():
            prop = definitions.get(name)
            if prop is None:
                message = f'Property "{name}" does not exist'
                flaws.append(errors.Flaw(name, "PROPERTY_DOESNT_EXIST", message))
                continue
            if not prop.is_writable:
                message = f'"{name}" is a read only property; its value cannot be set.'
                flaws.append(errors.Flaw(name, "READ_ONLY_VALUE", message))
                continue
            value = values.take(prop, raw, before.get(name, ""), is_email=name in kind.emails)
            if isinstance(value, errors.Flaw):
                flaws.append(value)
                continue
            normalise = kind.normalise.get(name)
            taken[name] = normalise(value) if normalise else value
        for check in kind.checks if not flaws else ():
            flaws.extend(
                errors.Flaw(name, code, message)
                for name, (code, message) in check(before, taken).items()
            )
        if flaws:
            raise errors.invalid_values(flaws, self.portal_id)
        return taken

    def _check_required(self, kind: ObjectType, author: Author, given: Mapping[str, str]) -> None:
        missing = [
            names[0] for names in kind.required if not any(given.get(name) for name in names)
        ]
        if author.strict:
            portal = self.settings.required_on_create.get(kind.slug, ())
            missing += [name for name in portal if not given.get(name) and name not in missing]
        if missing:
            raise errors.missing_required(missing, kind.singular)

    def _check_unique(
        self,
        kind: ObjectType,
        given: Mapping[str, str],
        own_id: str | None,
        reserved: Reserved | None,
    ) -> None:
        table = self.table(kind)
        taken = table.taken(given, own_id)
        if taken is not None:
            name, key, owner = taken
            if name in kind.emails:
                # A change to a taken address: 409 as for a create, UNCONFIRMED.
                raise errors.contact_exists(owner)
            raise errors.unique_conflict(name, given.get(name, key), owner)
        if reserved is None:
            return
        keys = set(table.keys_of(given))
        if keys & reserved.keys:
            # Two inputs of one request with one unique value: answer UNCONFIRMED.
            name, key = sorted(keys & reserved.keys)[0]
            raise errors.categorised(
                409, errors.CONFLICT, f"Two inputs of the request have {name} {key}."
            )
        reserved.keys |= keys

    @staticmethod
    def _derive(kind: ObjectType, record: Record) -> None:
        if kind.emails:
            email = record.values.get(kind.emails[0], "")
            if email:
                record.values["hs_email_domain"] = email.rpartition("@")[2]
            else:
                record.values.pop("hs_email_domain", None)

    # -- associations -----------------------------------------------------------------------

    def link(
        self, author: Author, one: Node, other: Node, types: Iterable[int], *, replace: bool = False
    ) -> tuple[int, ...]:
        """Associate two records by ``types`` (direction one -> other) besides the plain type.

        ``replace`` makes them the whole label set. Returns the pair's types afterwards.
        """
        source, target = BY_TYPE_ID[one[0]], BY_TYPE_ID[other[0]]
        plain = association_types.unlabelled(source, target).id
        before = self.associations.partners(one, other[0]).get(other[1], ())
        wanted = {plain, *types} | (set() if replace else set(before))
        if not before:
            wanted |= self._first_becomes_primary(source, target, one, other)
        self._keep_single(author, source, target, one, other, wanted)
        after = tuple(sorted(wanted))
        self.associations.set(one, other, after)
        self._after_link(author, "associate", one, other, before, after)
        return after

    def unlink(
        self, author: Author, one: Node, other: Node, types: Iterable[int] | None = None
    ) -> bool:
        """Remove some types of a pair, or all; removing the plain type removes all."""
        before = self.associations.partners(one, other[0]).get(other[1], ())
        if not before:
            return False
        source, target = BY_TYPE_ID[one[0]], BY_TYPE_ID[other[0]]
        plain = association_types.unlabelled(source, target).id
        gone = set(before) if types is None else set(types)
        after = () if plain in gone else tuple(t for t in before if t not in gone)
        self.associations.set(one, other, after)
        self._after_link(author, "dissociate", one, other, before, after)
        return True

    def _first_becomes_primary(
        self, source: ObjectType, target: ObjectType, one: Node, other: Node
    ) -> set[int]:
        """The first company of a contact or deal becomes the primary one. UNCONFIRMED: a switch."""
        if not self.settings.first_company_is_primary:
            return set()
        forward = association_types.single(source, target)
        if forward is not None:
            has_one = self.live_partners(source, one[1], target)
            return set() if has_one else {forward.id}
        backward = association_types.single(target, source)
        if backward is not None:
            has_one = self.live_partners(target, other[1], source)
            return set() if has_one else {backward.inverse_id}
        return set()

    def _keep_single(
        self,
        author: Author,
        source: ObjectType,
        target: ObjectType,
        one: Node,
        other: Node,
        wanted: set[int],
    ) -> None:
        """Setting a new primary moves the label; the former one keeps the plain type (WILD)."""
        forward = association_types.single(source, target)
        backward = association_types.single(target, source)
        if forward is not None and forward.id in wanted:
            self._drop_label(author, one, target, forward.id, other[1])
        elif backward is not None and backward.inverse_id in wanted:
            self._drop_label(author, other, source, backward.id, one[1])

    def _drop_label(
        self, author: Author, holder: Node, to: ObjectType, type_id: int, keep: str
    ) -> None:
        for partner, types in list(self.associations.partners(holder, to.type_id).items()):
            if type_id in types and partner != keep:
                self.unlink(author, holder, (to.type_id, partner), [type_id])

    def _after_link(
        self,
        author: Author,
        action: str,
        one: Node,
        other: Node,
        before: tuple[int, ...],
        after: tuple[int, ...],
    ) -> None:
        now = self.clock.milliseconds()
        for this, that in ((one, other), (other, one)):
            kind = BY_TYPE_ID[this[0]]
            record = self.table(kind).records[this[1]]
            if before != after:
                self.table(kind).touch(record, now)
            self.mirror_primary(kind, BY_TYPE_ID[that[0]], record, now)
        source, target = BY_TYPE_ID[one[0]], BY_TYPE_ID[other[0]]
        self.note(
            author,
            action,
            "associations",
            f"{source.slug}/{one[1]}/{target.slug}/{other[1]}",
            {"types": list(before)} if before else None,
            {"types": list(after)},
        )

    def mirror_primary(self, kind: ObjectType, other: ObjectType, record: Record, now: int) -> None:
        """``associatedcompanyid`` of a contact mirrors its primary company."""
        if (kind.slug, other.slug) != ("contacts", "companies"):
            return
        primary = self.primary_company(kind, record.id) or ""
        if record.values.get("associatedcompanyid", "") != primary:
            record.set({"associatedcompanyid": primary}, now, SYSTEM_SOURCE)
            self.table(kind).touch(record, now)

    def primary_company(self, kind: ObjectType, record_id: str) -> str | None:
        """The primary company of a contact or deal."""
        companies = BY_TYPE_ID["0-2"]
        row = association_types.single(kind, companies)
        if row is None:
            return None
        found = self.live_partners(kind, record_id, companies)
        return next((one for one, types in found.items() if row.id in types), None)

    # -- the ledger -------------------------------------------------------------------------

    def note(
        self,
        author: Author,
        action: str,
        type_name: str,
        record_id: str,
        before: Mapping[str, Any] | None,
        after: Mapping[str, Any] | None,
    ) -> None:
        """One line in the ledger."""
        if author.in_ledger:
            self.ledger.write(
                actor=author.actor,
                action=action,
                type=type_name,
                id=record_id,
                before=before,
                after=after,
                request_id=author.request_id,
            )


def _origin(source: Source) -> dict[str, str]:
    """The properties that tell who created a record."""
    found = {
        "hs_object_source": source.type,
        "hs_object_source_id": source.id,
        "hs_object_source_label": source.label,
    }
    return {name: value for name, value in found.items() if value}
