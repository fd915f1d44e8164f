"""What was seen goes onto the links: one transaction per page, no network, no planning.

Observation never writes to a vendor and never decides anything: it keeps the newest version
of each record, follows merges and marks what has to be planned (``next_at``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

from syncapp.core.dates import as_date
from syncapp.core.money import as_amount, in_home
from syncapp.core.planner import MERGED, SyncConfig
from syncapp.core.reasons import State
from syncapp.core.records import Record, is_stand_in
from syncapp.core.sides import Side
from syncapp.core.values import Value, Values, name_key
from syncapp.core.versions import is_older
from syncapp.models import IdAlias, RecordKey, RecordLink, RecordLogEntry, SyncDefinition, SyncRun
from syncapp.services import record_log, unreadable
from syncapp.services.bulk import save_changed

CHUNK = 500
LABEL_LIMIT = 500
KEY_LIMIT = 500
#: Under which a record keeps the version at which what it is associated with was read along.
LOADED = "@loaded"
#: Reasons that may vanish when another record changes its keys.
KEY_REASONS = ("ambiguous_match", "email_in_use", "sku_in_use", "name_in_use", "open_create")

SEEN_FIELDS = (
    "hubspot_id", "quickbooks_id", "hubspot_version", "quickbooks_version", "hubspot_seen",
    "quickbooks_seen", "hubspot_gone", "quickbooks_gone", "label", "state", "code", "params",
    "next_at", "revision", "updated_at", "number", "party", "document_date", "due_date", "amount",
    "currency", "home_amount", "email",
)  # fmt: skip


def get(link: RecordLink, name: str, side: Side) -> object:
    """One of the link's per-side columns (``id``, ``version``, ``seen``, ``gone``)."""
    return getattr(link, f"{side.value}_{name}")


def put(link: RecordLink, name: str, side: Side, value: object) -> None:
    """Set one of the link's per-side columns."""
    setattr(link, f"{side.value}_{name}", value)


def seen(link: RecordLink, side: Side) -> Values:
    """The values last seen on a side; {} when the record is unknown there."""
    return getattr(link, f"{side.value}_seen") or {}


def needs_loading(link: RecordLink) -> bool:
    """Whether what its HubSpot record is associated with was not read along at its version."""
    loaded = seen(link, Side.HUBSPOT).get(LOADED)
    return (
        link.hubspot_id is not None
        and not link.hubspot_gone
        and (loaded != link.hubspot_version or not link.hubspot_version)
    )


@dataclass(slots=True)
class _Page:
    """The work of one page, collected before it is saved."""

    side: Side
    now: datetime
    run: SyncRun | None
    definition: SyncDefinition
    config: SyncConfig
    links: dict[str, RecordLink] = field(default_factory=dict)
    created: list[RecordLink] = field(default_factory=list)
    changed: dict[int, RecordLink] = field(default_factory=dict)
    rekeyed: list[RecordLink] = field(default_factory=list)
    turned: list[RecordLink] = field(default_factory=list)
    log: list[RecordLogEntry] = field(default_factory=list)


def observe(
    *,
    definition: SyncDefinition,
    config: SyncConfig,
    side: Side,
    records: Iterable[Record],
    now: datetime,
    run: SyncRun | None,
) -> int:
    """Take records into the links. Runs inside the caller's transaction.

    Observing the same thing twice has no effect; an older version of a record than the one
    known is ignored.

    Returns:
        How many links are new or have changed.
    """
    page = _Page(side, now, run, definition, config)
    latest = {record.ref.id: record for record in records}
    _load(page, latest.values())
    for record in latest.values():
        _follow_merges(page, record)
    for record in latest.values():
        link = page.links.get(record.ref.id)
        if link is None:
            _add(page, record)
        else:
            _update(page, link, record)
    _save(page)
    return len(page.created) + len(page.changed)


def mark_gone(
    *,
    definition: SyncDefinition,
    side: Side,
    ids: Sequence[str],
    how: str,
    now: datetime,
    run: SyncRun | None,
) -> int:
    """Mark records as gone on a side; runs inside the caller's transaction."""
    links = list(definition.links.filter(**{f"{side.value}_id__in": ids, f"{side.value}_gone": ""}))
    log = []
    for link in links:
        put(link, "gone", side, how)
        unreadable.forget(link, side)
        _touch(link, now)
        log.append(_gone_entry(link, side, how, now, run))
    save_changed(links, SEEN_FIELDS)
    wake_sharers(definition, links, now)
    record_log.save(log)
    return len(links)


@dataclass(frozen=True, slots=True)
class KeyChanges:
    """Keys that links gained or lost: other records may be free to go on now."""

    match_keys: frozenset[str]
    name_freed: bool


def save_keys(config: SyncConfig, links: Sequence[RecordLink]) -> KeyChanges:
    """Rewrite the keys of links from what was last seen."""
    old: dict[tuple[int, str, str, str], RecordKey] = {}
    for row in RecordKey.objects.filter(link__in=[link.pk for link in links]):
        old[(row.link_id, row.side, row.purpose, row.value)] = row
    new: dict[tuple[int, str, str, str], RecordKey] = {}
    for link in links:
        for side, purpose, value in _keys(config, link):
            key = (link.pk, side.value, purpose, value[:KEY_LIMIT])
            new[key] = RecordKey(
                link=link,
                definition_id=link.definition_id,
                side=key[1],
                purpose=purpose,
                value=key[3],
            )
    gone = [row.pk for key, row in old.items() if key not in new]
    if gone:
        RecordKey.objects.filter(pk__in=gone).delete()
    RecordKey.objects.bulk_create(
        [row for key, row in new.items() if key not in old], batch_size=CHUNK
    )
    match, name = RecordKey.Purpose.MATCH, RecordKey.Purpose.NAME
    return KeyChanges(
        match_keys=frozenset(key[3] for key in set(old) ^ set(new) if key[2] == match),
        name_freed=any(key[2] == name for key in set(old) - set(new)),
    )


def wake_peers(definition: SyncDefinition, changes: KeyChanges, now: datetime) -> None:
    """Plan again the records that stood in each other's way over these keys."""
    if changes.match_keys:
        # One that is written again just now remembers its refusal, whatever its state says.
        stuck = Q(code__in=KEY_REASONS)
        stuck |= Q(refused__hubspot__code__in=KEY_REASONS)
        stuck |= Q(refused__quickbooks__code__in=KEY_REASONS)
        peers = definition.links.filter(stuck, keys__value__in=changes.match_keys)
        ids = list(peers.values_list("pk", flat=True).distinct())
        # What was refused over the key may be accepted now.
        RecordLink.objects.filter(pk__in=ids).update(next_at=now, refused={})
    if changes.name_freed:
        definition.links.filter(code="name_in_use").update(next_at=now, refused={})


def wake_sharers(definition: SyncDefinition, links: Sequence[RecordLink], now: datetime) -> None:
    """Plan again what shares a key with records that are gone, or are back.

    The key was not lost, but who held it does not stand in the way any more, or does again.
    """
    if links:
        keys = RecordKey.objects.filter(
            link__in=[link.pk for link in links], purpose=RecordKey.Purpose.MATCH
        )
        wake_keys(definition, keys.values_list("value", flat=True), now)


def wake_keys(definition: SyncDefinition, values: Iterable[str], now: datetime) -> None:
    """Plan again what stands in each other's way over these match keys."""
    wake_peers(definition, KeyChanges(match_keys=frozenset(values), name_freed=False), now)


def _keys(config: SyncConfig, link: RecordLink) -> Iterable[tuple[Side, str, str]]:
    pair = config.pair
    for side in Side:
        record_id = link.id_on(side)
        if record_id is None or is_stand_in(record_id):
            continue
        for value in pair.match_keys(side, seen(link, side)):
            yield side, RecordKey.Purpose.MATCH, value
    # A deleted customer (merged into another one) has given its name free.
    if pair.unique_name and link.quickbooks_id is not None and link.quickbooks_gone != "deleted":
        name = name_key(seen(link, Side.QUICKBOOKS).get(pair.unique_name))
        if name:
            yield Side.QUICKBOOKS, RecordKey.Purpose.NAME, name


def _load(page: _Page, records: Iterable[Record]) -> None:
    """Fetch the links of a page's records, by their ids and by the ids they absorbed."""
    wanted = {i for record in records for i in (record.ref.id, *record.absorbed_ids)}
    column = f"{page.side.value}_id"
    ids = sorted(wanted)
    for start in range(0, len(ids), CHUNK):
        found = page.definition.links.filter(**{f"{column}__in": ids[start : start + CHUNK]})
        page.links.update({getattr(link, column): link for link in found.select_for_update()})


def _follow_merges(page: _Page, record: Record) -> None:
    """A record absorbed others: keep one link for it, and stop the rest (ENGINE 2.9)."""
    absorbed = [i for i in record.absorbed_ids if i in page.links and i != record.ref.id]
    if not absorbed:
        return
    survivor = page.links.get(record.ref.id)
    linked_first = sorted(absorbed, key=lambda i: (not page.links[i].is_linked, page.links[i].pk))
    for old_id in linked_first:
        link = page.links[old_id]
        if get(link, "gone", page.side) == MERGED:
            continue
        IdAlias.objects.get_or_create(
            definition=page.definition,
            side=page.side.value,
            old_id=old_id,
            defaults={"new_id": record.ref.id, "created_at": page.now},
        )
        if survivor is None:
            put(link, "id", page.side, record.ref.id)
            put(link, "version", page.side, "")
            survivor = page.links[record.ref.id] = link
            del page.links[old_id]
        else:
            put(link, "gone", page.side, MERGED)
        unreadable.forget(link, page.side)
        _touch(link, page.now)
        page.changed[link.pk] = link
        text = f"{page.side.label} {old_id} was merged into {record.ref.id}."
        page.log.append(
            record_log.entry(
                link, record_log.Kind.MERGED, at=page.now, run=page.run, side=page.side, text=text
            )
        )


def _add(page: _Page, record: Record) -> None:
    if record.gone and not record.values:
        return  # never known and already deleted: nothing to keep
    link = RecordLink(
        definition=page.definition,
        origin=page.side.value,
        created_at=page.now,
        updated_at=page.now,
        next_at=page.now,
        revision=1,
    )
    put(link, "id", page.side, record.ref.id)
    _take_over(page, link, record)
    page.created.append(link)
    page.links[record.ref.id] = link


def _update(page: _Page, link: RecordLink, record: Record) -> None:
    known_version = str(get(link, "version", page.side))
    if is_older(page.side, record.version, known_version):
        return
    gone = record.gone or ""
    was_gone = str(get(link, "gone", page.side))
    if was_gone == MERGED and link.pk in page.changed:
        return
    values = _values(page, link, record)
    values_same = gone == "deleted" or _substance(values) == _substance(seen(link, page.side))
    is_unreadable = record.unreadable or unreadable.side_of(link) == page.side.label
    if values_same and gone == was_gone and not is_unreadable:
        if record.version and record.version != known_version:
            put(link, "version", page.side, record.version)
            page.changed[link.pk] = link
            if LOADED in seen(link, page.side):
                _touch(link, page.now)  # what it is associated with may be what changed
        return
    if gone != was_gone:
        page.turned.append(link)
    if gone and not was_gone:
        page.log.append(_gone_entry(link, page.side, gone, page.now, page.run))
    elif was_gone and not gone:
        page.log.append(
            record_log.entry(
                link, record_log.Kind.RESTORED, at=page.now, run=page.run, side=page.side
            )
        )
    _take_over(page, link, record)
    page.changed[link.pk] = link


def _take_over(page: _Page, link: RecordLink, record: Record) -> None:
    side = page.side
    put(link, "gone", side, record.gone or "")
    if record.gone != "deleted":
        put(link, "version", side, record.version)
        put(link, "seen", side, _values(page, link, record))
    _touch(link, page.now)
    unreadable.forget(link, side)
    if record.unreadable and not record.gone:  # what is gone is not written anyway
        unreadable.note(link, side.label, record.unreadable, now=page.now)
    name_it(page.config, link)
    page.rekeyed.append(link)


def own_values(config: SyncConfig, side: Side, values: Values) -> dict[str, Value]:
    """The part of a record that is kept.

    Everything QuickBooks returns; of HubSpot the properties asked for, each present, because
    its calls differ in what else they return, and what was loaded along with it ("@...").
    """
    if side is Side.QUICKBOOKS:
        return dict(values)
    loaded = {name: value for name, value in values.items() if name.startswith("@")}
    return {name: values.get(name) for name in config.fields(side)} | loaded


def origin_of(config: SyncConfig, *links: RecordLink) -> str:
    """Where the record was first that these half links are of."""
    hubspot, quickbooks = (
        next((seen(link, side) for link in links if link.id_on(side) is not None), {})
        for side in Side
    )
    return config.pair.origin(hubspot, quickbooks)


def _values(page: _Page, link: RecordLink, record: Record) -> dict[str, Value]:
    """A record's values, with what was loaded of the same associated record before."""
    known = seen(link, page.side)
    loaded = {name: value for name, value in known.items() if name.startswith("@")}
    values = own_values(page.config, page.side, {**loaded, **record.values})
    for related in page.config.pair.related:
        same = known.get(related.through) == values.get(related.through)
        if related.side is page.side and same and related.name in known:
            values[related.name] = known[related.name]
    return values


def _substance(values: Values) -> dict[str, Value]:
    """The values without what QuickBooks moves by itself (apis/quickbooks.md 15.1)."""
    return {name: v for name, v in values.items() if not name.startswith("MetaData.")}


def _touch(link: RecordLink, now: datetime) -> None:
    """Something about the link changed: it has to be planned again."""
    link.revision += 1
    link.next_at = now
    link.updated_at = now
    if link.state == State.IN_SYNC:
        link.state, link.code, link.params = State.WAITING.value, "pending", {}


def name_it(config: SyncConfig, link: RecordLink) -> None:
    """Fill in what lists show of a link: QuickBooks' words before HubSpot's."""
    told = [
        (side, config.normal(side, seen(link, side)))
        for side in (Side.QUICKBOOKS, Side.HUBSPOT)
        if get(link, "id", side) is not None
    ]
    labels = (config.pair.label(side, values) for side, values in told)
    link.label = next(filter(None, labels), "")[:LABEL_LIMIT]
    keys = (key for side, _ in told for key in config.pair.match_keys(side, seen(link, side)))
    link.email = next((key for key in keys if "@" in key), "")[:KEY_LIMIT]
    parts = [config.pair.summary(side, values) for side, values in told]
    link.number = next((p.number for p in parts if p.number), "")[:64]
    link.party = next((p.party for p in parts if p.party), "")[:LABEL_LIMIT]
    link.currency = next((p.currency for p in parts if p.currency), "")[:8]
    link.document_date = next((d for p in parts if (d := as_date(p.document_date))), None)
    link.due_date = next((d for p in parts if (d := as_date(p.due_date))), None)
    link.amount = next((a for p in parts if (a := as_amount(p.amount)) is not None), None)
    rate = next((p.rate for p in parts if p.rate), "")
    link.home_amount = in_home(link.amount, link.currency, home=config.home_currency, rate=rate)


def _gone_entry(
    link: RecordLink, side: Side, how: str, now: datetime, run: SyncRun | None
) -> RecordLogEntry:
    return record_log.entry(
        link, record_log.Kind.GONE, at=now, run=run, side=side, text=f"{how} in {side.label}"
    )


def _save(page: _Page) -> None:
    RecordLink.objects.bulk_create(page.created, batch_size=CHUNK)
    save_changed(page.changed.values(), SEEN_FIELDS)
    wake_peers(page.definition, save_keys(page.config, page.rekeyed), page.now)
    wake_sharers(page.definition, page.turned, page.now)
    record_log.save(page.log)
