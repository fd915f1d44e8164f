"""How many records a filter would let in, counted before anything is saved.

From the snapshots when they hold what the filter reads, else from the first pages of a listing.
Changes nothing; must not know how a filter is typed.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import cast

from django.core.cache import cache
from django.utils.translation import gettext

from syncapp.connectors.base import AssociatingConnector
from syncapp.core.filters import Filter, stored_as
from syncapp.core.planner import SyncConfig
from syncapp.core.ports import Env
from syncapp.core.reasons import explain
from syncapp.core.sides import Side
from syncapp.core.values import Value
from syncapp.models import AccountPair, SyncDefinition
from syncapp.models.spoken import spoken_parts
from syncapp.services import associated, connections

REMEMBERED_SECONDS = 600
MOST_SNAPSHOTS = 20_000
MOST_READ = 1_000
SAMPLES = 5

Records = Sequence[Mapping[str, Value]]


@dataclass(frozen=True, slots=True)
class Admission:
    """What a filter would do with the records of a side.

    Attributes:
        is_whole: All records were looked at; else only the first ``total``.
        excluded: ``{code: count}`` of those that a fixed rule leaves out (no e-mail address).
        admitted_labels: A few that take part.
        kept_out: A few that do not: (label, why).
    """

    admitted: int
    total: int
    is_whole: bool
    excluded: Mapping[str, int] = field(default_factory=dict)
    admitted_labels: tuple[str, ...] = ()
    kept_out: tuple[tuple[str, str], ...] = ()


def count(pair: AccountPair, config: SyncConfig, side: Side, *, env: Env) -> Admission:
    """Try a filter on the records of a side.

    Raises:
        SyncError: The side could not be read.
    """
    records, is_whole = _records(pair, config, side, env)
    excluded: Counter[str] = Counter()
    admitted: list[str] = []
    kept_out: list[tuple[str, str]] = []
    for values in records:
        label = config.pair.label(side, values) or str(values.get("id") or "…")
        rule = next((r for r in config.pair.exclusions if r.applies(side, values)), None)
        if rule is not None:
            excluded[rule.code] += 1
            continue
        shut = config.shuts_out(side, values)
        if shut is None:
            admitted.append(label)
        elif len(kept_out) < SAMPLES:
            kept_out.append(
                (label, explain(shut.code, spoken_parts(shut.params), translate=gettext)[0])
            )
    return Admission(
        admitted=len(admitted),
        total=len(records),
        is_whole=is_whole,
        excluded=dict(excluded),
        admitted_labels=tuple(admitted[:SAMPLES]),
        kept_out=tuple(kept_out),
    )


def _records(pair: AccountPair, config: SyncConfig, side: Side, env: Env) -> tuple[Records, bool]:
    """The records of a side with everything the filter reads, and whether they are all."""
    needed = {*config.fields(side)}
    wanted = config.filters.get(side, Filter()).associated
    needed |= {stored_as(record_type) for record_type in wanted}
    kept = _snapshots(pair, config, side)
    if kept and (side is Side.QUICKBOOKS or all(needed <= set(values) for values in kept)):
        return kept, len(kept) < MOST_SNAPSHOTS
    told = json.dumps([sorted(needed), wanted], sort_keys=True).encode()
    name = blake2b(told, digest_size=12).hexdigest()
    key = f"tandem-admission-{pair.pk}-{config.pair.name}-{side.value}-{name}"
    remembered: tuple[Records, bool] | None = cache.get(key)
    if remembered is None:
        remembered = _read(pair, config, side, env)
        cache.set(key, remembered, REMEMBERED_SECONDS)
    return remembered


def _snapshots(pair: AccountPair, config: SyncConfig, side: Side) -> Records:
    """What was last seen of a side, when its listing is complete."""
    definition = SyncDefinition.objects.filter(
        pair=pair, object_type=config.pair.name, deleted_at=None
    ).first()
    if definition is None or side not in definition.listed:
        return []
    column = f"{side.value}_seen"
    rows = definition.links.filter(**{f"{column}__isnull": False, f"{side.value}_gone": ""})
    return list(rows.order_by("pk").values_list(column, flat=True)[:MOST_SNAPSHOTS])


def _read(pair: AccountPair, config: SyncConfig, side: Side, env: Env) -> tuple[Records, bool]:
    """The first pages of a listing."""
    connector = connections.connector_for(pair.connection(side), env=env)
    record_type, after = config.pair.type(side), None
    found: dict[str, dict[str, Value]] = {}
    while True:
        page = connector.list_page(record_type, fields=config.fields(side), after=after)
        found |= {r.ref.id: dict(r.values) for r in page.records if not r.gone}
        after = page.next
        if after is None or len(found) >= MOST_READ:
            break
    wanted = config.filters.get(side, Filter()).associated
    if wanted and side is associated.SIDE:
        tied = associated.read(
            cast("AssociatingConnector", connector), record_type, wanted, list(found)
        )
        for record_id, values in tied.items():
            found[record_id] |= values
    return list(found.values()), after is None
