"""Both sides, their base and the configuration -> what to do with a record, and why.

Pure: no clock, no I/O. Every record that is *not* written gets a reason too. The rehearsal
shows the same plan that a run carries out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from syncapp.core import dates
from syncapp.core.filters import NO_CALENDAR, Calendar, Filter
from syncapp.core.mapping import FieldMapping
from syncapp.core.merge import Agree, BasePair, Copy, merge_field
from syncapp.core.pairs.base import ObjectPair, Refusal
from syncapp.core.plan import IN_SYNC, Change, ChangeOp, FieldChange, RecordPlan, Status, because
from syncapp.core.sides import Direction, Side
from syncapp.core.values import Value, Values, is_empty

MERGED = "merged"
INACTIVE = "inactive"


@dataclass(frozen=True, slots=True)
class SyncConfig:
    """One sync as its user set it up, frozen.

    Attributes:
        filters: ``{side: filter}`` on the records that come *from* that side.
        options: ``{name: value}`` of the settings that only this object has.
        time_zone: The company's, as an IANA name: documents keep their date in it.
        start: Records made before that day (of the company) are left out; None for all.
        calendar: The company's days, and the moment of planning.
        home_currency: The company's, ISO 4217; "" while it is not known.
    """

    pair: ObjectPair
    direction: Direction
    winner: Side
    mappings: tuple[FieldMapping, ...]
    filters: Mapping[Side, Filter] = field(default_factory=dict)
    version: int = 1
    options: Mapping[str, Value] = field(default_factory=dict)
    time_zone: str = "UTC"
    start: date | None = None
    calendar: Calendar = NO_CALENDAR
    home_currency: str = ""

    @property
    def merged(self) -> tuple[FieldMapping, ...]:
        """The mappings that are compared at every run."""
        return tuple(m for m in self.mappings if m.enabled and not m.creation_only)

    def shuts_out(self, side: Side, values: Values, *, included: bool = False) -> Status | None:
        """Why a record that comes from a side takes no part; None when it does.

        Args:
            side: Where it comes from.
            values: What it holds there.
            included: A person took it in although it is older than the sync (S23).
        """
        made = values.get(self.pair.dated_by.get(side, ""))
        if self.start is not None and made is not None and not included:
            day = self.calendar.day_of(str(made))
            if day is not None and day < self.start:
                return because(
                    "before_start", day=day.isoformat(), start=self.start.isoformat(),
                    side=side.label,
                )  # fmt: skip
        failed = self.filters.get(side, Filter()).failing(values, self.calendar)
        return None if failed is None else because("filter", condition=failed)

    def fields(self, side: Side) -> tuple[str, ...]:
        """Every field this sync needs to read from a side, sorted."""
        related = {r.name for r in self.pair.related}
        mapped = {name for m in self.mappings if m.enabled for name in m.reads(side)}
        filtered = set(self.filters.get(side, Filter()).fields)
        own = {*self.pair.reads.get(side, ()), *filter(None, [self.pair.dated_by.get(side)])}
        asked = (mapped | filtered | own) - related
        return tuple(sorted(name for name in asked if not name.startswith("@")))

    def normal(self, side: Side, values: Values) -> Values:
        """A side's values as they are planned: dates for instants, and what they only imply."""
        told = {**values, **self.pair.derive(side, values)}
        if side is Side.HUBSPOT:
            where = dates.zone(self.time_zone)
            for mapping in self.mappings:
                if mapping.instant and mapping.hubspot in told:
                    told[mapping.hubspot] = dates.date_in(told[mapping.hubspot], where)
        return told

    def sent(self, mapping: FieldMapping, value: Value, to: Side) -> Value:
        """The other side's planned value in the form ``to`` is sent."""
        converted = mapping.convert(value, to)
        if mapping.instant and to is Side.HUBSPOT:
            return dates.instant_of(converted, dates.zone(self.time_zone))
        return converted


@dataclass(frozen=True, slots=True)
class Observed:
    """One side of a record as it was last seen."""

    id: str
    values: Values
    version: str = ""
    gone: str = ""


@dataclass(frozen=True, slots=True)
class LinkState:
    """What is known of one record: both sides and the base they last agreed on.

    Attributes:
        origin: "hubspot" or "quickbooks", where it was first; "both" when it was matched.
        answered: The reason that a person has looked at and decided to go past. It answers
            precisely what was shown: once other values stand in it, it is asked again.
    """

    hubspot: Observed | None = None
    quickbooks: Observed | None = None
    base: Mapping[str, BasePair] = field(default_factory=dict)
    origin: str = ""
    answered: Status | None = None

    def on(self, side: Side) -> Observed | None:
        """What was last seen on a side."""
        return self.hubspot if side is Side.HUBSPOT else self.quickbooks

    @property
    def is_linked(self) -> bool:
        """Whether both sides are known."""
        return self.hubspot is not None and self.quickbooks is not None


@dataclass(frozen=True, slots=True)
class Facts:
    """What the planner must know beyond the record itself.

    Attributes:
        listed: The sides whose full listing is complete; nothing is created on the others.
        ambiguous_with: Other records that share the match key; a person decides.
        key_holder: The linked record of the other side that holds the match key, as (id, label).
        name_owner: Who holds the unique name in QuickBooks.
        open_create: A record with the same match key is being created right now.
        excluded_by: (who, note) when a person excluded the record.
        included: A person took it in although it is older than the sync (S23).
        stopped: The reason to stop writing this record, whatever it holds.
        wanted: Another record needs this one, so no filter keeps it out (ENGINE 2.7).
    """

    listed: frozenset[Side] = frozenset(Side)
    ambiguous_with: tuple[str, ...] = ()
    key_holder: tuple[str, str] | None = None
    name_owner: str = ""
    open_create: bool = False
    excluded_by: tuple[str, str] | None = None
    included: bool = False
    stopped: Status | None = None
    wanted: bool = False


NO_FACTS = Facts()


def plan_record(link: LinkState, config: SyncConfig, facts: Facts = NO_FACTS) -> RecordPlan:
    """Decide one record.

    Returns:
        A plan whose ``base`` has advanced for every field that agrees, even where the rest of
        the record cannot be written.
    """
    if facts.excluded_by is not None:
        who, note = facts.excluded_by
        return RecordPlan(because("by_person", who=who, note=note), base=link.base)
    gone = why_gone(link, config.pair)
    if gone is not None:
        return RecordPlan(gone, base=link.base)
    if link.is_linked:
        return _plan_linked(link, config, facts)
    return _plan_unlinked(link, config, facts)


def wanted_name(link: LinkState, config: SyncConfig) -> str:
    """The unique name a create in QuickBooks would take; "" when there is none to take."""
    if config.pair.unique_name is None or link.hubspot is None or link.quickbooks is not None:
        return ""
    extra = config.pair.completes(Side.QUICKBOOKS, link.hubspot.values, config.mappings)
    return "" if isinstance(extra, Refusal) else str(extra.get(config.pair.unique_name) or "")


def open_direction(
    link: LinkState, config: SyncConfig, *, included: bool = False
) -> tuple[Direction | None, Status | None]:
    """The directions in which a record may travel, and what closes the rest."""
    targets: list[Side] = []
    closed: Status | None = None
    for to in Side:
        source = link.on(to.other)
        if not config.direction.allows(to) or source is None:
            continue
        shut = config.shuts_out(to.other, source.values, included=included)
        if shut is None:
            targets.append(to)
        else:
            closed = shut
    if len(targets) > 1:
        return Direction.BOTH, closed
    if not targets:
        return None, closed
    to_hubspot = targets[0] is Side.HUBSPOT
    return (Direction.TO_HUBSPOT if to_hubspot else Direction.TO_QUICKBOOKS), closed


def why_gone(link: LinkState, pair: ObjectPair) -> Status | None:
    """A record that is gone on a side is never written, and never created anew (I11).

    One that is inactive is not gone where activity is a value of its own.
    """
    for side in Side:
        seen, other = link.on(side), link.on(side.other)
        if seen is None or not seen.gone or (pair.activity and seen.gone == INACTIVE):
            continue
        if seen.gone == MERGED and other is not None and not other.gone:
            return because("merged_elsewhere", side=side.label, other_side=side.other.label)
        return because("gone", side=side.label, how=seen.gone)
    return None


def _plan_linked(link: LinkState, config: SyncConfig, facts: Facts) -> RecordPlan:
    allowed, closed = open_direction(link, config, included=facts.included)
    merged = merge_record(
        link, config, lambda mapping: _open_for(link, config.pair, allowed, mapping)
    )
    if facts.stopped is not None:
        return RecordPlan(facts.stopped, base=merged.base, emptied=merged.emptied)
    status = IN_SYNC if allowed is not None else closed or because("filter", condition="")
    return RecordPlan(status, merged.updates, merged.base, merged.emptied)


def _open_for(
    link: LinkState, pair: ObjectPair, allowed: Direction | None, mapping: FieldMapping
) -> Direction | None:
    """The directions open for one field: an inactive record is only ever made active again."""
    seen = link.quickbooks
    if seen is None or seen.gone != INACTIVE or mapping.quickbooks == pair.activity:
        return allowed
    if allowed is None or not allowed.allows(Side.HUBSPOT):
        return None
    return Direction.TO_HUBSPOT


@dataclass(frozen=True, slots=True)
class Merged:
    """The fields of a linked record, decided one by one.

    Attributes:
        base: The base after what agrees has advanced.
        emptied: As in ``RecordPlan``.
    """

    base: Mapping[str, BasePair]
    writes: Mapping[Side, tuple[FieldChange, ...]]
    emptied: tuple[tuple[str, Side], ...] = ()

    @property
    def updates(self) -> tuple[Change, ...]:
        """What is written, QuickBooks first."""
        return tuple(
            Change(side, ChangeOp.UPDATE, self.writes[side])
            for side in (Side.QUICKBOOKS, Side.HUBSPOT)
            if self.writes.get(side)
        )


def merge_record(
    link: LinkState, config: SyncConfig, allowed: Callable[[FieldMapping], Direction | None]
) -> Merged:
    """Merge the mapped fields of a linked record.

    Args:
        link: Both sides; both are known.
        config: The sync.
        allowed: The directions open for a field of this record.
    """
    assert link.hubspot is not None and link.quickbooks is not None  # noqa: S101, PT018
    base = dict(link.base)
    writes: dict[Side, list[FieldChange]] = {side: [] for side in Side}
    emptied: list[tuple[str, Side]] = []
    for mapping in config.merged:
        now = BasePair(
            mapping.value(Side.HUBSPOT, link.hubspot.values),
            mapping.value(Side.QUICKBOOKS, link.quickbooks.values),
        )
        decision = merge_field(
            mapping, base.get(mapping.key), now, allowed=allowed(mapping), winner=config.winner
        )
        if isinstance(decision, Agree):
            base[mapping.key] = now
        elif isinstance(decision, Copy):
            to = decision.to
            writes[to].append(
                FieldChange(
                    mapping.field(to),
                    before=now.on(to),
                    after=config.sent(mapping, now.on(to.other), to),
                    mapping=mapping.key,
                    source=now.on(to.other),
                    conflict=decision.conflict,
                )
            )
        elif decision.emptied is not None:
            emptied.append((mapping.key, decision.emptied))
    return Merged(base, {side: tuple(some) for side, some in writes.items()}, tuple(emptied))


def _plan_unlinked(link: LinkState, config: SyncConfig, facts: Facts) -> RecordPlan:
    source = Side.HUBSPOT if link.hubspot is not None else Side.QUICKBOOKS
    seen = link.on(source)
    assert seen is not None  # noqa: S101 - a link holds at least one side
    to = source.other
    reason = why_not_created(source, seen, config, facts)
    if reason is not None:
        return RecordPlan(reason, base=link.base)
    extra = config.pair.completes(to, seen.values, config.mappings)
    if isinstance(extra, Refusal):
        return RecordPlan(_because(config.pair, extra.code, **extra.params), base=link.base)
    if facts.name_owner and config.pair.unique_name:
        name = str(extra.get(config.pair.unique_name) or "")
        taken = _because(config.pair, "name_in_use", name=name, owner=facts.name_owner)
        return RecordPlan(taken, base=link.base)
    mapped = mapped_values(seen, config, to)
    known = {change.field for change in mapped}
    fields = (
        *(FieldChange(name, None, value) for name, value in extra.items() if name not in known),
        *mapped,
    )
    return RecordPlan(IN_SYNC, (Change(to, ChangeOp.CREATE, fields),), link.base)


def mapped_values(seen: Observed, config: SyncConfig, to: Side) -> tuple[FieldChange, ...]:
    """What the mappings give a record that is to be created on ``to``."""
    fields = []
    for mapping in config.merged:
        value = mapping.value(to.other, seen.values)
        sent = config.sent(mapping, value, to)
        if is_empty(sent) or not mapping.direction.allows(to):
            continue
        fields.append(FieldChange(mapping.field(to), None, sent, mapping=mapping.key, source=value))
    return tuple(fields)


def why_not_created(
    source: Side, seen: Observed, config: SyncConfig, facts: Facts
) -> Status | None:
    """The first reason against creating the other side's record; None when there is none.

    The listings come first: before both are complete nobody knows what a record may match.
    """
    for side in (source.other, source):
        if side not in facts.listed:
            return because("listing", side=side.label)
    for exclusion in config.pair.exclusions:
        if exclusion.applies(source, seen.values):
            noun = config.pair.nouns[source]
            return because(exclusion.code, record=noun, side=source.label)
    if not config.direction.allows(source.other):
        return because("direction", side=source.label)
    shut = config.shuts_out(source, seen.values, included=facts.included)
    if shut is not None and not facts.wanted:
        return shut
    if facts.ambiguous_with:
        others = ", ".join(facts.ambiguous_with)
        return _because(
            config.pair, "ambiguous_match", key=config.pair.match_key_label, others=others
        )
    is_unique = source is Side.QUICKBOOKS or config.pair.is_key_unique
    if facts.key_holder is not None and is_unique:
        key = next(iter(config.pair.match_keys(source, seen.values)), "")
        code = config.pair.key_in_use
        return because(
            code, side=source.other.label, existing_id=facts.key_holder[0],
            **({"email": key} if code == "email_in_use" else {"value": key}),
        )  # fmt: skip
    if facts.open_create:
        return because("open_create")
    return facts.stopped


def _because(pair: ObjectPair, code: str, **params: str) -> Status:
    """The status, in the wording that fits the records."""
    return because(code, **params, **({"wording": pair.wording} if pair.wording else {}))
