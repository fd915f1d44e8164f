"""Pairs up unlinked records by match key; ambiguity is a result, never a guess.

Not here: what the key of a record is (``pairs/``), or fields.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from syncapp.core.sides import Side


@dataclass(frozen=True, slots=True, order=True)
class Candidate:
    """A record that can be matched.

    Attributes:
        link: Names its record link.
        gone: Archived or inactive: taken only when nothing living is there.
        linked: Already linked to a record of the other side.
        busy: Its counterpart is being created right now, with an outcome not known yet.
        out: A person left it out of the sync. It is matched with nothing; but nothing is made
            beside it either, unless a person says so.
    """

    link: int
    side: Side
    id: str
    label: str = ""
    gone: bool = False
    linked: bool = False
    busy: bool = False
    out: bool = False

    def __str__(self) -> str:
        return f"{self.label or 'without a name'} ({self.side.label} {self.id})"


@dataclass(frozen=True, slots=True)
class Matches:
    """What came of matching.

    Attributes:
        pairs: ``(HubSpot candidate, QuickBooks candidate)`` to be linked.
        ambiguous: ``{link: the other candidates}``; a person decides. Among them are those of the
            other side that a person left out, where nothing else shares the key.
        taken: ``{link: linked record of the other side that holds the key}``. HubSpot keys are
            unique, so such a record cannot be created there; in QuickBooks it depends.
        held: Links that wait, because a record with their key is being created right now.
    """

    pairs: tuple[tuple[Candidate, Candidate], ...] = ()
    ambiguous: dict[int, tuple[Candidate, ...]] = field(default_factory=dict)
    taken: dict[int, Candidate] = field(default_factory=dict)
    held: frozenset[int] = frozenset()


def match(groups: Iterable[Sequence[Candidate]]) -> Matches:
    """Match within groups of candidates that share one key.

    Args:
        groups: Every candidate that holds the key, of both sides, linked ones included. A
            candidate with several keys stands in several groups.
    """
    ambiguous: dict[int, set[Candidate]] = defaultdict(set)
    taken: dict[int, set[Candidate]] = defaultdict(set)
    proposed: set[tuple[Candidate, Candidate]] = set()
    reserves: set[tuple[Candidate, Candidate]] = set()
    left_out: dict[int, set[Candidate]] = defaultdict(set)
    held: set[int] = set()
    for group in groups:
        if any(c.busy for c in group):  # probably our own record, seen early
            held |= {c.link for c in group if not c.linked and not c.busy}
            continue
        living = [c for c in group if not c.linked and not c.gone]
        free = [c for c in living if not c.out]
        for candidate in free:
            left_out[candidate.link] |= {
                c for c in living if c.out and c.side is not candidate.side
            }
        hubspot = [c for c in free if c.side is Side.HUBSPOT]
        quickbooks = [c for c in free if c.side is Side.QUICKBOOKS]
        if len(hubspot) > 1 or len(quickbooks) > 1:
            for candidate in free:
                ambiguous[candidate.link] |= {c for c in free if c != candidate}
        elif hubspot and quickbooks:
            proposed.add((hubspot[0], quickbooks[0]))
        elif hubspot:
            owners = [c for c in group if c.linked and not c.gone and c.side is Side.QUICKBOOKS]
            taken[hubspot[0].link].update(owners)
            dormant = _dormant(group)
            if len(dormant) == 1:
                reserves.add((hubspot[0], dormant[0]))
            elif dormant:
                ambiguous[hubspot[0].link] |= set(dormant)
        elif quickbooks:
            holders = [c for c in group if c.linked and not c.gone and c.side is Side.HUBSPOT]
            taken[quickbooks[0].link].update(holders)
    # Who waits under one key is not matched under another: the open create decides first.
    proposed = {pair for pair in proposed if not held & {c.link for c in pair}}
    # A contact with several addresses: what is gone is no candidate beside what lives.
    served = {hubspot for hubspot, _ in proposed}
    reserves = {pair for pair in reserves if not left_out[pair[0].link]}
    proposed |= {pair for pair in reserves if pair[0] not in served}
    # Who waits for an open create over one address waits with all of them.
    proposed = {(h, q) for h, q in proposed if not {h.link, q.link} & held}
    pairs = _undisputed(proposed, ambiguous)
    settled = held | {candidate.link for pair in pairs for candidate in pair}
    for link, others in left_out.items():
        if others and link not in settled:
            ambiguous[link] |= others
    return Matches(
        pairs=tuple(pairs),
        ambiguous={link: tuple(sorted(others)) for link, others in sorted(ambiguous.items())},
        taken={link: min(them) for link, them in taken.items() if them and link not in ambiguous},
        held=frozenset(held),
    )


def _dormant(group: Sequence[Candidate]) -> list[Candidate]:
    """The inactive customers that may be taken: none while an active one holds the key."""
    customers = [c for c in group if c.side is Side.QUICKBOOKS]
    if any(not c.gone for c in customers):
        return []
    return [c for c in customers if not c.linked and not c.out]


def _undisputed(
    proposed: set[tuple[Candidate, Candidate]], ambiguous: dict[int, set[Candidate]]
) -> list[tuple[Candidate, Candidate]]:
    """Keep the pairs whose two records stand in no other pair and in no ambiguous group."""
    partners: dict[int, set[Candidate]] = defaultdict(set)
    for hubspot, quickbooks in proposed:
        partners[hubspot.link].add(quickbooks)
        partners[quickbooks.link].add(hubspot)
    pairs = []
    for hubspot, quickbooks in sorted(proposed):
        disputed = len(partners[hubspot.link]) > 1 or len(partners[quickbooks.link]) > 1
        if disputed or hubspot.link in ambiguous or quickbooks.link in ambiguous:
            ambiguous[hubspot.link] |= partners[hubspot.link]
            ambiguous[quickbooks.link] |= partners[quickbooks.link]
        else:
            pairs.append((hubspot, quickbooks))
    return pairs
