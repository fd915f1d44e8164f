"""What the planner must know beyond one record: matches and related values.

Gathered for a chunk of links in a few queries. Decides nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from django.db import transaction

from syncapp.core.matching import Candidate, Matches, match
from syncapp.core.merge import BasePair
from syncapp.core.plan import because
from syncapp.core.planner import Facts, LinkState, Observed, SyncConfig
from syncapp.core.sides import Side
from syncapp.core.values import Value, is_empty, name_key
from syncapp.models import AccountPair, PendingWrite, RecordKey, RecordLink
from syncapp.services import associated, store
from syncapp.services.bulk import save_changed
from syncapp.services.context import ActiveSync, RunContext
from syncapp.services.intents import CLOCK_TOLERANCE
from syncapp.services.recognition import is_alike

RELATED_CHUNK = 100
#: How a record is gone that no person can bring back.
DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Case:
    """One link to be planned, as it is or as it would be."""

    link: RecordLink
    state: LinkState
    facts: Facts


def as_state(link: RecordLink, config: SyncConfig) -> LinkState:
    """A link in the planner's form."""
    return LinkState(
        hubspot=_observed(link, Side.HUBSPOT, config),
        quickbooks=_observed(link, Side.QUICKBOOKS, config),
        base={key: BasePair(*values) for key, values in link.base.items()},
        origin=link.origin,
        answered=because(link.answered["code"], **link.answered["params"])
        if link.answered
        else None,
    )


def load_related(
    context: RunContext, sync: ActiveSync, links: Sequence[RecordLink]
) -> list[RecordLink]:
    """Bring in values of associated records that a create will need, and keep them.

    They are read when the create is planned, so that a renamed company takes effect at the
    next try.
    """
    mapped = {m.hubspot for m in sync.config.mappings if m.enabled}
    links = associated.load(context, sync, links)
    for related in sync.config.pair.related:
        if related.name not in mapped or not sync.config.direction.allows(related.side.other):
            continue
        needing = [
            link
            for link in links
            if not link.is_linked
            and not is_empty(store.seen(link, related.side).get(related.through))
        ]
        ids = sorted({str(store.seen(link, related.side)[related.through]) for link in needing})
        values: dict[str, Value] = context.known.setdefault(related.name, {})
        unknown = [one for one in ids if one not in values]
        for start in range(0, len(unknown), RELATED_CHUNK):
            chunk = unknown[start : start + RELATED_CHUNK]
            records = context.connectors[related.side].read(
                related.type, chunk, fields=(related.field,)
            )
            values |= dict.fromkeys(chunk)
            values |= {record.ref.id: record.get(related.field) for record in records}
        changed = []
        for link in needing:
            current = dict(store.seen(link, related.side))
            value = values.get(str(current[related.through]))
            if current.get(related.name) != value:
                store.put(link, "seen", related.side, {**current, related.name: value})
                changed.append(link)
        with transaction.atomic():
            context.confirm()
            save_changed(changed, [f"{related.side.value}_seen"])
    return list(links)


def facts_of(sync: ActiveSync, link: RecordLink, matches: Matches) -> Facts:
    """What is known of one link beyond its own values."""
    holder = matches.taken.get(link.pk)
    return Facts(
        listed=sync.definition.listed,
        ambiguous_with=tuple(str(c) for c in matches.ambiguous.get(link.pk, ())),
        key_holder=(holder.id, holder.label) if holder else None,
        open_create=link.pk in matches.held,
        excluded_by=(link.excluded_by, link.excluded_note) if link.excluded_by else None,
        wanted=link.wanted,
        included=bool(link.included_by),
    )


def _observed(link: RecordLink, side: Side, config: SyncConfig) -> Observed | None:
    record_id = link.id_on(side)
    if record_id is None:
        return None
    return Observed(
        record_id,
        config.normal(side, store.seen(link, side)),
        str(store.get(link, "version", side)),
        str(store.get(link, "gone", side)),
    )


def _is_apart(link: RecordLink) -> bool:
    """Whether a person has said what becomes of a half link, so that it is no candidate."""
    return not link.is_linked and (link.alone or link.link_with is not None)


def matches_of(
    pair: AccountPair,
    sync: ActiveSync,
    links: Sequence[RecordLink],
    *,
    settled: AbstractSet[int] = frozenset(),
) -> Matches:
    """Match the half links of a chunk against everything that shares their keys.

    Args:
        pair: The account pair.
        sync: The sync.
        links: The chunk.
        settled: Links whose open create is known not to be there.
    """
    halves = [
        link.pk for link in links if not (link.is_linked or link.excluded_by or _is_apart(link))
    ]
    keys = set(
        RecordKey.objects.filter(link__in=halves, purpose=RecordKey.Purpose.MATCH).values_list(
            "value", flat=True
        )
    )
    rows = RecordKey.objects.filter(
        definition=sync.definition, purpose=RecordKey.Purpose.MATCH, value__in=keys
    ).select_related("link")
    creates = list(
        PendingWrite.objects.filter(
            pair=pair, link__definition=sync.definition, state__in=PendingWrite.OPEN, op="create"
        )
        .exclude(link__in=settled)
        .select_related("link")
    )
    busy = {create.link_id for create in creates}
    met = {link.pk: link for link in links if not link.is_linked and not _is_apart(link)}
    groups: dict[str, dict[tuple[int, str], Candidate]] = defaultdict(dict)
    for row in rows:
        if _is_apart(row.link):
            continue
        gone = store.get(row.link, "gone", Side(row.side))
        if gone == DELETED and row.link_id not in busy:
            continue  # merged away, for one: unlike an inactive customer it cannot be taken
        met[row.link_id] = row.link
        groups[row.value][(row.link_id, row.side)] = _candidate(row.link, Side(row.side), busy)
    for create in creates:
        source = Side(create.side).other
        maker = Candidate(link=create.link_id, side=source, id="", busy=True)
        # The record that comes of it has the keys that were sent, whatever its source has now ...
        for key in sync.config.pair.match_keys(source.other, create.payload):
            if key in groups:
                groups[key].setdefault((maker.link, source.value), maker)
        # ... unless somebody has changed them before we saw it.
        for link in met.values():
            if _may_be_made_by(create, link, sync.config):
                early = _candidate(link, source.other, busy)
                groups[f"made by {maker.link} for {link.pk}"] = {
                    (maker.link, source.value): maker,
                    (link.pk, source.other.value): early,
                }
    return match([sorted(groups[key].values()) for key in sorted(groups)])


def _candidate(link: RecordLink, side: Side, busy: AbstractSet[int]) -> Candidate:
    return Candidate(
        link=link.pk,
        side=side,
        id=str(link.id_on(side)),
        label=link.label,
        gone=bool(store.get(link, "gone", side)),
        linked=link.is_linked,
        busy=link.pk in busy,
        out=bool(link.excluded_by) and not link.is_linked,
    )


def _may_be_made_by(create: PendingWrite, link: RecordLink, config: SyncConfig) -> bool:
    """Whether a half link may be what an open create made: first seen since, and alike."""
    side, unique = Side(create.side), config.pair.unique_name
    if unique is None or link.is_linked or link.id_on(side) is None:
        return False
    if link.created_at < create.first_sent_at - CLOCK_TOLERANCE:
        return False
    values = store.seen(link, side)
    if side is Side.QUICKBOOKS and name_key(values.get(unique)) == name_key(
        create.payload.get(unique)
    ):
        return True
    return is_alike(config, side, create.payload, values)
