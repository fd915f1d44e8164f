"""Who belongs together before a sync begins: matched, ambiguous, or only alike (B15).

Matched records share a key and are linked by themselves; ambiguous ones wait for a person; what
is only alike is a suggestion that nothing is ever written by, until a person accepts it. What was
accepted is kept beside the draft and becomes links when the draft is put in force.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from hashlib import blake2b

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from syncapp.core.matching import Candidate, Matches, match
from syncapp.core.ports import Env
from syncapp.core.sides import Side
from syncapp.models import (
    MatchChoice,
    PendingWrite,
    RecordLink,
    Rehearsal,
    RehearsalRow,
    SyncDefinition,
)
from syncapp.services import record_log, store
from syncapp.services.bulk import save_changed
from syncapp.services.config import load_config
from syncapp.services.counting import LINK
from syncapp.services.halves import let_go, unite

SUGGESTION = "suggestion"
AMBIGUOUS = "failing:ambiguous_match"
CHUNK = 500
#: More than this share a name by chance: nothing is suggested by it.
MOST_ALIKE = 20
_KEYS = {"name_key": "name", "phone_key": "phone"}
_HALVES = ("create:", "failing:", "excluded:", "waiting:")
_NEVER = ("excluded:gone", "excluded:by_person", AMBIGUOUS)
#: Documents are never told apart by a name.
ALIKE_OBJECTS = ("contacts", "products")


@dataclass(frozen=True, slots=True)
class Pairing:
    """Two records that may be accepted as one.

    Attributes:
        hubspot: The HubSpot record's id.
        quickbooks: The QuickBooks record's id.
    """

    hubspot: str
    quickbooks: str

    @classmethod
    def parse(cls, told: str) -> Pairing | None:
        """From the form ``hubspot=quickbooks``; None for anything else."""
        hubspot, equals, quickbooks = told.partition("=")
        return cls(hubspot, quickbooks) if hubspot and equals and quickbooks else None


def suggest(rehearsal: Rehearsal) -> int:
    """Keep what is alike as suggestions, chunk by chunk; returns how many."""
    if rehearsal.definition.object_type not in ALIKE_OBJECTS:
        return 0
    rows = RehearsalRow.objects.filter(rehearsal=rehearsal)
    halves = rows.filter(_any_kind(_HALVES)).exclude(kind__in=_NEVER)
    mine = halves.filter(quickbooks_id="").exclude(name_key="", phone_key="").order_by("pk")
    common = {column: _too_common(halves, column) for column in _KEYS}
    found, last = 0, 0
    while chunk := list(mine.filter(pk__gt=last)[:CHUNK]):
        last = chunk[-1].pk
        reasons = _alike(halves, chunk, common)
        news = [_suggestion(pair, why) for pair, why in reasons.items()]
        RehearsalRow.objects.bulk_create(news)
        found += len(news)
    return found


def _any_kind(beginnings: Iterable[str]) -> Q:
    wanted = Q()
    for one in beginnings:
        wanted |= Q(kind__startswith=one)
    return wanted


def _too_common(halves: QuerySet[RehearsalRow], column: str) -> set[str]:
    """The keys so many share that they tell nothing; asked once, not with each chunk."""
    shared = halves.exclude(**{column: ""}).order_by().values(column).annotate(count=Count("pk"))
    return set(shared.filter(count__gt=MOST_ALIKE).values_list(column, flat=True))


def _alike(
    halves: QuerySet[RehearsalRow],
    chunk: Sequence[RehearsalRow],
    common: Mapping[str, AbstractSet[str]],
) -> dict[tuple[RehearsalRow, RehearsalRow], list[str]]:
    """The undisputed pairs of a chunk, with what they share."""
    told: dict[tuple[RehearsalRow, RehearsalRow], list[str]] = {}
    for column, why in _KEYS.items():
        keys = {getattr(row, column) for row in chunk} - {""} - common[column]
        groups: dict[str, list[RehearsalRow]] = {}
        sharing = halves.filter(**{f"{column}__in": keys})
        for row in sharing.order_by("pk").iterator(CHUNK):
            groups.setdefault(getattr(row, column), []).append(row)
        by_pk = {row.pk: row for group in groups.values() for row in group}
        here = {row.pk for row in chunk}
        matches = match([_candidates(one) for one in groups.values()])
        for hubspot, quickbooks in matches.pairs:
            if hubspot.link in here:
                pair = (by_pk[hubspot.link], by_pk[quickbooks.link])
                told.setdefault(pair, []).append(why)
    return _one_each(told)


def _one_each(
    told: Mapping[tuple[RehearsalRow, RehearsalRow], list[str]],
) -> dict[tuple[RehearsalRow, RehearsalRow], list[str]]:
    """Of a record with two likely partners the one that shares more; none where both share one."""
    of: defaultdict[int, list[int]] = defaultdict(list)
    for pair, reasons in told.items():
        for half in pair:
            of[half.pk].append(len(reasons))
    # Among all pairs of either half, its own included, none may share as much as this one does.
    return {
        pair: reasons
        for pair, reasons in told.items()
        if all(sum(n >= len(reasons) for n in of[half.pk]) == 1 for half in pair)
    }


def _candidates(rows: Sequence[RehearsalRow]) -> list[Candidate]:
    return [
        Candidate(
            link=row.pk,
            side=Side.HUBSPOT if row.hubspot_id else Side.QUICKBOOKS,
            id=row.hubspot_id or row.quickbooks_id,
            label=row.label,
        )
        for row in rows
    ]


def _suggestion(pair: tuple[RehearsalRow, RehearsalRow], why: Sequence[str]) -> RehearsalRow:
    hubspot, quickbooks = pair
    return RehearsalRow(
        rehearsal_id=hubspot.rehearsal_id,
        kind=SUGGESTION,
        record=hubspot.record,
        hubspot_id=hubspot.hubspot_id,
        quickbooks_id=quickbooks.quickbooks_id,
        label=hubspot.label,
        other_label=quickbooks.label,
        email=hubspot.email or quickbooks.email,
        balance=quickbooks.balance,
        currency=quickbooks.currency,
        params={"shares": list(why)},
        search=f"{hubspot.search}\n{quickbooks.search}",
    )


# -- what a person accepts


def accept(
    rehearsal: Rehearsal, pairings: Iterable[Pairing], *, who: str, env: Env
) -> tuple[int, int]:
    """Accept pairings that the rehearsal offered.

    Returns:
        How many were accepted, and how many were not: no longer offered, or one of the two is
        promised already.
    """
    definition = rehearsal.definition
    accepted = refused = 0
    with transaction.atomic():
        taken = {side: set[str]() for side in Side}
        for choice in definition.match_choices.all():
            taken[Side.HUBSPOT].add(choice.hubspot_id)
            taken[Side.QUICKBOOKS].add(choice.quickbooks_id)
        news = []
        wanted = list(pairings)
        offered = _offered(rehearsal, [one.hubspot for one in wanted])
        for one in wanted:
            free = (
                one.hubspot not in taken[Side.HUBSPOT]
                and one.quickbooks not in taken[Side.QUICKBOOKS]
            )
            if not free or one.quickbooks not in offered.get(one.hubspot, ()):
                refused += 1
                continue
            accepted += 1
            taken[Side.HUBSPOT].add(one.hubspot)
            taken[Side.QUICKBOOKS].add(one.quickbooks)
            news.append(
                MatchChoice(
                    definition=definition, hubspot_id=one.hubspot, quickbooks_id=one.quickbooks,
                    who=who, at=env.clock.now(),
                )
            )  # fmt: skip
        MatchChoice.objects.bulk_create(news, batch_size=CHUNK)
    return accepted, refused


def accept_all(rehearsal: Rehearsal, rows: QuerySet[RehearsalRow], *, who: str, env: Env) -> int:
    """Accept every suggestion of a list; those whose records are promised are left out."""
    count, last = 0, 0
    suggestions = rows.filter(kind=SUGGESTION).order_by("pk")
    while chunk := list(suggestions.filter(pk__gt=last)[:CHUNK]):
        last = chunk[-1].pk
        pairings = [Pairing(row.hubspot_id, row.quickbooks_id) for row in chunk]
        count += accept(rehearsal, pairings, who=who, env=env)[0]
    return count


def withdraw(definition: SyncDefinition, pairings: Iterable[Pairing]) -> int:
    """Take back what was accepted; returns how many."""
    count = 0
    for one in pairings:
        deleted, _each = definition.match_choices.filter(
            hubspot_id=one.hubspot, quickbooks_id=one.quickbooks
        ).delete()
        count += deleted
    return count


def _offered(rehearsal: Rehearsal, hubspot_ids: Sequence[str]) -> dict[str, set[str]]:
    """``{HubSpot id: QuickBooks ids}`` that the matching list offers."""
    offered: dict[str, set[str]] = {}
    for start in range(0, len(hubspot_ids), CHUNK):
        rows = rehearsal.rows.filter(
            kind__in=(SUGGESTION, AMBIGUOUS), hubspot_id__in=hubspot_ids[start : start + CHUNK]
        )
        for row in rows:
            ids = offered.setdefault(row.hubspot_id, set())
            if row.kind == SUGGESTION:
                ids.add(row.quickbooks_id)
            ids |= {
                str(one["id"]) for one in row.candidates if one["side"] == Side.QUICKBOOKS.value
            }
    return offered


def listed(rehearsal: Rehearsal) -> QuerySet[RehearsalRow]:
    """The matching list: what is matched, waits for a person, or is suggested."""
    told_elsewhere = Q(hubspot_id="") & ~Q(params__alone="yes")
    rows = rehearsal.rows
    return rows.filter(kind__in=(LINK, SUGGESTION)) | rows.filter(~told_elsewhere, kind=AMBIGUOUS)


def version_of(definition: SyncDefinition) -> str:
    """Names what is accepted just now, to tell whether it changed since a rehearsal; "" for none.

    A name of one length: everything that is alike may be accepted at once.
    """
    rows = definition.match_choices.order_by("hubspot_id").values_list(
        "hubspot_id", "quickbooks_id"
    )
    name = blake2b(digest_size=12)
    accepted = 0
    for both in rows.iterator(CHUNK):
        accepted += 1
        name.update(" = ".join(both).encode() + b"\n")
    return name.hexdigest() if accepted else ""


def with_choices(
    definition: SyncDefinition, links: Sequence[RecordLink], matches: Matches
) -> Matches:
    """What was matched, with what a person accepted in its place; for rehearsals."""
    hubspot = {str(link.hubspot_id) for link in links if link.hubspot_id is not None}
    quickbooks = {str(link.quickbooks_id) for link in links if link.quickbooks_id is not None}
    choices = list(
        definition.match_choices.filter(Q(hubspot_id__in=hubspot) | Q(quickbooks_id__in=quickbooks))
    )
    if not choices:
        return matches
    chosen = [
        (_half(hubspot_half, Side.HUBSPOT), _half(quickbooks_half, Side.QUICKBOOKS))
        for hubspot_half, quickbooks_half in _halves(definition, choices).values()
    ]
    busy = {candidate.link for both in chosen for candidate in both}
    kept = tuple(both for both in matches.pairs if not busy & {c.link for c in both})
    return replace(
        matches,
        pairs=(*kept, *chosen),
        ambiguous={link: some for link, some in matches.ambiguous.items() if link not in busy},
    )


def _half(link: RecordLink, side: Side) -> Candidate:
    return Candidate(link=link.pk, side=side, id=str(link.id_on(side)), label=link.label)


def _halves(
    definition: SyncDefinition, choices: Sequence[MatchChoice]
) -> dict[int, tuple[RecordLink, RecordLink]]:
    """``{choice: its two half links}``, without those of which one is linked or gone by now."""
    half = definition.links.filter(
        hubspot_id__in=[one.hubspot_id for one in choices], quickbooks_id=None, hubspot_gone=""
    )
    hubspot = {link.hubspot_id: link for link in half}
    half = definition.links.filter(
        quickbooks_id__in=[one.quickbooks_id for one in choices], hubspot_id=None,
        quickbooks_gone="",
    )  # fmt: skip
    quickbooks = {link.quickbooks_id: link for link in half}
    return {
        one.pk: (hubspot[one.hubspot_id], quickbooks[one.quickbooks_id])
        for one in choices
        if one.hubspot_id in hubspot and one.quickbooks_id in quickbooks
    }


def apply(definition: SyncDefinition, *, env: Env) -> tuple[int, int]:
    """Link what was accepted, and forget the choices.

    A record with an open write, or one that was linked or removed meanwhile, is left as it is.

    Returns:
        How many were linked, and how many were not.
    """
    config = load_config(definition)
    now = env.clock.now()
    linked = left = 0
    while choices := list(definition.match_choices.order_by("pk")[:CHUNK]):
        with transaction.atomic():
            kept: list[RecordLink] = []
            absorbed: dict[int, RecordLink] = {}
            entries = []
            found = _halves(definition, choices)
            for choice in choices:
                halves = found.get(choice.pk)
                if halves is None or _is_busy(halves):
                    left += 1
                    continue
                locked = definition.links.select_for_update().in_bulk([one.pk for one in halves])
                if len(locked) != len(halves):
                    left += 1
                    continue
                link, rival = (locked[pk] for pk in sorted(locked))
                unite(config, link, rival, now=now)
                absorbed[rival.pk] = link
                kept.append(link)
                entries.append(
                    record_log.entry(
                        link, record_log.Kind.LINKED, at=now, who=choice.who,
                        text="Matched by a person in the matching list.",
                    )
                )  # fmt: skip
            let_go(absorbed)
            save_changed(kept, [*store.SEEN_FIELDS, "origin"])
            store.save_keys(config, kept)
            record_log.save(entries)
            MatchChoice.objects.filter(pk__in=[one.pk for one in choices]).delete()
            linked += len(kept)
    return linked, left


def _is_busy(halves: Sequence[RecordLink]) -> bool:
    return PendingWrite.objects.filter(
        link__in=[one.pk for one in halves], state__in=PendingWrite.OPEN
    ).exists()
