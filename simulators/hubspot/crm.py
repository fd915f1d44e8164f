"""The CRM itself: records with their definitions and associations, and what a write does.

Knows what a create, an update and an association do; must not know HTTP, tokens or paging. What
may be refused is in ``checks`` and ``rules``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from simulators.common.clock import SimClock
from simulators.common.ids import Ids
from simulators.common.ledger import Ledger
from simulators.common.state import State
from simulators.hubspot import association_types, errors
from simulators.hubspot.associations import Associations, node
from simulators.hubspot.checks import Checks
from simulators.hubspot.definitions import Definitions
from simulators.hubspot.linking import Linker
from simulators.hubspot.records import Reader, Record, Source, Table
from simulators.hubspot.registry import BY_SLUG, BY_TYPE_ID, OBJECT_TYPES
from simulators.hubspot.rules import Rules, rules_of
from simulators.hubspot.schema import ObjectType
from simulators.hubspot.settings import Settings
from simulators.hubspot.writes import (
    SYSTEM_SOURCE,
    Author,
    Draft,
    Happening,
    Link,
    Node,
    Reserved,
)


class Crm:
    """One account's records."""

    def __init__(
        self, *, state: State, clock: SimClock, ids: Ids, ledger: Ledger, settings: Settings
    ) -> None:
        self.clock = clock
        self.ids = ids
        self.ledger = ledger
        self.settings = settings
        self.search_lag_ms = 0
        self.definitions = Definitions(state, clock)
        self.associations = Associations(state)
        self.checks = Checks(self.definitions, settings, clock)
        self.tables = {kind.slug: Table(kind, state) for kind in OBJECT_TYPES}
        self.readers = {kind.slug: Reader(kind) for kind in OBJECT_TYPES}
        self.rules: dict[str, Rules] = {kind.slug: rules_of(kind, self) for kind in OBJECT_TYPES}
        #: told of everything that happens, after the rules
        self.followers: list[Callable[[Happening], None]] = []
        self._linker = Linker(self, self._after_link)
        self._index_unique()

    @property
    def portal_id(self) -> int:
        """The account's Hub ID."""
        return self.checks.portal_id

    @portal_id.setter
    def portal_id(self, portal_id: int) -> None:
        self.checks.portal_id = portal_id

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

    def partner_records(self, slug: str, record_id: str, to_slug: str) -> list[Record]:
        """Associated live records, by ascending id."""
        kind, target = BY_SLUG[slug], BY_SLUG[to_slug]
        found = sorted(self.live_partners(kind, record_id, target), key=int)
        return [self.table(target).records[one] for one in found]

    def primary_company(self, kind: ObjectType, record_id: str) -> str | None:
        """The primary company of a contact or deal."""
        companies = BY_SLUG["companies"]
        row = association_types.single(kind, companies)
        if row is None:
            return None
        found = self.live_partners(kind, record_id, companies)
        return next((one for one, types in found.items() if row.id in types), None)

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
        checked = self.checks.take(kind, author, {**kind.initial, **wanted}, {})
        for link in links:
            partner = self.table(link.to_kind).get(link.to_id)
            if partner is None:
                # Text seen in the wild; more than that is UNCONFIRMED.
                raise errors.invalid(
                    "One or more associations are invalid",
                    context={"INVALID_OBJECT_IDS": [link.to_id]},
                )
            self.rules[link.to_kind.slug].prepare_link(author, partner, None, kind.slug)
        given = {name: value for name, value in checked.items() if value}
        given = self.rules[kind.slug].prepare_create(author, given, links)
        self.checks.required(kind, author, given)
        self.checks.unique(kind, self.table(kind), given, None, reserved)
        return Draft(given, tuple(links))

    def create(self, kind: ObjectType, author: Author, draft: Draft) -> Record:
        """Store a prepared record."""
        now = self.clock.milliseconds()
        record = Record(self.next_id(kind), now)
        record.set(draft.values, now, author.source)
        record.values.update(_origin(author.source))
        derived = self.rules[kind.slug].derived({"hs_object_id": record.id, **record.values})
        record.set({n: v for n, v in derived.items() if v}, now, SYSTEM_SOURCE)
        self.table(kind).add(record, self.search_lag_ms)
        self.note(author, "create", kind.slug, record.id, None, draft.values)
        self.tell(Happening("create", kind, record.id, author, draft.values))
        for link in draft.links:
            one, other = node(kind, record.id), node(link.to_kind, link.to_id)
            self._linker.link(author, one, other, link.types, replace=False)
        return record

    def next_id(self, kind: ObjectType) -> str:
        """A new record id."""
        return str(self.ids.next(f"record:{kind.slug}", start=kind.first_id))

    def prepare_update(
        self,
        kind: ObjectType,
        author: Author,
        record: Record,
        wanted: Mapping[str, Any],
        reserved: Reserved | None = None,
    ) -> dict[str, str]:
        """Check an update without storing anything; returns the values to set.

        Raises:
            ApiError: the values cannot be taken.
        """
        checked = self.checks.take(kind, author, wanted, record.values)
        checked = self.rules[kind.slug].prepare_update(author, record, checked)
        whole = {**record.values, **checked}
        self.checks.required(kind, author, whole, checked)
        self.checks.unique(kind, self.table(kind), whole, record.id, reserved)
        return checked

    def update(
        self, kind: ObjectType, author: Author, record: Record, checked: Mapping[str, str]
    ) -> None:
        """Store prepared values. Values that are already there leave no trace but the ledger's."""
        changes = _changes(record, checked)
        before = {name: record.values.get(name) for name in changes}
        if changes:
            now = self.clock.milliseconds()
            self.table(kind).change(record, changes, now, author.source, self.search_lag_ms)
            self._derive(kind, record, now)
        after = {n: v or None for n, v in changes.items()}
        self.note(author, "update", kind.slug, record.id, before, after)
        if changes:
            self.tell(Happening("update", kind, record.id, author, changes))

    def calculate(
        self, kind: ObjectType, author: Author, record: Record, values: Mapping[str, str]
    ) -> bool:
        """Store what HubSpot computes in consequence of ``author``'s write; True if it changed."""
        changes = _changes(record, values)
        if not changes:
            return False
        before = {name: record.values.get(name) for name in changes}
        system = author.system()
        now = self.clock.milliseconds()
        self.table(kind).change(record, changes, now, system.source, self.search_lag_ms)
        self._derive(kind, record, now)
        after = {n: v or None for n, v in changes.items()}
        self.note(system, "update", kind.slug, record.id, before, after)
        self.tell(Happening("update", kind, record.id, system, changes))
        return True

    def _derive(self, kind: ObjectType, record: Record, now: int) -> None:
        derived = self.rules[kind.slug].derived({"hs_object_id": record.id, **record.values})
        changes = _changes(record, derived)
        if changes:
            record.set(changes, now, SYSTEM_SOURCE)
            self.table(kind).touch(record, now)

    def tell(self, happening: Happening) -> None:
        """Let the type's rules and the followers know."""
        self.rules[happening.kind.slug].follow(happening)
        for follower in self.followers:
            follower(happening)

    # -- associations -----------------------------------------------------------------------

    def link(
        self, author: Author, one: Node, other: Node, types: Iterable[int], *, replace: bool = False
    ) -> tuple[int, ...]:
        """Associate two records by ``types`` (direction one -> other) besides the plain type.

        ``replace`` makes them the whole label set. Returns the pair's types afterwards.

        Raises:
            ApiError: 400, the two cannot be associated.
        """
        association_types.unlabelled(BY_TYPE_ID[one[0]], BY_TYPE_ID[other[0]])
        if not self.associations.partners(one, other[0]).get(other[1]):
            for this, that in ((one, other), (other, one)):
                kind = BY_TYPE_ID[this[0]]
                record = self.table(kind).records[this[1]]
                slug = BY_TYPE_ID[that[0]].slug
                self.rules[kind.slug].prepare_link(author, record, that, slug)
        return self._linker.link(author, one, other, types, replace=replace)

    def relink(self, author: Author, one: Node, other: Node, types: Iterable[int]) -> None:
        """Associate without asking the rules: what a merged record takes over."""
        self._linker.link(author, one, other, types, replace=False)

    def unlink(
        self, author: Author, one: Node, other: Node, types: Iterable[int] | None = None
    ) -> bool:
        """Remove some types of a pair, or all; removing the plain type removes all.

        Raises:
            ApiError: 400, the association must stay.
        """
        if self.associations.partners(one, other[0]).get(other[1]):
            for this, that in ((one, other), (other, one)):
                kind = BY_TYPE_ID[this[0]]
                record = self.table(kind).records[this[1]]
                slug = BY_TYPE_ID[that[0]].slug
                self.rules[kind.slug].prepare_unlink(author, record, that, slug)
        return self._linker.unlink(author, one, other, types)

    def _after_link(
        self,
        action: str,
        author: Author,
        one: Node,
        other: Node,
        before: tuple[int, ...],
        after: tuple[int, ...],
    ) -> None:
        now = self.clock.milliseconds()
        source, target = BY_TYPE_ID[one[0]], BY_TYPE_ID[other[0]]
        for kind, record_id in ((source, one[1]), (target, other[1])):
            record = self.table(kind).records[record_id]
            if before != after:
                self.table(kind).touch(record, now)
        self.note(
            author,
            action,
            "associations",
            f"{source.slug}/{one[1]}/{target.slug}/{other[1]}",
            {"types": list(before)} if before else None,
            {"types": list(after)},
        )
        moved = sorted(set(before) ^ set(after))
        if not moved:
            return
        rows = association_types.between(source, target)
        back = sorted({rows[number].inverse_id for number in moved})
        self.tell(Happening(action, source, one[1], author, other=other, types=moved))
        self.tell(Happening(action, target, other[1], author, other=one, types=back))

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


def _changes(record: Record, wanted: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in wanted.items() if record.values.get(name, "") != value}


def _origin(source: Source) -> dict[str, str]:
    """The properties that tell who created a record."""
    found = {
        "hs_object_source": source.type,
        "hs_object_source_id": source.id,
        "hs_object_source_label": source.label,
    }
    return {name: value for name, value in found.items() if value}
