"""Whether the reason our table gives for a record is true, asked of the two systems (I5)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings

from syncapp.models import RecordLink
from tests.simulation.fields import SIDES, H, Q, other
from tests.simulation.journal import APP
from tests.world import START

if TYPE_CHECKING:
    from tests.simulation.scenario import Simulation

FLAPS = 4


def is_true(sim: Simulation, link: RecordLink, *, swept: bool) -> bool:
    """Whether a failing or excluded record stands there for a reason that exists."""
    test = _TESTS.get(link.code)
    return test is not None and test(sim, link, swept)


def _ids(link: RecordLink) -> dict[str, str]:
    ids = {H: link.hubspot_id, Q: link.quickbooks_id}
    return {side: record for side, record in ids.items() if record}


def _records(sim: Simulation, side: str, swept: bool) -> list[str]:
    """Living records; archived contacts, too, as long as nobody looked: nothing tells of them."""
    people = sim.people(side)
    return list(people.living() + (people.archived() if side == H and not swept else []))


def _living(sim: Simulation, link: RecordLink, swept: bool) -> dict[str, str]:
    return {s: r for s, r in _ids(link).items() if r in _records(sim, s, swept)}


def _held(sim: Simulation, side: str, record: str, name: str, swept: bool) -> set[str]:
    """What a field holds; of an archived contact whatever may have been seen of it last.

    HubSpot's search shows neither that it is archived nor the edits made since the reading
    before (docs/reliability.md, limits).
    """
    if side == Q or swept or record in sim.hubspot.living():
        return {sim.people(side).values(record)[name]}
    left = sim.journal.left_at(record)
    read = max((until for at, until in sim.readings if at <= left), default=START)
    overlap = timedelta(seconds=settings.SYNC["OVERLAP_SECONDS"])
    return sim.journal.held_since(side, record, name, read - overlap)


def _emails(sim: Simulation, side: str, record: str, *, swept: bool) -> set[str]:
    found = _held(sim, side, record, "email", swept)
    if side == H:
        stored = sim.hubspot_app.crm.tables["contacts"].records[record].values
        found |= set(stored.get("hs_additional_emails", "").lower().split(";"))
    return found - {""}


def _holders(sim: Simulation, side: str, emails: set[str], *, swept: bool) -> list[str]:
    return [r for r in _records(sim, side, swept) if emails & _emails(sim, side, r, swept=swept)]


def _known_emails(sim: Simulation, link: RecordLink, *, swept: bool) -> set[str]:
    living = _living(sim, link, swept).items()
    return {email for s, r in living for email in _emails(sim, s, r, swept=swept)}


def _no_email(sim: Simulation, link: RecordLink, swept: bool) -> bool:
    return not link.is_linked and any(
        "" in _held(sim, s, r, "email", swept) for s, r in _living(sim, link, swept).items()
    )


def _filter(sim: Simulation, link: RecordLink, swept: bool) -> bool:
    now = sim.clicks.now
    for source, record in _living(sim, link, swept).items():
        states = _held(sim, source, record, "state", swept)
        if now.allows(other(source)) and all(now.passes(source, state) for state in states):
            return False
    return True


def _direction(sim: Simulation, link: RecordLink, swept: bool) -> bool:
    ids = _living(sim, link, swept)
    return len(ids) == 1 and not sim.clicks.now.allows(other(next(iter(ids))))


def _gone(sim: Simulation, link: RecordLink, swept: bool) -> bool:
    return any(record not in sim.people(side).living() for side, record in _ids(link).items())


def _ambiguous(sim: Simulation, link: RecordLink, swept: bool) -> bool:
    emails = _known_emails(sim, link, swept=swept)
    for _ in SIDES:  # a contact with two addresses may stand between two customers
        found = {side: _holders(sim, side, emails, swept=swept) for side in SIDES}
        # Inactive customers may be taken while no active one has the address (ENGINE 2.2).
        dormant = sim.people(Q).dormant()
        found[Q] = found[Q] or [r for r in dormant if emails & _emails(sim, Q, r, swept=swept)]
        for side in SIDES:
            for record in found[side]:
                emails |= _emails(sim, side, record, swept=swept)
    # Beside one that a person left out nothing is made.
    beside = [(s, r) for s in SIDES if s not in _ids(link) for r in found[s]]
    return any(len(records) > 1 for records in found.values()) or any(
        sim.clicks.is_left_out(side, record, sim.journal.n) for side, record in beside
    )


def _email_in_use(sim: Simulation, link: RecordLink, swept: bool) -> bool:
    emails = _known_emails(sim, link, swept=swept)
    return any(record != link.hubspot_id for record in _holders(sim, H, emails, swept=swept))


def _name_in_use(sim: Simulation, link: RecordLink, swept: bool) -> bool:
    name = str(link.params.get("name", ""))
    return bool(name) and sim.quickbooks_app.company.name_holder(name) is not None


def _merged(sim: Simulation, link: RecordLink, swept: bool) -> bool:
    records = sim.hubspot_app.crm.tables["contacts"].records
    return link.hubspot_id in records and records[str(link.hubspot_id)].merged is not None


def _characters(sim: Simulation, link: RecordLink, swept: bool) -> bool:
    values = sim.hubspot.values(str(link.hubspot_id)).values()
    return any(not _is_latin(value) for value in values)


def _is_latin(value: str) -> bool:
    try:
        value.encode("latin-1")
    except UnicodeEncodeError:
        return False
    return True


def _bad_data(sim: Simulation, link: RecordLink, swept: bool) -> bool:
    """Everything can be read in the end; of an archived contact nobody told."""
    return not swept and link.hubspot_id in sim.hubspot.archived()


def _invalid_name(sim: Simulation, link: RecordLink, swept: bool) -> bool:
    """A colon, or what the company's character set lacks: both are code 2040 for a name."""
    name = str(link.params.get("name", ""))
    return ":" in name or not _is_latin(name) or len(name) > 500


def _too_long(sim: Simulation, link: RecordLink, swept: bool) -> bool:
    return any(len(value) > 100 for value in sim.hubspot.values(str(link.hubspot_id)).values())


def _flapping(sim: Simulation, link: RecordLink, swept: bool) -> bool:
    """The field was really written back and forth by us."""
    ids = _ids(link)
    turns = {}
    for write in sim.journal.writes:
        if write.by == APP and write.action == "update" and ids.get(write.side) == write.id:
            for name in write.values:
                sides = turns.setdefault(name, [])
                if not sides or sides[-1] != write.side:
                    sides.append(write.side)
    return any(len(sides) > FLAPS for sides in turns.values())


_TESTS = {
    "no_email": _no_email,
    "filter": _filter,
    "direction": _direction,
    "gone": _gone,
    "ambiguous_match": _ambiguous,
    "email_in_use": _email_in_use,
    "name_in_use": _name_in_use,
    "merged_elsewhere": _merged,
    "unsupported_characters": _characters,
    "bad_data": _bad_data,
    "invalid_name": _invalid_name,
    "too_long": _too_long,
    "flapping": _flapping,
}
