"""Links by hand: unlink, link with a chosen record, make a new one on the other side (B15).

A click never writes to a vendor. Ids are joined by the next run, which is the only one that may
write; a record with an open write is left alone until its outcome is known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from syncapp.core.manual_links import Half, Hindrance, why_not_linked
from syncapp.core.planner import LinkState, SyncConfig, merge_record
from syncapp.core.reasons import State
from syncapp.core.sides import Side
from syncapp.core.values import Value
from syncapp.models import AccountPair, FailedCall, PendingWrite, RecordKey, RecordLink
from syncapp.services import counts, facts, record_log, record_search, store, waking
from syncapp.services.config import load_config

#: Objects whose records find each other: parts and payments follow their invoice.
LINKABLE = ("contacts", "products", "invoices")
#: Reasons that a record of its own on the other side, or a chosen one, would end.
UNDECIDED = frozenset({"ambiguous_match", "email_in_use", "sku_in_use"})
NOTE_LIMIT = 500
MOST_FOUND = 25
PART_NOTE = "Its invoice was unlinked."


class DeedRefused(Exception):
    """What a person asked for is not done. ``detail`` names a record, where one is concerned."""

    def __init__(self, hindrance: Hindrance, detail: str = "") -> None:
        super().__init__(hindrance.value)
        self.hindrance, self.detail = hindrance, detail


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record of the other side, and what stands against linking it (None: nothing)."""

    link: RecordLink
    hindrance: Hindrance | None


@dataclass(frozen=True, slots=True)
class Preview:
    """What linking two records would change: ``(field, HubSpot's, QuickBooks', side written)``."""

    fields: tuple[tuple[str, Value, Value, Side], ...]
    origin: str


def can_unlink(link: RecordLink) -> bool:
    """Whether unlinking is a deed for this record."""
    return link.is_linked and link.definition.object_type in LINKABLE


def can_link(link: RecordLink) -> bool:
    """Whether linking by hand is a deed for this record."""
    return not link.is_linked and link.definition.object_type in LINKABLE


def why_not_created(link: RecordLink) -> Hindrance | None:
    """What stands against a record of its own on the other side; None when nothing does."""
    if not can_link(link) or not (link.code in UNDECIDED or link.unlinked_from):
        return Hindrance.NOT_OFFERED
    config = load_config(link.definition)
    side = _side(link)
    if store.get(link, "gone", side):
        return Hindrance.REMOVED
    if not config.direction.allows(side.other):
        return Hindrance.DIRECTION
    if side.other in config.pair.unique_fields and config.pair.is_surely_unique:
        keys = config.pair.match_keys(side, store.seen(link, side))[:1]
        holders = RecordKey.objects.filter(
            definition=link.definition, purpose=RecordKey.Purpose.MATCH, value__in=keys,
            side=side.other.value,
        )  # fmt: skip
        if holders.exists():
            return Hindrance.UNIQUE
    return None


def suggested(link: RecordLink) -> list[RecordLink]:
    """The records of the other side that share a key with a half link, the free ones first."""
    side = _side(link)
    keys = link.keys.filter(purpose=RecordKey.Purpose.MATCH).values("value")
    found = RecordKey.objects.filter(
        definition=link.definition_id, purpose=RecordKey.Purpose.MATCH, value__in=keys,
        side=side.other.value,
    ).exclude(link=link.pk)  # fmt: skip
    others = list(
        RecordLink.objects.filter(pk__in=found.values("link_id"))
        .select_related("definition__pair__hubspot", "definition__pair__quickbooks")
        .order_by("pk")[:MOST_FOUND]
    )
    return sorted(others, key=lambda one: one.is_linked)


def candidates(link: RecordLink, words: str) -> list[Candidate]:
    """Records of the other side that a person may mean, each with what stands against it.

    Without words those that share a key with the record.
    """
    side = _side(link)
    if words.strip():
        column = f"{side.other.value}_id__isnull"
        all_there = link.definition.links.filter(**{column: False}).exclude(pk=link.pk)
        told = words.strip()
        found = record_search.narrow(all_there, told) | all_there.filter(number__iexact=told)
        others = list(
            found.select_related("definition__pair__hubspot", "definition__pair__quickbooks")
            .distinct()
            .order_by(f"{side.value}_id", "label", "pk")[:MOST_FOUND]
        )
        others.sort(key=lambda one: one.is_linked)
    else:
        others = suggested(link)
        if link.unlinked_from:
            known = {one.pk for one in others}
            partner = link.definition.links.filter(pk=link.unlinked_from).exclude(pk__in=known)
            others += list(partner)
    return [Candidate(other, _hindrance(link, other)) for other in others]


def preview(config: SyncConfig, link: RecordLink, other: RecordLink) -> Preview:
    """What linking two half links would write, were it done now."""
    hubspot, quickbooks = (link, other) if _side(link) is Side.HUBSPOT else (other, link)
    state = LinkState(
        hubspot=facts.as_state(hubspot, config).hubspot,
        quickbooks=facts.as_state(quickbooks, config).quickbooks,
    )
    origin = store.origin_of(config, hubspot, quickbooks)
    if config.pair.name == "invoices" and origin == "both":
        return Preview((), origin)  # compared, never written
    merged = merge_record(state, config, lambda _: config.direction)
    labels = {mapping.key: mapping.name for mapping in config.mappings}
    told = []
    for side, changes in merged.writes.items():
        for change in changes:
            values = (change.source, change.before)
            here, there = values if side is Side.QUICKBOOKS else values[::-1]
            told.append((labels.get(change.mapping, change.field), here, there, side))
    return Preview(tuple(told), origin)


def link_with(link: RecordLink, other: RecordLink, *, who: str, now: datetime) -> None:
    """Have the next run link two half links.

    Raises:
        DeedRefused: They cannot be linked.
    """
    with transaction.atomic():
        one, two = _locked(link, other)
        if not can_link(one) or one.definition_id != two.definition_id:
            raise DeedRefused(Hindrance.NOT_OFFERED)
        hindrance = _hindrance(one, two)
        if hindrance is not None:
            raise DeedRefused(hindrance, str(two))
        for half, partner in ((one, two), (two, one)):
            half.link_with = partner.pk
            _release(half, now)
            half.save(update_fields=_RELEASED)
        record_log.save(
            record_log.entry(
                half, record_log.Kind.PERSON, at=now, who=who,
                text=f"To be linked with {_told(partner)}.",
            )
            for half, partner in ((one, two), (two, one))
        )  # fmt: skip
        _include_parts((one, two), now)
        _wake(one, now)


def unlink(link: RecordLink, *, note: str, who: str, now: datetime) -> RecordLink:
    """Part a record's two sides; nothing is written or deleted in either system.

    Both halves are left out of the sync until a person includes, links or creates.

    Returns:
        The half that is a row of its own now.

    Raises:
        DeedRefused: It cannot be unlinked now.
    """
    with transaction.atomic():
        (kept,) = _locked(link)
        if not can_unlink(kept):
            raise DeedRefused(Hindrance.NOT_LINKED)
        config = load_config(kept.definition)
        stays = Side(kept.origin) if kept.origin in set(Side) else Side.HUBSPOT
        was = _told_on(kept, config, stays), _told_on(kept, config, stays.other)
        part = RecordLink(definition=kept.definition, created_at=now, revision=1)
        for name, nothing in (("id", None), ("version", ""), ("seen", None), ("gone", "")):
            store.put(part, name, stays.other, store.get(kept, name, stays.other))
            store.put(kept, name, stays.other, nothing)
        for half, side, partner in ((kept, stays, was[1]), (part, stays.other, was[0])):
            half.origin = side.value
            half.excluded_by = who
            half.excluded_note = f"unlinked from {partner}. {note}".strip()[:NOTE_LIMIT]
            _start_anew(half, now)
            half.state, half.code = State.EXCLUDED.value, "by_person"
            half.params = {"who": who, "note": half.excluded_note}
            store.name_it(config, half)
        kept.unlinked_from = None
        kept.save()
        part.unlinked_from = kept.pk
        part.save()
        kept.unlinked_from = part.pk
        kept.save(update_fields=["unlinked_from"])
        _exclude_parts(kept, who, now)
        FailedCall.objects.filter(link=kept).delete()
        store.wake_sharers(kept.definition, [kept], now)
        store.wake_peers(kept.definition, store.save_keys(config, [kept, part]), now)
        waking.wake_around([kept], now=now)
        record_log.save(
            record_log.entry(
                half, record_log.Kind.PERSON, at=now, who=who,
                text=f"Unlinked from {partner}. {note}".strip(),
            )
            for half, partner in ((kept, was[1]), (part, was[0]))
        )  # fmt: skip
        _wake(kept, now)
    return part


def create_new(link: RecordLink, *, who: str, now: datetime) -> None:
    """Have the next run make a record of its own on the other side instead of matching.

    Raises:
        DeedRefused: It cannot be made.
    """
    with transaction.atomic():
        (half,) = _locked(link)
        hindrance = why_not_created(half)
        if hindrance is not None:
            raise DeedRefused(hindrance)
        half.alone, half.link_with = True, None
        _release(half, now)
        half.save(update_fields=_RELEASED)
        text = f"A new record is to be made in {_side(half).other.label} instead of a match."
        record_log.save(
            [record_log.entry(half, record_log.Kind.PERSON, at=now, who=who, text=text)]
        )
        _include_parts((half,), now)
        _wake(half, now)


def is_busy(link: RecordLink) -> bool:
    """Whether a write of the record has no known outcome yet."""
    return PendingWrite.objects.filter(link=link.pk, state__in=PendingWrite.OPEN).exists()


# -- parts of the deeds

_RELEASED = [
    "alone", "link_with", "excluded_by", "excluded_note", "state", "code", "params", "refused",
    "attempts", "next_at", "revision", "updated_at", "retried_at",
]  # fmt: skip


def _locked(*links: RecordLink) -> tuple[RecordLink, ...]:
    """The rows as they stand now, locked; none of them in the middle of a write.

    Raises:
        DeedRefused: A write is open, or one is not there any more.
    """
    pks = [link.pk for link in links]
    rows = (
        RecordLink.objects.select_for_update(of=("self",)).select_related("definition").in_bulk(pks)
    )
    if len(rows) < len(set(pks)):
        raise DeedRefused(Hindrance.CHANGED)
    found = tuple(rows[pk] for pk in pks)
    for one in found:
        if is_busy(one):
            raise DeedRefused(Hindrance.OPEN_WRITE, str(one))
    return found


def _side(link: RecordLink) -> Side:
    return Side.HUBSPOT if link.hubspot_id is not None else Side.QUICKBOOKS


def _hindrance(link: RecordLink, other: RecordLink) -> Hindrance | None:
    side = _side(link)
    there = side.other if other.is_linked else _side(other)
    return why_not_linked(link.definition.object_pair, _half(link, side), _half(other, there))


def _half(link: RecordLink, side: Side) -> Half:
    return Half(
        side,
        str(link.id_on(side)),
        store.seen(link, side),
        is_linked=link.is_linked,
        gone=str(store.get(link, "gone", side)),
        currency=link.currency,
    )


def _release(half: RecordLink, now: datetime) -> None:
    """Let the next run plan it afresh, whatever a person said before."""
    half.excluded_by = half.excluded_note = ""
    half.state, half.code, half.params = State.WAITING.value, "pending", {}
    half.refused, half.attempts = {}, 0
    half.retried_at = half.next_at = half.updated_at = now
    half.revision += 1


def _start_anew(half: RecordLink, now: datetime) -> None:
    """Nothing that was agreed with the other side counts any more."""
    half.base, half.emptied, half.told, half.refused, half.answered = {}, [], [], {}, {}
    half.alone, half.wanted, half.link_with, half.blocked_on = False, False, None, None
    half.attempts, half.failing_since, half.synced_at = 0, None, None
    half.next_at = half.updated_at = now
    half.revision += 1


def _exclude_parts(invoice: RecordLink, who: str, now: datetime) -> None:
    """Lines and payments stay as they are on both sides, too."""
    parts = invoice.parts.filter(excluded_by="")
    parts.exclude(code__in=("outcome_unknown", "bad_data")).update(
        state=State.EXCLUDED, code="by_person", params={"who": who, "note": PART_NOTE},
        blocked_on=None, failing_since=None, updated_at=now,
    )  # fmt: skip
    parts.update(excluded_by=who, excluded_note=PART_NOTE, next_at=now)


def _include_parts(links: Sequence[RecordLink], now: datetime) -> None:
    parts = RecordLink.objects.filter(parent__in=[one.pk for one in links], excluded_note=PART_NOTE)
    parts.filter(state=State.EXCLUDED).update(
        state=State.WAITING, code="pending", params={}, updated_at=now
    )
    parts.update(excluded_by="", excluded_note="", next_at=now)


def _told(half: RecordLink) -> str:
    side = _side(half)
    noun = half.definition.object_pair.nouns[side]
    return f"the {noun} “{half}” ({side.label} {half.id_on(side)})"


def _told_on(link: RecordLink, config: SyncConfig, side: Side) -> str:
    label = config.pair.label(side, config.normal(side, store.seen(link, side))) or str(link)
    return f"the {config.pair.nouns[side]} “{label[:200]}” ({side.label} {link.id_on(side)})"


def _wake(link: RecordLink, now: datetime) -> None:
    AccountPair.objects.filter(definitions=link.definition_id).run_next(now)
    counts.refresh([link.definition_id], now=now)
