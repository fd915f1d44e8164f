"""What the planner must know beyond one record: matches, taken names, related values.

Gathered for a chunk of links in a few queries. Decides nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from django.db import transaction

from syncapp.core.matching import Candidate, Matches, match
from syncapp.core.merge import BasePair
from syncapp.core.plan import IN_SYNC, ChangeOp, RecordPlan
from syncapp.core.planner import Facts, LinkState, Observed, plan_record, wanted_name
from syncapp.core.sides import Side
from syncapp.core.values import is_empty, name_key
from syncapp.models import AccountPair, PendingWrite, RecordKey, RecordLink
from syncapp.services import store
from syncapp.services.bulk import save_changed
from syncapp.services.context import ActiveSync, RunContext

RELATED_CHUNK = 100


def as_state(link: RecordLink) -> LinkState:
    """A link in the planner's form."""
    return LinkState(
        hubspot=_observed(link, Side.HUBSPOT),
        quickbooks=_observed(link, Side.QUICKBOOKS),
        base={key: BasePair(*values) for key, values in link.base.items()},
    )


def plan_all(
    pair: AccountPair, sync: ActiveSync, links: Sequence[RecordLink], matches: Matches
) -> list[tuple[RecordLink, RecordPlan]]:
    """Plan a chunk of links: first each by itself, then those whose unique name is taken."""
    facts = {link.pk: _facts(sync, link, matches) for link in links}
    plans = {link.pk: plan_record(as_state(link), sync.config, facts[link.pk]) for link in links}
    creating = [link for link in links if _creates_in_quickbooks(plans[link.pk])]
    for link, owner in _name_owners(pair, sync, creating):
        known = replace(facts[link.pk], name_owner=owner)
        plans[link.pk] = plan_record(as_state(link), sync.config, known)
    return [(link, plans[link.pk]) for link in links]


def plan_as_if_settled(
    pair: AccountPair, sync: ActiveSync, links: Sequence[RecordLink]
) -> list[tuple[RecordLink, RecordPlan]]:
    """Plan links with an open create as if that had never been sent.

    One that has a partner by now plans nothing here: it is joined with it instead.
    """
    matches = matches_of(pair, sync, links, settled={link.pk for link in links})
    joined = {candidate.link for both in matches.pairs for candidate in both}
    return [
        (
            link,
            RecordPlan(IN_SYNC, base=as_state(link).base)
            if link.pk in joined
            else plan_record(as_state(link), sync.config, _facts(sync, link, matches)),
        )
        for link in links
    ]


def load_related(
    context: RunContext, sync: ActiveSync, links: Sequence[RecordLink]
) -> list[RecordLink]:
    """Bring in values of associated records that a create will need, and keep them.

    They are read when the create is planned, so that a renamed company takes effect at the
    next try.
    """
    mapped = {m.hubspot for m in sync.config.mappings if m.enabled}
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
        values: dict[str, object] = {}
        for start in range(0, len(ids), RELATED_CHUNK):
            records = context.connectors[related.side].read(
                related.type, ids[start : start + RELATED_CHUNK], fields=(related.field,)
            )
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


def _facts(sync: ActiveSync, link: RecordLink, matches: Matches) -> Facts:
    holder = matches.taken.get(link.pk)
    return Facts(
        listed=sync.definition.listed,
        ambiguous_with=tuple(str(c) for c in matches.ambiguous.get(link.pk, ())),
        key_holder=(holder.id, holder.label) if holder else None,
        open_create=link.pk in matches.held,
        excluded_by=(link.excluded_by, link.excluded_note) if link.excluded_by else None,
    )


def _creates_in_quickbooks(plan: RecordPlan) -> bool:
    return any(c.side is Side.QUICKBOOKS and c.op is ChangeOp.CREATE for c in plan.changes)


def _observed(link: RecordLink, side: Side) -> Observed | None:
    record_id = link.id_on(side)
    if record_id is None:
        return None
    return Observed(
        record_id,
        store.seen(link, side),
        str(store.get(link, "version", side)),
        str(store.get(link, "gone", side)),
    )


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
    halves = [link.pk for link in links if not link.is_linked and not link.excluded_by]
    keys = set(
        RecordKey.objects.filter(link__in=halves, purpose=RecordKey.Purpose.MATCH).values_list(
            "value", flat=True
        )
    )
    rows = RecordKey.objects.filter(
        definition=sync.definition, purpose=RecordKey.Purpose.MATCH, value__in=keys
    ).select_related("link")
    creates = list(
        PendingWrite.objects.filter(pair=pair, state__in=PendingWrite.OPEN, op="create")
        .exclude(link__in=settled)
        .values_list("link_id", "side", "payload")
    )
    busy = {link_id for link_id, _, _ in creates}
    groups: dict[str, dict[tuple[int, str], Candidate]] = defaultdict(dict)
    for row in rows:
        if row.link.excluded_by:
            continue
        side = Side(row.side)
        groups[row.value][(row.link_id, row.side)] = Candidate(
            link=row.link_id,
            side=side,
            id=str(row.link.id_on(side)),
            label=row.link.label,
            gone=bool(store.get(row.link, "gone", side)),
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


def _name_owners(
    pair: AccountPair, sync: ActiveSync, creating: Sequence[RecordLink]
) -> list[tuple[RecordLink, str]]:
    """The links whose name is taken, each with who holds it.

    The first link of a chunk that wants a free name gets it (S16).
    """
    wanted = {link.pk: name_key(wanted_name(as_state(link), sync.config)) for link in creating}
    holders = {
        row.value: f"the customer “{row.link.label}” (id {row.link.quickbooks_id})"
        for row in RecordKey.objects.filter(
            definition=sync.definition,
            purpose=RecordKey.Purpose.NAME,
            value__in=set(wanted.values()),
        ).select_related("link")
    }
    unique = sync.config.pair.unique_name or ""
    for write in PendingWrite.objects.filter(
        pair=pair, state__in=PendingWrite.OPEN, op="create", side=Side.QUICKBOOKS.value
    ).select_related("link"):
        name = name_key(write.payload.get(unique))
        holders.setdefault(name, f"the contact “{write.link.label}”, which is being created")
    taken = []
    for link in creating:
        name = wanted[link.pk]
        if name in holders:
            taken.append((link, holders[name]))
        else:
            holders[name] = f"the contact “{link.label}”, which is sent first"
    return taken
