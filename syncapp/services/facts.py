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
from syncapp.core.values import Value, is_empty
from syncapp.models import AccountPair, PendingWrite, RecordKey, RecordLink
from syncapp.services import associated, store
from syncapp.services.bulk import save_changed
from syncapp.services.context import ActiveSync, RunContext

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
    """Whether a person keeps a half link from being matched by itself."""
    return bool(link.excluded_by) or link.alone or link.link_with is not None


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
    halves = [link.pk for link in links if not link.is_linked and not _is_apart(link)]
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
        .values_list("link_id", "side", "payload")
    )
    busy = {link_id for link_id, _, _ in creates}
    groups: dict[str, dict[tuple[int, str], Candidate]] = defaultdict(dict)
    for row in rows:
        if row.link.excluded_by or (_is_apart(row.link) and not row.link.is_linked):
            continue
        side = Side(row.side)
        gone = str(store.get(row.link, "gone", side))
        if gone == DELETED and row.link_id not in busy:
            continue  # merged away, for one: unlike an inactive customer it cannot be taken
        groups[row.value][(row.link_id, row.side)] = Candidate(
            link=row.link_id,
            side=side,
            id=str(row.link.id_on(side)),
            label=row.link.label,
            gone=bool(gone),
            linked=row.link.is_linked,
            busy=row.link_id in busy,
        )
    for link_id, to, payload in creates:
        # The record that comes of it has the keys that were sent, whatever its source has now.
        for key in sync.config.pair.match_keys(Side(to), payload):
            if key in groups:
                candidate = Candidate(link=link_id, side=Side(to).other, id="", busy=True)
                groups[key].setdefault((link_id, candidate.side.value), candidate)
    return match([sorted(groups[key].values()) for key in sorted(groups)])
